//! Registers, makes, hands out and gives up singletons.

use std::{any::Any, fmt, sync::Arc};

use serde::Serialize;
use tokio::sync::Semaphore;

use super::{
    error::SingletonError,
    registry::{Entry, MAKING, Registry, Turn},
};
use crate::{
    gateway::Base,
    interfaces::{Health, Service},
};

/// Values of any type by name, each at most once in this execution environment.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use std::sync::Arc;
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// let connect = async || Ok::<_, zerobill::Error>("a connection".to_owned());
/// let first: Arc<String> = gateway.singleton().get_or_create("database", connect).await?;
/// let again: Arc<String> = gateway.singleton().get("database")?.expect("it is there");
/// assert!(Arc::ptr_eq(&first, &again));
/// # Ok::<(), zerobill::Error>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Singleton(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    registry: Registry,
}

/// What a singleton is, for lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SingletonInfo {
    /// Its name.
    pub name: String,
    /// Its type.
    pub type_name: &'static str,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: u64,
    /// How many hold it beside the registry.
    pub holders: usize,
    /// What is wrong with it, by its own check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Says what is wrong with a value, if anything is.
type CheckOf<T> = fn(&T) -> Result<(), String>;

/// What a singleton wants to be asked and told.
pub struct Hooks<T> {
    check: Option<CheckOf<T>>,
    close: Option<fn(&T)>,
}

impl<T> Hooks<T> {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self {
            check: None,
            close: None,
        }
    }

    /// Says whether the value is well; asked by `debug.health`.
    #[must_use]
    pub fn check(mut self, check: fn(&T) -> Result<(), String>) -> Self {
        self.check = Some(check);
        self
    }

    /// Called before the registry gives the value up.
    #[must_use]
    pub fn close(mut self, close: fn(&T)) -> Self {
        self.close = Some(close);
        self
    }
}

impl<T> Default for Hooks<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Hooks<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("check", &self.check.is_some())
            .field("close", &self.close.is_some())
            .finish()
    }
}

impl Singleton {
    pub(crate) fn new(base: &Base) -> Self {
        Self(Arc::new(Inner {
            base: base.clone(),
            registry: Registry::default(),
        }))
    }

    /// Adds a value under a free name.
    ///
    /// # Errors
    /// [`SingletonError::AlreadyRegistered`], also while another is being made under that name; [`SingletonError::NoName`].
    pub fn register<T: Any + Send + Sync>(&self, name: &str, value: T) -> Result<Arc<T>, SingletonError> {
        self.register_with(name, value, Hooks::new())
    }

    /// The same with hooks.
    ///
    /// # Errors
    /// As for [`register`](Self::register).
    pub fn register_with<T: Any + Send + Sync>(
        &self,
        name: &str,
        value: T,
        hooks: Hooks<T>,
    ) -> Result<Arc<T>, SingletonError> {
        named(name)?;
        let value = Arc::new(value);
        let mut entry = Entry::of(Arc::clone(&value), self.0.base.clock.epoch_ms());
        // The entry's value is a `T`: only this call makes it.
        entry.check = hooks.check.map(|check| -> super::registry::Check {
            Box::new(move |value| value.downcast_ref().map_or(Ok(()), check))
        });
        entry.close = hooks.close.map(|close| -> super::registry::Close {
            Box::new(move |value| {
                value.downcast_ref().map(close);
            })
        });
        let added = self.0.registry.add(name, entry);
        if added {
            Ok(value)
        } else {
            Err(SingletonError::AlreadyRegistered(name.to_owned()))
        }
    }

    /// The value under `name`, or none.
    ///
    /// # Errors
    /// [`SingletonError::WrongType`] if it is no `T`.
    pub fn get<T: Any + Send + Sync>(&self, name: &str) -> Result<Option<Arc<T>>, SingletonError> {
        self.0.registry.find(name).map(|entry| entry.value(name)).transpose()
    }

    /// The value under `name`, or what `make` gives, which then stands there.
    ///
    /// However many ask at once, one makes it and the others wait. If it fails or is given up, the next one tries. A value
    /// may ask for others while it is being made, in the same task; values that would wait for each other get an error instead.
    /// What a task of its own asks for is not seen to be for it: `make` must not await a [`spawn`](crate::invocation::spawn)ed
    /// task that asks for the value being made, because neither would ever end.
    ///
    /// # Errors
    /// What `make` said, or a [`SingletonError`] as one of `E`.
    pub async fn get_or_create<T, E>(&self, name: &str, make: impl AsyncFnOnce() -> Result<T, E>) -> Result<Arc<T>, E>
    where
        T: Any + Send + Sync,
        E: From<SingletonError>,
    {
        named(name)?;
        let registry = &self.0.registry;
        let flight = loop {
            match registry.turn(name)? {
                Turn::Take(entry) => return Ok(entry.value(name)?),
                Turn::Make(flight) => break flight,
                Turn::Wait(flight) => {
                    let waiting = Waiting(registry, name);
                    // It has no permits: it ends by being closed.
                    _ = flight.acquire().await;
                    drop(waiting);
                }
            }
        };
        let mut making = Making {
            registry,
            name,
            flight: &flight,
            entry: None,
        };
        let mut names = MAKING.try_with(Clone::clone).unwrap_or_default();
        names.push(name.to_owned());
        let value = Arc::new(MAKING.scope(names, make()).await?);
        making.entry = Some(Arc::new(Entry::of(Arc::clone(&value), self.0.base.clock.epoch_ms())));
        Ok(value)
    }

    /// Whether there is a value under `name`.
    pub fn exists(&self, name: &str) -> bool {
        self.0.registry.find(name).is_some()
    }

    /// Gives up the value under `name`, closing it; says whether there was one. Whoever holds it keeps it.
    pub fn reset(&self, name: &str) -> bool {
        let entry = self.0.registry.remove(name);
        entry.inspect(|entry| entry.close()).is_some()
    }

    /// Gives up all values, closing each; says how many there were.
    pub fn reset_all(&self) -> usize {
        let entries = self.0.registry.clear();
        for (_, entry) in &entries {
            entry.close();
        }
        entries.len()
    }

    /// What there is, by name.
    pub fn list(&self) -> Vec<SingletonInfo> {
        let info = |(name, entry): (String, Arc<Entry>)| SingletonInfo {
            name,
            type_name: entry.type_name,
            created_at_ms: entry.created_at_ms,
            holders: Arc::strong_count(&entry.value) - 1,
            problem: entry.health().err(),
        };
        self.0.registry.all().into_iter().map(info).collect()
    }
}

impl Service for Singleton {
    fn health(&self) -> Health {
        let problem = |info: SingletonInfo| Some(format!("singleton `{}`: {}", info.name, info.problem?));
        Health::of(self.list().into_iter().filter_map(problem).collect())
    }

    fn unload(&self) -> bool {
        self.reset_all() > 0
    }
}

/// A value being made: when this is dropped, also by a panic or because the maker was given up, those who wait go on.
struct Making<'a> {
    registry: &'a Registry,
    name: &'a str,
    flight: &'a Semaphore,
    entry: Option<Arc<Entry>>,
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.registry.made(self.name, self.flight, self.entry.take());
    }
}

/// A wait that is on record until this is dropped.
struct Waiting<'a>(&'a Registry, &'a str);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.stop_waiting(self.1);
    }
}

fn named(name: &str) -> Result<(), SingletonError> {
    if name.is_empty() {
        Err(SingletonError::NoName)
    } else {
        Ok(())
    }
}
