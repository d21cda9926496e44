//! What a cache is made of: its store, its counters and how an entry is found, made and put there.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    CacheError, MAX_BYTES, TTL_SECONDS,
    level::{Level, Outage},
    loading::RefreshedKeys,
    store::{Entry, Evictions, OVERHEAD_BYTES, Store, Stored, build, fit, largest_entry},
};
use crate::{
    gateway::Base,
    interfaces::{
        config::{Config, Watched},
        logging::Logging,
    },
    lazy::Slot,
    redact::is_secret,
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) base: Base,
    pub(super) settings: Watched<Settings>,
    pub(super) logging: Logging,
    pub(super) store: Slot<Store>,
    pub(super) level: OnceLock<Arc<dyn Level>>,
    pub(super) outage: Outage,
    pub(super) refreshing: RefreshedKeys,
    pub(super) hits: AtomicU64,
    pub(super) misses: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) expired: AtomicU64,
    pub(super) evictions: Evictions,
}

#[derive(Debug)]
pub(super) struct Settings {
    pub(super) max_bytes: u64,
    pub(super) ttl: Option<Duration>,
}

impl Inner {
    pub(super) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        let settings = Watched::new(config, |config| Settings {
            max_bytes: config.integer(&MAX_BYTES).unwrap_or_default(),
            ttl: config
                .number(&TTL_SECONDS)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        });
        Self {
            base: base.clone(),
            settings,
            logging,
            store: Slot::new("cache", base.clock.clone()),
            level: OnceLock::new(),
            outage: Outage::default(),
            refreshing: RefreshedKeys::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            evictions: Evictions::default(),
        }
    }

    /// What time it is for entries.
    pub(super) fn age(&self) -> Duration {
        self.base.clock.age()
    }

    /// The fresh entry under `key`; counted.
    pub(super) fn find(&self, key: &str) -> Option<Entry> {
        let found = self.store.with(|| self.build(), |store| store.get(key));
        match found {
            Some(entry) if entry.fresh(|| self.age()) => {
                self.hits.fetch_add(1, Relaxed);
                Some(entry)
            }
            found => {
                self.misses.fetch_add(1, Relaxed);
                if found.is_some() {
                    let ended = |entry: &Entry| entry.ended(|| self.age());
                    let removed = self.store.with(|| self.build(), |store| store.remove_if(key, ended));
                    self.expired.fetch_add(u64::from(removed.is_some()), Relaxed);
                }
                None
            }
        }
    }

    /// The entry under `key` that is at most `stale` older than its time to live.
    pub(super) fn find_stale(&self, key: &str, stale: Duration) -> Option<Entry> {
        let entry = self.store.get()?.peek(key)?;
        entry.stale_within(stale, self.age()).then_some(entry)
    }

    /// Whether there is a fresh entry under `key`; nothing is counted.
    pub(super) fn contains(&self, key: &str) -> bool {
        let Some(store) = self.store.get() else { return false };
        store.peek(key).is_some_and(|entry| entry.fresh(|| self.age()))
    }

    pub(super) fn delete(&self, key: &str) -> bool {
        let Some(store) = self.store.get() else { return false };
        store.remove(key).is_some_and(|(_, entry)| entry.fresh(|| self.age()))
    }

    pub(super) fn put(
        &self,
        key: &str,
        value: Stored,
        bytes: usize,
        ttl: Option<Duration>,
    ) -> Result<bool, CacheError> {
        let ttl = ttl.or_else(|| self.settings.read().ttl);
        let entry = self.entry(key, value, bytes, ttl, Duration::ZERO);
        let capacity = self.settings.read().max_bytes;
        let max_bytes = largest_entry(capacity);
        if entry.weight > max_bytes {
            self.delete(key);
            return Err(CacheError::TooLarge {
                key: key.to_owned(),
                bytes: entry.weight,
                max_bytes,
            });
        }
        if entry.ended(|| self.age()) {
            self.delete(key);
            return Ok(false);
        }
        self.store.with(
            || self.build(),
            |store| {
                fit(store, capacity);
                store.insert(key.to_owned(), entry);
            },
        );
        Ok(true)
    }

    /// An entry that is fresh for `ttl` and of some use for `stale` more.
    pub(super) fn entry(
        &self,
        key: &str,
        value: Stored,
        bytes: usize,
        ttl: Option<Duration>,
        stale: Duration,
    ) -> Entry {
        let at = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let fresh_until = ttl.map(|ttl| self.age().saturating_add(ttl));
        Entry {
            value,
            fresh_until_ms: fresh_until.map_or(u64::MAX, at),
            ends_ms: fresh_until.map_or(u64::MAX, |end| at(end.saturating_add(stale))),
            weight: (key.len().saturating_add(bytes) as u64).saturating_add(OVERHEAD_BYTES),
        }
    }

    pub(super) fn store(&self) -> Arc<Store> {
        let Ok(store) = self
            .store
            .get_or_try_build(|| Ok::<_, std::convert::Infallible>(self.build()));
        store
    }

    fn build(&self) -> Store {
        build(self.settings.read().max_bytes, self.evictions.clone())
    }
}

pub(super) fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Box<RawValue>, CacheError> {
    serde_json::value::to_raw_value(value).map_err(|source| CacheError::NotSerializable {
        key: key.to_owned(),
        source,
    })
}

pub(super) fn decode<T: DeserializeOwned>(key: &str, entry: &Entry) -> Result<T, CacheError> {
    match &entry.value {
        Stored::Json(json) => serde_json::from_str(json.get()).map_err(|source| CacheError::WrongType {
            key: key.to_owned(),
            // The decoder quotes the value.
            source: Some(source).filter(|_| !is_secret(key)),
        }),
        Stored::Shared(_) => Err(CacheError::WrongType {
            key: key.to_owned(),
            source: None,
        }),
    }
}
