//! What is heavy is built on first use, at most once, and can be given back.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError, RwLock},
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
}

/// A place for one heavy value: empty until its first use, filled once even when several ask at the same time, emptied by
/// [`unload`](Self::unload). A build that fails leaves it empty, so the next use tries again.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    name: &'static str,
    clock: Clock,
    value: RwLock<Option<Arc<T>>>,
    /// Held while building. The record of the last build lives inside.
    building: Mutex<Option<BuildRecord>>,
}

impl<T> Slot<T> {
    pub(crate) fn new(name: &'static str, clock: Clock) -> Self {
        Self {
            name,
            clock,
            value: RwLock::new(None),
            building: Mutex::new(None),
        }
    }

    /// Calls `with` on the value, building it first if need be, without touching its reference count.
    pub(crate) fn with<R>(&self, build: impl FnOnce() -> T, with: impl FnOnce(&T) -> R) -> R {
        if let Some(value) = self.value.read().unwrap_or_else(PoisonError::into_inner).as_deref() {
            return with(value);
        }
        let built: Result<_, Infallible> = self.get_or_try_build(|| Ok(build()));
        match built {
            Ok(value) => with(&value),
            Err(never) => match never {},
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
        let started = self.clock.monotonic();
        let result = build().map(Arc::new);
        *record = Some(BuildRecord {
            name: self.name,
            at_ms: self.clock.epoch_ms(),
            took_us: microseconds(self.clock.monotonic().saturating_sub(started)),
            built: result.is_ok(),
            in_request: crate::invocation::is_running(),
        });
        if let Ok(value) = &result {
            *self.value.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(value));
        }
        result
    }

    /// The value, if it is there.
    pub(crate) fn get(&self) -> Option<Arc<T>> {
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

    /// The last build, successful or not.
    pub(crate) fn record(&self) -> Option<BuildRecord> {
        *self.building.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole microseconds, for records.
pub(crate) fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn eight_first_users_build_once() {
        let (slot, builds) = (Slot::new("part", Clock::system()), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let value = slot.with(|| builds.fetch_add(1, Ordering::SeqCst) + 7, |value| *value);
                    assert_eq!(value, 7);
                });
            }
        });
        assert_eq!(builds.load(Ordering::SeqCst), 1);
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
        slot.with(|| 1, |_| ());
        assert!(slot.unload() && !slot.unload());
        assert_eq!(slot.with(|| 2, |value| *value), 2);
    }
}
