//! Looks into JSON text that is known to be valid, without building values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Calls `visit` with the unescaped name and the JSON text of each member of `json`; never, if it is no object.
///
/// Names are bytes because JSON may escape half a surrogate pair, which no `str` holds.
pub(super) fn each_member<'a>(json: &'a str, visit: impl FnMut(&[u8], &'a str)) {
    if is_object(json) {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        // Valid text cannot fail here; if it did, the members before the fault have been seen.
        let _ = deserializer.deserialize_map(Members(visit));
    }
}

/// The JSON text of the member `name` of `json`: the last one, as JSON readers do with duplicates.
pub(super) fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    each_member(json, |key, value| {
        if key == name.as_bytes() {
            found = Some(value);
        }
    });
    found
}

/// Like [`member`], for names that ignore ASCII case, as HTTP headers do.
pub(super) fn member_ignoring_case<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    each_member(json, |key, value| {
        if key.eq_ignore_ascii_case(name.as_bytes()) {
            found = Some(value);
        }
    });
    found
}

/// The JSON text of the first element, if `json` is an array that has one.
pub(super) fn first_element(json: &str) -> Option<&str> {
    let inside = json.strip_prefix('[')?;
    let mut deserializer = serde_json::Deserializer::from_str(inside);
    <&RawValue as serde::Deserialize>::deserialize(&mut deserializer)
        .ok()
        .map(RawValue::get)
}

/// The string that `json` stands for; borrowed unless it holds escapes.
pub(super) fn text(json: &str) -> Option<Cow<'_, str>> {
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        serde_json::from_str(json).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}

pub(super) fn is_text(json: &str) -> bool {
    json.starts_with('"')
}

pub(super) fn is_object(json: &str) -> bool {
    json.starts_with('{')
}

struct Members<F>(F);

impl<'de, F: FnMut(&[u8], &'de str)> Visitor<'de> for Members<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key_seed(Name)? {
            (self.0)(&name, map.next_value::<&RawValue>()?.get());
        }
        Ok(())
    }
}

/// A member's name; borrowed unless it holds escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, [u8]>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_bytes(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, [u8]>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_bytes<E>(self, name: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_vec()))
    }
}
