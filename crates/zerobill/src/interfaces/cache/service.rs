//! Gets, sets and loads values; counts hits, misses and evictions.

use std::{
    any::Any,
    fmt,
    future::Future,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{
    error::CacheError,
    freshness::Freshness,
    inner::{Inner, decode, encode},
    level::Level,
    store::{Stored, fit},
};
use crate::{
    error::{Error, UNAVAILABLE},
    gateway::Base,
    interfaces::{Connecting, Service, config::Config, logging::Logging},
    lazy::BuildRecord,
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

/// What the cache has done and holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// Look-ups that found a value.
    pub hits: u64,
    /// Look-ups that found none, or one whose time was over.
    pub misses: u64,
    /// Misses that were answered with an old value, while or since a new one could not be had.
    pub stale: u64,
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
    pub(crate) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        Self(Arc::new(Inner::new(base, config, logging)))
    }

    /// Adds a second level, which other execution environments have too; says whether it was taken, which only the first is.
    pub fn share(&self, level: Arc<dyn Level>) -> bool {
        self.0.level.set(level).is_ok()
    }

    /// The value under `key` as a `T`, or none.
    ///
    /// # Errors
    /// [`CacheError::WrongType`] if what stands there is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, CacheError> {
        let value = self.0.find(key, |entry| entry.value.clone());
        value.map(|value| decode(key, &value)).transpose()
    }

    /// The JSON under `key`, or none, without decoding it.
    ///
    /// # Errors
    /// [`CacheError::WrongType`] if a shared value stands there.
    pub fn get_json(&self, key: &str) -> Result<Option<Arc<RawValue>>, CacheError> {
        match self.0.find(key, |entry| entry.value.clone()) {
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
        let shared = self.0.find(key, |entry| match &entry.value {
            Stored::Shared(value) => Arc::clone(value).downcast().ok(),
            Stored::Json(_) => None,
        });
        match shared {
            None => Ok(None),
            Some(Some(value)) => Ok(Some(value)),
            Some(None) => Err(CacheError::WrongType {
                key: key.to_owned(),
                source: None,
            }),
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
        self.0.put(key, Stored::Json(json.into()), bytes, ttl)
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
        self.0.put(key, Stored::Shared(value), bytes, ttl)
    }

    /// The value under `key`, or what `load` gives, which is then kept as `freshness` says.
    ///
    /// However many ask for a missing key at once, one of them loads and the others wait. If it fails, the next one tries.
    ///
    /// # Errors
    /// What `load` said, unless an old value serves; or a [`CacheError`] as one of `E`.
    pub async fn get_or_load<T, E, F>(&self, key: &str, freshness: impl Into<Freshness>, load: F) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned,
        E: From<CacheError>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        let how = freshness.into();
        let entry = match self.0.find(key, Clone::clone) {
            Some(entry) => entry,
            None => self.0.load_once(key, how, how.stale_if_error, load).await?,
        };
        Ok(decode(key, &entry.value)?)
    }

    /// The same, but for `stale` after its time to live the old value is answered at once, and one task loads the new one.
    ///
    /// The task belongs to the invocation that started it. It is frozen with the execution environment when that has
    /// replied, and goes on with the next event. If it fails, that is a warning in the log.
    ///
    /// # Errors
    /// As [`get_or_load`](Self::get_or_load), where there is no old value.
    ///
    /// # Panics
    /// Outside a Tokio runtime, if the old value is answered.
    pub async fn get_or_revalidate<T, E, F>(
        &self,
        key: &str,
        freshness: impl Into<Freshness>,
        stale: Duration,
        load: impl FnOnce() -> F,
    ) -> Result<T, E>
    where
        T: Serialize + DeserializeOwned + Send,
        E: From<CacheError> + fmt::Display + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let how = freshness.into();
        let kept = stale.max(how.stale_if_error);
        if let Some(entry) = self.0.find(key, Clone::clone) {
            return Ok(decode(key, &entry.value)?);
        }
        let entry = match self.0.find_stale(key, stale) {
            Some(entry) => {
                self.0.memory().counts.stale += 1;
                self.0.refresh(key, how, kept, load);
                entry
            }
            None => self.0.load_once(key, how, kept, async || load().await).await?,
        };
        Ok(decode(key, &entry.value)?)
    }

    /// Removes `key` from memory and from the second level, where there is one.
    ///
    /// # Errors
    /// [`CacheError::Level`] if the second level did not answer; from memory it is removed all the same.
    pub async fn forget(&self, key: &str) -> Result<(), CacheError> {
        self.0.delete(key);
        match self.0.level.get() {
            Some(level) => level.delete(key).await.map_err(CacheError::Level),
            None => Ok(()),
        }
    }

    /// Removes `key`; says whether it was there and had not expired.
    pub fn delete(&self, key: &str) -> bool {
        self.0.delete(key)
    }

    /// Removes everything; says how many entries there were.
    pub fn clear(&self) -> u64 {
        self.0.memory().clear()
    }

    /// Whether `key` is there and has not expired. It is no look-up: nothing is counted.
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains(key)
    }

    /// Removes what has expired; says how many entries that were.
    pub fn cleanup(&self) -> u64 {
        let age = self.0.age();
        let mut memory = self.0.memory();
        let Some(store) = memory.built() else { return 0 };
        let before = store.len();
        store.retain(|_, entry| !entry.ended(|| age));
        let removed = (before - store.len()) as u64;
        memory.counts.expired += removed;
        removed
    }

    /// What the cache has done and holds.
    pub fn stats(&self) -> CacheStats {
        let max_bytes = self.0.settings.read().max_bytes;
        let mut memory = self.0.memory();
        let counts = memory.counts;
        let mut store = memory.built();
        if let Some(store) = &mut store {
            fit(store, max_bytes);
        }
        CacheStats {
            hits: counts.hits,
            misses: counts.misses,
            stale: counts.stale,
            evictions: self.0.evictions.0.load(Relaxed),
            expired: counts.expired,
            entries: store.as_ref().map_or(0, |store| store.len() as u64),
            bytes: store.as_ref().map_or(0, |store| store.weight()),
            max_bytes,
        }
    }
}

impl Service for Cache {
    fn preload(&self) -> Result<(), Error> {
        self.0.preload();
        Ok(())
    }

    /// Asks the second level for something that is not there.
    fn connect(&self) -> Option<Connecting<'_>> {
        let level = self.0.level.get()?;
        Some(Box::pin(async move {
            let answer = level.get("zerobill:connect").await;
            answer
                .map(drop)
                .map_err(|error| Error::new(UNAVAILABLE, error.to_string()))
        }))
    }

    fn build_record(&self) -> Option<BuildRecord> {
        self.0.memory().record()
    }

    fn build_records(&self) -> Vec<BuildRecord> {
        let level = self.0.level.get().and_then(|level| level.build_record());
        self.build_record().into_iter().chain(level).collect()
    }

    fn take_used(&self) -> Option<bool> {
        Some(self.0.memory().take_used())
    }

    fn unload(&self) -> bool {
        // Dropped once the lock is free: values may take their time.
        let unloaded = self.0.memory().unload();
        unloaded.is_some()
    }
}
