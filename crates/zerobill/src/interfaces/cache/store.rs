//! The store below: what stands under a key, how much it weighs, and when it ends.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use serde_json::value::RawValue;

/// What an entry takes beside its key and value.
pub(super) const OVERHEAD_BYTES: u64 = 96;

/// A value and its end.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) value: Stored,
    /// Milliseconds of the clock's age until which it is fresh; the largest number means for good.
    pub(super) fresh_until_ms: u64,
    /// The same until which it is of any use.
    pub(super) ends_ms: u64,
    /// Bytes of key, value and overhead.
    pub(super) weight: u64,
}

/// JSON, which both modes read, or a value of any type, which only typed calls read.
#[derive(Clone, Debug)]
pub(super) enum Stored {
    Json(Arc<RawValue>),
    Shared(Arc<dyn Any + Send + Sync>),
}

impl Entry {
    pub(super) fn fresh(&self, age: impl FnOnce() -> Duration) -> bool {
        !passed(self.fresh_until_ms, age)
    }

    pub(super) fn ended(&self, age: impl FnOnce() -> Duration) -> bool {
        passed(self.ends_ms, age)
    }

    /// Whether it is no longer fresh, but was so less than `stale` ago.
    pub(super) fn stale_within(&self, stale: Duration, age: Duration) -> bool {
        let last = Duration::from_millis(self.fresh_until_ms).saturating_add(stale);
        !self.fresh(|| age) && !self.ended(|| age) && age < last
    }
}

/// Whether the clock's age has passed `end_ms`.
fn passed(end_ms: u64, age: impl FnOnce() -> Duration) -> bool {
    // Reading the clock costs more than the rest of a look-up, so what never ends does not read it.
    end_ms != u64::MAX && u64::try_from(age().as_millis()).unwrap_or(u64::MAX) >= end_ms
}

/// The store below the interface, which has no lock of its own.
pub(super) type Store = quick_cache::unsync::Cache<String, Entry, ByWeight, DefaultHashBuilder, Evictions>;

#[derive(Clone, Debug)]
pub(super) struct ByWeight;

impl Weighter<String, Entry> for ByWeight {
    fn weight(&self, _key: &String, entry: &Entry) -> u64 {
        entry.weight
    }
}

/// Counts what was dropped to make room.
#[derive(Clone, Debug, Default)]
pub(super) struct Evictions(pub(super) Arc<AtomicU64>);

impl Lifecycle<String, Entry> for Evictions {
    type RequestState = ();

    fn on_evict(&self, _state: &mut (), _key: String, _entry: Entry) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// An empty store of `max_bytes`.
pub(super) fn build(max_bytes: u64, evictions: Evictions) -> Store {
    // A quarter of a kilobyte an entry.
    let items = usize::try_from(max_bytes / 256).unwrap_or(usize::MAX).clamp(16, 4_096);
    let mut options = OptionsBuilder::new();
    options.estimated_items_capacity(items).weight_capacity(max_bytes);
    let hasher = DefaultHashBuilder::default();
    match options.build() {
        Ok(options) => Store::with_options(options, ByWeight, hasher, evictions),
        // Only a missing capacity is refused, and both are given above.
        Err(_) => Store::with(items, max_bytes, ByWeight, hasher, evictions),
    }
}

/// Gives `store` the size of the settings, which may have changed since it was built.
pub(super) fn fit(store: &mut Store, max_bytes: u64) {
    if store.capacity() != max_bytes {
        store.set_capacity(max_bytes);
    }
}

/// The most that one entry may take. The store refuses, silently, what is more than 97 % of it.
pub(super) const fn largest_entry(max_bytes: u64) -> u64 {
    max_bytes - max_bytes.div_ceil(16)
}
