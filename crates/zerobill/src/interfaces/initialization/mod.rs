//! `initialization`: what happened before the first event, in microseconds, and what is built then.

mod operations;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::service::{Initialization, InitializationReport, InitializationStatus, Preloaded, Stage};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "What happened before the first event, in microseconds, and what is built then.";

/// Interfaces to build during INIT, separated by commas.
const PRELOAD: Setting = Setting::new("initialization.preload", environment::PRELOAD, SettingKind::Text, "");

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[PRELOAD];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[("stage", "it takes the work that is timed")];
