//! `metrics`: CloudWatch metrics as log lines, without one API call, and no more of them than are free.

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
