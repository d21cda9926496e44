//! What is heavy is built on first use, at most once, and can be given back.

use std::{
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use crate::clock::Clock;

/// One building of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct BuildRecord {
    /// The part, such as `cache`.
    pub name: &'static str,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// Whether it succeeded.
    pub built: bool,
    /// Whether a request waited for it.
    pub in_request: bool,
    /// How many bytes on the heap it holds, and whatever other threads took meanwhile; none without the cargo feature
    /// `memory-profile`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heap_bytes: Option<u64>,
}

impl BuildRecord {
    /// Builds the part `name`, and records how that went.
    pub(crate) fn of<T, E>(
        name: &'static str,
        clock: &Clock,
        build: impl FnOnce() -> Result<T, E>,
    ) -> (Result<T, E>, Self) {
        let (started, before) = (clock.monotonic(), heap::in_use());
        let result = build();
        let heap_bytes = before
            .zip(heap::in_use())
            .map(|(before, after)| after.saturating_sub(before));
        let took = clock.monotonic().saturating_sub(started);
        let record = Self {
            built: result.is_ok(),
            heap_bytes,
            ..Self::new(name, clock, took)
        };
        (result, record)
    }

    /// A part that is ready now, by `clock`, and took so long.
    pub(crate) fn new(name: &'static str, clock: &Clock, took: Duration) -> Self {
        Self {
            name,
            at_ms: clock.epoch_ms(),
            took_us: microseconds(took),
            built: true,
            in_request: crate::invocation::is_running(),
            heap_bytes: None,
        }
    }
}

/// A place for one heavy value: empty until its first use, filled once even when several ask at the same time, emptied by
/// [`unload`](Self::unload). A build that fails leaves it empty, so the next use tries again.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    name: &'static str,
    clock: Clock,
    /// Whether it was used since somebody asked.
    used: AtomicBool,
    value: RwLock<Option<Arc<T>>>,
    /// Held while building. The record of the last build lives inside.
    building: Mutex<Option<BuildRecord>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str, clock: Clock) -> Self {
        Self {
            name,
            clock,
            used: AtomicBool::new(false),
            value: RwLock::new(None),
            building: Mutex::new(None),
        }
    }

    /// The value, built by `build` if there is none.
    pub(crate) fn get_or_try_build<E>(&self, build: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let mut record = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let (result, built) = BuildRecord::of(self.name, &self.clock, || build().map(Arc::new));
        *record = Some(built);
        if let Ok(value) = &result {
            *self.value.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(value));
        }
        result
    }

    /// The value, if it is there.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
        self.mark_used();
        self.value.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives the value back; says whether there was one. The next use builds another.
    pub(crate) fn unload(&self) -> bool {
        self.value
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
            .is_some()
    }

    /// Whether it was used since this was last asked.
    pub(crate) fn take_used(&self) -> bool {
        self.used.swap(false, Relaxed)
    }

    /// A load and, once for each question, a store: less than the swap of an atomic.
    fn mark_used(&self) {
        if !self.used.load(Relaxed) {
            self.used.store(true, Relaxed);
        }
    }

    /// The last build, successful or not.
    pub(crate) fn record(&self) -> Option<BuildRecord> {
        *self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole microseconds, for records.
pub(crate) fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What the allocator counts, in programs built to look at their memory.
#[cfg(feature = "memory-profile")]
mod heap {
    use std::alloc::System;

    use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

    #[global_allocator]
    static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

    /// Bytes on the heap.
    pub(super) fn in_use() -> Option<u64> {
        let stats = ALLOCATOR.stats();
        let bytes = stats.bytes_allocated.saturating_sub(stats.bytes_deallocated);
        u64::try_from(bytes).ok()
    }
}

#[cfg(not(feature = "memory-profile"))]
mod heap {
    pub(super) const fn in_use() -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// The value, by a build that cannot fail.
    fn built<T>(slot: &Slot<T>, build: impl FnOnce() -> T) -> Arc<T> {
        let Ok(value) = slot.get_or_try_build(|| Ok::<_, std::convert::Infallible>(build()));
        value
    }

    /// The build goes on until all have come, so that seven wait for it.
    #[test]
    fn eight_first_users_build_once() {
        for _ in 0..50 {
            let (slot, builds, here) = (Slot::new("part", Clock::system()), AtomicU32::new(0), AtomicU32::new(0));
            let build = || {
                while here.load(Ordering::SeqCst) < 8 {
                    std::thread::yield_now();
                }
                (0..100).for_each(|_| std::thread::yield_now());
                builds.fetch_add(1, Ordering::SeqCst) + 7
            };
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        here.fetch_add(1, Ordering::SeqCst);
                        assert_eq!(*built(&slot, build), 7);
                    });
                }
            });
            assert_eq!(builds.load(Ordering::SeqCst), 1);
        }
    }

    #[test]
    fn a_build_is_recorded() {
        let slot = Slot::new("part", Clock::system());
        built(&slot, || 1);
        assert_eq!(
            slot.record().map(|record| (record.name, record.built)),
            Some(("part", true))
        );
    }

    #[test]
    fn a_failed_build_is_tried_again() {
        let slot = Slot::new("part", Clock::system());
        assert_eq!(slot.get_or_try_build(|| Err::<u8, _>("down")), Err("down"));
        assert_eq!(slot.record().map(|record| record.built), Some(false));
        assert_eq!(slot.get_or_try_build(|| Ok::<_, &str>(3)).as_deref(), Ok(&3));
    }

    #[test]
    fn nothing_is_built_before_use_nor_kept_after_unload() {
        let slot = Slot::new("part", Clock::system());
        assert!(slot.get().is_none() && slot.record().is_none());
        built(&slot, || 1);
        assert!(slot.unload() && !slot.unload());
        assert_eq!(*built(&slot, || 2), 2);
    }

    #[test]
    fn use_is_told_once_whichever_way_it_was_used() {
        let slot = Slot::new("part", Clock::system());
        assert!(!slot.take_used());
        built(&slot, || 1);
        assert!(slot.take_used() && !slot.take_used());
        slot.get();
        assert!(slot.take_used() && !slot.take_used());
        assert_eq!(slot.get_or_try_build(|| Err("not called")).as_deref(), Ok(&1));
        assert!(slot.take_used() && !slot.take_used());
    }

    /// A value that counts how many of its kind there are.
    struct Counted<'a>(&'a AtomicU32);

    impl<'a> Counted<'a> {
        fn new(live: &'a AtomicU32) -> Self {
            live.fetch_add(1, Ordering::SeqCst);
            Self(live)
        }
    }

    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Six threads use a part, fail to build it now and then, while two others unload it all the time.
    #[test]
    fn first_uses_failures_and_unloads_at_once_leave_one_value_or_none() {
        const USES: u32 = 1_000;
        let (live, building, builds, unloads) = <(AtomicU32, AtomicU32, AtomicU32, AtomicU32)>::default();
        let slot = Slot::new("part", Clock::system());
        let build = || {
            assert_eq!(building.fetch_add(1, Ordering::SeqCst), 0, "two builds at once");
            let number = builds.fetch_add(1, Ordering::SeqCst);
            let value = Counted::new(&live);
            building.fetch_sub(1, Ordering::SeqCst);
            if number % 5 == 4 { Err("down") } else { Ok(value) }
        };
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for _ in 0..USES {
                        match slot.get_or_try_build(build) {
                            Ok(value) => {
                                assert!(value.0.load(Ordering::SeqCst) > 0, "it is not dropped while it is used");
                            }
                            Err(reason) => assert_eq!(reason, "down"),
                        }
                    }
                });
            }
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..USES {
                        unloads.fetch_add(u32::from(slot.unload()), Ordering::SeqCst);
                        std::thread::yield_now();
                    }
                });
            }
        });
        let (builds, unloads) = (builds.into_inner(), unloads.into_inner());
        let failures = builds / 5;
        let kept = u32::from(slot.get().is_some());
        assert_eq!(
            builds - failures,
            unloads + kept,
            "each value that was built was unloaded or is there"
        );
        assert_eq!(live.load(Ordering::SeqCst), kept, "what was unloaded is gone");
        assert!(unloads > 0);
    }

    #[cfg(feature = "memory-profile")]
    #[test]
    fn a_build_record_says_what_the_value_holds_on_the_heap() {
        let build = || {
            let slot = Slot::new("part", Clock::system());
            built(&slot, || vec![7_u8; 1 << 20]);
            slot.record().and_then(|record| record.heap_bytes).unwrap()
        };
        // Tests that run meanwhile take and give memory, too; one of many builds is not disturbed.
        let mut readings = (0..1_000).map(|_| build());
        let undisturbed = readings.find(|bytes| (1 << 20..(1 << 20) + 4_096).contains(bytes));
        assert!(undisturbed.is_some());
    }

    #[cfg(not(feature = "memory-profile"))]
    #[test]
    fn without_the_feature_a_build_record_says_nothing_of_the_heap() {
        let slot = Slot::new("part", Clock::system());
        built(&slot, || 1);
        assert_eq!(slot.record().map(|record| record.heap_bytes), Some(None));
    }
}
