//! The layers and how they are laid over each other.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use serde::Serialize;
use serde_json::Value;

use super::{
    error::Fault,
    service::{ENVIRONMENT_PREFIX, variable_of},
    setting::{Setting, parse_boolean},
};
use crate::{
    environment::{CONFIG_FILE, Environment, TASK_ROOT, VARIABLES},
    error::{nearest, suggestion},
    redact::{MASK, is_secret},
};

/// The name of the configuration file.
const FILE_NAME: &str = "zerobill.toml";

/// Where a setting's value comes from, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The setting's own default.
    Default,
    /// The configuration file.
    File,
    /// An environment variable.
    Environment,
    /// The builder of the gateway.
    Builder,
    /// A call to `config.set`.
    Set,
}

/// What the layers are made of.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    pub(crate) interfaces: Vec<&'static str>,
    pub(crate) settings: Vec<&'static Setting>,
    pub(crate) environment: Environment,
    /// The file to read; where none is named, the environment names it or it is looked for.
    pub(crate) file: Option<PathBuf>,
    pub(crate) builder: BTreeMap<String, Value>,
}

/// The layers laid over each other.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub(super) values: BTreeMap<String, Entry>,
    /// What must be mended before a start.
    pub(super) faults: Vec<Fault>,
    /// What is wrong and was left out.
    pub(super) warnings: Vec<Fault>,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) value: Value,
    pub(super) source: Source,
    pub(super) place: String,
}

impl Layers {
    pub(super) fn resolve(&self, set: &BTreeMap<String, Value>) -> Resolved {
        let mut resolved = Resolved::default();
        for setting in &self.settings {
            let value = setting.default_value();
            if !value.is_null() {
                resolved.put(setting.key, value, Source::Default, "default".to_owned());
            }
        }
        self.lay_file(&mut resolved);
        self.lay_environment(&mut resolved);
        for (source, values) in [(Source::Builder, &self.builder), (Source::Set, set)] {
            for (key, value) in values {
                match self.checked(key, value, &format!("`{key}` in code")) {
                    Ok(value) => resolved.put(key, value, source, format!("`{key}` in code")),
                    Err(fault) => resolved.faults.push(fault),
                }
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
                None => fault(format!("`{}` is not {}", shown(key, value), setting.kind.expected())),
            };
        }
        let owner = key.split_once('.').map(|(owner, _)| owner);
        if owner.is_some_and(|owner| self.interfaces.contains(&owner)) {
            let hint = suggestion(key, self.settings.iter().map(|setting| setting.key));
            return fault(format!("there is no setting `{key}`{hint}"));
        }
        Ok(value.clone())
    }

    fn lay_file(&self, resolved: &mut Resolved) {
        let named = self
            .file
            .clone()
            .or_else(|| self.environment.read(&CONFIG_FILE).map(|(_, path)| path.into()));
        let must_exist = named.is_some();
        let path = named.unwrap_or_else(|| {
            let root = self
                .environment
                .read(&TASK_ROOT)
                .map(|(_, root)| PathBuf::from(root).join(FILE_NAME));
            root.filter(|path| path.exists()).unwrap_or_else(|| FILE_NAME.into())
        });
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => return,
            Err(error) => {
                let problem = format!("cannot be read: {error}");
                return resolved.faults.push(Fault {
                    place: format!("file `{}`", path.display()),
                    problem,
                });
            }
        };
        let mut table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => {
                // The parser's own text quotes the line, which may hold a secret: only say where it is.
                let line = error
                    .span()
                    .map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                let place = format!("file `{}`, line {line}", path.display());
                return resolved.faults.push(Fault {
                    place,
                    problem: format!("not valid TOML: {}", error.message()),
                });
            }
        };
        let settings = table.remove("settings");
        for key in table.keys().filter(|key| *key != "functions") {
            let hint = nearest(key, ["settings", "functions"])
                .map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            let problem = format!("there is no table `{key}`{hint}");
            resolved.faults.push(Fault {
                place: format!("file `{}`", path.display()),
                problem,
            });
        }
        let mut flat = Vec::new();
        match settings {
            Some(toml::Value::Table(settings)) => flatten("", settings, &self.settings, &mut flat),
            Some(_) => {
                let place = format!("file `{}`", path.display());
                resolved.faults.push(Fault {
                    place,
                    problem: "`settings` is not a table".to_owned(),
                });
            }
            None => {}
        }
        for (key, value) in flat {
            let place = format!("`{key}` in file `{}`", path.display());
            match self.checked(&key, &value, &place) {
                Ok(value) => resolved.put(&key, value, Source::File, place),
                Err(fault) => resolved.faults.push(fault),
            }
        }
    }

    fn lay_environment(&self, resolved: &mut Resolved) {
        let place = |name: &str| format!("environment variable `{name}`");
        for setting in &self.settings {
            let Some((name, text)) = self.environment.read(&setting.variable) else {
                continue;
            };
            if let Some(value) = setting.kind.parse(text) {
                resolved.put(setting.key, value, Source::Environment, place(name));
                continue;
            }
            let problem = format!(
                "`{}` is not {}",
                shown(setting.key, &text.into()),
                setting.kind.expected()
            );
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
        let own: BTreeSet<String> = resolved.values.keys().chain(self.builder.keys()).cloned().collect();
        let mut known: BTreeSet<String> = VARIABLES
            .iter()
            .flat_map(|variable| variable.names)
            .map(|name| (*name).to_owned())
            .collect();
        for key in own
            .iter()
            .filter(|key| self.settings.iter().all(|setting| setting.key != *key))
        {
            let name = variable_of(key);
            if let Some(text) = self.environment.get(&name) {
                let value = like(
                    resolved
                        .values
                        .get(key)
                        .map(|entry| &entry.value)
                        .or(self.builder.get(key)),
                    text,
                );
                resolved.put(key, value, Source::Environment, place(&name));
            }
            known.insert(name);
        }
        for name in self
            .environment
            .names()
            .filter(|name| name.starts_with(ENVIRONMENT_PREFIX))
        {
            if !known.contains(name) {
                let hint = nearest(name, known.iter().map(String::as_str));
                let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                resolved.warnings.push(Fault {
                    place: place(name),
                    problem: format!("nothing reads it{hint}"),
                });
            }
        }
    }
}

impl Resolved {
    fn put(&mut self, key: &str, value: Value, source: Source, place: String) {
        self.values.insert(key.to_owned(), Entry { value, source, place });
    }
}

/// `text` as the type of `example`, where it can be read as one.
fn like(example: Option<&Value>, text: &str) -> Value {
    let typed = match example {
        Some(Value::Bool(_)) => parse_boolean(text).map(Value::Bool),
        Some(Value::Number(_)) => serde_json::from_str(text).ok().filter(Value::is_number),
        _ => None,
    };
    typed.unwrap_or_else(|| text.into())
}

/// `value` for a message, masked where `key` is a secret's.
fn shown(key: &str, value: &Value) -> String {
    match value {
        _ if is_secret(key) => MASK.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The leaves of a table under dotted keys.
fn flatten(prefix: &str, table: toml::Table, settings: &[&Setting], leaves: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            toml::Value::Table(inner) if settings.iter().all(|setting| setting.key != key) => {
                flatten(&key, inner, settings, leaves);
            }
            value => leaves.push((key, json_of(value))),
        }
    }
}

fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, json_of(value))).collect(),
    }
}
