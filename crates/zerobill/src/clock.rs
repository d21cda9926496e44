//! The only place that reads time: the wall clock, a stopwatch, and an age that counts freezes and never goes back.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Differences between the two clocks below this many milliseconds are noise, not a freeze.
const FREEZE_FLOOR_MS: i64 = 100;

/// Where time comes from.
///
/// A frozen execution environment's monotonic clock need not advance, and a wall clock can be set back. So there are
/// three readings: [`now`](Self::now) to print, [`monotonic`](Self::monotonic) to time work, and [`age`](Self::age) for
/// everything that expires.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// let (clock, hand) = zerobill::Clock::manual(SystemTime::UNIX_EPOCH);
/// hand.freeze(Duration::from_secs(60)); // the wall clock moves on, the monotonic one stands still
/// assert_eq!(clock.age(), Duration::from_secs(60));
/// hand.set(SystemTime::UNIX_EPOCH); // set back: nothing that has expired comes back to life
/// assert_eq!(clock.age(), Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System(&'static Guard),
    Manual(Arc<Manual>),
}

/// Moves a [`Clock::manual`].
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<Manual>);

impl Clock {
    /// The machine's clocks.
    #[must_use]
    pub fn system() -> Self {
        static GUARD: OnceLock<Guard> = OnceLock::new();
        Self(Source::System(GUARD.get_or_init(|| {
            let (wall_ms, monotonic) = system::coarse();
            Guard::new(wall_ms, monotonic)
        })))
    }

    /// A clock that stands still until its hand is moved, for tests.
    #[must_use]
    pub fn manual(start: SystemTime) -> (Self, ClockHand) {
        let wall_ms = epoch_ms(start);
        let manual = Arc::new(Manual {
            wall_ns: AtomicI64::new(wall_ms * 1_000_000),
            monotonic_ns: AtomicU64::new(0),
            guard: Guard::new(wall_ms, Duration::ZERO),
        });
        (Self(Source::Manual(Arc::clone(&manual))), ClockHand(manual))
    }

    /// The wall clock, to print and to send.
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System(_) => system::wall(),
            Source::Manual(manual) => {
                let ns = manual.wall_ns.load(Ordering::Relaxed);
                UNIX_EPOCH + Duration::from_nanos(ns.unsigned_abs())
            }
        }
    }

    /// Milliseconds since 1970 by the wall clock.
    pub fn epoch_ms(&self) -> u64 {
        epoch_ms(self.now()).unsigned_abs()
    }

    /// A stopwatch: only differences mean something, and a freeze need not count.
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            Source::System(_) => system::monotonic(),
            Source::Manual(manual) => Duration::from_nanos(manual.monotonic_ns.load(Ordering::Relaxed)),
        }
    }

    /// Time that counts freezes and never goes back, for what expires. It is as fine as the kernel's tick (1-4 ms).
    pub fn age(&self) -> Duration {
        match &self.0 {
            Source::System(guard) => {
                let (wall_ms, monotonic) = system::coarse();
                guard.age(wall_ms, monotonic)
            }
            Source::Manual(manual) => {
                let wall_ms = manual.wall_ns.load(Ordering::Relaxed) / 1_000_000;
                manual.guard.age(
                    wall_ms,
                    Duration::from_nanos(manual.monotonic_ns.load(Ordering::Relaxed)),
                )
            }
        }
    }
}

impl ClockHand {
    /// Both clocks move on.
    pub fn advance(&self, by: Duration) {
        self.0.monotonic_ns.fetch_add(nanoseconds(by), Ordering::Relaxed);
        self.freeze(by);
    }

    /// Only the wall clock moves on, as when an execution environment is frozen and thawed.
    pub fn freeze(&self, by: Duration) {
        self.0
            .wall_ns
            .fetch_add(nanoseconds(by).cast_signed(), Ordering::Relaxed);
    }

    /// The wall clock is set, forward or back.
    pub fn set(&self, to: SystemTime) {
        self.0.wall_ns.store(epoch_ms(to) * 1_000_000, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Manual {
    wall_ns: AtomicI64,
    monotonic_ns: AtomicU64,
    guard: Guard,
}

/// Adds up every leap of the wall clock ahead of the monotonic one, and ignores its steps back.
#[derive(Debug)]
struct Guard {
    start: Duration,
    skew_ms: AtomicI64,
    leapt_ms: AtomicU64,
}

impl Guard {
    fn new(wall_ms: i64, monotonic: Duration) -> Self {
        Self {
            start: monotonic,
            skew_ms: AtomicI64::new(skew(wall_ms, monotonic)),
            leapt_ms: AtomicU64::new(0),
        }
    }

    fn age(&self, wall_ms: i64, monotonic: Duration) -> Duration {
        let skew = skew(wall_ms, monotonic);
        let last = self.skew_ms.load(Ordering::Relaxed);
        let moved = skew - last;
        if moved.abs() > FREEZE_FLOOR_MS
            && self
                .skew_ms
                .compare_exchange(last, skew, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
            && moved > 0
        {
            self.leapt_ms.fetch_add(moved.unsigned_abs(), Ordering::Relaxed);
        }
        monotonic.saturating_sub(self.start) + Duration::from_millis(self.leapt_ms.load(Ordering::Relaxed))
    }
}

fn skew(wall_ms: i64, monotonic: Duration) -> i64 {
    wall_ms - i64::try_from(monotonic.as_millis()).unwrap_or(i64::MAX / 2)
}

fn epoch_ms(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 2)
}

/// The one home of the machine's clocks.
mod system {
    use super::{Duration, OnceLock, SystemTime};
    use std::time::Instant;

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    pub(super) fn wall() -> SystemTime {
        SystemTime::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
    pub(super) fn monotonic() -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }

    /// The wall clock in milliseconds and the monotonic one, read cheaply: the kernel's last tick will do for expiry.
    #[cfg(target_os = "linux")]
    pub(super) fn coarse() -> (i64, Duration) {
        use rustix::time::{ClockId, clock_gettime};
        let wall = clock_gettime(ClockId::RealtimeCoarse);
        let monotonic = clock_gettime(ClockId::MonotonicCoarse);
        let seconds = monotonic.tv_sec.unsigned_abs();
        let nanoseconds = u32::try_from(monotonic.tv_nsec).unwrap_or_default();
        (
            wall.tv_sec * 1_000 + wall.tv_nsec / 1_000_000,
            Duration::new(seconds, nanoseconds),
        )
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn coarse() -> (i64, Duration) {
        (super::epoch_ms(wall()), monotonic())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn noon() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    #[test]
    fn age_counts_work_and_freezes_alike() {
        let (clock, hand) = Clock::manual(noon());
        hand.advance(MINUTE);
        hand.freeze(MINUTE);
        assert_eq!(clock.age(), 2 * MINUTE);
        assert_eq!(clock.monotonic(), MINUTE);
        assert_eq!(clock.now(), noon() + 2 * MINUTE);
    }

    #[test]
    fn a_clock_set_back_neither_rewinds_nor_stops_age() {
        let (clock, hand) = Clock::manual(noon());
        hand.advance(MINUTE);
        hand.set(noon() - 60 * MINUTE);
        assert_eq!(clock.age(), MINUTE);
        hand.advance(MINUTE);
        assert_eq!(clock.age(), 2 * MINUTE);
        hand.freeze(MINUTE);
        assert_eq!(clock.age(), 3 * MINUTE, "a freeze after the step back still counts");
    }

    #[test]
    fn the_machine_s_clocks_agree_with_each_other() {
        let clock = Clock::system();
        let (before, age) = (clock.monotonic(), clock.age());
        assert!(clock.epoch_ms() > 1_700_000_000_000);
        assert!(clock.monotonic() >= before);
        assert!(clock.age() >= age);
    }
}
