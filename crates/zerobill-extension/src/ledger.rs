//! What this environment has used: each invocation is charged up to its deadline when it begins, since its report comes with the
//! next one and is lost if there is none, and corrected when it comes.

use std::{
    collections::{BTreeMap, VecDeque, hash_map::RandomState},
    hash::BuildHasher as _,
};

use zerobill_free_tier::Month;

/// So many invocations wait for their report; older ones stay charged as they are.
const MAX_OPEN: usize = 100;

/// What is counted and not yet in the store, by month.
#[derive(Debug)]
pub(crate) struct Ledger {
    memory_mb: u64,
    open: VecDeque<Open>,
    pending: BTreeMap<Month, Amounts>,
    /// The number of the next batch. Its upper half names this environment among all that add to a month.
    next_id: u64,
    /// What was handed over and not acknowledged; it does not change any more.
    sent: Option<Batch>,
}

/// What is added to a month at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// By which the store knows one that comes again, because its answer was lost.
    pub(crate) id: u64,
    pub(crate) month: Month,
    pub(crate) amounts: Amounts,
}

/// Amounts that are added to a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    /// Invocations begun.
    pub(crate) requests: u64,
    /// Memory times billed time, in MB-milliseconds; negative where less was used than charged.
    pub(crate) mb_ms: i64,
}

/// An invocation whose report has not come.
#[derive(Debug)]
struct Open {
    request_id: String,
    charged_ms: u64,
    month: Month,
}

impl Ledger {
    pub(crate) fn new(memory_mb: u64) -> Self {
        Self {
            memory_mb,
            open: VecDeque::new(),
            pending: BTreeMap::new(),
            // The one source of randomness that the standard library has.
            next_id: (RandomState::new().hash_one(()) << 32) + 1,
            sent: None,
        }
    }

    /// Counts an invocation that begins now and may last until its deadline.
    pub(crate) fn begin(&mut self, request_id: &str, month: Month, now_ms: u64, deadline_ms: u64) {
        let charged_ms = deadline_ms.saturating_sub(now_ms);
        self.charge(month, 1, charged_ms, 0);
        if self.open.len() == MAX_OPEN {
            self.open.pop_front();
        }
        self.open.push_back(Open {
            request_id: request_id.to_owned(),
            charged_ms,
            month,
        });
    }

    /// Corrects the charge of an invocation by what is billed.
    pub(crate) fn correct(&mut self, request_id: &str, billed_ms: u64) {
        if let Some(place) = self.open.iter().position(|open| open.request_id == request_id)
            && let Some(open) = self.open.remove(place)
        {
            self.charge(open.month, 0, billed_ms, open.charged_ms);
        }
    }

    /// Whether the last invocation's report has not come.
    pub(crate) fn waits(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many invocations the store has not acknowledged.
    pub(crate) fn pending_requests(&self) -> u64 {
        let sent = self.sent.iter().map(|sent| sent.amounts.requests);
        let pending = self.pending.values().map(|amounts| amounts.requests);
        sent.chain(pending).sum()
    }

    /// The batch that the store is to be told of now: the one that it did not acknowledge, or else the oldest month's.
    pub(crate) fn next(&mut self) -> Option<Batch> {
        if self.sent.is_none() {
            let (month, amounts) = self.pending.pop_first()?;
            let id = self.next_id;
            self.next_id = id.wrapping_add(1);
            self.sent = Some(Batch { id, month, amounts });
        }
        self.sent
    }

    /// Forgets the batch of that number: the store has it.
    pub(crate) fn settle(&mut self, id: u64) {
        self.sent = self.sent.filter(|sent| sent.id != id);
    }

    fn charge(&mut self, month: Month, requests: u64, more_ms: u64, less_ms: u64) {
        let mb_ms = |ms: u64| i64::try_from(ms.saturating_mul(self.memory_mb)).unwrap_or(i64::MAX);
        let mb_ms = mb_ms(more_ms) - mb_ms(less_ms);
        let pending = self.pending.entry(month).or_default();
        pending.requests = pending.requests.saturating_add(requests);
        pending.mb_ms = pending.mb_ms.saturating_add(mb_ms);
    }
}

#[cfg(test)]
impl Ledger {
    /// Everything that is to be added next, as if the store had it.
    pub(crate) fn take(&mut self) -> Option<(Month, Amounts)> {
        let batch = self.next()?;
        self.settle(batch.id);
        Some((batch.month, batch.amounts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTH: Option<Month> = Month::new(2026, 11);

    #[test]
    fn an_invocation_is_charged_to_its_deadline_and_corrected_by_its_report() {
        let month = MONTH.unwrap();
        let mut ledger = Ledger::new(128);
        ledger.begin("a", month, 1_000, 4_000);
        let charged = Amounts {
            requests: 1,
            mb_ms: 3_000 * 128,
        };
        assert_eq!((ledger.take(), ledger.waits()), (Some((month, charged)), true));
        ledger.correct("a", 12);
        let corrected = Amounts {
            requests: 0,
            mb_ms: (12 - 3_000) * 128,
        };
        assert_eq!((ledger.take(), ledger.waits()), (Some((month, corrected)), false));
        ledger.correct("a", 12);
        assert_eq!(ledger.take(), None);
    }

    #[test]
    fn a_correction_belongs_to_the_month_in_which_the_invocation_began() {
        let (november, december) = (MONTH.unwrap(), Month::new(2026, 12).unwrap());
        let mut ledger = Ledger::new(128);
        ledger.begin("a", november, 0, 10);
        ledger.begin("b", december, 0, 10);
        ledger.correct("a", 4);
        assert_eq!(
            ledger.take(),
            Some((
                november,
                Amounts {
                    requests: 1,
                    mb_ms: 4 * 128
                }
            ))
        );
        assert_eq!(
            ledger.take(),
            Some((
                december,
                Amounts {
                    requests: 1,
                    mb_ms: 10 * 128
                }
            ))
        );
    }

    #[test]
    fn a_batch_that_is_not_acknowledged_comes_again_as_it_was_under_its_number() {
        let month = MONTH.unwrap();
        let mut ledger = Ledger::new(128);
        ledger.begin("a", month, 0, 1);
        let sent = ledger.next().unwrap();
        ledger.begin("b", month, 0, 1);
        assert_eq!((ledger.next(), ledger.pending_requests()), (Some(sent), 2));
        ledger.settle(sent.id);
        let next = ledger.next().unwrap();
        assert_eq!((next.id, next.amounts.requests), (sent.id + 1, 1));
        ledger.settle(next.id);
        assert_eq!(ledger.next(), None);
    }

    #[test]
    fn environments_have_numbers_of_their_own() {
        let number = || Ledger::new(128).next_id;
        let numbers: std::collections::BTreeSet<_> = (0..8).map(|_| number() >> 32).collect();
        assert!(numbers.len() > 1, "{numbers:?}");
    }

    #[test]
    fn reports_that_never_come_do_not_pile_up() {
        let mut ledger = Ledger::new(128);
        for number in 0..1_000 {
            ledger.begin(&number.to_string(), MONTH.unwrap(), 0, 1);
        }
        assert_eq!(ledger.open.len(), MAX_OPEN);
        assert_eq!(ledger.pending_requests(), 1_000);
    }
}
