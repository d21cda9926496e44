//! Tokens that are known as they stand, compared in constant time.

use std::fmt;

use ring::{hmac, rand::SystemRandom};

use super::{error::SecurityError, secrets::secrets, settings::OPAQUE_TOKEN};
use crate::interfaces::config::Config;

/// A token of fewer bytes can be guessed.
const MIN_BYTES: usize = 16;

/// The tags of the known tokens under a key of this process: tags have one length, and say nothing of the tokens.
pub(super) struct OpaqueTokens {
    key: hmac::Key,
    tags: Vec<hmac::Tag>,
}

impl OpaqueTokens {
    pub(super) fn new(config: &Config) -> Result<Self, SecurityError> {
        let tokens = secrets(config, &OPAQUE_TOKEN, MIN_BYTES)?;
        let key =
            hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map_err(|_| SecurityError::NoRandomness)?;
        let tags = tokens.iter().map(|token| hmac::sign(&key, token)).collect();
        Ok(Self { key, tags })
    }

    /// Whether the setting can be used.
    pub(super) fn check(config: &Config) -> Result<(), SecurityError> {
        secrets(config, &OPAQUE_TOKEN, MIN_BYTES).map(drop)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Whether `token` is one of these. It takes as long whichever it is.
    pub(super) fn contains(&self, token: &str) -> bool {
        self.tags.iter().fold(false, |found, tag| {
            hmac::verify(&self.key, token.as_bytes(), tag.as_ref()).is_ok() | found
        })
    }
}

impl fmt::Debug for OpaqueTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpaqueTokens")
            .field("tokens", &self.tags.len())
            .finish_non_exhaustive()
    }
}
