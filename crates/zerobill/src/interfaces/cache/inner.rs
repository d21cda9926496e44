//! What a cache is made of: its store, its counters and how an entry is found, made and put there.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    CacheError, MAX_BYTES, TTL_SECONDS,
    level::{Level, Outage},
    memory::Memory,
    store::{Entry, Evictions, OVERHEAD_BYTES, Store, Stored, build, fit, largest_entry},
};
use crate::{
    gateway::Base,
    interfaces::{
        config::{Config, Watched},
        logging::Logging,
    },
    redact::is_secret,
};

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) base: Base,
    pub(super) settings: Watched<Settings>,
    pub(super) logging: Logging,
    memory: Mutex<Memory>,
    pub(super) level: OnceLock<Arc<dyn Level>>,
    pub(super) outage: Outage,
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
            memory: Mutex::default(),
            level: OnceLock::new(),
            outage: Outage::default(),
            evictions: Evictions::default(),
        }
    }

    /// What time it is for entries.
    pub(super) fn age(&self) -> Duration {
        self.base.clock.age()
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `with` makes of the fresh entry under `key`, while the lock is held; counted.
    #[inline]
    pub(super) fn find<R>(&self, key: &str, with: impl FnOnce(&Entry) -> R) -> Option<R> {
        let mut memory = self.memory();
        let (store, counts) = memory.store(&self.base.clock, || self.build());
        if let Some(entry) = store.get(key)
            && entry.fresh(|| self.age())
        {
            counts.hits += 1;
            return Some(with(entry));
        }
        self.miss(&mut memory, key);
        None
    }

    #[cold]
    fn miss(&self, memory: &mut Memory, key: &str) {
        let (store, counts) = memory.store(&self.base.clock, || self.build());
        let removed = store.remove_if(key, |entry| entry.ended(|| self.age()));
        counts.misses += 1;
        counts.expired += u64::from(removed.is_some());
    }

    /// The entry under `key` that is at most `stale` older than its time to live.
    pub(super) fn find_stale(&self, key: &str, stale: Duration) -> Option<Entry> {
        let mut memory = self.memory();
        let entry = memory.built()?.peek(key)?;
        entry.stale_within(stale, self.age()).then(|| entry.clone())
    }

    /// Whether there is a fresh entry under `key`; nothing is counted.
    pub(super) fn contains(&self, key: &str) -> bool {
        let mut memory = self.memory();
        let entry = memory.built().and_then(|store| store.peek(key));
        entry.is_some_and(|entry| entry.fresh(|| self.age()))
    }

    pub(super) fn delete(&self, key: &str) -> bool {
        let removed = {
            let mut memory = self.memory();
            memory.disown(key);
            memory.built().and_then(|store| store.remove(key))
        };
        removed.is_some_and(|(_, entry)| entry.fresh(|| self.age()))
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
        self.insert(key, entry);
        Ok(true)
    }

    /// Puts `entry` under `key`, whatever is being loaded for it.
    pub(super) fn insert(&self, key: &str, entry: Entry) {
        let mut memory = self.memory();
        memory.disown(key);
        self.keep(&mut memory, key, entry);
    }

    /// The same, but what is being loaded for it comes after. What has ended already takes the place of an old entry, and goes.
    pub(super) fn keep(&self, memory: &mut Memory, key: &str, entry: Entry) {
        let (store, _) = memory.store(&self.base.clock, || self.build());
        fit(store, self.settings.read().max_bytes);
        if entry.ended(|| self.age()) {
            store.remove(key);
        } else {
            store.insert(key.to_owned(), entry);
        }
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

    /// Builds the store, if it is not there.
    pub(super) fn preload(&self) {
        self.memory().store(&self.base.clock, || self.build());
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

pub(super) fn decode<T: DeserializeOwned>(key: &str, value: &Stored) -> Result<T, CacheError> {
    match value {
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
