//! Loading what is missing: once for all who ask, from the second level where it has it, and in the background.

use std::{fmt, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    CacheError, Freshness,
    inner::{Inner, encode},
    level::{LevelError, Leveled},
    memory::Flight,
    store::{Entry, Stored},
};
use crate::invocation;

impl Inner {
    /// The entry under `key`, loaded by one of those who ask. It is kept for `stale` more than it is fresh, as an old one was,
    /// which stays until there is a new one.
    pub(super) async fn load_once<T, E, F>(
        self: &Arc<Self>,
        key: &str,
        how: Freshness,
        stale: Duration,
        load: F,
    ) -> Result<Entry, E>
    where
        T: Serialize,
        E: From<CacheError>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        let old = self.memory().built().and_then(|store| store.peek(key).cloned());
        let load = async |flight| match self.loaded(key, how, stale, &flight, load).await {
            Ok(entry) => Ok(entry),
            Err(error) => match old.filter(|entry| entry.stale_within(how.stale_if_error, self.age())) {
                Some(entry) => {
                    self.memory().counts.stale += 1;
                    Ok(entry)
                }
                None => Err(error),
            },
        };
        self.single_flight(key, load).await
    }

    /// Loads `key` once for all who wait for it.
    async fn single_flight<E>(
        self: &Arc<Self>,
        key: &str,
        load: impl AsyncFnOnce(Arc<Flight>) -> Result<Entry, E>,
    ) -> Result<Entry, E> {
        let flight = loop {
            let (flight, is_new) = {
                let mut memory = self.memory();
                let there = memory.built().and_then(|store| store.peek(key));
                if let Some(entry) = there.filter(|entry| entry.fresh(|| self.age())) {
                    return Ok(entry.clone());
                }
                memory.flight(key)
            };
            if is_new {
                break flight;
            }
            if let Some(entry) = flight.ended().await {
                return Ok(entry);
            }
        };
        let mut loading = self.loading(key, flight);
        let entry = load(Arc::clone(&loading.flight)).await?;
        loading.entry = Some(entry.clone());
        Ok(entry)
    }

    /// Starts a task that loads `key` anew, if nobody does already. Whoever finds no value meanwhile waits for it.
    pub(super) fn refresh<T, E, F>(
        self: &Arc<Self>,
        key: &str,
        how: Freshness,
        stale: Duration,
        load: impl FnOnce() -> F,
    ) where
        T: Serialize + Send,
        E: From<CacheError> + fmt::Display + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let flight = {
            let mut memory = self.memory();
            let there = memory.built().and_then(|store| store.peek(key));
            if there.is_some_and(|entry| entry.fresh(|| self.age())) {
                return;
            }
            let (flight, is_new) = memory.flight(key);
            if !is_new {
                return;
            }
            flight
        };
        let (loading, load) = (self.loading(key, flight), load());
        invocation::spawn(async move {
            let mut loading = loading;
            let loaded = load
                .await
                .and_then(|value| encode(&loading.key, &value).map_err(E::from));
            match loaded {
                Ok(json) => {
                    let entry = loading
                        .inner
                        .stored(&loading.key, how, stale, &loading.flight, json)
                        .await;
                    loading.entry = Some(entry);
                }
                Err(error) => loading.inner.logging.warning(
                    "a cached value could not be refreshed; the old one serves for the rest of its time",
                    [("key", loading.key.clone()), ("reason", error.to_string())],
                ),
            }
        });
    }

    fn loading(self: &Arc<Self>, key: &str, flight: Arc<Flight>) -> Loading {
        Loading {
            inner: Arc::clone(self),
            key: key.to_owned(),
            flight,
            entry: None,
        }
    }

    async fn loaded<T, E, F>(
        &self,
        key: &str,
        how: Freshness,
        stale: Duration,
        flight: &Arc<Flight>,
        load: F,
    ) -> Result<Entry, E>
    where
        T: Serialize,
        E: From<CacheError>,
        F: AsyncFnOnce() -> Result<T, E>,
    {
        if how.shared
            && let Some(entry) = self.leveled(key, how, stale).await
        {
            return Ok(entry);
        }
        let json = encode(key, &load().await?)?;
        Ok(self.stored(key, how, stale, flight, json).await)
    }

    /// The entry of a value, which the second level is told of, unless the key was written or removed meanwhile.
    async fn stored(
        &self,
        key: &str,
        how: Freshness,
        stale: Duration,
        flight: &Arc<Flight>,
        json: Box<RawValue>,
    ) -> Entry {
        let nothing = how.nothing.filter(|_| json.get() == "null");
        let ttl = nothing.or(how.ttl).or_else(|| self.settings.read().ttl);
        if how.shared
            && let Some(level) = self.level.get()
            && self.memory().owns(key, flight)
        {
            let ends_at_ms = ttl.map(|ttl| self.base.clock.epoch_ms().saturating_add(milliseconds(ttl)));
            let value = Leveled::new(json.clone(), ends_at_ms);
            let answer = level.set(key, &value).await;
            self.outage.note(answer, |error| self.warn(error));
        }
        let stale = if nothing.is_some() { Duration::ZERO } else { stale };
        let bytes = json.get().len();
        self.entry(key, Stored::Json(json.into()), bytes, ttl, stale)
    }

    /// What the second level has of it; none where there is none, or it does not answer.
    async fn leveled(&self, key: &str, how: Freshness, stale: Duration) -> Option<Entry> {
        let level = self.level.get()?;
        let answer = level.get(key).await;
        let Leveled { json, ends_at_ms } = self.outage.note(answer, |error| self.warn(error))??;
        let left = |ends: u64| ends.saturating_sub(self.base.clock.epoch_ms());
        let ttl = ends_at_ms.map(|ends| Duration::from_millis(left(ends)));
        if ttl.is_some_and(|ttl| ttl.is_zero()) {
            return None;
        }
        let stale = if how.nothing.is_some() && json.get() == "null" {
            Duration::ZERO
        } else {
            stale
        };
        let bytes = json.get().len();
        Some(self.entry(key, Stored::Json(json.into()), bytes, ttl, stale))
    }

    pub(super) fn warn(&self, error: LevelError) {
        self.logging.warning(&format!("{error}; values are loaded instead"), ());
    }
}

/// A load that goes on: when this is dropped, also by a panic or because the load was given up, those who wait go on.
struct Loading {
    inner: Arc<Inner>,
    key: String,
    flight: Arc<Flight>,
    entry: Option<Entry>,
}

impl Drop for Loading {
    fn drop(&mut self) {
        let entry = self.entry.take();
        {
            let mut memory = self.inner.memory();
            if memory.land(&self.key, &self.flight)
                && let Some(entry) = &entry
            {
                self.inner.keep(&mut memory, &self.key, entry.clone());
            }
        }
        self.flight.end(entry);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
