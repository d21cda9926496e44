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
    /// Whether its invocation has ended: what comes later would never be written from here.
    pub(super) ended: bool,
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
    /// Where among the values the sum and the last value stand, once there are such.
    sum: Option<usize>,
    last: Option<usize>,
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
    /// Whether a checked metric fits to what is here.
    pub(super) fn accepts(&self, metric: &Metric) -> Result<(), MetricsError> {
        let dimensions = metric.sets.iter().flatten().map(|(name, _)| name.as_str());
        if let Some(name) = dimensions
            .chain([metric.name.as_str()])
            .find(|name| self.metadata.has(name))
        {
            return Err(MetricsError::NameTaken(name.to_owned()));
        }
        match self.find(metric) {
            Some(recorded) if recorded.unit != metric.unit => Err(MetricsError::UnitMismatch {
                name: metric.name.clone(),
                before: recorded.unit,
                now: metric.unit,
            }),
            _ => Ok(()),
        }
    }

    /// Adds a metric that is accepted; says whether it became a value, which a sum that leaves the finite numbers does not.
    pub(super) fn add(&mut self, metric: Metric, keep: Keep) -> bool {
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
        let at = metrics
            .iter()
            .position(|recorded| recorded.name == name)
            .unwrap_or_else(|| {
                metrics.push(Recorded {
                    name,
                    unit,
                    high_resolution,
                    values: Vec::new(),
                    sum: None,
                    last: None,
                });
                metrics.len() - 1
            });
        let recorded = &mut metrics[at];
        recorded.high_resolution |= high_resolution;
        let slot = match keep {
            Keep::Each => None,
            Keep::Sum => recorded.sum,
            Keep::Last => recorded.last,
        };
        if let Some(known) = slot.and_then(|slot| recorded.values.get_mut(slot)) {
            let new = if keep == Keep::Sum { *known + value } else { value };
            let finite = new.is_finite();
            if finite {
                *known = new;
            }
            return finite;
        }
        match keep {
            Keep::Each => {}
            Keep::Sum => recorded.sum = Some(recorded.values.len()),
            Keep::Last => recorded.last = Some(recorded.values.len()),
        }
        recorded.values.push(value);
        self.values += 1;
        true
    }

    fn find(&self, metric: &Metric) -> Option<&Recorded> {
        let group = self.groups.iter().find(|group| group.sets == metric.sets)?;
        group.metrics.iter().find(|recorded| recorded.name == metric.name)
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
