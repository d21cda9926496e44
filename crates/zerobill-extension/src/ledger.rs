//! What this environment has used: each invocation is charged up to its deadline when it begins, since its report comes with the
//! next one and is lost if there is none, and corrected when it comes.

use std::collections::{BTreeMap, VecDeque};

use zerobill_free_tier::Month;

/// So many invocations wait for their report; older ones stay charged as they are.
const MAX_OPEN: usize = 100;

/// What is counted and not yet in the store, by month.
#[derive(Debug)]
pub(crate) struct Ledger {
    memory_mb: u64,
    open: VecDeque<Open>,
    pending: BTreeMap<Month, Amounts>,
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

    /// How many invocations are not in the store.
    pub(crate) fn pending_requests(&self) -> u64 {
        self.pending.values().map(|amounts| amounts.requests).sum()
    }

    /// Takes what is to be added to a month, the oldest one first.
    pub(crate) fn take(&mut self) -> Option<(Month, Amounts)> {
        self.pending.pop_first()
    }

    /// Puts back what the store did not take.
    pub(crate) fn put_back(&mut self, month: Month, amounts: Amounts) {
        let pending = self.pending.entry(month).or_default();
        pending.requests = pending.requests.saturating_add(amounts.requests);
        pending.mb_ms = pending.mb_ms.saturating_add(amounts.mb_ms);
    }

    fn charge(&mut self, month: Month, requests: u64, more_ms: u64, less_ms: u64) {
        let mb_ms = |ms: u64| i64::try_from(ms.saturating_mul(self.memory_mb)).unwrap_or(i64::MAX);
        let mb_ms = mb_ms(more_ms) - mb_ms(less_ms);
        self.put_back(month, Amounts { requests, mb_ms });
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
    fn what_the_store_did_not_take_is_added_to_what_comes() {
        let month = MONTH.unwrap();
        let mut ledger = Ledger::new(128);
        ledger.begin("a", month, 0, 1);
        let (month, amounts) = ledger.take().unwrap();
        ledger.begin("b", month, 0, 1);
        ledger.put_back(month, amounts);
        assert_eq!(ledger.pending_requests(), 2);
        assert_eq!(
            ledger.take(),
            Some((
                month,
                Amounts {
                    requests: 2,
                    mb_ms: 256
                }
            ))
        );
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
