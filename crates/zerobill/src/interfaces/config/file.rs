//! The layer of the configuration file.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{
    error::Fault,
    layers::{Layer, Layers, Resolved},
    setting::Setting,
};
use crate::{
    environment::{CONFIG_FILE, TASK_ROOT},
    error::nearest,
};

/// The name of the configuration file.
const FILE_NAME: &str = "zerobill.toml";

/// What the configuration file said when it was last read.
#[derive(Default)]
pub(super) struct File {
    /// Each setting with its value and where it stands.
    settings: Vec<(String, Value, String)>,
    faults: Vec<Fault>,
}

impl Resolved {
    /// Lays the file's settings over what is there; what is wrong in the file is a fault each.
    pub(super) fn lay_file(&mut self, file: &File) {
        for (key, value, place) in &file.settings {
            self.put(key.clone(), value.clone(), Layer::File, place.clone());
        }
        self.faults.extend(file.faults.iter().cloned());
    }
}

impl Layers {
    /// Reads the file.
    pub(super) fn read_file(&self) -> File {
        let (path, must_exist) = self.file_path();
        let mut file = File::default();
        let Some(settings) = read(&path, must_exist, &mut file.faults) else {
            return file;
        };
        let (mut leaves, mut keys) = (Vec::new(), BTreeSet::new());
        flatten("", settings, &self.settings, &mut leaves);
        for (key, value) in leaves {
            let place = format!("`{key}` in file `{}`", path.display());
            if !keys.insert(key.clone()) {
                let problem = "it is set twice, once as a dotted name in quotes".to_owned();
                file.faults.push(Fault { place, problem });
                continue;
            }
            match self.checked(&key, &value, &place) {
                Ok(value) => file.settings.push((key, value, place)),
                Err(fault) => file.faults.push(fault),
            }
        }
        file
    }

    /// The file to read, and whether it was named and so must be there.
    fn file_path(&self) -> (PathBuf, bool) {
        let named = self.environment.read(&CONFIG_FILE).map(|(_, path)| path.into());
        if let Some(path) = self.file.clone().or(named) {
            return (path, true);
        }
        let root = self.environment.read(&TASK_ROOT);
        let beside = root.map(|(_, root)| Path::new(root).join(FILE_NAME));
        (
            beside.filter(|path| path.exists()).unwrap_or_else(|| FILE_NAME.into()),
            false,
        )
    }
}

/// The table `settings` of the file at `path`, if there is one.
fn read(path: &Path, must_exist: bool, faults: &mut Vec<Fault>) -> Option<toml::Table> {
    let place = format!("file `{}`", path.display());
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => return None,
        Err(error) => {
            let problem = format!("cannot be read: {error}");
            faults.push(Fault { place, problem });
            return None;
        }
    };
    let mut table = match text.parse::<toml::Table>() {
        Ok(table) => table,
        Err(error) => {
            // The parser's own text quotes the line, which may hold a secret: only say where it is.
            let line = error.span().map_or(String::new(), |span| {
                let before = text.bytes().take(span.start);
                format!(", line {}", 1 + before.filter(|byte| *byte == b'\n').count())
            });
            faults.push(Fault {
                place: format!("{place}{line}"),
                problem: format!("not valid TOML: {}", error.message()),
            });
            return None;
        }
    };
    let settings = table.remove("settings");
    for key in table.keys().filter(|key| *key != "functions") {
        let hint = nearest(key, ["settings", "functions"]);
        let hint = hint.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        faults.push(Fault {
            place: place.clone(),
            problem: format!("there is no table `{key}`{hint}"),
        });
    }
    if let toml::Value::Table(settings) = settings? {
        return Some(settings);
    }
    let problem = "`settings` is not a table".to_owned();
    faults.push(Fault { place, problem });
    None
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

/// JSON has no dates, no NaN and no infinity: these become text.
fn json_of(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) if number.is_finite() => number.into(),
        toml::Value::Float(number) => number.to_string().into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json_of).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, json_of(value))).collect(),
    }
}
