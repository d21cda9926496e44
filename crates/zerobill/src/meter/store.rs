//! Where months are added up, and the store that is this process alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::{Future, ready},
    pin::Pin,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use zerobill_free_tier::Month;

use super::batch::{Account, Amounts, Batch, Totals};

/// Why the store did not answer. What was counted is kept, and added later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the meter's store did not answer: {0}")]
pub struct StoreError(pub String);

/// An answer of the store to come.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Adds up months for all execution environments and functions that share a budget.
///
/// It is told of a batch when an execution environment begins its first invocation, and about once a minute then. When it is down,
/// what was counted waits; an invocation never fails for it.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// What it is in one word, such as `file`.
    fn name(&self) -> &'static str;

    /// Adds `batch`, and answers with the month as it is then. A batch that comes again under the same number is added once, as far
    /// as the store can tell; its documentation says how far that is.
    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account>;

    /// The month of `budget`; all zero if nothing was added yet.
    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account>;

    /// Remembers that a function was stopped when so much of the month was used.
    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()>;
}

/// One month of one budget as [`MemoryStore`] and [`FileStore`](super::FileStore) keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Entry {
    requests: u64,
    /// Corrections of what was charged in the month before can make it negative for a moment.
    mb_ms: i64,
    log_bytes: u64,
    series: BTreeSet<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tripped_at: Option<Totals>,
}

/// Months by budget and month, such as `shop` and `2026-11`.
pub(super) type Months = BTreeMap<String, BTreeMap<String, Entry>>;

/// So many months of a budget are kept.
const KEPT_MONTHS: usize = 13;

impl Entry {
    pub(super) fn add(&mut self, amounts: &Amounts) {
        self.requests = self.requests.saturating_add(amounts.requests);
        self.mb_ms = self.mb_ms.saturating_add(amounts.mb_ms);
        self.log_bytes = self.log_bytes.saturating_add(amounts.log_bytes);
        self.series.extend(&amounts.series);
    }

    pub(super) fn mark(&mut self, tripped_at: Totals) {
        self.tripped_at = Some(tripped_at);
    }

    pub(super) fn account(&self) -> Account {
        let mb_ms = u64::try_from(self.mb_ms).unwrap_or_default();
        let totals = Totals::new(self.requests, mb_ms, self.log_bytes, self.series.len() as u64);
        Account::new(totals, self.tripped_at)
    }
}

/// The entry of that budget and month, made if need be; the oldest months beyond those that are kept are dropped.
pub(super) fn entry<'a>(months: &'a mut Months, budget: &str, month: Month) -> &'a mut Entry {
    let months = months.entry(budget.to_owned()).or_default();
    let key = month.to_string();
    if !months.contains_key(&key) && months.len() >= KEPT_MONTHS {
        months.pop_first();
    }
    months.entry(key).or_default()
}

/// What is kept of that budget and month.
pub(super) fn account(months: &Months, budget: &str, month: Month) -> Account {
    let entry = months.get(budget).and_then(|months| months.get(&month.to_string()));
    entry.map(Entry::account).unwrap_or_default()
}

/// Adds up for as long as the process lives: each execution environment by itself.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Months>);

impl MemoryStore {
    fn with<R>(&self, with: impl FnOnce(&mut Months) -> R) -> R {
        with(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Store for MemoryStore {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account> {
        Box::pin(ready(Ok(self.with(|months| {
            let entry = entry(months, &batch.budget, batch.month);
            entry.add(&batch.amounts);
            entry.account()
        }))))
    }

    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account> {
        Box::pin(ready(Ok(self.with(|months| account(months, budget, month)))))
    }

    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()> {
        self.with(|months| entry(months, budget, month).mark(tripped_at));
        Box::pin(ready(Ok(())))
    }
}
