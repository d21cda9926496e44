//! Signatures of webhooks, HMAC-SHA256 in the forms that senders give them.

use std::fmt;

use ring::hmac;
use serde::{Deserialize, Serialize};

use super::{
    error::SecurityError,
    secrets::{MIN_HMAC_BYTES, base64, secrets},
    settings::{GITHUB_SECRET, HMAC_SECRET, SLACK_SECRET, STRIPE_SECRET},
};
use crate::interfaces::config::{Config, Setting};

/// Stripe signs with two secrets while one is replaced; a sender that lists more is refused.
const MAX_CANDIDATES: usize = 8;

/// How a sender signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scheme {
    /// GitHub's header `X-Hub-Signature-256: sha256=…`. Only the payload is signed, without a time, and the header
    /// `X-GitHub-Delivery` is not: an old delivery is accepted again, under whatever id it comes. Who must not do a thing
    /// twice keeps the signatures it has seen, where all execution environments see them.
    Github,
    /// Stripe's header `Stripe-Signature: t=…,v1=…`.
    Stripe,
    /// Slack's header `X-Slack-Signature: v0=…`, with the time in `X-Slack-Request-Timestamp`.
    Slack,
    /// The HMAC-SHA256 of the payload, in hexadecimal or base64, with or without `sha256=` before it. It holds no
    /// time, so it is accepted however often it comes; [`TimedHmac`](Self::TimedHmac) is the one with a window.
    Hmac,
    /// The HMAC-SHA256 of `TIMESTAMP.PAYLOAD`, in hexadecimal or base64, with the time beside it.
    TimedHmac,
}

/// A signature that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signature {
    /// The header's text.
    pub signature: String,
    /// When it was made, in seconds since 1970, where that has to be sent beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
}

/// The secrets of all schemes.
pub(super) struct SigningKeys {
    github: Vec<hmac::Key>,
    stripe: Vec<hmac::Key>,
    slack: Vec<hmac::Key>,
    hmac: Vec<hmac::Key>,
}

impl SigningKeys {
    pub(super) fn new(config: &Config) -> Result<Self, SecurityError> {
        let keys = |setting: &Setting| {
            let secrets = secrets(config, setting, MIN_HMAC_BYTES)?;
            Ok::<_, SecurityError>(secrets.iter().map(|secret| key(secret)).collect())
        };
        Ok(Self {
            github: keys(&GITHUB_SECRET)?,
            stripe: keys(&STRIPE_SECRET)?,
            slack: keys(&SLACK_SECRET)?,
            hmac: keys(&HMAC_SECRET)?,
        })
    }

    /// The keys of `scheme`, at least one.
    pub(super) fn of(&self, scheme: Scheme) -> Result<&[hmac::Key], SecurityError> {
        let (keys, settings) = match scheme {
            Scheme::Github => (&self.github, "`security.github_secret`"),
            Scheme::Stripe => (&self.stripe, "`security.stripe_secret`"),
            Scheme::Slack => (&self.slack, "`security.slack_secret`"),
            Scheme::Hmac | Scheme::TimedHmac => (&self.hmac, "`security.hmac_secret`"),
        };
        if keys.is_empty() {
            return Err(SecurityError::MissingKey {
                purpose: "sign and verify with",
                settings,
            });
        }
        Ok(keys)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").finish_non_exhaustive()
    }
}

pub(super) fn key(secret: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, secret)
}

/// The signature of `payload` at `now`, in seconds since 1970.
pub(super) fn sign(scheme: Scheme, key: &hmac::Key, payload: &[u8], now: u64) -> Signature {
    let hex = hex(tag(scheme, key, payload, &now.to_string()).as_ref());
    let (signature, timestamp) = match scheme {
        Scheme::Github => (format!("sha256={hex}"), None),
        Scheme::Stripe => (format!("t={now},v1={hex}"), None),
        Scheme::Slack => (format!("v0={hex}"), Some(now)),
        Scheme::Hmac => (hex, None),
        Scheme::TimedHmac => (hex, Some(now)),
    };
    Signature { signature, timestamp }
}

/// What is said of a payload: one of these signatures, made at this time.
pub(super) struct Claimed<'a> {
    candidates: Vec<Vec<u8>>,
    /// As it was written, because so it was signed.
    timestamp: &'a str,
}

/// Reads what the header says, and holds its time against `now`, both in seconds since 1970.
pub(super) fn read<'a>(
    scheme: Scheme,
    signature: &'a str,
    timestamp: Option<&'a str>,
    now: u64,
    window_seconds: u64,
) -> Result<Claimed<'a>, SecurityError> {
    let (candidates, timestamp) = match scheme {
        Scheme::Github => (one(signature.strip_prefix("sha256=").and_then(from_hex)), None),
        Scheme::Slack => (one(signature.strip_prefix("v0=").and_then(from_hex)), timestamp),
        Scheme::Stripe => stripe(signature),
        Scheme::Hmac => (one(plain(signature)), None),
        Scheme::TimedHmac => (one(plain(signature)), timestamp),
    };
    if candidates.is_empty() || candidates.len() > MAX_CANDIDATES {
        return Err(SecurityError::MalformedSignature(form(scheme)));
    }
    let timestamp = match (scheme, timestamp) {
        (Scheme::Github | Scheme::Hmac, _) => "",
        (_, None) => return Err(SecurityError::MissingTimestamp("none was given")),
        (_, Some(text)) => {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            let seconds = text.parse::<u64>().ok().filter(|_| digits);
            let seconds = seconds.ok_or(SecurityError::MissingTimestamp("what was given is no such time"))?;
            if now.abs_diff(seconds) > window_seconds {
                return Err(SecurityError::Replayed { window_seconds });
            }
            text
        }
    };
    Ok(Claimed { candidates, timestamp })
}

impl Claimed<'_> {
    /// Whether one of `keys` signed `payload` so. It takes as long whichever it is.
    pub(super) fn verify(&self, scheme: Scheme, keys: &[hmac::Key], payload: &[u8]) -> Result<(), SecurityError> {
        let message = message(scheme, payload, self.timestamp);
        let mut fits = false;
        for key in keys {
            for candidate in &self.candidates {
                fits |= hmac::verify(key, &message, candidate).is_ok();
            }
        }
        if fits {
            Ok(())
        } else {
            Err(SecurityError::WrongSignature)
        }
    }
}

fn tag(scheme: Scheme, key: &hmac::Key, payload: &[u8], timestamp: &str) -> hmac::Tag {
    hmac::sign(key, &message(scheme, payload, timestamp))
}

/// The bytes that are signed.
fn message(scheme: Scheme, payload: &[u8], timestamp: &str) -> Vec<u8> {
    let before = match scheme {
        Scheme::Github | Scheme::Hmac => String::new(),
        Scheme::Stripe | Scheme::TimedHmac => format!("{timestamp}."),
        Scheme::Slack => format!("v0:{timestamp}:"),
    };
    [before.as_bytes(), payload].concat()
}

fn form(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Github => "GitHub (`sha256=` and 64 hexadecimal digits)",
        Scheme::Stripe => "Stripe (`t=TIME,v1=` and 64 hexadecimal digits)",
        Scheme::Slack => "Slack (`v0=` and 64 hexadecimal digits)",
        Scheme::Hmac | Scheme::TimedHmac => "HMAC-SHA256 (32 bytes in hexadecimal or base64)",
    }
}

/// The time and the signatures of `t=…,v1=…,v1=…`; other versions are passed over.
fn stripe(header: &str) -> (Vec<Vec<u8>>, Option<&str>) {
    let (mut timestamp, mut candidates) = (None, Vec::new());
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", time)) => timestamp = timestamp.or(Some(time)),
            Some(("v1", hex)) if candidates.len() <= MAX_CANDIDATES => candidates.extend(from_hex(hex)),
            _ => {}
        }
    }
    (candidates, timestamp)
}

fn plain(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_prefix("sha256=").unwrap_or(text);
    from_hex(text).or_else(|| base64(text).filter(|bytes| bytes.len() == 32))
}

fn one(candidate: Option<Vec<u8>>) -> Vec<Vec<u8>> {
    candidate.into_iter().collect()
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The 32 bytes of 64 hexadecimal digits.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| Some((digit(pair[0])? << 4) | digit(pair[1])?))
        .collect()
}
