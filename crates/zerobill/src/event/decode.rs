//! Decodes an event into a type, with an error that says where it does not fit and repeats no value of it.

use serde::Deserialize;
use thiserror::Error;

use crate::redact::without_value;

/// How much of a path or reason is kept: both can hold names that the sender chose.
const LONGEST: usize = 200;

/// Why an event does not decode, and at which path.
///
/// Neither text repeats a value of the event, because those may be tokens. For the same reason the decoder's own
/// error is not its source.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("event does not decode at `{path}`: {reason}")]
pub struct DecodeError {
    path: String,
    reason: String,
}

impl DecodeError {
    /// Where the event does not fit, for example `requestContext.http.method`; `.` is the event itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What does not fit there, for example ``missing field `method` at line 1 column 80``.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

pub(super) fn decode<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| DecodeError {
        path: shortened(error.path().to_string()),
        reason: shortened(without_value(&error.inner().to_string())),
    })
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
