//! What can be wrong with settings.

use std::fmt;

use super::source::SourceError;
use crate::error::{Error, INVALID_CONFIGURATION, NOT_FOUND, UNAVAILABLE, WRONG_TYPE};

/// A call to `config` that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting does not take that value.
    #[error("{0}")]
    Invalid(#[from] Fault),
    /// A setting's value is of another type than the one asked for.
    #[error("setting `{key}` is of another type than the one asked for")]
    WrongType {
        /// The setting.
        key: String,
        /// What the decoder said; nothing where it would quote a secret.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// There is no such setting.
    #[error("setting `{0}` is not set")]
    NotSet(String),
    /// The source outside of the function did not answer.
    #[error(transparent)]
    NoAnswer(#[from] SourceError),
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        let code = match &error {
            ConfigError::Invalid(_) => INVALID_CONFIGURATION,
            ConfigError::WrongType { .. } => WRONG_TYPE,
            ConfigError::NotSet(_) => NOT_FOUND,
            ConfigError::NoAnswer(_) => UNAVAILABLE,
        };
        Self::new(code, error.to_string()).with_source(error)
    }
}

/// One thing that is wrong in the configuration. It never shows the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{place}: {problem}")]
#[non_exhaustive]
pub struct Fault {
    /// Where: a variable, a key of the file, a call.
    pub place: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Everything that is wrong in the configuration, at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [fault] => write!(f, "the configuration is not valid: {fault}"),
            faults => {
                write!(f, "the configuration has {} faults: ", faults.len())?;
                for (index, fault) in faults.iter().enumerate() {
                    write!(f, "{}({}) {fault}", if index == 0 { "" } else { "; " }, index + 1)?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Faults {}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::new(INVALID_CONFIGURATION, faults.to_string()).with_source(faults)
    }
}
