//! `logging`: one JSON line per record, with the keys that dashboards know.

mod fields;
mod json;
mod layer;
mod level;
mod line;
mod operations;
mod scope;
mod service;
#[cfg(test)]
mod tests;

pub use self::{
    fields::{Described, FieldWriter, Fields, describe},
    layer::{LogLayer, layer},
    level::Level,
    service::Logging,
};
pub(crate) use self::{json::write_text, operations::OPERATIONS};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "One JSON line per record on standard output, with the keys that dashboards know.";

const LEVEL: Setting = Setting::new(
    "logging.level",
    environment::LOG_LEVEL,
    SettingKind::Choice(level::WORDS),
    "INFO",
);
const LOG_EVENT: Setting = Setting::new(
    "logging.log_event",
    environment::LOG_EVENT,
    SettingKind::Boolean,
    "false",
);
const SAMPLE_RATE: Setting = Setting::new(
    "logging.sample_rate",
    environment::LOG_SAMPLE_RATE,
    SettingKind::Number(0.0, 1.0),
    "0",
);
const PRETTY: Setting = Setting::new("logging.pretty", environment::LOG_PRETTY, SettingKind::Boolean, "false");
const BUFFER: Setting = Setting::new("logging.buffer", environment::LOG_BUFFER, SettingKind::Boolean, "false");
const BUFFER_BYTES: Setting = Setting::new(
    "logging.buffer_bytes",
    environment::LOG_BUFFER_BYTES,
    SettingKind::Integer(1, 6 << 20),
    "20480",
);
const MAX_BYTES: Setting = Setting::new(
    "logging.max_bytes",
    environment::LOG_MAX_BYTES,
    SettingKind::Integer(0, u64::MAX),
    "65536",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[LEVEL, LOG_EVENT, SAMPLE_RATE, PRETTY, BUFFER, BUFFER_BYTES, MAX_BYTES];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    (
        "level",
        "`config.get` of `logging.level` and the function's own level say as much",
    ),
    (
        "event",
        "it takes the bytes of an event, which a caller by JSON does not have",
    ),
];
