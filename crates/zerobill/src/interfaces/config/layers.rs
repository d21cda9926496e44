//! The layers and how they are laid over each other.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, btree_map},
    path::PathBuf,
    sync::Arc,
};

use serde::Serialize;
use serde_json::Value;

use super::{
    error::Fault,
    file::File,
    service::{ENVIRONMENT_PREFIX, variable_of},
    setting::{Setting, is_hidden, masked, parse_boolean},
    source::Parameter,
};
use crate::{
    environment::{Environment, VARIABLES},
    error::{nearest, suggestion},
    redact::MASK,
};

/// How much of a wrong value a message shows.
const SHOWN_CHARACTERS: usize = 80;

/// The layer that a setting's value comes from, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Layer {
    /// The setting's own default.
    Default,
    /// The configuration file.
    File,
    /// The [source](super::Source) outside of the function.
    Parameters,
    /// An environment variable.
    Environment,
    /// The builder of the gateway.
    Builder,
    /// A call to `config.set`.
    Set,
}

/// What the layers are made of.
#[derive(Default)]
pub(crate) struct Layers {
    /// Whose settings are all known: the interfaces, and the handlers that declare any.
    pub(crate) owners: Vec<&'static str>,
    pub(crate) settings: Vec<&'static Setting>,
    pub(crate) environment: Environment,
    /// The file to read; where none is named, the environment names it or it is looked for.
    pub(crate) file: Option<PathBuf>,
    pub(crate) builder: BTreeMap<String, Value>,
}

/// The layers laid over each other.
#[derive(Clone, Default)]
pub(super) struct Resolved {
    pub(super) values: BTreeMap<Cow<'static, str>, Entry>,
    /// What must be mended before a start.
    pub(super) faults: Vec<Fault>,
    /// What is wrong and was left out.
    pub(super) warnings: Vec<Fault>,
}

/// A value, and where it stands.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) layer: Layer,
    pub(super) place: Cow<'static, str>,
    /// Whether a source said that the value must not be shown.
    pub(super) secret: bool,
}

impl Layers {
    /// Every layer but [`Layer::Set`], laid over each other.
    pub(super) fn resolve(&self, file: &File, parameters: &[Parameter]) -> Resolved {
        let mut resolved = Resolved::default();
        for setting in &self.settings {
            let value = setting.default_value();
            if !value.is_null() {
                resolved.put(setting.key, value, Layer::Default, "default");
            }
        }
        resolved.lay_file(file);
        self.lay_parameters(parameters, &mut resolved);
        self.lay_environment(&mut resolved);
        for (key, value) in self.builder.iter().filter(|(_, value)| !value.is_null()) {
            let place = format!("`{key}` in code");
            match self.checked(key, value, &place) {
                Ok(value) => resolved.put(key.clone(), value, Layer::Builder, place),
                Err(fault) => resolved.faults.push(fault),
            }
        }
        resolved
    }

    /// `value` as the setting `key` keeps it; what the library does not know belongs to the user and is any value.
    pub(super) fn checked(&self, key: &str, value: &Value, place: &str) -> Result<Value, Fault> {
        let fault = |problem| {
            Err(Fault {
                place: place.to_owned(),
                problem,
            })
        };
        if let Some(setting) = self.settings.iter().find(|setting| setting.key == key) {
            return match setting.kind.check(value) {
                Some(value) => Ok(value),
                None => fault(setting.kind.problem(value, &shown(key, value))),
            };
        }
        let owner = key.split('.').next().unwrap_or(key);
        if self.owners.contains(&owner) {
            let keys = self.settings.iter().map(|setting| setting.key);
            let hint = suggestion(key, keys.filter(|other| other.split('.').next() == Some(owner)));
            return fault(format!("there is no setting `{key}`{hint}"));
        }
        let variable = variable_of(key);
        let taken = |setting: &&&Setting| setting.variable.names.contains(&variable.as_str());
        if let Some(setting) = self.settings.iter().find(taken) {
            return fault(format!(
                "there is no setting `{key}`, and its variable is that of `{}`; did you mean that?",
                setting.key
            ));
        }
        Ok(value.clone())
    }

    fn lay_environment(&self, resolved: &mut Resolved) {
        let place = |name: &str| format!("environment variable `{name}`");
        for setting in &self.settings {
            let Some((name, text)) = self.environment.read(&setting.variable) else {
                continue;
            };
            if let Some(value) = setting.kind.parse(text) {
                resolved.put(setting.key, value, Layer::Environment, place(name));
                continue;
            }
            let value = Value::from(text);
            let problem = setting.kind.problem(&value, &shown(setting.key, &value));
            let fault = Fault {
                place: place(name),
                problem,
            };
            if setting.is_lenient() {
                resolved.warnings.push(fault);
            } else {
                resolved.faults.push(fault);
            }
        }
        let own = self.own_variables(resolved);
        for (name, key) in &own {
            if let Some(text) = self.environment.get(name) {
                let example = resolved.values.get(key.as_str()).map(|entry| &entry.value);
                let value = like(example.or(self.builder.get(key)), text);
                resolved.put(key.clone(), value, Layer::Environment, place(name));
            }
        }
        let known = || VARIABLES.iter().flat_map(|variable| variable.names).copied();
        let names = self.environment.names();
        for name in names.filter(|name| name.starts_with(ENVIRONMENT_PREFIX)) {
            if own.iter().any(|(own, _)| own == name) || known().any(|known| known == name) {
                continue;
            }
            let hint = nearest(name, known().chain(own.iter().map(|(own, _)| own.as_str())));
            let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            resolved.warnings.push(Fault {
                place: place(name),
                problem: format!("nothing reads it{hint}"),
            });
        }
    }

    /// The variables of the user's own settings, as far as they are named, with their keys.
    fn own_variables(&self, resolved: &Resolved) -> Vec<(String, String)> {
        // What has its default is the library's.
        let set = resolved
            .values
            .iter()
            .filter(|(_, entry)| entry.layer != Layer::Default);
        let keys = set
            .map(|(key, _)| key.as_ref())
            .chain(self.builder.keys().map(String::as_str));
        keys.filter(|key| self.settings.iter().all(|setting| setting.key != *key))
            .map(|key| (variable_of(key), key.to_owned()))
            .collect()
    }
}

impl Entry {
    /// Whether the value, which is that of `key`, must not be shown.
    pub(super) fn is_hidden(&self, key: &str) -> bool {
        self.secret || is_hidden(key)
    }

    /// The value for showing.
    pub(super) fn shown(&self, key: &str) -> Value {
        if self.secret {
            MASK.into()
        } else {
            masked(key, self.value.clone())
        }
    }
}

impl Resolved {
    pub(super) fn put(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        value: Value,
        layer: Layer,
        place: impl Into<Cow<'static, str>>,
    ) {
        let mut entry = Entry {
            value,
            layer,
            place: place.into(),
            secret: false,
        };
        match self.values.entry(key.into()) {
            btree_map::Entry::Vacant(vacant) => _ = vacant.insert(entry),
            btree_map::Entry::Occupied(mut below) => {
                // What one layer keeps from being shown, no layer above it shows.
                entry.secret = below.get().secret;
                below.insert(entry);
            }
        }
    }

    /// These layers below the values of `config.set`.
    pub(super) fn below(self: &Arc<Self>, set: &BTreeMap<String, Value>) -> Arc<Self> {
        if set.is_empty() {
            return Arc::clone(self);
        }
        let mut resolved = Self::clone(self);
        for (key, value) in set {
            let place = format!("`config.set` of `{key}`");
            resolved.put(key.clone(), value.clone(), Layer::Set, place);
        }
        resolved.into()
    }

    /// The keys whose values differ from those of `old`.
    pub(super) fn changes_from(&self, old: &Self) -> Vec<String> {
        let keys: BTreeSet<_> = old.values.keys().chain(self.values.keys()).collect();
        let differs = |key: &&Cow<'static, str>| {
            self.values.get(*key).map(|entry| &entry.value) != old.values.get(*key).map(|entry| &entry.value)
        };
        keys.into_iter()
            .filter(differs)
            .map(|key| key.clone().into_owned())
            .collect()
    }
}

/// `text` as the type of `example`, where it can be read as one.
pub(super) fn like(example: Option<&Value>, text: &str) -> Value {
    let typed = match example {
        Some(Value::Bool(_)) => parse_boolean(text).map(Value::Bool),
        Some(Value::Number(_)) => serde_json::from_str(text).ok().filter(Value::is_number),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}

/// `value` for a message: short, and masked where a name in it is a secret's.
pub(super) fn shown(key: &str, value: &Value) -> String {
    let text = match masked(key, value.clone()) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
