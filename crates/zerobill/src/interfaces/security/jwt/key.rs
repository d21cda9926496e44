//! A key that verifies tokens, bound to the algorithms of its own kind: a public key never serves as a secret.

use std::fmt;

use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind};
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
    Secret([hmac::Key; 3]),
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    /// A shared secret.
    pub(super) fn secret(secret: &[u8]) -> Self {
        let hashes = [hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512];
        Self::unnamed(Material::Secret(hashes.map(|hash| hmac::Key::new(hash, secret))))
    }

    /// A public key; what is wrong with it is said in words.
    pub(super) fn public(key: &DecodingKey) -> Result<Self, String> {
        let material = match (key.family(), key.kind()) {
            (AlgorithmFamily::Rsa, DecodingKeyKind::RsaModulusExponent { n, e }) => rsa(n, e)?,
            (AlgorithmFamily::Rsa, DecodingKeyKind::SecretOrDer(der)) => {
                let (n, e) = rsa_numbers(der).ok_or("an RSA key does not read as PKCS #1")?;
                rsa(n, e)?
            }
            (AlgorithmFamily::Ec, DecodingKeyKind::SecretOrDer(point)) => match (point.len(), point.first()) {
                (65, Some(4)) => Material::P256(point.clone()),
                (97, Some(4)) => Material::P384(point.clone()),
                _ => return Err("an elliptic curve key is on neither P-256 nor P-384".to_owned()),
            },
            (AlgorithmFamily::Ed, DecodingKeyKind::SecretOrDer(bytes)) if bytes.len() == 32 => {
                Material::Ed25519(bytes.clone())
            }
            _ => return Err("a key is none of RSA, P-256, P-384 and Ed25519".to_owned()),
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
            (Material::Secret([key, ..]), Algorithm::HS256)
            | (Material::Secret([_, key, _]), Algorithm::HS384)
            | (Material::Secret([.., key]), Algorithm::HS512) => hmac::verify(key, message, signature).is_ok(),
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
    if text.contains("PRIVATE KEY-----") {
        return Err(fault(
            &TOKEN_PUBLIC_KEYS,
            "it holds a private key, and only public ones belong there".to_owned(),
        ));
    }
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    pem_blocks(&text)
        .ok_or_else(|| fault(&TOKEN_PUBLIC_KEYS, "it is not PEM".to_owned()))?
        .into_iter()
        .map(|pem| {
            let pem = pem.as_bytes();
            let key = DecodingKey::from_rsa_pem(pem)
                .or_else(|_| DecodingKey::from_ec_pem(pem))
                .or_else(|_| DecodingKey::from_ed_pem(pem))
                .map_err(|_| "a PEM block is no public key of RSA, P-256, P-384 or Ed25519".to_owned());
            key.and_then(|key| Key::public(&key))
                .map_err(|problem| fault(&TOKEN_PUBLIC_KEYS, problem))
        })
        .collect()
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

/// The blocks of a PEM text; none where there is something else.
fn pem_blocks(text: &str) -> Option<Vec<&str>> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    const DASHES: &str = "-----";
    let (mut blocks, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let end = rest.strip_prefix(BEGIN).and(rest.find(END))? + END.len();
        let end = end + rest[end..].find(DASHES)? + DASHES.len();
        blocks.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    Some(blocks)
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

/// Modulus and exponent of an `RSAPublicKey` of PKCS #1, a DER sequence of two integers.
fn rsa_numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, rest) = der_element(der, 0x30)?;
    let (n, after) = der_element(sequence, 0x02)?;
    let (e, end) = der_element(after, 0x02)?;
    (rest.is_empty() && end.is_empty()).then_some((n, e))
}

/// The content of the DER element of this tag that `der` begins with, and what follows it.
fn der_element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match *length {
        short @ 0..=0x7F => (usize::from(short), rest),
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7F))?;
            (bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length))?
}
