//! The operations of `circuit_breaker`.

use serde::Deserialize;

use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value(
        "state",
        "Says whether a breaker is closed, open or half open; null if it was never used.",
        |g, p: Name| g.circuit_breaker().state(&p.name),
    )
    .example(r#"{"name":"shop"}"#)
    .read_only(),
    &op_value(
        "reset",
        "Closes a breaker and says whether there is one.",
        |g, p: Name| g.circuit_breaker().reset(&p.name),
    )
    .example(r#"{"name":"shop"}"#),
    &op_value("trip", "Opens a breaker for its usual time.", |g, p: Name| {
        g.circuit_breaker().trip(&p.name)
    })
    .example(r#"{"name":"shop"}"#),
    &op_value(
        "list",
        "Lists the breakers with their states and rules.",
        |g, _: Nothing| g.circuit_breaker().list(),
    )
    .read_only(),
];

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

impl Parameters for Name {
    const FIELDS: &'static [Field] = &[Field::required("name", Kind::String, "the breaker's name")];
}
