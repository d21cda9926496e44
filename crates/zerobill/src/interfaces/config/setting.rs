//! Settings as data: a key, its variables, its type and its default.

use serde_json::Value;

use crate::{
    environment::Variable,
    redact::{MASK, is_secret, without_password},
};

/// A setting that the library knows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Setting {
    /// Its key in the file and in `config.get`, such as `logging.level`.
    pub key: &'static str,
    /// The environment variable that sets it, with its older names.
    pub variable: Variable,
    /// What values it takes.
    pub kind: SettingKind,
    /// Its default as text; empty means none.
    pub default: &'static str,
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum SettingKind {
    /// Any text.
    Text,
    /// `1 y yes t true on` or `0 n no f false off`, in any case.
    Boolean,
    /// A whole number from the first to the second, both included.
    Integer(u64, u64),
    /// A number from the first to the second, both included.
    Number(f64, f64),
    /// One of these words, in any case; kept as written here.
    Choice(&'static [&'static str]),
    /// Text that this function takes. Of other text it says what is wrong, which is shown: of a secret it must not repeat any.
    Checked(fn(&str) -> Result<(), String>),
}

impl Setting {
    /// A setting `key` that `variable` sets too. `default` is text as in a variable; empty means none.
    #[must_use]
    pub const fn new(key: &'static str, variable: Variable, kind: SettingKind, default: &'static str) -> Self {
        Self {
            key,
            variable,
            kind,
            default,
        }
    }

    /// The interface or handler it belongs to: what stands before the first dot of its key.
    pub(crate) fn owner(&self) -> &'static str {
        self.key.split('.').next().unwrap_or(self.key)
    }

    /// Whether a wrong value in the environment is only warned of: so for the variables that existing functions bring along.
    pub(crate) fn is_lenient(&self) -> bool {
        self.variable.names.len() > 1
    }

    /// The default as a value; null where there is none.
    pub(crate) fn default_value(&self) -> Value {
        if self.default.is_empty() {
            Value::Null
        } else {
            self.kind.parse(self.default).unwrap_or_default()
        }
    }
}

impl SettingKind {
    /// The value of `text`, as it stands in an environment variable.
    pub(crate) fn parse(self, text: &str) -> Option<Value> {
        let text = text.trim();
        match self {
            Self::Text => Some(text.into()),
            Self::Boolean => parse_boolean(text).map(Value::Bool),
            Self::Integer(..) => text.parse::<u64>().ok().and_then(|number| self.check(&number.into())),
            Self::Number(..) => text.parse::<f64>().ok().and_then(|number| self.check(&number.into())),
            Self::Choice(words) => words
                .iter()
                .find(|word| word.eq_ignore_ascii_case(text))
                .map(|word| Value::from(*word)),
            Self::Checked(check) => check(text).is_ok().then(|| text.into()),
        }
    }

    /// `value` as this setting keeps it, if it is one of its values.
    pub(crate) fn check(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (_, Value::String(text)) => self.parse(text),
            (Self::Boolean, Value::Bool(_)) => Some(value.clone()),
            (Self::Integer(low, high), Value::Number(number)) => number
                .as_u64()
                .filter(|number| (low..=high).contains(number))
                .map(Value::from),
            (Self::Number(low, high), Value::Number(number)) => number
                .as_f64()
                .filter(|number| (low..=high).contains(number))
                .map(Value::from),
            _ => None,
        }
    }

    /// What is wrong with `value`, of which `shown` may be shown.
    pub(super) fn problem(self, value: &Value, shown: &str) -> String {
        let said = match (self, value) {
            (Self::Checked(check), Value::String(text)) => check(text.trim()).err(),
            _ => None,
        };
        said.unwrap_or_else(|| format!("`{shown}` is not {}", self.expected()))
    }

    /// What it takes, for messages.
    pub fn expected(self) -> String {
        match self {
            Self::Text | Self::Checked(_) => "text".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Integer(low, u64::MAX) => format!("a whole number from {low}"),
            Self::Integer(low, high) => format!("a whole number from {low} to {high}"),
            Self::Number(low, high) => format!("a number from {low} to {high}"),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
}

/// The words for yes and no that environment variables use.
pub(crate) fn parse_boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "y" | "yes" | "t" | "true" | "on" => Some(true),
        "0" | "n" | "no" | "f" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// Whether the value under `key` must not be shown: any part of the dotted key may say so.
pub(super) fn is_hidden(key: &str) -> bool {
    key.split('.').any(is_secret) || is_secret(key)
}

/// `value` with what is secret in it masked, all of it where `key` is a secret's.
pub(super) fn masked(key: &str, value: Value) -> Value {
    match value {
        _ if is_hidden(key) => MASK.into(),
        Value::String(text) => without_password(text).into(),
        Value::Array(items) => items.into_iter().map(|item| masked("", item)).collect(),
        Value::Object(object) => object
            .into_iter()
            .map(|(name, value)| {
                let value = masked(&name, value);
                (name, value)
            })
            .collect(),
        plain => plain,
    }
}
