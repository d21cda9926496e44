//! Who has what, who is making what, and who waits for whom.

use std::{
    any::{Any, type_name},
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Semaphore;

use super::error::SingletonError;

/// A check of a value's health, and what is done before it is given up.
pub(super) type Check = Box<dyn Fn(&(dyn Any + Send + Sync)) -> Result<(), String> + Send + Sync>;
pub(super) type Close = Box<dyn Fn(&(dyn Any + Send + Sync)) + Send + Sync>;

/// A value and what belongs to it.
pub(super) struct Entry {
    pub(super) value: Arc<dyn Any + Send + Sync>,
    pub(super) type_name: &'static str,
    pub(super) created_at_ms: u64,
    pub(super) check: Option<Check>,
    pub(super) close: Option<Close>,
}

#[derive(Default)]
pub(super) struct Registry(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    entries: BTreeMap<String, Arc<Entry>>,
    /// What is being made. Its semaphore has no permits and is closed when that ends, which wakes all who wait.
    making: BTreeMap<String, Arc<Semaphore>>,
    /// Of values being made, which waits for which; one may wait for several at once.
    waits: BTreeSet<(String, String)>,
}

/// What a caller has to do to get a value.
pub(super) enum Turn {
    /// It is there.
    Take(Arc<Entry>),
    /// Another makes it: wait until this is closed, then ask again.
    Wait(Arc<Semaphore>),
    /// Make it.
    Make(Arc<Semaphore>),
}

tokio::task_local! {
    /// The names of the values that the running task is making, the outermost first.
    pub(super) static MAKING: Vec<String>;
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, name: &str) -> Option<Arc<Entry>> {
        self.lock().entries.get(name).cloned()
    }

    pub(super) fn all(&self) -> Vec<(String, Arc<Entry>)> {
        self.lock()
            .entries
            .iter()
            .map(|(name, entry)| (name.clone(), Arc::clone(entry)))
            .collect()
    }

    /// Adds a value; says whether the name was free.
    pub(super) fn add(&self, name: &str, entry: Entry) -> bool {
        let mut inner = self.lock();
        let free = !inner.entries.contains_key(name) && !inner.making.contains_key(name);
        if free {
            inner.entries.insert(name.to_owned(), Arc::new(entry));
        }
        free
    }

    pub(super) fn remove(&self, name: &str) -> Option<Arc<Entry>> {
        self.lock().entries.remove(name)
    }

    pub(super) fn clear(&self) -> Vec<(String, Arc<Entry>)> {
        std::mem::take(&mut self.lock().entries).into_iter().collect()
    }

    /// Whose turn it is. A wait that could never end is an error instead.
    pub(super) fn turn(&self, name: &str) -> Result<Turn, SingletonError> {
        let making = MAKING.try_with(Clone::clone).unwrap_or_default();
        let mut inner = self.lock();
        if let Some(entry) = inner.entries.get(name) {
            return Ok(Turn::Take(Arc::clone(entry)));
        }
        let Some(flight) = inner.making.get(name).cloned() else {
            let flight = Arc::new(Semaphore::new(0));
            inner.making.insert(name.to_owned(), Arc::clone(&flight));
            return Ok(Turn::Make(flight));
        };
        if let Some(mine) = making.last() {
            // If whoever makes the wanted value waits, however far around, for one of these, nobody would ever go on.
            if let Some(way) = inner.way(name, &making, &mut BTreeSet::new()) {
                let from = making
                    .iter()
                    .position(|mine| Some(mine) == way.last())
                    .unwrap_or_default();
                return Err(SingletonError::Cycle {
                    path: [&making[from..], &way].concat(),
                });
            }
            inner.waits.insert((mine.clone(), name.to_owned()));
        }
        Ok(Turn::Wait(flight))
    }

    /// The running task waits no longer for `name`.
    pub(super) fn stop_waiting(&self, name: &str) {
        let making = MAKING.try_with(Clone::clone).unwrap_or_default();
        if let Some(mine) = making.last() {
            self.lock().waits.remove(&(mine.clone(), name.to_owned()));
        }
    }

    /// Ends the making of `name`, with a value or without.
    pub(super) fn made(&self, name: &str, flight: &Semaphore, entry: Option<Arc<Entry>>) {
        let mut inner = self.lock();
        inner.making.remove(name);
        if let Some(entry) = entry {
            inner.entries.insert(name.to_owned(), entry);
        }
        drop(inner);
        flight.close();
    }
}

impl Inner {
    /// The way from `name` along the waits to one of `targets`, if there is one.
    fn way(&self, name: &str, targets: &[String], seen: &mut BTreeSet<String>) -> Option<Vec<String>> {
        if targets.iter().any(|target| target == name) {
            return Some(vec![name.to_owned()]);
        }
        if !seen.insert(name.to_owned()) {
            return None;
        }
        let mut next = self.waits.iter().filter(|(waiting, _)| waiting == name);
        let rest = next.find_map(|(_, awaited)| self.way(awaited, targets, seen))?;
        Some([vec![name.to_owned()], rest].concat())
    }
}

impl Entry {
    pub(super) fn of<T: Any + Send + Sync>(value: Arc<T>, created_at_ms: u64) -> Self {
        Self {
            value,
            type_name: type_name::<T>(),
            created_at_ms,
            check: None,
            close: None,
        }
    }

    pub(super) fn value<T: Any + Send + Sync>(&self, name: &str) -> Result<Arc<T>, SingletonError> {
        let (is, asked) = (self.type_name, type_name::<T>());
        let wrong = |_| SingletonError::WrongType {
            name: name.to_owned(),
            is,
            asked,
        };
        Arc::clone(&self.value).downcast().map_err(wrong)
    }

    pub(super) fn health(&self) -> Result<(), String> {
        self.check.as_ref().map_or(Ok(()), |check| check(&*self.value))
    }

    pub(super) fn close(&self) {
        if let Some(close) = &self.close {
            close(&*self.value);
        }
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.lock().entries.keys()).finish()
    }
}
