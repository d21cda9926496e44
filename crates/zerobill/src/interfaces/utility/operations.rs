//! The operations of `utility`.

use serde::Deserialize;
use serde_json::Value;

use super::error::UtilityError;
use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op(
        "format_response",
        "Returns an HTTP reply with a JSON body.",
        |g, p: Format| g.utility().format_response(status(p.status)?, &p.body),
    )
    .example(r#"{"status":201,"body":{"order":7}}"#)
    .read_only(),
    &op(
        "create_success",
        "Returns a 200 with the data, and the invocation's correlation id.",
        |g, p: Success| g.utility().create_success(&p.data),
    )
    .example(r#"{"data":{"order":7}}"#)
    .read_only(),
    &op(
        "create_error",
        "Returns an HTTP reply that says what is wrong.",
        |g, p: Failure| g.utility().create_error(status(p.status)?, &p.code, &p.message),
    )
    .example(r#"{"status":404,"code":"not_found","message":"no such order"}"#)
    .read_only(),
    &op(
        "parse_json",
        "Reads a JSON text of at most 6 MB and 64 levels.",
        |g, p: Text| g.utility().parse_json::<Value>(&p.text),
    )
    .example(r#"{"text":"{\"a\":1}"}"#)
    .read_only(),
    &op_value(
        "deep_merge",
        "Lays one value over another, objects member by member.",
        |g, p: Merge| g.utility().deep_merge(p.base, p.overlay),
    )
    .example(r#"{"base":{"a":{"b":1}},"overlay":{"a":{"c":2}}}"#)
    .read_only(),
    &op_value("safe_get", "Returns the value at a path, or null.", |g, p: Get| {
        g.utility().safe_get(&p.value, &p.path).cloned()
    })
    .example(r#"{"value":{"items":[{"price":3}]},"path":"items.0.price"}"#)
    .read_only(),
    &op_value(
        "generate_correlation_id",
        "Returns a new UUID of version 7.",
        |g, _: Nothing| g.utility().generate_correlation_id(),
    )
    .read_only()
    .same_shape("each id is another"),
    &op(
        "extract_correlation_id",
        "Returns the correlation id that an event carries, or null.",
        |g, p: Carrier| g.utility().extract_correlation_id(&p.event),
    )
    .example(r#"{"event":{"requestContext":{"requestId":"id-1","http":{"method":"GET"}},"rawPath":"/"}}"#)
    .read_only(),
];

fn status(status: u64) -> Result<u16, UtilityError> {
    u16::try_from(status).map_err(|_| UtilityError::InvalidStatus(status))
}

#[derive(Debug, Deserialize)]
struct Format {
    status: u64,
    body: Value,
}

impl Parameters for Format {
    const FIELDS: &'static [Field] = &[
        Field::required("status", Kind::Integer, "the HTTP status, from 100 to 599"),
        Field::required("body", Kind::Any, "the body, sent as JSON"),
    ];
}

#[derive(Debug, Deserialize)]
struct Success {
    data: Value,
}

impl Parameters for Success {
    const FIELDS: &'static [Field] = &[Field::required("data", Kind::Any, "what was asked for")];
}

#[derive(Debug, Deserialize)]
struct Failure {
    status: u64,
    code: String,
    message: String,
}

impl Parameters for Failure {
    const FIELDS: &'static [Field] = &[
        Field::required("status", Kind::Integer, "the HTTP status, from 100 to 599"),
        Field::required("code", Kind::String, "what went wrong, for programs"),
        Field::required("message", Kind::String, "what went wrong, for people"),
    ];
}

#[derive(Debug, Deserialize)]
struct Text {
    text: String,
}

impl Parameters for Text {
    const FIELDS: &'static [Field] = &[Field::required("text", Kind::String, "the JSON text")];
}

#[derive(Debug, Deserialize)]
struct Merge {
    base: Value,
    overlay: Value,
}

impl Parameters for Merge {
    const FIELDS: &'static [Field] = &[
        Field::required("base", Kind::Any, "what lies below"),
        Field::required("overlay", Kind::Any, "what is laid over it"),
    ];
}

#[derive(Debug, Deserialize)]
struct Get {
    value: Value,
    path: String,
}

impl Parameters for Get {
    const FIELDS: &'static [Field] = &[
        Field::required("value", Kind::Any, "the value to look into"),
        Field::required("path", Kind::String, "the path, `items.0.price` or `/items/0/price`"),
    ];
}

#[derive(Debug, Deserialize)]
struct Carrier {
    event: Value,
}

impl Parameters for Carrier {
    const FIELDS: &'static [Field] = &[Field::required("event", Kind::Any, "the event as Lambda sent it")];
}
