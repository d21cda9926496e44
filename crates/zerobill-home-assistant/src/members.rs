//! Looks into JSON for the few members that must be read; everything else passes unread.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::value::RawValue;

/// The members of an object, unread; none where `json` is no object.
pub(crate) fn members(json: &RawValue) -> BTreeMap<Cow<'_, str>, &RawValue> {
    serde_json::from_str(json.get()).unwrap_or_default()
}

/// The member at the end of `path`.
pub(crate) fn at<'a>(json: &'a RawValue, path: &[&str]) -> Option<&'a RawValue> {
    path.iter().try_fold(json, |json, name| members(json).remove(*name))
}

/// The string at the end of `path`.
pub(crate) fn text(json: &RawValue, path: &[&str]) -> Option<String> {
    serde_json::from_str(at(json, path)?.get()).ok()
}

/// Whether it is an object.
pub(crate) fn is_object(json: &RawValue) -> bool {
    json.get().starts_with('{')
}
