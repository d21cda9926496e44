//! Rows of the operation tables: one definition of an operation feeds dispatch, the command line, the reference and tests.

use std::{future::Future, marker::PhantomData, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    error::{Error, INTERNAL, INVALID_PARAMETER, MISSING_PARAMETER, Result, UNKNOWN_PARAMETER, suggestion},
    gateway::Gateway,
};

/// An operation that can be called by name with JSON parameters.
pub trait Operation: Send + Sync {
    /// What it is, for people and for checks.
    fn description(&self) -> &Description;

    /// Runs it: the very call that a typed caller writes.
    fn call<'a>(&'a self, gateway: &'a Gateway, parameters: Value) -> Reply<'a>;
}

/// What an operation is called, takes and may be used for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Description {
    /// Its name within the interface, such as `get`.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Its parameters.
    pub fields: &'static [Field],
    /// Parameters of a call that works on a fresh gateway, as JSON.
    pub example: &'static str,
    /// Whether it only reads what is no secret, so that `interface.*` exposes it.
    pub read_only: bool,
    /// Whether two calls in the same state answer the same.
    pub repeatable: Repeatable,
}

/// How the answers of two equal calls in the same state compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeatable {
    /// They are equal.
    Equal,
    /// Only their shape is, for the reason given.
    SameShape(&'static str),
}

/// The answer of an operation.
pub enum Reply<'a> {
    /// It is there.
    Ready(Result<Value>),
    /// It has to be awaited.
    Pending(Pin<Box<dyn Future<Output = Result<Value>> + Send + 'a>>),
}

impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ready(result) => f.debug_tuple("Ready").field(result).finish(),
            Self::Pending(_) => f.write_str("Pending"),
        }
    }
}

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

    fn accepts(self, value: &Value) -> bool {
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

/// A row: its description and the call.
pub(crate) struct Row<P, R, E, F> {
    description: Description,
    run: F,
    marker: PhantomData<fn(P) -> Result<R, E>>,
}

/// A row whose call answers at once.
pub(crate) const fn op<P, R, E, F>(name: &'static str, doc: &'static str, run: F) -> Row<P, R, E, F>
where
    P: Parameters,
    F: Fn(&Gateway, P) -> Result<R, E> + Copy,
{
    let description = Description {
        name,
        doc,
        fields: P::FIELDS,
        example: "{}",
        read_only: false,
        repeatable: Repeatable::Equal,
    };
    Row {
        description,
        run,
        marker: PhantomData,
    }
}

/// A row whose call answers at once and cannot fail.
pub(crate) const fn op_value<P, R, F>(
    name: &'static str,
    doc: &'static str,
    run: F,
) -> Row<P, R, Error, impl Fn(&Gateway, P) -> Result<R> + Copy + Send + Sync>
where
    P: Parameters,
    F: Fn(&Gateway, P) -> R + Copy + Send + Sync,
{
    op(name, doc, move |gateway, parameters| Ok(run(gateway, parameters)))
}

// `Copy` tells the compiler that nothing is dropped when a constant row is rebuilt.
impl<P, R, E, F: Copy> Row<P, R, E, F> {
    /// Parameters of a call that works on a fresh gateway.
    pub(crate) const fn example(mut self, example: &'static str) -> Self {
        self.description.example = example;
        self
    }

    /// It only reads what is no secret.
    pub(crate) const fn read_only(mut self) -> Self {
        self.description.read_only = true;
        self
    }

    /// Two equal calls agree in shape only, because of `reason`.
    pub(crate) const fn same_shape(mut self, reason: &'static str) -> Self {
        self.description.repeatable = Repeatable::SameShape(reason);
        self
    }
}

impl<P, R, E, F> Operation for Row<P, R, E, F>
where
    P: Parameters,
    R: Serialize,
    E: Into<Error>,
    F: Fn(&Gateway, P) -> Result<R, E> + Copy + Send + Sync,
{
    fn description(&self) -> &Description {
        &self.description
    }

    fn call<'a>(&'a self, gateway: &'a Gateway, parameters: Value) -> Reply<'a> {
        Reply::Ready(decode(parameters).and_then(|parameters| encode((self.run)(gateway, parameters))))
    }
}

/// The answer as JSON.
fn encode<R: Serialize, E: Into<Error>>(result: Result<R, E>) -> Result<Value> {
    let value = result.map_err(Into::into)?;
    serde_json::to_value(value).map_err(|error| Error::new(INTERNAL, "the answer is not JSON").with_source(error))
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
    check(P::FIELDS, &object)?;
    serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
        let path = error.path().to_string();
        Error::new(INVALID_PARAMETER, format!("parameter `{path}`: {}", error.into_inner()))
    })
}

fn check(fields: &'static [Field], object: &Map<String, Value>) -> Result<()> {
    for (name, value) in object {
        let Some(field) = fields.iter().find(|field| field.name == name) else {
            let hint = suggestion(name, fields.iter().map(|field| field.name));
            return Err(Error::new(
                UNKNOWN_PARAMETER,
                format!("unknown parameter `{name}`{hint}"),
            ));
        };
        if !field.kind.accepts(value) && (field.required || !value.is_null()) {
            let (kind, got) = (field.kind.as_str(), name_of(value));
            let message = format!("parameter `{name}` must be of type {kind}, not {got}");
            return Err(Error::new(INVALID_PARAMETER, message));
        }
    }
    match fields
        .iter()
        .find(|field| field.required && !object.contains_key(field.name))
    {
        Some(Field { name, doc, .. }) => Err(Error::new(
            MISSING_PARAMETER,
            format!("parameter `{name}` is missing: {doc}"),
        )),
        None => Ok(()),
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

impl Description {
    /// The parameters as a JSON Schema (draft 2020-12).
    pub fn schema(&self) -> Value {
        let properties: Map<String, Value> = self
            .fields
            .iter()
            .map(|field| {
                let mut property = json!({ "description": field.doc });
                if field.kind != Kind::Any {
                    property["type"] = if field.required {
                        json!(field.kind.as_str())
                    } else {
                        json!([field.kind.as_str(), "null"])
                    };
                }
                (field.name.to_owned(), property)
            })
            .collect();
        let required: Vec<_> = self
            .fields
            .iter()
            .filter(|field| field.required)
            .map(|field| field.name)
            .collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }
}

#[cfg(test)]
mod tests {
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
}
