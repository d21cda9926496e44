//! A key that verifies tokens, bound to the algorithms of its own kind: a public key never serves as a secret.

use std::fmt;

use jsonwebtoken::{Algorithm, AlgorithmFamily};
use ring::{
    hmac,
    signature::{self as ring_signature, RsaPublicKeyComponents, UnparsedPublicKey},
};

use super::{
    super::{
        error::SecurityError,
        secrets::{MIN_HMAC_BYTES, secrets},
        settings::{TOKEN_JWKS, TOKEN_PUBLIC_KEYS, TOKEN_SECRET},
    },
    der::{self, Written},
    key_set,
};
use crate::interfaces::config::{Config, Setting};

/// Fewer bits can be factored.
const MIN_RSA_BITS: usize = 2_048;

/// More are slow to verify with, and `ring` takes none.
const MAX_RSA_BITS: usize = 8_192;

/// A key, with its name and its one algorithm where a key set gives them.
pub(super) struct Key {
    pub(super) id: Option<String>,
    pub(super) algorithm: Option<Algorithm>,
    material: Material,
}

enum Material {
    /// For HS256, HS384 and HS512.
    Secret(Box<[hmac::Key; 3]>),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    /// A shared secret.
    pub(super) fn secret(secret: &[u8]) -> Self {
        let hashes = [hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512];
        let keys = hashes.map(|hash| hmac::Key::new(hash, secret));
        Self::unnamed(Material::Secret(Box::new(keys)))
    }

    /// A public key; what is wrong with it is said in words.
    pub(super) fn public(written: Written) -> Result<Self, String> {
        let material = match written {
            Written::Rsa(n, e) => rsa(&n, &e)?,
            Written::P256(point) => Material::P256(point),
            Written::P384(point) => Material::P384(point),
            Written::Ed25519(bytes) => Material::Ed25519(bytes),
        };
        Ok(Self::unnamed(material))
    }

    fn unnamed(material: Material) -> Self {
        Self {
            id: None,
            algorithm: None,
            material,
        }
    }

    /// Whether tokens of `algorithm` may be verified with it.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        let own = match &self.material {
            Material::Secret(_) => algorithm.family() == AlgorithmFamily::Hmac,
            Material::Rsa(_) => algorithm.family() == AlgorithmFamily::Rsa,
            Material::P256(_) => algorithm == Algorithm::ES256,
            Material::P384(_) => algorithm == Algorithm::ES384,
            Material::Ed25519(_) => algorithm == Algorithm::EdDSA,
        };
        own && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Whether it signed `message`. An algorithm that does not fit is refused.
    pub(super) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let fits = |scheme: &'static dyn ring_signature::VerificationAlgorithm, key: &[u8]| {
            UnparsedPublicKey::new(scheme, key).verify(message, signature).is_ok()
        };
        match (&self.material, algorithm) {
            (Material::Secret(keys), algorithm) => {
                let [hs256, hs384, hs512] = keys.as_ref();
                let key = match algorithm {
                    Algorithm::HS256 => hs256,
                    Algorithm::HS384 => hs384,
                    Algorithm::HS512 => hs512,
                    _ => return false,
                };
                hmac::verify(key, message, signature).is_ok()
            }
            (Material::Rsa(key), algorithm) => {
                rsa_parameters(algorithm).is_some_and(|scheme| key.verify(scheme, message, signature).is_ok())
            }
            (Material::P256(key), Algorithm::ES256) => fits(&ring_signature::ECDSA_P256_SHA256_FIXED, key),
            (Material::P384(key), Algorithm::ES384) => fits(&ring_signature::ECDSA_P384_SHA384_FIXED, key),
            (Material::Ed25519(key), Algorithm::EdDSA) => fits(&ring_signature::ED25519, key),
            _ => false,
        }
    }
}

/// Shows what kind of key it is and how it is called.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.material {
            Material::Secret(_) => "secret",
            Material::Rsa(_) => "RSA",
            Material::P256(_) => "P-256",
            Material::P384(_) => "P-384",
            Material::Ed25519(_) => "Ed25519",
        };
        f.debug_struct("Key")
            .field("kind", &kind)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// Whether a setting holds a key.
pub(super) fn is_configured(config: &Config) -> bool {
    [TOKEN_SECRET, TOKEN_PUBLIC_KEYS, TOKEN_JWKS]
        .iter()
        .any(|setting| !config.text(setting).is_empty())
}

/// The shared secrets of the settings.
pub(super) fn secrets_of(config: &Config) -> Result<Vec<Key>, SecurityError> {
    let secrets = secrets(config, &TOKEN_SECRET, MIN_HMAC_BYTES)?;
    Ok(secrets.iter().map(|secret| Key::secret(secret)).collect())
}

/// The public keys of the settings that are written as PEM.
pub(super) fn pems_of(config: &Config) -> Result<Vec<Key>, SecurityError> {
    let text = config.text(&TOKEN_PUBLIC_KEYS).replace("\\n", "\n");
    let written = der::public_keys(&text).map_err(str::to_owned);
    let keys = written.and_then(|keys| keys.into_iter().map(Key::public).collect());
    keys.map_err(|problem| fault(&TOKEN_PUBLIC_KEYS, problem))
}

/// The keys of the settings that are written as a key set.
pub(super) fn set_of(config: &Config) -> Result<Vec<Key>, SecurityError> {
    let text = config.text(&TOKEN_JWKS);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    key_set::read(text.as_bytes(), key_set::Strict(true)).map_err(|problem| fault(&TOKEN_JWKS, problem))
}

fn fault(setting: &Setting, problem: String) -> SecurityError {
    SecurityError::Setting {
        key: setting.key,
        problem,
    }
}

fn rsa(n: &[u8], e: &[u8]) -> Result<Material, String> {
    let plain = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        number[zeros..].to_vec()
    };
    let key = RsaPublicKeyComponents {
        n: plain(n),
        e: plain(e),
    };
    let bits = key
        .n
        .first()
        .map_or(0, |first| key.n.len() * 8 - first.leading_zeros() as usize);
    if !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
        return Err(format!(
            "an RSA key has {bits} bits, and {MIN_RSA_BITS} to {MAX_RSA_BITS} are taken"
        ));
    }
    Ok(Material::Rsa(key))
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static ring_signature::RsaParameters> {
    Some(match algorithm {
        Algorithm::RS256 => &ring_signature::RSA_PKCS1_2048_8192_SHA256,
        Algorithm::RS384 => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        Algorithm::PS256 => &ring_signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &ring_signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &ring_signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
