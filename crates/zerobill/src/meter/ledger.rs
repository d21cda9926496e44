//! What this execution environment has counted and the store has not acknowledged.

use std::collections::VecDeque;

use zerobill_free_tier::Month;

use super::{
    batch::{Amounts, Batch},
    month::Span,
};

/// Amounts on their way to the store: those of the running month, those of months that ended meanwhile, and the batch that was
/// handed over and not acknowledged, which does not change any more.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Names this execution environment in the numbers of its batches.
    writer: u32,
    sequence: u32,
    span: Span,
    open: Amounts,
    ended: VecDeque<(Month, Amounts)>,
    sent: Option<Batch>,
}

impl Ledger {
    pub(super) fn new(writer: u32, now_ms: u64) -> Self {
        Self {
            writer,
            sequence: 0,
            span: Span::at(now_ms),
            open: Amounts::default(),
            ended: VecDeque::new(),
            sent: None,
        }
    }

    /// The running month.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// Adds to the running month.
    pub(super) fn add(&mut self, amounts: Amounts) {
        self.open.add(amounts);
    }

    /// Begins the month of that time, if it is another one.
    pub(super) fn turn(&mut self, now_ms: u64) {
        let span = self.span.then(now_ms);
        if span != self.span {
            let amounts = std::mem::take(&mut self.open);
            self.end(self.span.month, amounts);
            self.span = span;
        }
    }

    /// Corrects what was charged in the month that began at that time.
    pub(super) fn correct(&mut self, month_start_ms: u64, mb_ms: i64) {
        let amounts = Amounts {
            mb_ms,
            ..Amounts::default()
        };
        if month_start_ms == self.span.start_ms {
            self.open.add(amounts);
        } else {
            self.end(Span::at(month_start_ms).month, amounts);
        }
    }

    fn end(&mut self, month: Month, amounts: Amounts) {
        if amounts.is_empty() {
            return;
        }
        match self.ended.iter_mut().find(|(ended, _)| *ended == month) {
            Some((_, sum)) => sum.add(amounts),
            None => self.ended.push_back((month, amounts)),
        }
    }

    /// The batch that the store is to be told of now: the one it did not acknowledge, or else the oldest amounts.
    pub(super) fn next(&mut self, budget: &str) -> Option<Batch> {
        if self.sent.is_none() {
            let (month, amounts) = match self.ended.pop_front() {
                Some(ended) => ended,
                None if self.open.is_empty() => return None,
                None => (self.span.month, std::mem::take(&mut self.open)),
            };
            self.sequence = self.sequence.wrapping_add(1);
            self.sent = Some(Batch {
                id: u64::from(self.writer) << 32 | u64::from(self.sequence),
                budget: budget.to_owned(),
                month,
                amounts,
            });
        }
        self.sent.clone()
    }

    /// Forgets the batch of that number: the store has it.
    pub(super) fn settle(&mut self, id: u64) {
        if self.sent.as_ref().is_some_and(|sent| sent.id == id) {
            self.sent = None;
        }
    }

    /// What of the running month the store has not acknowledged.
    pub(super) fn unsettled(&self) -> Amounts {
        let mut amounts = self.open.clone();
        if let Some(sent) = self.sent.as_ref().filter(|sent| sent.month == self.span.month) {
            amounts.add(sent.amounts.clone());
        }
        amounts
    }
}
