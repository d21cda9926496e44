//! The operations of `singleton`.

use serde::Deserialize;

use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value(
        "exists",
        "Says whether there is a singleton of that name.",
        |g, p: Name| g.singleton().exists(&p.name),
    )
    .example(r#"{"name":"database"}"#)
    .read_only(),
    &op_value(
        "reset",
        "Gives up a singleton and says whether there was one.",
        |g, p: Name| g.singleton().reset(&p.name),
    )
    .example(r#"{"name":"database"}"#),
    &op_value(
        "reset_all",
        "Gives up all singletons and says how many there were.",
        |g, _: Nothing| g.singleton().reset_all(),
    ),
    &op_value(
        "list",
        "Lists the singletons with their types and their health.",
        |g, _: Nothing| g.singleton().list(),
    )
    .read_only(),
];

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

impl Parameters for Name {
    const FIELDS: &'static [Field] = &[Field::required("name", Kind::String, "the singleton's name")];
}
