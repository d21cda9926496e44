//! What can go wrong with cached values.

use super::level::LevelError;
use crate::error::{Error, INTERNAL, INVALID_PARAMETER, TOO_LARGE, WRONG_TYPE};

/// A call to `cache` that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The value cannot become JSON.
    #[error("the value for `{key}` cannot be serialized")]
    NotSerializable {
        /// The key.
        key: String,
        /// What the value said.
        #[source]
        source: serde_json::Error,
    },
    /// The value under the key is not of the type asked for: that is no miss.
    #[error("the value under `{key}` is of another type than the one asked for")]
    WrongType {
        /// The key.
        key: String,
        /// What the decoder said, if the value is JSON and the key no secret's.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// One entry is larger than the cache takes.
    #[error(
        "the value for `{key}` takes {bytes} bytes and one entry may take {max_bytes}; `cache.max_bytes` sets the limit"
    )]
    TooLarge {
        /// The key.
        key: String,
        /// Bytes of key and value.
        bytes: u64,
        /// The most that one entry may take: 15/16 of `cache.max_bytes`.
        max_bytes: u64,
    },
    /// The second level did not answer.
    #[error(transparent)]
    Level(LevelError),
    /// A time to live that is no time.
    #[error("a time to live of {0:?} seconds is not from 0 to 31557600000")]
    InvalidTtl(f64),
}

impl From<CacheError> for Error {
    fn from(error: CacheError) -> Self {
        let code = match &error {
            CacheError::NotSerializable { .. } | CacheError::Level(_) => INTERNAL,
            CacheError::WrongType { .. } => WRONG_TYPE,
            CacheError::TooLarge { .. } => TOO_LARGE,
            CacheError::InvalidTtl(_) => INVALID_PARAMETER,
        };
        Self::new(code, error.to_string()).with_source(error)
    }
}
