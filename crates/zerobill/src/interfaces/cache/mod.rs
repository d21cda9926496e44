//! `cache`: values in memory, bounded by bytes, that expire.
//!
//! An execution environment lives for many invocations, so what one has fetched the next need not fetch.
//! [`Cache::get_or_load`] is the usual call: it loads what is not there, once however many ask, and as its [`Freshness`]
//! says serves an old value where loading fails. [`Cache::get_or_revalidate`] answers an old value at once and loads the
//! new one beside it. [`Cache::set`] and [`Cache::get`] are the plain calls.
//!
//! | setting | what it does |
//! |---|---|
//! | `cache.max_bytes` | the bytes of keys, values and 96 per entry; beyond that, what is little used makes room |
//! | `cache.ttl_seconds` | the time to live where a call does not say; without it values do not expire |
//!
//! Values are JSON, or shared as they are with [`Cache::set_shared`]. False, zero and null are values. A time to live
//! counts the time for which the execution environment was frozen; zero stores nothing. A value larger than the whole cache
//! is an error. Each execution environment has its own cache, unless [`Cache::share`] adds a second [`Level`] that all
//! have.
//!
//! ```
//! use std::time::Duration;
//! use zerobill::{Gateway, cache::CacheError};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let gateway = Gateway::builder().build()?;
//! let cache = gateway.cache();
//! let minute = Duration::from_secs(60);
//! let fetch = async || Ok::<_, CacheError>(1.08); // dear: a request
//! assert_eq!(cache.get_or_load("rate", minute, fetch).await?, 1.08);
//! assert_eq!(cache.get_or_load("rate", minute, async || Err::<f64, _>(unreachable())).await?, 1.08);
//! # fn unreachable() -> CacheError { panic!("it is there") }
//!
//! cache.set("paid", &false, Some(minute))?;
//! assert_eq!(cache.get::<bool>("paid")?, Some(false));
//! assert!(matches!(cache.get::<String>("paid"), Err(CacheError::WrongType { .. })));
//! assert_eq!((cache.delete("paid"), cache.get::<bool>("paid")?), (true, None));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod freshness;
mod inner;
mod level;
mod loading;
mod memory;
mod operations;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    error::CacheError,
    freshness::Freshness,
    level::{Level, LevelError, LevelFuture, Leveled},
    service::{Cache, CacheStats},
};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "Values in memory, bounded by bytes, that expire.";

const MAX_BYTES: Setting = Setting::new(
    "cache.max_bytes",
    environment::CACHE_MAX_BYTES,
    SettingKind::Integer(1_024, 10 << 30),
    "4194304",
);
const TTL_SECONDS: Setting = Setting::new(
    "cache.ttl_seconds",
    environment::CACHE_TTL_SECONDS,
    SettingKind::Number(0.0, MAX_TTL_SECONDS),
    "",
);

/// The longest time to live, a thousand years: what is longer need not expire.
pub(crate) const MAX_TTL_SECONDS: f64 = 31_557_600_000.0;

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[MAX_BYTES, TTL_SECONDS];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("get_json", "it is what the operation `get` answers"),
    ("get_shared", "it hands out a value of any type"),
    ("set_json", "it is what the operation `set` calls"),
    ("set_shared", "it takes a value of any type"),
    ("get_or_load", "it takes the code that loads"),
    ("get_or_revalidate", "it takes the code that loads"),
    ("share", "it takes a store"),
    ("forget", "it concerns the second level, which only typed calls fill"),
];
