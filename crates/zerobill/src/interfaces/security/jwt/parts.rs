//! A token taken apart: three parts of base64, of which the first says how the other two are signed.

use std::borrow::Cow;

use base64_simd::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Map, Value};

use super::{
    super::{
        error::TokenFault,
        rules::{ALGORITHMS, TokenRules},
    },
    key::Key,
};

/// A token whose header is known to be acceptable, and nothing more.
pub(super) struct Parts<'a> {
    pub(super) algorithm_name: &'static str,
    algorithm: Algorithm,
    key_id: Option<String>,
    /// What is signed.
    message: &'a [u8],
    payload: &'a str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'a> Parts<'a> {
    pub(super) fn read(token: &'a str, rules: &TokenRules) -> Result<Self, TokenFault> {
        let (message, signature) = token.rsplit_once('.').ok_or(TokenFault::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenFault::Malformed)?;
        let header = bytes(header)?;
        let Header { alg, kid, crit } = serde_json::from_slice(&header).map_err(|_| TokenFault::Malformed)?;
        if alg.eq_ignore_ascii_case("none") {
            return Err(TokenFault::Unsigned);
        }
        let name = ALGORITHMS.into_iter().find(|name| *name == alg);
        let name = name.filter(|name| rules.algorithms.iter().any(|allowed| allowed == name));
        let name = name.ok_or(TokenFault::Algorithm)?;
        if crit.is_some() {
            return Err(TokenFault::CriticalHeader);
        }
        Ok(Self {
            algorithm_name: name,
            algorithm: name.parse().map_err(|_| TokenFault::Algorithm)?,
            key_id: kid,
            message: message.as_bytes(),
            payload,
            signature: bytes(signature)?,
        })
    }

    pub(super) fn is_hmac(&self) -> bool {
        self.algorithm.family() == AlgorithmFamily::Hmac
    }

    /// Whether `key` is of the token's algorithm, and of its name where both have one.
    pub(super) fn may_be_of(&self, key: &Key) -> bool {
        let named_alike = match (&self.key_id, &key.id) {
            (Some(wanted), Some(id)) => wanted == id,
            _ => true,
        };
        named_alike && key.fits(self.algorithm)
    }

    /// The key among `keys` that signed the token.
    pub(super) fn signer<'k>(&self, keys: &'k [Key]) -> Result<&'k Key, TokenFault> {
        let mut fault = TokenFault::NoKey;
        for key in keys.iter().filter(|key| self.may_be_of(key)) {
            if key.verify(self.algorithm, self.message, &self.signature) {
                return Ok(key);
            }
            fault = TokenFault::Signature;
        }
        Err(fault)
    }

    /// What the token says; to be read only once its signature is known to fit.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, TokenFault> {
        serde_json::from_slice(&bytes(self.payload)?).map_err(|_| TokenFault::Malformed)
    }
}

fn bytes(part: &str) -> Result<Vec<u8>, TokenFault> {
    URL_SAFE_NO_PAD.decode_to_vec(part).map_err(|_| TokenFault::Malformed)
}
