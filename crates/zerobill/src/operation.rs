//! Rows of the operation tables: one definition of an operation feeds dispatch, the command line, the reference and tests.

mod parameters;
mod row;

use std::{future::Future, pin::Pin};

use serde_json::{Map, Value, json};

pub use self::parameters::{Field, Kind, Parameters};
pub(crate) use self::{
    parameters::Nothing,
    row::{op, op_async, op_value},
};
use crate::{error::Result, gateway::Gateway};

/// An operation that can be called by name with JSON parameters.
pub trait Operation: Send + Sync {
    /// What it is, for people and for checks.
    fn description(&self) -> &Description;

    /// Runs it: the very call that a typed caller writes.
    fn call<'a>(&'a self, gateway: &'a Gateway, parameters: Value) -> Reply<'a>;

    /// The fields of the struct that takes the parameters, in its order.
    #[cfg(test)]
    fn struct_fields(&self) -> Option<&'static [&'static str]>;
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
    /// Whether it only reads: it changes nothing, here or elsewhere.
    pub read_only: bool,
    /// Whether `interface.*` exposes it: it only reads, takes little time, and what it answers is no secret.
    pub exposed_by_star: bool,
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
    use crate::interfaces::CATALOGUE;

    #[test]
    fn the_list_of_fields_beside_each_struct_is_the_struct_s() {
        for row in CATALOGUE {
            for operation in row.operations {
                let description = operation.description();
                let listed: Vec<&str> = description.fields.iter().map(|field| field.name).collect();
                let taken = operation.struct_fields().map(<[_]>::to_vec);
                assert_eq!(taken, Some(listed), "{}.{}", row.name, description.name);
            }
        }
    }
}
