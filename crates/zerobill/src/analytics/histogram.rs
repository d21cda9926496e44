//! Durations in a fixed number of buckets.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

/// Where the buckets end, in microseconds; a last one has no end.
pub const BOUNDS_US: [u64; BUCKETS - 1] = [
    100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000,
];

const BUCKETS: usize = 11;

/// How many durations were in each bucket: at most the bound of [`BOUNDS_US`] at its place, and above that of the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Histogram([u64; BUCKETS]);

impl Histogram {
    /// The counts, from the shortest durations to the longest.
    pub fn counts(&self) -> &[u64] {
        &self.0
    }

    /// How many durations there were.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The bound in microseconds that so many of a hundred durations do not exceed; `None` if there were none, or if it is
    /// above the last bound.
    pub fn percentile_us(&self, percent: u64) -> Option<u64> {
        let total = u128::from(self.total());
        let mut below = 0_u128;
        let bucket = self.0.iter().position(|count| {
            below += u128::from(*count);
            below > 0 && below * 100 >= total * u128::from(percent)
        })?;
        BOUNDS_US.get(bucket).copied()
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (own, other) in self.0.iter_mut().zip(other.0) {
            *own = own.saturating_add(other);
        }
    }

    #[cfg(test)]
    pub(super) fn of(counts: [u64; BUCKETS]) -> Self {
        Self(counts)
    }
}

/// A histogram that several threads add to.
#[derive(Debug, Default)]
pub(super) struct Buckets([AtomicU64; BUCKETS]);

impl Buckets {
    pub(super) fn add(&self, us: u64) {
        let bucket = BOUNDS_US.partition_point(|bound| *bound < us);
        if let Some(count) = self.0.get(bucket) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(super) fn read(&self) -> Histogram {
        Histogram(std::array::from_fn(|bucket| self.0[bucket].load(Relaxed)))
    }
}
