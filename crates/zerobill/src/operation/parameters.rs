//! The parameters of operations: what they are, and how JSON is held against them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{
    error::{Error, INVALID_PARAMETER, MISSING_PARAMETER, Result, UNKNOWN_PARAMETER, shortened, suggestion},
    redact::without_value,
};

/// The parameters of an operation: a struct and, beside it, its fields as a constant list.
pub trait Parameters: DeserializeOwned {
    /// The fields, in the struct's order; a test holds them against the struct.
    const FIELDS: &'static [Field];
}

/// One parameter.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: Kind,
    /// Whether a call without it is an error.
    pub required: bool,
    /// What it means, with units.
    pub doc: &'static str,
}

impl Field {
    /// A parameter that must be there.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            required: true,
            doc,
        }
    }

    /// A parameter that may be left out or null.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self {
            name,
            kind,
            required: false,
            doc,
        }
    }
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    String,
    /// A whole number from 0 to 2^64 - 1.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// An array.
    Array,
    /// Anything, null included.
    Any,
}

impl Kind {
    /// The type's name in JSON Schema; none for [`Any`](Self::Any).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Any => "any",
        }
    }

    pub(super) fn accepts(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Integer => value.is_u64(),
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Object => value.is_object(),
            Self::Array => value.is_array(),
            Self::Any => true,
        }
    }
}

/// No parameters.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(crate) struct Nothing {}

impl Parameters for Nothing {
    const FIELDS: &'static [Field] = &[];
}

/// The parameters from JSON; what is wrong is named.
pub(crate) fn decode<P: Parameters>(parameters: Value) -> Result<P> {
    let object = match parameters {
        Value::Object(object) => object,
        Value::Null => Map::new(),
        other => {
            let message = format!("parameters must be an object, not {}", name_of(&other));
            return Err(Error::new(INVALID_PARAMETER, message));
        }
    };
    let size = check(P::FIELDS, &object)?;
    // Noting the path on the way costs more than all the rest, so what is small is first tried without.
    let value = Value::Object(object);
    if size == Size::Small
        && let Ok(decoded) = P::deserialize(&value)
    {
        return Ok(decoded);
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        // A reply repeats no value that came in: it may be a secret that stands in the wrong place.
        let (path, reason) = (error.path().to_string(), without_value(&error.inner().to_string()));
        Error::new(INVALID_PARAMETER, format!("parameter `{path}`: {reason}"))
    })
}

/// Whether trying parameters once more costs next to nothing: there are only single values, and no long text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Large,
}

impl Size {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(text) if text.len() > 1_024 => Self::Large,
            Value::Array(_) | Value::Object(_) => Self::Large,
            _ => Self::Small,
        }
    }
}

fn check(fields: &'static [Field], object: &Map<String, Value>) -> Result<Size> {
    let (mut size, mut required) = (Size::Small, 0);
    for (name, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let hint = suggestion(name, fields.iter().map(|field| field.name));
            return Err(Error::new(
                UNKNOWN_PARAMETER,
                format!("unknown parameter `{}`{hint}", shortened(name)),
            ));
        };
        if !field.kind.accepts(value) && (field.required || !value.is_null()) {
            let (kind, got) = (field.kind.as_str(), name_of(value));
            let message = format!("parameter `{name}` must be of type {kind}, not {got}");
            return Err(Error::new(INVALID_PARAMETER, message));
        }
        required += usize::from(field.required);
        if Size::of(value) == Size::Large {
            size = Size::Large;
        }
    }
    if required == fields.iter().filter(|field| field.required).count() {
        return Ok(size);
    }
    match fields
        .iter()
        .find(|field| field.required && !object.contains_key(field.name))
    {
        Some(Field { name, doc, .. }) => Err(Error::new(
            MISSING_PARAMETER,
            format!("parameter `{name}` is missing: {doc}"),
        )),
        None => Ok(size),
    }
}

fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() => "integer",
        Value::Number(number) if number.is_i64() => "negative integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Set {
        key: String,
        ttl: Option<f64>,
    }

    impl Parameters for Set {
        const FIELDS: &'static [Field] = &[
            Field::required("key", Kind::String, "the key"),
            Field::optional("ttl", Kind::Number, "seconds"),
        ];
    }

    fn failure(parameters: Value) -> (&'static str, String) {
        let error = decode::<Set>(parameters).expect_err("these parameters are wrong");
        (error.code(), error.to_string())
    }

    #[test]
    fn right_parameters_decode() {
        let set: Set = decode(json!({ "key": "a", "ttl": 1 })).expect("decodes");
        assert_eq!((set.key.as_str(), set.ttl), ("a", Some(1.0)));
        let set: Set = decode(json!({ "key": "a", "ttl": null })).expect("decodes");
        assert_eq!(set.ttl, None);
    }

    #[test]
    fn wrong_parameters_say_which_and_why() {
        let text = |code, text: &str| (code, text.to_owned());
        assert_eq!(
            failure(json!({ "key": "a", "tll": 1 })),
            text(UNKNOWN_PARAMETER, "unknown parameter `tll`; did you mean `ttl`?")
        );
        assert_eq!(
            failure(json!({ "ttl": 1 })),
            text(MISSING_PARAMETER, "parameter `key` is missing: the key")
        );
        assert_eq!(
            failure(Value::Null),
            text(MISSING_PARAMETER, "parameter `key` is missing: the key")
        );
        assert_eq!(
            failure(json!({ "key": 7 })),
            text(INVALID_PARAMETER, "parameter `key` must be of type string, not integer")
        );
        assert_eq!(
            failure(json!({ "key": null })),
            text(INVALID_PARAMETER, "parameter `key` must be of type string, not null")
        );
        assert_eq!(
            failure(json!([])),
            text(INVALID_PARAMETER, "parameters must be an object, not array")
        );
    }

    #[derive(Debug, serde::Deserialize)]
    struct Nested {
        #[serde(rename = "rules")]
        _rules: std::collections::BTreeMap<String, Rule>,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Rule {
        Never,
        Always(#[expect(dead_code, reason = "only its type matters")] u8),
    }

    impl Parameters for Nested {
        const FIELDS: &'static [Field] = &[Field::required("rules", Kind::Object, "rules by name")];
    }

    #[test]
    fn what_does_not_decode_is_named_by_its_path_and_not_quoted() {
        for (rule, reason) in [
            (json!("zbsecret-a"), "unknown variant, expected `never` or `always`"),
            (json!({ "always": "zbsecret-b" }), "invalid type: string, expected u8"),
            (json!({ "always": 4_711 }), "invalid value: integer, expected u8"),
        ] {
            let error = decode::<Nested>(json!({ "rules": { "first": rule } })).expect_err("it does not decode");
            assert!(error.message().ends_with(reason), "{error}");
            assert!(error.message().starts_with("parameter `rules.first"), "{error}");
            let said = format!("{error:?} {}", error.detail());
            assert!(!said.contains("zbsecret") && !said.contains("4711"), "{said}");
        }
        decode::<Nested>(json!({ "rules": { "first": "never", "second": { "always": 1 } } })).expect("it decodes");
    }
}
