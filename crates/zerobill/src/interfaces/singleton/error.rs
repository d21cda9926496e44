//! What can go wrong with singletons.

use crate::error::{Error, INTERNAL, INVALID_PARAMETER, WRONG_TYPE};

/// A call to `singleton` that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SingletonError {
    /// The value under the name is of another type.
    #[error("singleton `{name}` is a `{is}`, not a `{asked}`")]
    WrongType {
        /// The name.
        name: String,
        /// The type of what stands there.
        is: &'static str,
        /// The type that was asked for.
        asked: &'static str,
    },
    /// A value of that name is there already.
    #[error("singleton `{0}` is registered already")]
    AlreadyRegistered(String),
    /// The name is empty.
    #[error("a singleton needs a name")]
    NoName,
    /// To make the value, the value itself would have to be there.
    #[error("singleton `{}` needs itself: {}", path.first().map_or("", String::as_str), path.join(" -> "))]
    Cycle {
        /// The names, from the one that was asked for back to itself.
        path: Vec<String>,
    },
}

impl From<SingletonError> for Error {
    fn from(error: SingletonError) -> Self {
        let code = match &error {
            SingletonError::WrongType { .. } => WRONG_TYPE,
            SingletonError::AlreadyRegistered(_) | SingletonError::NoName => INVALID_PARAMETER,
            SingletonError::Cycle { .. } => INTERNAL,
        };
        Self::new(code, error.to_string()).with_source(error)
    }
}
