//! `cache`: values in memory, bounded by bytes, that expire.

mod error;
mod freshness;
mod inner;
mod level;
mod loading;
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
