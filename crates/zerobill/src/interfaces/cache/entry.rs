//! What stands under a key, how much it weighs, and when it ends.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use quick_cache::{Lifecycle, Weighter};
use serde_json::value::RawValue;

/// What an entry takes beside its key and value.
pub(super) const OVERHEAD_BYTES: u64 = 96;

/// A value and its end.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) value: Stored,
    /// Milliseconds of the clock's age at which it ends; the largest number means never.
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
    pub(super) fn ended(&self, age: impl FnOnce() -> Duration) -> bool {
        // Reading the clock costs more than the rest of a look-up, so what never ends does not read it.
        self.ends_ms != u64::MAX && u64::try_from(age().as_millis()).unwrap_or(u64::MAX) >= self.ends_ms
    }
}

/// The store below the interface.
pub(super) type Store = quick_cache::sync::Cache<String, Entry, ByWeight, quick_cache::DefaultHashBuilder, Evictions>;

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
