//! `config`: settings from defaults, a file, the environment and code, layer over layer.

mod error;
mod file;
mod layers;
mod operations;
mod secret;
mod service;
mod setting;
#[cfg(test)]
mod tests;

pub use self::{
    error::{ConfigError, Fault, Faults},
    layers::Source,
    secret::Secret,
    service::{Config, SettingSource},
    setting::{Setting, SettingKind},
};
pub(crate) use self::{layers::Layers, operations::OPERATIONS, service::Watched};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "Settings from defaults, a file, the environment and code, layer over layer.";

/// The service's name.
pub(crate) const SERVICE: Setting =
    Setting::new("service", environment::SERVICE, SettingKind::Text, "service_undefined");

/// Operations that direct invocations may call.
pub(crate) const EXPOSE: Setting = Setting::new("expose", environment::EXPOSE, SettingKind::Text, "");

/// Its settings, which belong to the gateway as a whole.
pub(crate) const SETTINGS: &[Setting] = &[SERVICE, EXPOSE];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("require", "it is `get` with an error instead of none"),
    ("value", "it shows secrets"),
    ("shown", "it is what the operation `get` answers"),
];
