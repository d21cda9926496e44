//! The little of DER and PEM that public keys are written in.

use super::super::secrets::base64;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT: u8 = 0x06;

/// `rsaEncryption`, `id-ecPublicKey` and `id-Ed25519`; the curves `secp256r1` and `secp384r1`.
const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01];
const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
const ED25519: &[u8] = &[0x2B, 0x65, 0x70];
const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];

/// A public key as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// Modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

/// The public keys of a PEM text, one after the other; what is wrong with it is said in words.
pub(super) fn public_keys(text: &str) -> Result<Vec<Written>, &'static str> {
    let (mut keys, mut rest) = (Vec::new(), text.trim());
    while !rest.is_empty() {
        let (label, body, after) = block(rest).ok_or("it is not PEM")?;
        let body: String = body.split_whitespace().collect();
        let der = base64(&body).ok_or("a PEM block is not base64")?;
        let key = match label {
            "PUBLIC KEY" => subject_public_key(&der),
            "RSA PUBLIC KEY" => rsa(&der),
            label if label.ends_with("PRIVATE KEY") => {
                return Err("it holds a private key, and only public ones belong there");
            }
            _ => None,
        };
        keys.push(key.ok_or("a PEM block is no public key of RSA, P-256, P-384 or Ed25519")?);
        rest = after.trim_start();
    }
    Ok(keys)
}

/// Label and body of the block that `text` begins with, and what follows it.
fn block(text: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = text.strip_prefix("-----BEGIN ")?.split_once("-----")?;
    let (body, rest) = rest.split_once("-----END ")?;
    let (end, rest) = rest.split_once("-----")?;
    (label == end).then_some((label, body, rest))
}

/// A `SubjectPublicKeyInfo`.
fn subject_public_key(der: &[u8]) -> Option<Written> {
    let info = only(der, SEQUENCE)?;
    let (algorithm, rest) = element(info, SEQUENCE)?;
    let (unused_bits, key) = only(rest, BIT_STRING)?.split_first()?;
    let (name, parameters) = element(algorithm, OBJECT)?;
    if *unused_bits != 0 {
        return None;
    }
    match name {
        RSA => rsa(key),
        ED25519 if key.len() == 32 => Some(Written::Ed25519(key.to_vec())),
        // An uncompressed point begins with 4.
        EC => match (only(parameters, OBJECT)?, key.first()?, key.len()) {
            (P256, 4, 65) => Some(Written::P256(key.to_vec())),
            (P384, 4, 97) => Some(Written::P384(key.to_vec())),
            _ => None,
        },
        _ => None,
    }
}

/// An `RSAPublicKey` of PKCS #1.
fn rsa(der: &[u8]) -> Option<Written> {
    let (n, rest) = element(only(der, SEQUENCE)?, INTEGER)?;
    Some(Written::Rsa(n.to_vec(), only(rest, INTEGER)?.to_vec()))
}

/// The content of the one element that `der` is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let (content, rest) = element(der, tag)?;
    rest.is_empty().then_some(content)
}

/// The content of the element that `der` begins with, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = der.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = match *length {
        short @ 0..=0x7F => (usize::from(short), rest),
        long @ 0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7F))?;
            let length = bytes.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    (*first == tag).then(|| rest.split_at_checked(length))?
}
