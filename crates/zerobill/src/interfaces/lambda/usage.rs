//! What `lambda.usage` says of the month.

use std::time::Duration;

use serde::Serialize;

use super::settings::Rules;
use crate::meter::{Dimension, Totals};

/// What the month has come to: as the store last said, with what this execution environment has counted since.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UsageReport {
    /// The budget.
    pub budget: String,
    /// The month, such as `2026-11`.
    pub month: String,
    /// Where it is added up: `memory` is this execution environment alone.
    pub store: &'static str,
    /// How the function is.
    pub state: UsageState,
    /// Why it was stopped, if it was.
    pub reason: Option<String>,
    /// What is used of each dimension.
    pub used: Vec<DimensionUse>,
    /// How many milliseconds ago the store answered last; none if it never did.
    pub age_ms: Option<u64>,
    /// Why it did not answer when it was last told.
    pub problem: Option<String>,
    /// How far beyond a threshold the functions may come before they are stopped.
    pub overshoot: Overshoot,
}

/// How a function stands with its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UsageState {
    /// It runs.
    Running,
    /// It runs, and leaves DEBUG lines and metrics out.
    Shedding,
    /// It refuses to work.
    Stopped,
}

/// What is used of one dimension of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DimensionUse {
    /// The dimension.
    pub dimension: Dimension,
    /// Used so far, in requests, GB-seconds, dollars, bytes or series.
    pub used: f64,
    /// What the budget has of it; none is no limit.
    pub limit: Option<f64>,
    /// The used share, from 0; above 1 the budget is exceeded.
    pub share: Option<f64>,
}

/// The most that may come beyond a threshold: what all execution environments together may use before they hear of it.
///
/// Each tells the store after so many requests, or so much time, whichever comes first; an invocation that runs then ends first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Overshoot {
    /// Execution environments that may run at once.
    pub concurrency: u64,
    /// Requests: concurrency times the requests after which the store is told.
    pub requests: u64,
    /// GB-seconds: concurrency times memory times the time after which the store is told, and one invocation more.
    pub gb_seconds: f64,
}

impl DimensionUse {
    pub(super) fn all(rules: &Rules, totals: &Totals) -> Vec<Self> {
        let of = |dimension: Dimension| {
            let (used, limit) = (rules.budget.used(dimension, totals), rules.budget.limit(dimension));
            let shown = |amount| dimension.shown(amount);
            Self {
                dimension,
                used: shown(used),
                limit: limit.map(shown),
                share: limit.filter(|limit| *limit > 0).map(|limit| used as f64 / limit as f64),
            }
        };
        Dimension::ALL.into_iter().map(of).collect()
    }
}

impl Overshoot {
    pub(super) fn of(rules: &Rules, memory_mb: u64, timeout: Duration) -> Self {
        let gb = memory_mb as f64 / 1_024.0;
        let seconds = (rules.period + timeout).as_secs_f64();
        Self {
            concurrency: rules.concurrency,
            requests: rules.concurrency.saturating_mul(rules.requests),
            gb_seconds: rules.concurrency as f64 * gb * seconds,
        }
    }
}
