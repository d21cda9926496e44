//! The resolved settings and the calls that read, set and reload them.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    error::{ConfigError, Fault},
    layers::{Layers, Resolved, Source},
    setting::{Setting, is_hidden, masked},
};
use crate::interfaces::{Health, Service};

/// What the variables of a user's own settings begin with.
pub(crate) const ENVIRONMENT_PREFIX: &str = "ZEROBILL_";

/// The settings: defaults, overlaid by `zerobill.toml`, the environment, the builder and [`set`](Self::set).
///
/// A user's own setting `shop.region` is read from the variable `ZEROBILL_SHOP_REGION` too, once the file or the builder
/// has named it.
///
/// ```
/// let gateway = zerobill::Gateway::builder().setting("shop.region", "eu").build().expect("valid");
/// assert_eq!(gateway.config().get::<String>("shop.region")?.as_deref(), Some("eu"));
/// assert_eq!(gateway.config().get::<u64>("logging.buffer_bytes")?, Some(20_480));
/// # Ok::<(), zerobill::config::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Config(Arc<Inner>);

struct Inner {
    layers: Layers,
    changing: Mutex<Changing>,
    resolved: RwLock<Resolved>,
    generation: AtomicU64,
}

/// What the values in force are made of; held while they change.
struct Changing {
    /// The layers as last read.
    below: Resolved,
    /// The values of `config.set`.
    set: BTreeMap<String, Value>,
}

/// Where a setting's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SettingSource {
    /// The setting.
    pub key: String,
    /// The layer.
    pub source: Source,
    /// The variable, or the key in the file, or the call.
    pub place: String,
}

impl Config {
    pub(crate) fn new(layers: Layers) -> Self {
        let below = layers.resolve();
        let resolved = RwLock::new(below.clone());
        let set = BTreeMap::new();
        Self(Arc::new(Inner {
            layers,
            changing: Mutex::new(Changing { below, set }),
            resolved,
            generation: AtomicU64::new(0),
        }))
    }

    /// The value of `key` as a `T`, or none if it is not set.
    ///
    /// # Errors
    /// [`ConfigError::WrongType`] if the value is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        self.value(key)
            .map(|value| {
                serde_json::from_value(value).map_err(|source| ConfigError::WrongType {
                    key: key.to_owned(),
                    // The decoder quotes the value.
                    source: Some(source).filter(|_| !is_hidden(key)),
                })
            })
            .transpose()
    }

    /// The same, where a missing value is an error.
    ///
    /// # Errors
    /// [`ConfigError::NotSet`] or [`ConfigError::WrongType`].
    pub fn require<T: DeserializeOwned>(&self, key: &str) -> Result<T, ConfigError> {
        self.get(key)?.ok_or_else(|| ConfigError::NotSet(key.to_owned()))
    }

    /// The value of `key` as it stands; null never stands for a missing one.
    pub fn value(&self, key: &str) -> Option<Value> {
        let resolved = self.resolved();
        resolved.values.get(key).map(|entry| entry.value.clone())
    }

    /// The value of `key` for showing: that of a secret's name is masked.
    pub fn shown(&self, key: &str) -> Option<Value> {
        self.value(key).map(|value| masked(key, value))
    }

    /// All values, those of secrets' names masked.
    pub fn get_all(&self) -> Map<String, Value> {
        let resolved = self.resolved();
        resolved
            .values
            .iter()
            .map(|(key, entry)| (key.clone(), masked(key, entry.value.clone())))
            .collect()
    }

    /// Sets `key` above every other layer, for this process; null takes such a value back.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] if the setting does not take that value, or is not one of an interface's.
    pub fn set(&self, key: &str, value: impl Into<Value>) -> Result<(), ConfigError> {
        let value = value.into();
        let place = format!("`config.set` of `{key}`");
        let checked = match &value {
            Value::Null => None,
            value => Some(self.0.layers.checked(key, value, &place)?),
        };
        let mut changing = self.changing();
        match checked {
            Some(value) => changing.set.insert(key.to_owned(), value),
            None => changing.set.remove(key),
        };
        self.replace(changing.below.below(&changing.set));
        Ok(())
    }

    /// Reads the file again; names the settings whose value changed. A file with faults changes nothing.
    ///
    /// # Errors
    /// [`ConfigError::Invalid`] with the first fault; [`validate`](Self::validate) lists all.
    pub fn reload(&self) -> Result<Vec<String>, ConfigError> {
        let mut changing = self.changing();
        let below = self.0.layers.resolve();
        if let Some(fault) = below.faults.first() {
            return Err(fault.clone().into());
        }
        let fresh = below.below(&changing.set);
        let changes = fresh.changes_from(&self.resolved());
        changing.below = below;
        self.replace(fresh);
        Ok(changes)
    }

    /// Where each setting's value comes from, by key.
    pub fn sources(&self) -> Vec<SettingSource> {
        let resolved = self.resolved();
        let entries = resolved.values.iter();
        entries
            .map(|(key, entry)| SettingSource {
                key: key.clone(),
                source: entry.source,
                place: entry.place.clone(),
            })
            .collect()
    }

    /// Reads every layer again, without taking anything over, and lists what is wrong: faults first, then warnings.
    pub fn validate(&self) -> Vec<Fault> {
        let fresh = self.0.layers.resolve();
        fresh.faults.into_iter().chain(fresh.warnings).collect()
    }

    /// What is wrong with the values in force: faults, and warnings.
    pub(crate) fn complaints(&self) -> (Vec<Fault>, Vec<Fault>) {
        let resolved = self.resolved();
        (resolved.faults.clone(), resolved.warnings.clone())
    }

    /// A number that changes with every change of the settings.
    pub(crate) fn generation(&self) -> u64 {
        self.0.generation.load(Ordering::Acquire)
    }

    /// A known setting as text; empty where it has no value.
    pub(crate) fn text(&self, setting: &Setting) -> String {
        self.known(setting).as_str().unwrap_or_default().to_owned()
    }

    /// A known setting as yes or no.
    pub(crate) fn flag(&self, setting: &Setting) -> bool {
        self.known(setting).as_bool().unwrap_or_default()
    }

    /// A known setting as a whole number, if it has a value.
    pub(crate) fn integer(&self, setting: &Setting) -> Option<u64> {
        self.known(setting).as_u64()
    }

    /// A known setting as a number, if it has a value.
    pub(crate) fn number(&self, setting: &Setting) -> Option<f64> {
        self.known(setting).as_f64()
    }

    fn known(&self, setting: &Setting) -> Value {
        self.value(setting.key).unwrap_or_else(|| setting.default_value())
    }

    fn changing(&self) -> MutexGuard<'_, Changing> {
        self.0.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn resolved(&self) -> RwLockReadGuard<'_, Resolved> {
        self.0.resolved.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, fresh: Resolved) {
        *self.0.resolved.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        self.0.generation.fetch_add(1, Ordering::Release);
    }
}

/// Prints what [`Config::get_all`] returns: secrets are masked.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(&self.get_all()).finish()
    }
}

impl Service for Config {
    fn health(&self) -> Health {
        let (faults, warnings) = self.complaints();
        Health::of(faults.iter().chain(&warnings).map(ToString::to_string).collect())
    }
}

/// What an interface makes of its settings, made again when they change.
#[derive(Debug)]
pub(crate) struct Watched<T> {
    config: Config,
    make: fn(&Config) -> T,
    made: RwLock<(u64, Arc<T>)>,
}

impl<T> Watched<T> {
    pub(crate) fn new(config: Config, make: fn(&Config) -> T) -> Self {
        let made = RwLock::new((config.generation(), Arc::new(make(&config))));
        Self { config, make, made }
    }

    pub(crate) fn read(&self) -> Arc<T> {
        let generation = self.config.generation();
        {
            let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
            if made.0 == generation {
                return Arc::clone(&made.1);
            }
        }
        let fresh = Arc::new((self.make)(&self.config));
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = (generation, Arc::clone(&fresh));
        fresh
    }
}

/// The variable of a user's own setting.
pub(super) fn variable_of(key: &str) -> String {
    let letters = key.chars().map(|c| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_uppercase()
        } else {
            '_'
        }
    });
    ENVIRONMENT_PREFIX.chars().chain(letters).collect()
}
