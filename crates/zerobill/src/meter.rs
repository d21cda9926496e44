//! What this execution environment has used since it started: plain counters that every invocation adds to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

/// The counters of one gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    started: AtomicBool,
    invocations: AtomicU64,
    in_flight: AtomicU64,
    errors: AtomicU64,
    duration_us: AtomicU64,
    billed_ms: AtomicU64,
    operations: AtomicU64,
    operation_errors: AtomicU64,
}

/// A reading of the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// Invocations begun; counted at their start, so that one that is lost still counts.
    pub invocations: u64,
    /// Invocations running now, the one that asks among them.
    pub in_flight: u64,
    /// Invocations that ended in an error.
    pub errors: u64,
    /// Time inside ended invocations, in microseconds.
    pub duration_us: u64,
    /// What those are billed, in milliseconds, each rounded up.
    pub billed_ms: u64,
    /// Dynamic operations called.
    pub operations: u64,
    /// Dynamic operations that answered with an error.
    pub operation_errors: u64,
}

impl Meter {
    /// Whether both are the same counters.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Counts an invocation's start; says whether it is the first.
    pub(crate) fn begin(&self) -> bool {
        self.0.invocations.fetch_add(1, Relaxed);
        self.0.in_flight.fetch_add(1, Relaxed);
        !self.0.started.swap(true, Relaxed)
    }

    /// Counts an invocation's end.
    pub(crate) fn end(&self, duration_us: u64, failed: bool) {
        self.0.in_flight.fetch_sub(1, Relaxed);
        self.0.errors.fetch_add(u64::from(failed), Relaxed);
        self.0.duration_us.fetch_add(duration_us, Relaxed);
        self.0.billed_ms.fetch_add(duration_us.div_ceil(1_000).max(1), Relaxed);
    }

    /// How many dynamic operations were called.
    pub(crate) fn operations(&self) -> u64 {
        self.0.operations.load(Relaxed)
    }

    /// Counts a dynamic operation; says how many there were before.
    pub(crate) fn operation(&self, failed: bool) -> u64 {
        if failed {
            self.0.operation_errors.fetch_add(1, Relaxed);
        }
        self.0.operations.fetch_add(1, Relaxed)
    }

    /// The counters now.
    pub(crate) fn usage(&self) -> Usage {
        let counters = &self.0;
        Usage {
            invocations: counters.invocations.load(Relaxed),
            in_flight: counters.in_flight.load(Relaxed),
            errors: counters.errors.load(Relaxed),
            duration_us: counters.duration_us.load(Relaxed),
            billed_ms: counters.billed_ms.load(Relaxed),
            operations: counters.operations.load(Relaxed),
            operation_errors: counters.operation_errors.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_invocation_is_cold_and_each_is_billed_rounded_up() {
        let meter = Meter::default();
        assert!(meter.begin());
        meter.end(1_001, false);
        assert!(!meter.begin());
        meter.end(0, true);
        let usage = meter.usage();
        assert_eq!((usage.invocations, usage.in_flight, usage.errors), (2, 0, 1));
        assert_eq!((usage.duration_us, usage.billed_ms), (1_001, 3));
    }
}
