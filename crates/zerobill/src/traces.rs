//! What was done last: a bounded ring of invocations and dynamic operations, without parameters and answers.

use std::{
    borrow::Cow,
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use serde::Serialize;

use crate::{clock::Clock, lazy::microseconds};

/// The outcome of what succeeded.
pub(crate) const OK: &str = "ok";

/// The outcome of an invocation that failed; its log says why.
pub(crate) const ERROR: &str = "error";

/// One invocation or one dynamic operation that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Trace {
    /// What it was: `invocation`, or an operation's name such as `cache.get`.
    pub what: Cow<'static, str>,
    /// The request id of the invocation that it was, or in which it ran.
    pub request_id: Option<String>,
    /// When it began, in milliseconds since 1970.
    pub at_ms: u64,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// `ok`, an operation's error code, or `error` for an invocation that failed.
    pub outcome: &'static str,
}

/// The last of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TraceReport {
    /// How many are kept; 0 means that none is, until `debug.traces` is set where the function starts.
    pub capacity: usize,
    /// How many there were since the start or the last clearing, those no longer kept among them.
    pub recorded: u64,
    /// Those kept, the oldest first.
    pub traces: Vec<Trace>,
}

/// The ring of one gateway. With a capacity of 0 a call costs one load of an atomic.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    capacity: AtomicUsize,
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    recorded: u64,
    traces: VecDeque<Trace>,
}

impl Traces {
    /// Keeps the last `capacity` from now on.
    pub(crate) fn keep(&self, capacity: usize) {
        self.0.capacity.store(capacity, Relaxed);
    }

    /// Whether any are kept.
    pub(crate) fn are_kept(&self) -> bool {
        self.0.capacity.load(Relaxed) > 0
    }

    /// Keeps what began at `started` by the stopwatch of `clock` and has just ended.
    pub(crate) fn record(
        &self,
        clock: &Clock,
        started: Duration,
        what: Cow<'static, str>,
        request_id: Option<String>,
        outcome: &'static str,
    ) {
        let took_us = microseconds(clock.monotonic().saturating_sub(started));
        let trace = Trace {
            what,
            request_id,
            at_ms: clock.epoch_ms().saturating_sub(took_us / 1_000),
            took_us,
            outcome,
        };
        let capacity = self.0.capacity.load(Relaxed);
        let mut ring = self.ring();
        ring.recorded += 1;
        ring.traces.push_back(trace);
        while ring.traces.len() > capacity {
            ring.traces.pop_front();
        }
    }

    /// Those kept now.
    pub(crate) fn report(&self) -> TraceReport {
        let ring = self.ring();
        TraceReport {
            capacity: self.0.capacity.load(Relaxed),
            recorded: ring.recorded,
            traces: ring.traces.iter().cloned().collect(),
        }
    }

    /// Drops all and says how many were kept.
    pub(crate) fn clear(&self) -> usize {
        std::mem::take(&mut *self.ring()).traces.len()
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_last_and_counts_all() {
        let (clock, hand) = Clock::manual(std::time::UNIX_EPOCH + Duration::from_secs(1_000));
        let traces = Traces::default();
        assert!(!traces.are_kept());
        traces.keep(2);
        assert!(traces.are_kept());
        for what in ["a.b", "a.c", "a.d"] {
            let started = clock.monotonic();
            hand.advance(Duration::from_micros(2_500));
            traces.record(&clock, started, what.into(), None, OK);
        }
        let report = traces.report();
        let kept: Vec<_> = report
            .traces
            .iter()
            .map(|trace| (trace.what.as_ref(), trace.took_us))
            .collect();
        assert_eq!((report.capacity, report.recorded), (2, 3));
        assert_eq!(kept, [("a.c", 2_500), ("a.d", 2_500)]);
        assert_eq!(report.traces[0].at_ms, 1_000_003, "its beginning");
        assert_eq!(traces.clear(), 2);
        assert_eq!((traces.report().recorded, traces.report().traces.len()), (0, 0));
    }
}
