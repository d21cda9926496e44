//! The operations of `logging`.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::level::Level;
use crate::{
    error::{Error, INVALID_PARAMETER},
    operation::{Field, Kind, Nothing, Operation, Parameters, op, op_value},
};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value("trace", "Writes a line at TRACE.", |g, p: Record| {
        g.logging().trace(&p.message, p.fields);
    })
    .example(r#"{"message":"step","fields":{"n":1}}"#),
    &op_value("debug", "Writes a line at DEBUG.", |g, p: Record| {
        g.logging().debug(&p.message, p.fields);
    })
    .example(r#"{"message":"looked up","fields":{"key":"a"}}"#),
    &op_value("info", "Writes a line at INFO.", |g, p: Record| {
        g.logging().info(&p.message, p.fields);
    })
    .example(r#"{"message":"order placed","fields":{"order":7}}"#),
    &op_value("warning", "Writes a line at WARN.", |g, p: Record| {
        g.logging().warning(&p.message, p.fields);
    })
    .example(r#"{"message":"slow answer","fields":{"ms":900}}"#),
    &op_value(
        "error",
        "Writes a line at ERROR, and before it what was held back.",
        |g, p: Record| {
            g.logging().error(&p.message, p.fields);
        },
    )
    .example(r#"{"message":"payment failed"}"#),
    &op_value(
        "critical",
        "Writes a line at CRITICAL, and before it what was held back.",
        |g, p: Record| {
            g.logging().critical(&p.message, p.fields);
        },
    )
    .example(r#"{"message":"out of disk"}"#),
    &op(
        "set_level",
        "Sets the level for this process; the level set on the Lambda function still wins.",
        |g, p: SetLevel| {
            let level = Level::parse(&p.level).ok_or_else(|| {
                let message = format!(
                    "parameter `level`: `{}` is not TRACE, DEBUG, INFO, WARN, ERROR or CRITICAL",
                    p.level
                );
                Error::new(INVALID_PARAMETER, message)
            })?;
            g.logging().set_level(level);
            Ok::<_, Error>(())
        },
    )
    .example(r#"{"level":"DEBUG"}"#),
    &op_value(
        "append_keys",
        "Adds keys to every further line of this invocation.",
        |g, p: Keys| {
            g.logging().append_keys(p.keys);
        },
    )
    .example(r#"{"keys":{"order":7}}"#),
    &op_value(
        "remove_keys",
        "Removes keys that were appended and says how many were there.",
        |g, p: Names| g.logging().remove_keys(p.keys),
    )
    .example(r#"{"keys":["order"]}"#),
    &op_value(
        "flush",
        "Writes what was held back in this invocation and says how many lines.",
        |g, _: Nothing| g.logging().flush(),
    ),
];

#[derive(Debug, Deserialize)]
struct Record {
    message: String,
    #[serde(default)]
    fields: Value,
}

impl Parameters for Record {
    const FIELDS: &'static [Field] = &[
        Field::required("message", Kind::String, "what happened"),
        Field::optional("fields", Kind::Object, "further keys with their values"),
    ];
}

#[derive(Debug, Deserialize)]
struct SetLevel {
    level: String,
}

impl Parameters for SetLevel {
    const FIELDS: &'static [Field] = &[Field::required(
        "level",
        Kind::String,
        "TRACE, DEBUG, INFO, WARN, ERROR or CRITICAL",
    )];
}

#[derive(Debug, Deserialize)]
struct Keys {
    keys: Map<String, Value>,
}

impl Parameters for Keys {
    const FIELDS: &'static [Field] = &[Field::required("keys", Kind::Object, "the keys with their values")];
}

#[derive(Debug, Deserialize)]
struct Names {
    keys: Vec<String>,
}

impl Parameters for Names {
    const FIELDS: &'static [Field] = &[Field::required("keys", Kind::Array, "the names of the keys")];
}
