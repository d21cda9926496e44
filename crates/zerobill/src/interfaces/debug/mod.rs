//! `debug`: how the interfaces are and what the gateway has done, for those who run the function.

mod operations;
mod self_test;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    self_test::{Check, SelfTest},
    service::{Debug, HealthReport},
};
use super::config::Setting;

/// What the interface is for.
pub(crate) const DOC: &str = "How the interfaces are and what the gateway has done.";

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[];
