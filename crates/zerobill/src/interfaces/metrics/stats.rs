//! What can be asked of the metrics.

use serde::Serialize;

/// A metric that was recorded and is not yet written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricInfo {
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: &'static str,
    /// Its dimensions beside `service`, one list for each set.
    pub dimensions: Vec<Vec<(String, String)>>,
    /// Its values.
    pub values: Vec<f64>,
}

/// What the metrics have done since the function started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MetricsStats {
    /// Values taken.
    pub recorded: u64,
    /// Values refused because their series was one too many.
    pub refused: u64,
    /// Values dropped because they were no finite number.
    pub dropped: u64,
    /// Documents written.
    pub documents: u64,
    /// Series so far, each of which is billed as one metric.
    pub series: u64,
    /// How many there may be.
    pub max_series: u64,
}
