//! JSON values: how deep a text is, how two are merged, and what stands at a path.

use serde_json::Value;

/// Where `text` goes deeper than `max_depth` levels, if it does. It reads brackets only, and is right for every JSON text.
pub(super) fn too_deep(text: &[u8], max_depth: usize) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'"' if !escaped => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                if depth > max_depth {
                    return Some(at);
                }
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = in_text && *byte == b'\\' && !escaped;
    }
    None
}

/// `overlay` over `base`: objects member by member, everything else replaced, null included.
pub(super) fn merge(base: Value, overlay: Value) -> Value {
    match (base, overlay) {
        (Value::Object(mut base), Value::Object(overlay)) => {
            for (name, value) in overlay {
                let merged = match base.remove(&name) {
                    Some(below) => merge(below, value),
                    None => value,
                };
                base.insert(name, merged);
            }
            Value::Object(base)
        }
        (_, overlay) => overlay,
    }
}

/// The value at `path`: member names and array positions between periods (`items.0.price`), or a JSON Pointer (`/items/0`).
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if path.is_empty() || path.starts_with('/') {
        return value.pointer(path);
    }
    path.split('.').try_fold(value, |value, part| match value {
        Value::Object(object) => object.get(part),
        Value::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}
