//! What was recorded and is not yet written.

use std::sync::Mutex;

use super::{error::MetricsError, metric::Metric, unit::Unit};
use crate::{interfaces::logging::FieldWriter, invocation::State};

/// What metrics keep for one invocation, or for the process outside of any.
#[derive(Debug, Default)]
pub(crate) struct Scope(pub(super) Mutex<Buffer>);

impl State for Scope {
    const PLACE: usize = 1;
}

#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) groups: Vec<Group>,
    pub(super) metadata: FieldWriter,
    /// How many values there are.
    pub(super) values: usize,
}

/// Metrics that share their dimensions, and so a document.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) sets: Vec<Vec<(String, String)>>,
    pub(super) metrics: Vec<Recorded>,
}

/// One metric and its values.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) high_resolution: bool,
    pub(super) values: Vec<f64>,
}

/// What becomes of a value when there is one already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Both stay.
    Each,
    /// They are added up.
    Sum,
    /// The later one stays.
    Last,
}

impl Buffer {
    /// Adds a checked metric.
    pub(super) fn add(&mut self, metric: Metric, keep: Keep) -> Result<(), MetricsError> {
        if self.metadata.names().any(|key| key == metric.name) {
            return Err(MetricsError::NameTaken(metric.name));
        }
        let Metric {
            name,
            value,
            unit,
            sets,
            high_resolution,
        } = metric;
        let at = self
            .groups
            .iter()
            .position(|group| group.sets == sets)
            .unwrap_or_else(|| {
                self.groups.push(Group {
                    sets,
                    metrics: Vec::new(),
                });
                self.groups.len() - 1
            });
        let metrics = &mut self.groups[at].metrics;
        let Some(recorded) = metrics.iter_mut().find(|recorded| recorded.name == name) else {
            metrics.push(Recorded {
                name,
                unit,
                high_resolution,
                values: vec![value],
            });
            self.values += 1;
            return Ok(());
        };
        if recorded.unit != unit {
            return Err(MetricsError::UnitMismatch {
                name,
                before: recorded.unit,
                now: unit,
            });
        }
        recorded.high_resolution |= high_resolution;
        match (keep, recorded.values.last_mut()) {
            (Keep::Sum, Some(last)) => *last += value,
            (Keep::Last, Some(last)) => *last = value,
            _ => {
                recorded.values.push(value);
                self.values += 1;
            }
        }
        Ok(())
    }

    /// The names that metadata must not take.
    pub(super) fn uses(&self, key: &str) -> bool {
        let group_uses = |group: &Group| {
            group.sets.iter().flatten().any(|(name, _)| name == key)
                || group.metrics.iter().any(|metric| metric.name == key)
        };
        self.groups.iter().any(group_uses)
    }
}
