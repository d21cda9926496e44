//! Tells the store what was counted, at the right times, and does what the policy says.

use std::{rc::Rc, time::Duration};

use zerobill_free_tier::Month;

use crate::{
    aws::{Aws, CALL_LEAST},
    clock::{self, End},
    ledger::{Batch, Ledger},
    log::{Level, say},
    policy::{Action, Totals},
    settings::{Settings, StoreSettings},
    stop::stop,
    store::{Account, DynamoDbStore, FileStore, MemoryStore, Store},
    telemetry::Shared,
    transport::Failed,
};

/// The most that the calls of one flush may take together.
const FLUSH_LIMIT: Duration = Duration::from_millis(1_500);

/// How long a store that failed is left alone.
const REST_MS: u64 = 30_000;

/// Counts, and adds up.
pub(crate) struct Meter {
    settings: MeterSettings,
    shared: Shared,
    aws: Rc<Aws>,
    store: Box<dyn Store>,
    flushed_ms: u64,
    /// Until when the store is left alone.
    rests_until_ms: u64,
}

/// The settings without those of AWS.
struct MeterSettings {
    function: String,
    budget_name: String,
    budget: crate::policy::Budget,
    actions: [Action; crate::policy::THRESHOLDS.len()],
    flush_after_ms: u64,
    flush_requests: u64,
}

impl Meter {
    pub(crate) fn new(settings: Settings, now_ms: u64) -> Self {
        let aws = Rc::new(Aws::new(settings.aws));
        let store: Box<dyn Store> = match settings.store {
            StoreSettings::Memory => Box::new(MemoryStore::default()),
            StoreSettings::Folder(folder) => Box::new(FileStore::new(folder)),
            StoreSettings::Table(table) => Box::new(DynamoDbStore::new(Rc::clone(&aws), table)),
        };
        Self {
            settings: MeterSettings {
                function: settings.function,
                budget_name: settings.budget_name,
                budget: settings.budget,
                actions: settings.actions,
                flush_after_ms: u64::try_from(settings.flush_after.as_millis()).unwrap_or(u64::MAX),
                flush_requests: settings.flush_requests,
            },
            shared: Shared::new(Ledger::new(settings.memory_mb)),
            aws,
            store,
            flushed_ms: now_ms,
            rests_until_ms: 0,
        }
    }

    /// The ledger that telemetry corrects.
    pub(crate) fn shared(&self) -> Shared {
        self.shared.clone()
    }

    /// Counts an invocation, and tells the store if it is time to.
    pub(crate) fn invoke(&mut self, request_id: &str, deadline_ms: u64, now_ms: u64) {
        if let Some(month) = clock::month(now_ms) {
            self.shared.lock().begin(request_id, month, now_ms, deadline_ms);
        }
        // A clock that was set back does not keep what was counted for longer.
        let is_due = !(self.flushed_ms..self.flushed_ms.saturating_add(self.settings.flush_after_ms)).contains(&now_ms)
            || self.shared.lock().pending_requests() >= self.settings.flush_requests;
        if is_due && now_ms >= self.rests_until_ms {
            self.flush(deadline_ms, now_ms);
        }
    }

    /// Tells the store all that was counted, as far as there is time until the deadline.
    pub(crate) fn flush(&mut self, deadline_ms: u64, now_ms: u64) {
        self.flushed_ms = now_ms;
        let half = Duration::from_millis(deadline_ms.saturating_sub(now_ms) / 2);
        let end = End::after(half.min(FLUSH_LIMIT));
        while end.left() >= CALL_LEAST {
            let Some(batch) = self.shared.lock().next() else {
                return;
            };
            match self.store.add(&self.settings.budget_name, &batch, end) {
                Ok(account) => {
                    self.shared.lock().settle(batch.id);
                    // A month that is over asks for nothing any more.
                    if clock::month(now_ms) == Some(batch.month) {
                        self.obey(&batch, account, end);
                    }
                }
                Err(failed) => {
                    self.rests_until_ms = clock::epoch_ms().saturating_add(REST_MS);
                    say(
                        Level::Warn,
                        &format!("the meter's store did not answer, and what was counted waits: {failed}"),
                    );
                    return;
                }
            }
        }
    }

    /// Does what the policy says of a month that has come to `account` with this batch.
    fn obey(&mut self, batch: &Batch, account: Account, end: End) {
        let Account { totals, tripped_at } = account;
        let added = batch.amounts;
        let before = Totals {
            requests: totals.requests.saturating_sub(added.requests),
            mb_ms: totals.mb_ms.saturating_add_signed(added.mb_ms.saturating_neg()),
        };
        let settings = &self.settings;
        let crossed = settings.budget.crossed(settings.actions, before, totals, tripped_at);
        for crossing in &crossed {
            say(
                Level::Warn,
                &format!("budget `{}`: {}", settings.budget_name, crossing.text),
            );
        }
        if let Some(crossing) = crossed.iter().find(|crossing| crossing.action == Action::Trip) {
            let stopped = self.stop(&crossing.text, batch.month, totals, end);
            self.said(stopped);
        }
    }

    fn stop(&mut self, reason: &str, month: Month, totals: Totals, end: End) -> Result<(), Failed> {
        stop(&self.aws, self.store.as_mut(), &self.settings.function, reason, end)?;
        self.store.mark(&self.settings.budget_name, month, totals, end)
    }

    fn said(&self, stopped: Result<(), Failed>) {
        let function = &self.settings.function;
        match stopped {
            Ok(()) => say(
                Level::Warn,
                &format!("`{function}` is stopped: further invocations are refused until `zerobill guard release`"),
            ),
            Err(failed) => say(Level::Error, &format!("`{function}` cannot be stopped: {failed}")),
        }
    }
}

#[cfg(test)]
mod tests;
