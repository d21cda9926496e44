//! Where months are added up, and who was stopped: the same places as for functions written with zerobill.

mod dynamodb;
mod file;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zerobill_free_tier::Month;

pub(crate) use self::{dynamodb::DynamoDbStore, file::FileStore};
use crate::{clock::End, ledger::Batch, policy::Totals, transport::Failed};

/// A month of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) totals: Totals,
    /// What was used when a function was last stopped in it.
    pub(crate) tripped_at: Option<Totals>,
}

/// A function that was stopped, with what is needed to let it run again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Trip {
    pub(crate) function: String,
    pub(crate) reason: String,
    pub(crate) since_ms: u64,
    pub(crate) saved: Saved,
    #[serde(default)]
    pub(crate) gaps: Vec<String>,
    #[serde(default)]
    pub(crate) releasing: bool,
    pub(crate) version: u64,
}

/// What was changed, as it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Saved {
    pub(crate) concurrency: Concurrency,
    #[serde(default)]
    pub(crate) mappings: Vec<String>,
    #[serde(default)]
    pub(crate) schedules: Vec<String>,
    #[serde(default)]
    pub(crate) rules: Vec<String>,
}

/// The reserved concurrency before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Concurrency {
    #[default]
    Untouched,
    Unreserved,
    Reserved(u32),
}

/// Adds up months and keeps trips; no call waits longer than until its end.
pub(crate) trait Store {
    /// Adds to a month, and answers with the month as it is then. A batch that is there already is not added again.
    fn add(&mut self, budget: &str, batch: &Batch, end: End) -> Result<Account, Failed>;

    /// Remembers that a function was stopped when so much of the month was used.
    fn mark(&mut self, budget: &str, month: Month, tripped_at: Totals, end: End) -> Result<(), Failed>;

    /// The trip of a function.
    fn trip(&mut self, function: &str, end: End) -> Result<Option<Trip>, Failed>;

    /// Keeps a first trip; says whether there was none yet.
    fn keep(&mut self, trip: &Trip, end: End) -> Result<bool, Failed>;
}

/// Adds up for as long as the process lives.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    months: BTreeMap<Month, (u64, i64, Option<Totals>)>,
    trip: Option<Trip>,
}

impl Store for MemoryStore {
    fn add(&mut self, _budget: &str, batch: &Batch, _end: End) -> Result<Account, Failed> {
        let amounts = batch.amounts;
        let (requests, mb_ms, tripped_at) = self.months.entry(batch.month).or_default();
        *requests = requests.saturating_add(amounts.requests);
        *mb_ms = mb_ms.saturating_add(amounts.mb_ms);
        Ok(Account {
            totals: totals(*requests, *mb_ms),
            tripped_at: *tripped_at,
        })
    }

    fn mark(&mut self, _budget: &str, month: Month, tripped_at: Totals, _end: End) -> Result<(), Failed> {
        self.months.entry(month).or_default().2 = Some(tripped_at);
        Ok(())
    }

    fn trip(&mut self, _function: &str, _end: End) -> Result<Option<Trip>, Failed> {
        Ok(self.trip.clone())
    }

    fn keep(&mut self, trip: &Trip, _end: End) -> Result<bool, Failed> {
        let first = self.trip.is_none();
        self.trip.get_or_insert_with(|| trip.clone());
        Ok(first)
    }
}

/// Corrections of what was charged in the month before can make a month negative for a moment.
fn totals(requests: u64, mb_ms: i64) -> Totals {
    Totals {
        requests,
        mb_ms: u64::try_from(mb_ms).unwrap_or_default(),
    }
}
