//! JSON Web Key Sets: the keys in them that verify tokens.

use jsonwebtoken::{
    Algorithm,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use super::{super::secrets::base64, der::Written, key::Key};

/// A set has a few keys; one that has more is not searched for them.
const MAX_KEYS: usize = 64;

/// No set is larger.
const MAX_BYTES: usize = 256 * 1_024;

/// Whether a key that cannot be used is an error, or is passed over as what belongs to others.
#[derive(Clone, Copy)]
pub(super) struct Strict(pub(super) bool);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The keys of the set in `json`; what is wrong with it is said in words.
pub(super) fn read(json: &[u8], strict: Strict) -> Result<Vec<Key>, String> {
    if json.len() > MAX_BYTES {
        return Err(format!("a key set has at most {MAX_BYTES} bytes"));
    }
    let document: Document =
        serde_json::from_slice(json).map_err(|_| "it is not JSON with an array `keys`".to_owned())?;
    if document.keys.len() > MAX_KEYS {
        return Err(format!("a key set has at most {MAX_KEYS} keys"));
    }
    let mut keys = Vec::new();
    for jwk in document.keys {
        match key(jwk) {
            Ok(key) => keys.extend(key),
            Err(problem) if strict.0 => return Err(problem),
            Err(_) => {}
        }
    }
    if keys.is_empty() {
        return Err("it holds no key that verifies tokens".to_owned());
    }
    Ok(keys)
}

/// The key, if it is one for signatures.
fn key(jwk: Value) -> Result<Option<Key>, String> {
    let jwk: Jwk = serde_json::from_value(jwk).map_err(|_| "a key is no JSON Web Key".to_owned())?;
    let common = &jwk.common;
    let for_signatures = common
        .public_key_use
        .as_ref()
        .is_none_or(|used| *used == PublicKeyUse::Signature);
    let verifies = common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    if !for_signatures || !verifies {
        return Ok(None);
    }
    let mut key = Key::public(written(&jwk.algorithm)?)?;
    key.id.clone_from(&common.key_id);
    if let Some(algorithm) = common.key_algorithm {
        let algorithm =
            Algorithm::try_from(algorithm).map_err(|_| "a key is for no algorithm that signs".to_owned())?;
        if !key.fits(algorithm) {
            return Err("a key is of another kind than its `alg`".to_owned());
        }
        key.algorithm = Some(algorithm);
    }
    Ok(Some(key))
}

fn written(parameters: &AlgorithmParameters) -> Result<Written, String> {
    let bytes = |text: &str| base64(text).ok_or_else(|| "a number of a key is not base64".to_owned());
    match parameters {
        AlgorithmParameters::RSA(key) => Ok(Written::Rsa(bytes(&key.n)?, bytes(&key.e)?)),
        AlgorithmParameters::EllipticCurve(key) => {
            let (x, y) = (bytes(&key.x)?, bytes(&key.y)?);
            let point = [&[4], x.as_slice(), &y].concat();
            match (&key.curve, x.len(), y.len()) {
                (EllipticCurve::P256, 32, 32) => Ok(Written::P256(point)),
                (EllipticCurve::P384, 48, 48) => Ok(Written::P384(point)),
                _ => Err(OTHER_KIND.to_owned()),
            }
        }
        AlgorithmParameters::OctetKeyPair(key) => match (&key.curve, bytes(&key.x)?) {
            (EllipticCurve::Ed25519, bytes) if bytes.len() == 32 => Ok(Written::Ed25519(bytes)),
            _ => Err(OTHER_KIND.to_owned()),
        },
        AlgorithmParameters::OctetKey(_) => {
            Err("a key is a shared secret, which belongs in `security.token_secret`".to_owned())
        }
        _ => Err(OTHER_KIND.to_owned()),
    }
}

const OTHER_KIND: &str = "a key is none of RSA, P-256, P-384 and Ed25519";
