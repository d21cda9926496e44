//! `singleton`: values that exist once per execution environment, made when they are first asked for.
//!
//! For what is dear to make and good for many invocations: a client, a compiled template, a model.
//! [`Singleton::get_or_create`] makes it on first use, once however many ask at the same time, and again where that failed.
//! A maker may ask for other singletons; a circle of them is an error that names it, and nothing gets stuck.
//!
//! A value is held by its name and its type: asking for another type is an error. Whoever holds one keeps it, also after
//! [`Singleton::reset`], which only makes the next ask get a new one. With [`Hooks`] a value says whether it is well, which
//! `debug.health` shows, and is told before it is given up.
//!
//! It reads no setting and sets no limit: what is registered stays until it is reset. For values that expire or must not
//! take too much memory there is the [`cache`](crate::cache).
//!
//! ```
//! use zerobill::{Gateway, singleton::SingletonError};
//!
//! struct Prices(Vec<u32>);
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let gateway = Gateway::builder().build()?;
//! let load = async || Ok::<_, SingletonError>(Prices(vec![3, 4, 5])); // dear: read once
//! let prices = gateway.singleton().get_or_create("prices", load).await?;
//! let again = gateway.singleton().get_or_create("prices", load).await?;
//! assert!(std::sync::Arc::ptr_eq(&prices, &again));
//! assert_eq!(again.0.iter().sum::<u32>(), 12);
//!
//! let wrong = gateway.singleton().get::<String>("prices").unwrap_err();
//! assert!(matches!(wrong, SingletonError::WrongType { .. }), "{wrong}");
//! assert!(gateway.singleton().reset("prices"));
//! assert!(!gateway.singleton().exists("prices"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod operations;
mod registry;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    error::SingletonError,
    service::{Hooks, Singleton, SingletonInfo},
};
use super::config::Setting;

/// What the interface is for.
pub(crate) const DOC: &str = "Values that exist once per execution environment, made when they are first asked for.";

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("register", "it takes a value of any type"),
    ("register_with", "it takes a value of any type, and code"),
    ("get", "it hands out a value of any type"),
    ("get_or_create", "it takes the code that makes a value"),
];
