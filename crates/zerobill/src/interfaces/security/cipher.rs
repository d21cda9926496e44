//! AES-256-GCM with named keys: the first encrypts, all decrypt.

use std::fmt;

use base64_simd::URL_SAFE_NO_PAD;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

use super::{error::SecurityError, secrets::base64, settings::ENCRYPTION_SECRETS};
use crate::interfaces::config::Config;

/// What every ciphertext begins with: its form's version.
const VERSION: &str = "zb1";

/// The longest name of a key.
const MAX_ID_BYTES: usize = 32;

/// The keys by name, in the order of the setting.
pub(super) struct KeyRing(Vec<(String, LessSafeKey)>);

impl KeyRing {
    pub(super) fn new(config: &Config) -> Result<Self, SecurityError> {
        let mut keys: Vec<(String, LessSafeKey)> = Vec::new();
        for (index, word) in config.text(&ENCRYPTION_SECRETS).split_whitespace().enumerate() {
            // Words are counted, not quoted: a key that lost its name would be shown.
            let fault = |problem: &str| SecurityError::Setting {
                key: ENCRYPTION_SECRETS.key,
                problem: format!("key {} {problem}", index + 1),
            };
            let (id, encoded) = word.split_once('=').ok_or_else(|| fault("is not `ID=KEY`"))?;
            if !is_id(id) {
                return Err(fault("has a name that is not 1 to 32 letters, digits, `-` and `_`"));
            }
            if keys.iter().any(|(other, _)| other == id) {
                return Err(fault("has the name of another"));
            }
            let bytes = base64(encoded).ok_or_else(|| fault("is not base64"))?;
            let unbound = UnboundKey::new(&AES_256_GCM, &bytes)
                .map_err(|_| fault(&format!("has {} bytes, and AES-256 takes 32", bytes.len())))?;
            keys.push((id.to_owned(), LessSafeKey::new(unbound)));
        }
        Ok(Self(keys))
    }

    /// `zb1.KEY.NONCE.CIPHERTEXT`, under the first key and a nonce of fresh random bytes.
    pub(super) fn encrypt(&self, plaintext: &[u8], associated_data: &[u8]) -> Result<String, SecurityError> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new()
            .fill(&mut nonce)
            .map_err(|_| SecurityError::NoRandomness)?;
        let (id, _) = self.first()?;
        let sealed = self.seal(nonce, plaintext, associated_data)?;
        let mut text = String::with_capacity(VERSION.len() + id.len() + 3 + (NONCE_LEN + sealed.len()) * 4 / 3 + 4);
        for part in [VERSION, ".", id, "."] {
            text.push_str(part);
        }
        URL_SAFE_NO_PAD.encode_append(nonce, &mut text);
        text.push('.');
        URL_SAFE_NO_PAD.encode_append(sealed, &mut text);
        Ok(text)
    }

    /// The ciphertext and its tag. A nonce must never come twice under one key.
    pub(super) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<Vec<u8>, SecurityError> {
        let (_, key) = self.first()?;
        let mut sealed = Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(plaintext);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_append_tag(nonce, Aad::from(associated_data), &mut sealed)
            .map_err(|_| SecurityError::WrongCiphertext)?;
        Ok(sealed)
    }

    pub(super) fn decrypt(&self, text: &str, associated_data: &[u8]) -> Result<Vec<u8>, SecurityError> {
        self.first()?;
        let mut parts = text.split('.');
        let (Some(VERSION), Some(id), Some(nonce), Some(sealed), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SecurityError::MalformedCiphertext);
        };
        let bytes = |part: &str| {
            URL_SAFE_NO_PAD
                .decode_to_vec(part)
                .map_err(|_| SecurityError::MalformedCiphertext)
        };
        let nonce: [u8; NONCE_LEN] = bytes(nonce)?
            .try_into()
            .map_err(|_| SecurityError::MalformedCiphertext)?;
        let mut sealed = bytes(sealed)?;
        let (_, key) = self
            .0
            .iter()
            .find(|(other, _)| other == id)
            .ok_or(SecurityError::UnknownKey)?;
        let length = key
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(associated_data),
                &mut sealed,
            )
            .map_err(|_| SecurityError::WrongCiphertext)?
            .len();
        sealed.truncate(length);
        Ok(sealed)
    }

    fn first(&self) -> Result<&(String, LessSafeKey), SecurityError> {
        self.0.first().ok_or(SecurityError::MissingKey {
            purpose: "encrypt and decrypt with",
            settings: "`security.encryption_secrets`",
        })
    }
}

fn is_id(id: &str) -> bool {
    let letters = id
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    letters && !id.is_empty() && id.len() <= MAX_ID_BYTES
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}
