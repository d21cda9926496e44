//! `singleton`: values that exist once per execution environment, made when they are first asked for.

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
