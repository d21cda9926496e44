//! Where settings are kept outside of the function, and what is asked of it.

use std::{fmt, future::Future, pin::Pin};

use super::service::Config;

/// Keeps settings outside of the function, such as Parameter Store does.
///
/// Its settings lie over those of the file and below the environment's. It is asked during INIT where that is awaited, at the
/// begin of an invocation when the last answer is older than `config.ssm_max_age_seconds`, and by
/// [`Config::refresh`]. While it does not answer, the last answer holds.
pub trait Source: Send + Sync + fmt::Debug {
    /// Everything it has. `config` says where to look: `config.ssm_path`, the service's name.
    fn fetch<'a>(&'a self, config: &'a Config) -> SourceFuture<'a>;
}

/// An answer of a source to come.
pub type SourceFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<Parameter>, SourceError>> + Send + 'a>>;

/// A setting as a source has it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// The setting, such as `logging.level`.
    pub key: String,
    /// Its value as an environment variable would have it.
    pub text: String,
    /// Where it stands, for messages and `config.sources`.
    pub place: String,
    /// Whether its value must not be shown, whatever its name.
    pub secret: bool,
}

impl Parameter {
    /// A parameter whose value may be shown, unless its name is a secret's.
    pub fn new(key: impl Into<String>, text: impl Into<String>, place: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            text: text.into(),
            place: place.into(),
            secret: false,
        }
    }

    /// The same, never shown if `secret`.
    #[must_use]
    pub fn secret(mut self, secret: bool) -> Self {
        self.secret = secret;
        self
    }
}

/// Prints no value: it may be a secret.
impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameter")
            .field("key", &self.key)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Why a source did not answer, without any value of a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings' source did not answer: {0}")]
pub struct SourceError(pub String);
