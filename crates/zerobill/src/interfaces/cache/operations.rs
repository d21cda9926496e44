//! The operations of `cache`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{MAX_TTL_SECONDS, error::CacheError};
use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op("get", "Returns the value under a key, or null.", |g, p: Key| {
        g.cache().get::<serde_json::Value>(&p.key)
    })
    .reads()
    .example(r#"{"key":"rate"}"#),
    &op(
        "set",
        "Stores a value under a key and says whether it was stored.",
        |g, p: Set| g.cache().set_json(&p.key, p.value, seconds(p.ttl)?),
    )
    .example(r#"{"key":"rate","value":1.08,"ttl":60}"#),
    &op_value("delete", "Removes a key and says whether it was there.", |g, p: Key| {
        g.cache().delete(&p.key)
    })
    .example(r#"{"key":"rate"}"#),
    &op_value(
        "clear",
        "Removes everything and says how many entries there were.",
        |g, _: Nothing| g.cache().clear(),
    ),
    &op_value("contains", "Says whether a key is there.", |g, p: Key| {
        g.cache().contains(&p.key)
    })
    .reads()
    .example(r#"{"key":"rate"}"#),
    &op_value(
        "cleanup",
        "Removes what has expired and says how many entries that were.",
        |g, _: Nothing| g.cache().cleanup(),
    ),
    &op_value(
        "stats",
        "Returns hits, misses, evictions, entries and bytes.",
        |g, _: Nothing| g.cache().stats(),
    )
    .read_only(),
];

fn seconds(ttl: Option<f64>) -> Result<Option<Duration>, CacheError> {
    let duration = |seconds: f64| {
        let valid = (0.0..=MAX_TTL_SECONDS).contains(&seconds);
        Duration::try_from_secs_f64(seconds)
            .ok()
            .filter(|_| valid)
            .ok_or(CacheError::InvalidTtl(seconds))
    };
    ttl.map(duration).transpose()
}

#[derive(Debug, Deserialize)]
struct Key {
    key: String,
}

impl Parameters for Key {
    const FIELDS: &'static [Field] = &[Field::required("key", Kind::String, "the key")];
}

#[derive(Debug, Deserialize)]
struct Set {
    key: String,
    value: Box<RawValue>,
    ttl: Option<f64>,
}

impl Parameters for Set {
    const FIELDS: &'static [Field] = &[
        Field::required("key", Kind::String, "the key"),
        Field::required("value", Kind::Any, "the value, null included"),
        Field::optional(
            "ttl",
            Kind::Number,
            "the time to live in seconds; 0 stores nothing, null takes the setting",
        ),
    ];
}
