//! `metrics`: CloudWatch metrics as log lines, without one API call, and no more of them than are free.
//!
//! A metric is written as a line of the embedded metric format (EMF) when its invocation ends, or outside one by
//! [`Metrics::flush`]. CloudWatch makes metrics of such lines. It bills each *series*, a name with its dimension values,
//! and ten are free for the whole account: the eleventh is refused here, with one warning, and [`Metrics::record`] says
//! that it was not taken.
//!
//! With the `metrics` facade, [`recorder()`] writes the same of what any crate counts.
//!
//! | setting | what it does |
//! |---|---|
//! | `metrics.namespace` | the namespace; without one it is `zerobill`, with one warning |
//! | `metrics.max_series` | how many series this execution environment may write, 10 unless set |
//! | `metrics.cold_start` | counts each cold start as `ColdStart`, which takes a series |
//! | `metrics.function_name` | the dimension `function_name` of `ColdStart`, instead of the function's name |
//! | `metrics.disabled` | writes nothing at all |
//!
//! A name has at most 255 characters, a metric at most 30 dimensions; a document that would hold more than 100 metrics, or
//! 100 values of one, becomes several. Metadata takes at most 256 KiB. Values that are no number are dropped with a warning. Other execution environments
//! count their own series.
//!
//! ```
//! use zerobill::{Gateway, metrics::Unit, output::Output};
//!
//! let output = Output::captured(); // in a function it is standard output
//! let builder = Gateway::builder().output(output.clone()).setting("service", "cart");
//! let gateway = builder.setting("metrics.namespace", "Shop").setting("metrics.max_series", 2).build()?;
//! let metrics = gateway.metrics();
//! assert!(metrics.increment("Orders", 1.0)?);
//! assert!(metrics.record("Payment", 182.5, Unit::Milliseconds)?);
//! assert!(!metrics.increment("Refunds", 1.0)?, "a third series is refused");
//! metrics.flush();
//!
//! let document: serde_json::Value = serde_json::from_str(output.lines().last().ok_or("no line")?)?;
//! assert_eq!((&document["Orders"], &document["Payment"]), (&1.into(), &182.5.into()));
//! assert_eq!(document["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Shop");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod buffer;
mod document;
mod error;
mod metric;
mod operations;
mod recorder;
mod series;
mod service;
mod stats;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    error::MetricsError,
    metric::Metric,
    recorder::{Recorder, recorder},
    service::Metrics,
    stats::{MetricInfo, MetricsStats},
    unit::Unit,
};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str =
    "CloudWatch metrics as log lines, without one API call, and no more of them than are free.";

const NAMESPACE: Setting = Setting::new(
    "metrics.namespace",
    environment::METRICS_NAMESPACE,
    SettingKind::Text,
    "",
);
const FUNCTION_NAME: Setting = Setting::new(
    "metrics.function_name",
    environment::METRICS_FUNCTION_NAME,
    SettingKind::Text,
    "",
);
const DISABLED: Setting = Setting::new(
    "metrics.disabled",
    environment::METRICS_DISABLED,
    SettingKind::Boolean,
    "false",
);
const MAX_SERIES: Setting = Setting::new(
    "metrics.max_series",
    environment::METRICS_MAX_SERIES,
    SettingKind::Integer(0, 10_000),
    "10",
);
const COLD_START: Setting = Setting::new(
    "metrics.cold_start",
    environment::METRICS_COLD_START,
    SettingKind::Boolean,
    "false",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[NAMESPACE, FUNCTION_NAME, DISABLED, MAX_SERIES, COLD_START];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("record_metric", "it is what the operation `record` calls"),
    ("set_default_dimensions", "it is set where the function starts"),
    ("add_metadata", "it takes a value of any type"),
];
