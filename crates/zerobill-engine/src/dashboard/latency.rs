//! Percentiles of durations.

use serde::Serialize;

/// How long some invocations took, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Latency {
    count: usize,
    p50_us: u64,
    p90_us: u64,
    p99_us: u64,
    max_us: u64,
}

impl Latency {
    /// The percentiles by nearest rank; none of no durations.
    pub(super) fn of(mut durations_us: Vec<u64>) -> Option<Self> {
        durations_us.sort_unstable();
        let count = durations_us.len();
        let rank = |percent: usize| durations_us.get((count * percent).div_ceil(100).max(1) - 1).copied();
        Some(Self {
            count,
            p50_us: rank(50)?,
            p90_us: rank(90)?,
            p99_us: rank(99)?,
            max_us: rank(100)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_durations_that_occurred() {
        let latency = Latency::of((1..=200).rev().collect()).unwrap();
        let figures = (latency.p50_us, latency.p90_us, latency.p99_us, latency.max_us);
        assert_eq!((latency.count, figures), (200, (100, 180, 198, 200)));
        let one = Latency::of(vec![7]).unwrap();
        assert_eq!((one.p50_us, one.p99_us, one.max_us), (7, 7, 7));
        assert_eq!(Latency::of(Vec::new()), None);
    }
}
