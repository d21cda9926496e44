//! What a cache keeps behind its one lock: the store, once it is built, its counts, and who loads what.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, OnceLock},
};

use tokio::sync::Semaphore;

use super::store::{Entry, Store};
use crate::{clock::Clock, lazy::BuildRecord};

/// One lock for everything: a look-up takes no other, and its counts need no atomics.
#[derive(Debug, Default)]
pub(super) struct Memory {
    store: Option<Store>,
    /// The loads that go on, by their keys.
    flights: HashMap<String, Arc<Flight>>,
    pub(super) counts: Counts,
    /// Whether it was used since somebody asked.
    used: bool,
    record: Option<BuildRecord>,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) stale: u64,
    pub(super) expired: u64,
}

impl Memory {
    /// The store, built if need be, and the counts.
    #[inline]
    pub(super) fn store(&mut self, clock: &Clock, build: impl FnOnce() -> Store) -> (&mut Store, &mut Counts) {
        self.used = true;
        let store = self.store.get_or_insert_with(|| {
            let (Ok(store), record) = BuildRecord::of("cache", clock, || Ok::<_, Infallible>(build()));
            self.record = Some(record);
            store
        });
        (store, &mut self.counts)
    }

    /// The store, if it is built.
    pub(super) fn built(&mut self) -> Option<&mut Store> {
        self.used = true;
        self.store.as_mut()
    }

    /// Forgets all entries, and what is being loaded is no longer kept; says how many entries there were.
    pub(super) fn clear(&mut self) -> u64 {
        self.flights.clear();
        let Some(store) = self.built() else { return 0 };
        let entries = store.len();
        store.clear();
        entries as u64
    }

    /// Takes the store out, with what is being loaded.
    pub(super) fn unload(&mut self) -> Option<Store> {
        self.flights.clear();
        self.store.take()
    }

    /// Whether it was used since this was last asked.
    pub(super) fn take_used(&mut self) -> bool {
        std::mem::take(&mut self.used)
    }

    pub(super) fn record(&self) -> Option<BuildRecord> {
        self.record
    }

    /// What is loaded of `key` is no longer kept: something newer is known of it.
    pub(super) fn disown(&mut self, key: &str) {
        if !self.flights.is_empty() {
            self.flights.remove(key);
        }
    }

    /// The load of `key` that goes on, or a new one; says whether it is new.
    pub(super) fn flight(&mut self, key: &str) -> (Arc<Flight>, bool) {
        if let Some(flight) = self.flights.get(key) {
            return (Arc::clone(flight), false);
        }
        let flight = Arc::<Flight>::default();
        self.flights.insert(key.to_owned(), Arc::clone(&flight));
        (flight, true)
    }

    /// Whether what `flight` loads is still to be kept.
    pub(super) fn owns(&self, key: &str, flight: &Arc<Flight>) -> bool {
        self.flights.get(key).is_some_and(|known| Arc::ptr_eq(known, flight))
    }

    /// Ends a load; says whether what it loaded is to be kept.
    pub(super) fn land(&mut self, key: &str, flight: &Arc<Flight>) -> bool {
        let is_kept = self.owns(key, flight);
        if is_kept {
            self.flights.remove(key);
        }
        is_kept
    }
}

/// One load, for which others may wait.
#[derive(Debug)]
pub(super) struct Flight {
    loaded: OnceLock<Entry>,
    /// Without permits, and closed when the load ends, which wakes all who wait.
    ended: Semaphore,
}

impl Default for Flight {
    fn default() -> Self {
        Self {
            loaded: OnceLock::new(),
            ended: Semaphore::const_new(0),
        }
    }
}

impl Flight {
    /// What was loaded, once the load has ended; none if it failed or was given up.
    pub(super) async fn ended(&self) -> Option<Entry> {
        // It has no permits: it ends by being closed.
        _ = self.ended.acquire().await;
        self.loaded.get().cloned()
    }

    pub(super) fn end(&self, loaded: Option<Entry>) {
        if let Some(entry) = loaded {
            _ = self.loaded.set(entry);
        }
        self.ended.close();
    }
}
