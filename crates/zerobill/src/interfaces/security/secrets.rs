//! Secrets as settings hold them: several in one text, bytes in base64, and how strong they must be.

use base64_simd::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::error::SecurityError;
use crate::interfaces::config::{Config, Setting};

/// An HMAC key is at least as long as the hash.
pub(super) const MIN_HMAC_BYTES: usize = 32;

/// The bytes of a text in base64, of either alphabet and with padding or without.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let decoded = STANDARD_NO_PAD.decode_to_vec(text);
    decoded.or_else(|_| URL_SAFE_NO_PAD.decode_to_vec(text)).ok()
}

/// The secrets of a setting, in its order, none shorter than `min_bytes`.
pub(super) fn secrets(config: &Config, setting: &Setting, min_bytes: usize) -> Result<Vec<Vec<u8>>, SecurityError> {
    let fault = |problem: String| SecurityError::Setting {
        key: setting.key,
        problem,
    };
    let text = config.text(setting);
    if text.contains("-----BEGIN") {
        // Whoever knows a public key could sign with it if it were taken for a secret.
        return Err(fault("it holds a PEM key, which is no shared secret".to_owned()));
    }
    text.split_whitespace()
        .map(|word| {
            let bytes = match word.strip_prefix("base64:") {
                Some(encoded) => {
                    base64(encoded).ok_or_else(|| fault("what follows `base64:` is not base64".to_owned()))?
                }
                None => word.as_bytes().to_vec(),
            };
            if bytes.len() < min_bytes {
                let problem = format!(
                    "a secret has {} bytes, and fewer than {min_bytes} can be guessed",
                    bytes.len()
                );
                return Err(fault(problem));
            }
            Ok(bytes)
        })
        .collect()
}

/// The words of a setting that are separated by commas.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}
