//! `logging`: one JSON line per record, with the keys that dashboards know.
//!
//! The keys and their order are those of Powertools for AWS Lambda: `level`, `message`, `timestamp`, `service`, those of
//! the invocation where there is one, then those of [`Logging::append_keys`], then the record's own. A call never fails and
//! never panics, whatever is logged; values under a secret's name are masked.
//!
//! With `tracing`, [`layer()`] writes the same lines of what any crate records, and nothing else in the code changes.
//!
//! | setting | what it does |
//! |---|---|
//! | `logging.level` | the level from which lines are written; `AWS_LAMBDA_LOG_LEVEL` and [`Logging::set_level`] win over it |
//! | `logging.log_event` | logs each event, its secrets masked |
//! | `logging.sample_rate` | the share of invocations that are logged at DEBUG |
//! | `logging.buffer`, `logging.buffer_bytes` | holds lines at DEBUG and below back until the invocation logs an error |
//! | `logging.max_bytes` | the bytes of one invocation after which DEBUG and INFO lines stop, with one line that says so |
//! | `logging.pretty` | indents lines for people |
//!
//! Values are written to a depth of 32. What belongs to an invocation, its keys, its sampling and what it holds back, ends
//! with it.
//!
//! ```
//! use zerobill::{Gateway, output::Output};
//!
//! let output = Output::captured(); // in a function it is standard output
//! let gateway = Gateway::builder().output(output.clone()).setting("service", "shop").build()?;
//! let log = gateway.logging();
//! log.append_keys([("cart", 3)]);
//! log.info("order placed", [("pieces", 12)]);
//! log.debug("not written at the level INFO", ());
//! log.error("payment refused", [("card_token", "zbsecret-of-an-example")]);
//!
//! assert_eq!(output.lines().len(), 2);
//! let line: serde_json::Value = serde_json::from_str(&output.lines()[0])?;
//! assert_eq!((&line["level"], &line["service"], &line["cart"]), (&"INFO".into(), &"shop".into(), &3.into()));
//! assert!(output.lines()[1].ends_with(r#""cart":3,"card_token":"***"}"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fields;
mod json;
mod layer;
mod level;
mod line;
mod operations;
mod scope;
mod service;
mod settings;
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
