//! What can be wrong with JSON and replies.

use crate::error::{Error, INTERNAL, INVALID_PARAMETER, TOO_LARGE};

/// A call to `utility` that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UtilityError {
    /// The text is longer than its limit.
    #[error("the JSON text has {bytes} bytes, and {max_bytes} are allowed")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max_bytes: usize,
    },
    /// The text is nested deeper than its limit.
    #[error("the JSON text is nested deeper than {max_depth} levels, at byte {at}")]
    TooDeep {
        /// Where the level begins that is one too many.
        at: usize,
        /// The limit.
        max_depth: usize,
    },
    /// The text is not JSON, or not of the type asked for.
    #[error("the JSON text does not decode{}", at(path))]
    Invalid {
        /// The path of the member that does not decode; empty where the text is not JSON.
        path: String,
        /// What the decoder said.
        #[source]
        source: serde_json::Error,
    },
    /// No HTTP status.
    #[error("{0} is not an HTTP status from 100 to 599")]
    InvalidStatus(u64),
    /// A value that cannot become JSON.
    #[error("the body cannot be serialized")]
    NotSerializable(#[source] serde_json::Error),
}

fn at(path: &str) -> String {
    if path.is_empty() || path == "." {
        String::new()
    } else {
        format!(" at `{path}`")
    }
}

impl From<UtilityError> for Error {
    fn from(error: UtilityError) -> Self {
        let code = match &error {
            UtilityError::TooLarge { .. } | UtilityError::TooDeep { .. } => TOO_LARGE,
            UtilityError::Invalid { .. } | UtilityError::InvalidStatus(_) => INVALID_PARAMETER,
            UtilityError::NotSerializable(_) => INTERNAL,
        };
        // The decoder's own words can quote the text, which may hold a secret: they are for the log.
        let detail = std::error::Error::source(&error).map(ToString::to_string);
        let converted = Self::new(code, error.to_string()).with_source(error);
        match detail {
            Some(detail) => converted.with_detail(crate::redact::sanitize(&detail)),
            None => converted,
        }
    }
}
