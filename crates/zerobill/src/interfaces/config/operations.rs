//! The operations of `config`.

use serde::Deserialize;
use serde_json::Value;

use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op, op_async, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_value(
        "get",
        "Returns the value of a setting, or null; that of a secret's name is masked.",
        |g, p: Key| g.config().shown(&p.key),
    )
    .reads()
    .example(r#"{"key":"logging.buffer_bytes"}"#),
    &op(
        "set",
        "Sets a setting above every other layer, for this process; null takes it back.",
        |g, p: Set| g.config().set(&p.key, p.value),
    )
    .example(r#"{"key":"shop.region","value":"eu"}"#),
    &op_value(
        "get_all",
        "Returns all settings, those of secrets' names masked.",
        |g, _: Nothing| g.config().get_all(),
    )
    .read_only(),
    &op(
        "reload",
        "Reads the file again and names the settings that changed.",
        |g, _: Nothing| g.config().reload(),
    ),
    &op_async(
        "refresh",
        "Asks Parameter Store, where it is a source, for its settings now and names the settings that changed.",
        |g, _: Nothing| Box::pin(g.config().refresh()),
    ),
    &op_async(
        "resolve",
        "Does the same if the last answer is too old, or there is none yet.",
        |g, _: Nothing| Box::pin(g.config().resolve()),
    ),
    &op_value(
        "sources",
        "Says which layer each setting's value comes from.",
        |g, _: Nothing| g.config().sources(),
    )
    .read_only(),
    &op_value(
        "validate",
        "Reads every layer but Parameter Store again and lists what is wrong, changing nothing.",
        |g, _: Nothing| g.config().validate(),
    )
    .read_only(),
];

#[derive(Debug, Deserialize)]
struct Key {
    key: String,
}

impl Parameters for Key {
    const FIELDS: &'static [Field] = &[Field::required(
        "key",
        Kind::String,
        "the setting, such as `logging.level`",
    )];
}

#[derive(Debug, Deserialize)]
struct Set {
    key: String,
    value: Value,
}

impl Parameters for Set {
    const FIELDS: &'static [Field] = &[
        Field::required("key", Kind::String, "the setting, such as `logging.level`"),
        Field::required("value", Kind::Any, "its new value, or null"),
    ];
}
