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
    file::File,
    layers::{Layer, Layers, Resolved},
    refresh::Outside,
    setting::Setting,
    source::{Parameter, Source},
};
use crate::{
    clock::Clock,
    interfaces::{Health, Service},
};

/// What the variables of a user's own settings begin with.
pub(crate) const ENVIRONMENT_PREFIX: &str = "ZEROBILL_";

/// The settings: defaults, overlaid by `zerobill.toml`, a [`Source`] such as Parameter Store, the environment, the builder and
/// [`set`](Self::set).
///
/// A user's own setting `shop.region` is read from the variable `ZEROBILL_SHOP_REGION` too, once the file, the source or the
/// builder has named it. Reading a setting never waits: [`refresh`](Self::refresh) asks the source.
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
    resolved: RwLock<Arc<Resolved>>,
    generation: AtomicU64,
    outside: Option<Outside>,
}

/// What the values in force are made of; held while they change.
struct Changing {
    /// The file as last read.
    file: File,
    /// What the source last answered.
    parameters: Vec<Parameter>,
    /// The layers below those values, laid over each other.
    below: Arc<Resolved>,
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
    pub source: Layer,
    /// The variable, or the key in the file, or the parameter, or the call.
    pub place: String,
}

impl Config {
    pub(crate) fn new(layers: Layers, source: Option<Arc<dyn Source>>, clock: &Clock) -> Self {
        let file = layers.read_file();
        let below = Arc::new(layers.resolve(&file, &[]));
        let resolved = RwLock::new(Arc::clone(&below));
        let (parameters, set) = (Vec::new(), BTreeMap::new());
        Self(Arc::new(Inner {
            layers,
            changing: Mutex::new(Changing {
                file,
                parameters,
                below,
                set,
            }),
            resolved,
            generation: AtomicU64::new(0),
            outside: source.map(|source| Outside::new(source, clock.clone())),
        }))
    }

    /// The value of `key` as a `T`, or none if it is not set.
    ///
    /// # Errors
    /// [`ConfigError::WrongType`] if the value is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        let entry = self.resolved().values.get(key).cloned();
        entry
            .map(|entry| {
                let hidden = entry.is_hidden(key);
                serde_json::from_value(entry.value).map_err(|source| ConfigError::WrongType {
                    key: key.to_owned(),
                    // The decoder quotes the value.
                    source: Some(source).filter(|_| !hidden),
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

    /// The value of `key` for showing: that of a secret, by its name or by its source, is masked.
    pub fn shown(&self, key: &str) -> Option<Value> {
        let resolved = self.resolved();
        resolved.values.get(key).map(|entry| entry.shown(key))
    }

    /// All values, those of secrets masked.
    pub fn get_all(&self) -> Map<String, Value> {
        let resolved = self.resolved();
        let shown = resolved
            .values
            .iter()
            .map(|(key, entry)| (key.clone().into_owned(), entry.shown(key)));
        shown.collect()
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
        let file = self.0.layers.read_file();
        let below = self.0.layers.resolve(&file, &changing.parameters);
        if let Some(fault) = below.faults.first() {
            return Err(fault.clone().into());
        }
        changing.file = file;
        Ok(self.relay(&mut changing, below))
    }

    /// Asks the source for its settings now, and names the settings that changed; none without a source.
    ///
    /// It takes five seconds at most. Callers at the same time share one answer. What is wrong with a single setting there is
    /// a warning in the log, and the value below holds.
    ///
    /// # Errors
    /// [`ConfigError::NoAnswer`] if the source does not answer: then everything stays as it is.
    pub async fn refresh(&self) -> Result<Vec<String>, ConfigError> {
        match &self.0.outside {
            Some(outside) => Ok(outside.refresh(self).await?),
            None => Ok(Vec::new()),
        }
    }

    /// The same if the last answer is older than `config.ssm_max_age_seconds`, or there is none yet.
    ///
    /// # Errors
    /// As for [`refresh`](Self::refresh).
    pub async fn resolve(&self) -> Result<Vec<String>, ConfigError> {
        if self.is_due() {
            self.refresh().await
        } else {
            Ok(Vec::new())
        }
    }

    /// Where each setting's value comes from, by key.
    pub fn sources(&self) -> Vec<SettingSource> {
        let resolved = self.resolved();
        let entries = resolved.values.iter();
        entries
            .map(|(key, entry)| SettingSource {
                key: key.clone().into_owned(),
                source: entry.layer,
                place: entry.place.clone().into_owned(),
            })
            .collect()
    }

    /// Reads every layer but the source again, without taking anything over, and lists what is wrong: faults first, then warnings.
    pub fn validate(&self) -> Vec<Fault> {
        let parameters = self.changing().parameters.clone();
        let fresh = self.0.layers.resolve(&self.0.layers.read_file(), &parameters);
        fresh.faults.into_iter().chain(fresh.warnings).collect()
    }

    /// What is wrong with the values in force: faults, and warnings.
    pub(crate) fn complaints(&self) -> (Vec<Fault>, Vec<Fault>) {
        let resolved = self.resolved();
        (resolved.faults.clone(), resolved.warnings.clone())
    }

    /// What there is to warn of at the start; with a source, its first answer brings that.
    pub(crate) fn first_warnings(&self) -> Vec<Fault> {
        match self.0.outside {
            Some(_) => Vec::new(),
            None => self.complaints().1,
        }
    }

    /// Whether there is a source that should be asked now.
    pub(crate) fn is_due(&self) -> bool {
        self.0.outside.as_ref().is_some_and(Outside::is_due)
    }

    /// Does not wait for an answer of the source that is late.
    pub(crate) fn postpone(&self) {
        if let Some(outside) = &self.0.outside {
            outside.postpone();
        }
    }

    /// What refreshes found to be wrong and nobody has logged yet.
    pub(crate) fn take_notices(&self) -> Vec<Fault> {
        self.0.outside.as_ref().map(Outside::take_notices).unwrap_or_default()
    }

    /// Takes over what the source has, and names the settings that changed.
    pub(super) fn replace_parameters(&self, parameters: Vec<Parameter>) -> Vec<String> {
        let mut changing = self.changing();
        if parameters.is_empty() && changing.parameters.is_empty() {
            return Vec::new();
        }
        let below = self.0.layers.resolve(&changing.file, &parameters);
        changing.parameters = parameters;
        self.relay(&mut changing, below)
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

    fn resolved(&self) -> RwLockReadGuard<'_, Arc<Resolved>> {
        self.0.resolved.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `below` in force, under the values of `config.set`.
    fn relay(&self, changing: &mut Changing, below: Resolved) -> Vec<String> {
        let below = Arc::new(below);
        let fresh = below.below(&changing.set);
        let changes = fresh.changes_from(&self.resolved());
        changing.below = below;
        self.replace(fresh);
        changes
    }

    fn replace(&self, fresh: Arc<Resolved>) {
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
        let wrong = faults.iter().chain(&warnings).map(ToString::to_string);
        Health::of(wrong.chain(self.0.outside.as_ref().and_then(Outside::outage)).collect())
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
