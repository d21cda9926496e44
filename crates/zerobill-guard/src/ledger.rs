//! What the guard remembers from one reading to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use zerobill_free_tier::Month;

use crate::account::Answer;

/// So many notices that could not be sent are kept.
const MAX_PENDING: usize = 20;

/// Keeps the guard's state, one version after the other.
pub(crate) trait Ledger: Send + Sync {
    /// The state and its version; none before the first reading.
    fn read(&self) -> Answer<'_, Option<(State, u64)>>;

    /// Writes the state if the stored version is one less; says whether it did.
    fn write<'a>(&'a self, state: &'a State, version: u64) -> Answer<'a, bool>;
}

/// What a month has come to, and what was said of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    /// The month, as `2026-11`.
    pub(crate) month: String,
    /// When it was read last, in milliseconds since 1970.
    pub(crate) read_ms: u64,
    /// All functions together.
    pub(crate) account: Totals,
    /// All functions together when each was asked for.
    pub(crate) drilled: Totals,
    /// When that was, in milliseconds since 1970; 0 for never in this month.
    pub(crate) drilled_ms: u64,
    /// What each used by then.
    pub(crate) functions: BTreeMap<String, FunctionTotals>,
    /// Calls of `CloudWatch` in this month.
    pub(crate) calls: u64,
    /// The highest share of each budget that was said, by `SUBJECT/UNIT`.
    pub(crate) said: BTreeMap<String, u64>,
    /// Functions that this guard has stopped in this month and that are stopped still.
    pub(crate) stopped: BTreeSet<String>,
    /// Shares up to which functions that were released may go, by `FUNCTION>SUBJECT/UNIT`.
    pub(crate) allowed: BTreeMap<String, u64>,
    /// Notices that could not be sent.
    pub(crate) pending: Vec<Notice>,
}

/// What was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) requests: u64,
    /// Milliseconds, each request rounded up by one: no less than what is billed, INIT aside.
    pub(crate) duration_ms: u64,
}

/// What a function used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FunctionTotals {
    pub(crate) totals: Totals,
    pub(crate) memory_mb: u64,
    pub(crate) is_arm: bool,
    /// Requests since it was asked for the time before.
    pub(crate) grown: u64,
}

/// A line for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl State {
    /// The month and the time of the last reading.
    pub(crate) fn last(&self) -> Option<(Month, u64)> {
        Some((self.month.parse().ok()?, self.read_ms))
    }

    /// The state at the begin of `month`: what is to be sent still, and what is stopped, stay.
    pub(crate) fn begin(&self, month: Month) -> Self {
        Self {
            month: month.to_string(),
            pending: self.pending.clone(),
            stopped: self.stopped.clone(),
            ..Self::default()
        }
    }

    /// Keeps a notice until it can be sent; where there are too many, the oldest goes.
    pub(crate) fn keep(&mut self, notice: Notice) {
        self.pending.push(notice);
        let too_many = self.pending.len().saturating_sub(MAX_PENDING);
        self.pending.drain(..too_many);
    }
}
