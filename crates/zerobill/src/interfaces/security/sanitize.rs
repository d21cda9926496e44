//! JSON with what is secret in it masked, by name and by shape.

use serde_json::{Map, Value};

use crate::redact::{MASK, is_secret, sanitize as sanitize_text};

/// `value` with what is secret in it masked.
pub(super) fn sanitize(value: &Value) -> Value {
    match value {
        Value::String(text) => sanitize_text(text).into(),
        Value::Array(items) => items.iter().map(sanitize).collect(),
        Value::Object(object) => sanitize_object(object).into(),
        plain => plain.clone(),
    }
}

fn sanitize_object(object: &Map<String, Value>) -> Map<String, Value> {
    // `{"name": "Authorization", "value": "…"}`: how lists of headers and of variables are written.
    let named = ["name", "key", "Name", "Key"]
        .iter()
        .any(|name| object.get(*name).and_then(Value::as_str).is_some_and(is_secret));
    object
        .iter()
        .map(|(name, value)| {
            let hidden = is_secret(name) || (named && name.eq_ignore_ascii_case("value"));
            let value = if hidden && !value.is_null() {
                MASK.into()
            } else {
                sanitize(value)
            };
            (sanitize_text(name), value)
        })
        .collect()
}
