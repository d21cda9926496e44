//! What is counted: a part of a month on its way to the store, and the month as the store has it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use zerobill_free_tier::Month;

/// What one execution environment counted since it last told the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// Its number, which no other batch has: the upper half names the execution environment. A batch whose answer was lost is
    /// handed to the store again under the same number.
    pub id: u64,
    /// The budget that it uses.
    pub budget: String,
    /// The month to which it belongs.
    pub month: Month,
    /// What was counted.
    pub amounts: Amounts,
}

/// Amounts that are added to a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Amounts {
    /// Invocations begun.
    pub requests: u64,
    /// Memory times billed time, in MB-milliseconds. It is negative where less was used than had been charged in advance.
    pub mb_ms: i64,
    /// Bytes logged, as CloudWatch counts them.
    pub log_bytes: u64,
    /// Metric series that were written, by a number each.
    pub series: BTreeSet<u64>,
}

/// What a month has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Totals {
    /// Invocations begun.
    pub requests: u64,
    /// Memory times billed time, in MB-milliseconds.
    pub mb_ms: u64,
    /// Bytes logged, as CloudWatch counts them.
    pub log_bytes: u64,
    /// Metric series.
    pub series: u64,
}

/// A month of a budget as the store has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// What was used.
    pub totals: Totals,
    /// What was used when the function was last stopped in this month; none if it was not.
    pub tripped_at: Option<Totals>,
}

impl Batch {
    /// A batch of that number.
    #[must_use]
    pub fn new(id: u64, budget: impl Into<String>, month: Month, amounts: Amounts) -> Self {
        Self {
            id,
            budget: budget.into(),
            month,
            amounts,
        }
    }
}

impl Amounts {
    /// These amounts together.
    #[must_use]
    pub fn new(requests: u64, mb_ms: i64, log_bytes: u64, series: impl IntoIterator<Item = u64>) -> Self {
        Self {
            requests,
            mb_ms,
            log_bytes,
            series: series.into_iter().collect(),
        }
    }

    /// Whether there is nothing to add.
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// Adds `more`.
    pub(super) fn add(&mut self, more: Self) {
        self.requests = self.requests.saturating_add(more.requests);
        self.mb_ms = self.mb_ms.saturating_add(more.mb_ms);
        self.log_bytes = self.log_bytes.saturating_add(more.log_bytes);
        self.series.extend(more.series);
    }
}

impl Totals {
    /// These amounts together.
    #[must_use]
    pub fn new(requests: u64, mb_ms: u64, log_bytes: u64, series: u64) -> Self {
        Self {
            requests,
            mb_ms,
            log_bytes,
            series,
        }
    }

    /// The totals before `batch` was added, as near as one can say: of its series it is not known which were there before.
    pub(crate) fn before(&self, batch: &Batch) -> Self {
        Self {
            requests: self.requests.saturating_sub(batch.amounts.requests),
            mb_ms: self.mb_ms.saturating_add_signed(batch.amounts.mb_ms.saturating_neg()),
            log_bytes: self.log_bytes.saturating_sub(batch.amounts.log_bytes),
            series: self.series.saturating_sub(batch.amounts.series.len() as u64),
        }
    }

    /// The totals with `amounts` that the store has not been told yet; series of them count as new.
    pub(crate) fn with(&self, amounts: &Amounts) -> Self {
        Self {
            requests: self.requests.saturating_add(amounts.requests),
            mb_ms: self.mb_ms.saturating_add_signed(amounts.mb_ms),
            log_bytes: self.log_bytes.saturating_add(amounts.log_bytes),
            series: self.series.saturating_add(amounts.series.len() as u64),
        }
    }
}

impl Account {
    /// An account with these totals.
    #[must_use]
    pub fn new(totals: Totals, tripped_at: Option<Totals>) -> Self {
        Self { totals, tripped_at }
    }
}
