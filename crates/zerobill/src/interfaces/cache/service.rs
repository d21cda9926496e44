//! Gets, sets and loads values; counts hits, misses and evictions.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    MAX_BYTES, TTL_SECONDS,
    error::CacheError,
    store::{Entry, Evictions, OVERHEAD_BYTES, Store, Stored, build, fit, largest_entry, single_flight},
};
use crate::{
    error::Error,
    gateway::Base,
    interfaces::{
        Service,
        config::{Config, Watched},
    },
    lazy::{BuildRecord, Slot},
    redact::is_secret,
};

/// Values in this execution environment's memory.
///
/// It holds `cache.max_bytes` bytes of keys and values (4 MiB unless set), dropping what is used least; one entry may take
/// 15/16 of that. A time to live
/// counts freezes and is not fooled by a clock set back; zero means: do not store. Without one, `cache.ttl_seconds` holds,
/// and without that a value stays until it is dropped. Null, `false`, 0 and empty values are values like any other.
///
/// ```
/// use std::time::Duration;
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// gateway.cache().set("rate", &1.08, Some(Duration::from_secs(60)))?;
/// assert_eq!(gateway.cache().get::<f64>("rate")?, Some(1.08));
/// assert_eq!(gateway.cache().get::<f64>("other")?, None);
/// # Ok::<(), zerobill::cache::CacheError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    settings: Watched<Settings>,
    store: Slot<Store>,
    hits: AtomicU64,
    misses: AtomicU64,
    expired: AtomicU64,
    evictions: Evictions,
}

#[derive(Debug)]
struct Settings {
    max_bytes: u64,
    ttl: Option<Duration>,
}

/// What the cache has done and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// Look-ups that found a value.
    pub hits: u64,
    /// Look-ups that found none, or an expired one.
    pub misses: u64,
    /// Entries dropped to make room, and loaded values that were too large to keep.
    pub evictions: u64,
    /// Entries removed because their time was over.
    pub expired: u64,
    /// Entries now, expired ones that were not yet removed among them.
    pub entries: u64,
    /// Bytes of keys, values and 96 per entry.
    pub bytes: u64,
    /// How many bytes there may be.
    pub max_bytes: u64,
}

impl Cache {
    pub(crate) fn new(base: &Base, config: Config) -> Self {
        let settings = Watched::new(config, |config| Settings {
            max_bytes: config.integer(&MAX_BYTES).unwrap_or_default(),
            ttl: config
                .number(&TTL_SECONDS)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
        });
        Self(Arc::new(Inner {
            base: base.clone(),
            settings,
            store: Slot::new("cache", base.clock.clone()),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            evictions: Evictions::default(),
        }))
    }

    /// The value under `key` as a `T`, or none.
    ///
    /// # Errors
    /// [`CacheError::WrongType`] if what stands there is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, CacheError> {
        match self.find(key) {
            None => Ok(None),
            Some(entry) => decode(key, &entry).map(Some),
        }
    }

    /// The JSON under `key`, or none, without decoding it.
    ///
    /// # Errors
    /// [`CacheError::WrongType`] if a shared value stands there.
    pub fn get_json(&self, key: &str) -> Result<Option<Arc<RawValue>>, CacheError> {
        match self.find(key).map(|entry| entry.value) {
            None => Ok(None),
            Some(Stored::Json(json)) => Ok(Some(json)),
            Some(Stored::Shared(_)) => Err(CacheError::WrongType {
                key: key.to_owned(),
                source: None,
            }),
        }
    }

    /// The shared value under `key`, or none: no JSON is read and nothing is copied.
    ///
    /// # Errors
    /// [`CacheError::WrongType`] if JSON or a value of another type stands there.
    pub fn get_shared<T: Any + Send + Sync>(&self, key: &str) -> Result<Option<Arc<T>>, CacheError> {
        let wrong = || CacheError::WrongType {
            key: key.to_owned(),
            source: None,
        };
        match self.find(key).map(|entry| entry.value) {
            None => Ok(None),
            Some(Stored::Shared(value)) => value.downcast().map(Some).map_err(|_| wrong()),
            Some(Stored::Json(_)) => Err(wrong()),
        }
    }

    /// Stores `value` as JSON under `key`; says whether it was stored, which it is not with a time to live of zero.
    ///
    /// # Errors
    /// [`CacheError::NotSerializable`], or [`CacheError::TooLarge`] if it alone is more than the cache holds. What stood
    /// under the key before is then gone, so that no old value is read for a new one.
    pub fn set<T: Serialize + ?Sized>(&self, key: &str, value: &T, ttl: Option<Duration>) -> Result<bool, CacheError> {
        self.set_json(key, encode(key, value)?, ttl)
    }

    /// The same for a value that is JSON already.
    ///
    /// # Errors
    /// [`CacheError::TooLarge`].
    pub fn set_json(&self, key: &str, json: Box<RawValue>, ttl: Option<Duration>) -> Result<bool, CacheError> {
        let bytes = json.get().len();
        self.put(key, Stored::Json(json.into()), bytes, ttl)
    }

    /// Stores `value` under `key` without making JSON of it; it counts as `bytes`.
    ///
    /// The value's own `Drop` must not call the cache, which may be locked while it drops what it holds.
    ///
    /// # Errors
    /// [`CacheError::TooLarge`].
    pub fn set_shared<T: Any + Send + Sync>(
        &self,
        key: &str,
        value: Arc<T>,
        bytes: usize,
        ttl: Option<Duration>,
    ) -> Result<bool, CacheError> {
        self.put(key, Stored::Shared(value), bytes, ttl)
    }

    /// The value under `key`, or what `load` gives, which is then stored.
    ///
    /// However many ask for a missing key at once, one of them loads and the others wait. If it fails, the next one tries.
    ///
    /// # Errors
    /// What `load` said, or a [`CacheError`] as one of `E`.
    pub async fn get_or_load<T, E, F>(&self, key: &str, ttl: Option<Duration>, load: F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<CacheError>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        let store = self.store();
        let found = self.find(key);
        fit(&store, self.0.settings.read().max_bytes);
        let load = async || {
            let json = encode(key, &load().await?)?;
            let bytes = json.get().len();
            Ok::<_, E>(self.entry(key, Stored::Json(json.into()), bytes, ttl))
        };
        let entry = match found {
            Some(entry) => entry,
            None => single_flight(&store, key, load).await?,
        };
        let ended = |entry: &Entry| entry.ended(|| self.0.base.clock.age());
        if ended(&entry) {
            store.remove_if(key, ended);
        }
        Ok(decode(key, &entry)?)
    }

    /// Removes `key`; says whether it was there and had not expired.
    pub fn delete(&self, key: &str) -> bool {
        let Some(store) = self.0.store.get() else { return false };
        store
            .remove(key)
            .is_some_and(|(_, entry)| !entry.ended(|| self.0.base.clock.age()))
    }

    /// Removes everything; says how many entries there were.
    pub fn clear(&self) -> u64 {
        let Some(store) = self.0.store.get() else { return 0 };
        let entries = store.len();
        store.clear();
        entries as u64
    }

    /// Whether `key` is there and has not expired. It is no look-up: nothing is counted.
    pub fn contains(&self, key: &str) -> bool {
        let Some(store) = self.0.store.get() else { return false };
        store
            .peek(key)
            .is_some_and(|entry| !entry.ended(|| self.0.base.clock.age()))
    }

    /// Removes what has expired; says how many entries that were.
    pub fn cleanup(&self) -> u64 {
        let Some(store) = self.0.store.get() else { return 0 };
        let (removed, age) = (AtomicU64::new(0), self.0.base.clock.age());
        store.retain(|_, entry| {
            let ended = entry.ended(|| age);
            removed.fetch_add(u64::from(ended), Relaxed);
            !ended
        });
        let removed = removed.into_inner();
        self.0.expired.fetch_add(removed, Relaxed);
        removed
    }

    /// What the cache has done and holds.
    pub fn stats(&self) -> CacheStats {
        let store = self.0.store.get();
        if let Some(store) = &store {
            fit(store, self.0.settings.read().max_bytes);
        }
        CacheStats {
            hits: self.0.hits.load(Relaxed),
            misses: self.0.misses.load(Relaxed),
            evictions: self.0.evictions.0.load(Relaxed),
            expired: self.0.expired.load(Relaxed),
            entries: store.as_ref().map_or(0, |store| store.len() as u64),
            bytes: store.as_ref().map_or(0, |store| store.weight()),
            max_bytes: self.0.settings.read().max_bytes,
        }
    }

    fn find(&self, key: &str) -> Option<Entry> {
        let found = self.0.store.with(|| self.build(), |store| store.get(key));
        match found {
            Some(entry) if !entry.ended(|| self.0.base.clock.age()) => {
                self.0.hits.fetch_add(1, Relaxed);
                Some(entry)
            }
            found => {
                self.0.misses.fetch_add(1, Relaxed);
                if found.is_some() {
                    let ended = |entry: &Entry| entry.ended(|| self.0.base.clock.age());
                    let removed = self.0.store.with(|| self.build(), |store| store.remove_if(key, ended));
                    self.0.expired.fetch_add(u64::from(removed.is_some()), Relaxed);
                }
                None
            }
        }
    }

    fn put(&self, key: &str, value: Stored, bytes: usize, ttl: Option<Duration>) -> Result<bool, CacheError> {
        let entry = self.entry(key, value, bytes, ttl);
        let capacity = self.0.settings.read().max_bytes;
        let max_bytes = largest_entry(capacity);
        if entry.weight > max_bytes {
            self.delete(key);
            return Err(CacheError::TooLarge {
                key: key.to_owned(),
                bytes: entry.weight,
                max_bytes,
            });
        }
        if entry.ended(|| self.0.base.clock.age()) {
            self.delete(key);
            return Ok(false);
        }
        self.0.store.with(
            || self.build(),
            |store| {
                fit(store, capacity);
                store.insert(key.to_owned(), entry);
            },
        );
        Ok(true)
    }

    fn entry(&self, key: &str, value: Stored, bytes: usize, ttl: Option<Duration>) -> Entry {
        let ends_ms = ttl.or_else(|| self.0.settings.read().ttl).map_or(u64::MAX, |ttl| {
            let ends = self.0.base.clock.age().saturating_add(ttl).as_millis();
            u64::try_from(ends).unwrap_or(u64::MAX)
        });
        Entry {
            value,
            ends_ms,
            weight: (key.len().saturating_add(bytes) as u64).saturating_add(OVERHEAD_BYTES),
        }
    }

    fn store(&self) -> Arc<Store> {
        let Ok(store) = self
            .0
            .store
            .get_or_try_build(|| Ok::<_, std::convert::Infallible>(self.build()));
        store
    }

    fn build(&self) -> Store {
        build(self.0.settings.read().max_bytes, self.0.evictions.clone())
    }
}

impl Service for Cache {
    fn preload(&self) -> Result<(), Error> {
        self.store();
        Ok(())
    }

    fn build_record(&self) -> Option<BuildRecord> {
        self.0.store.record()
    }

    fn unload(&self) -> bool {
        self.0.store.unload()
    }
}

fn encode<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<Box<RawValue>, CacheError> {
    serde_json::value::to_raw_value(value).map_err(|source| CacheError::NotSerializable {
        key: key.to_owned(),
        source,
    })
}

fn decode<T: DeserializeOwned>(key: &str, entry: &Entry) -> Result<T, CacheError> {
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
