//! What can be wrong with tokens, signatures, ciphertexts, requests and keys. No message holds any of them.

use crate::{
    error::{
        Error, FEATURE_DISABLED, INTERNAL, INVALID_CIPHERTEXT, INVALID_CONFIGURATION, INVALID_PARAMETER,
        INVALID_REQUEST, INVALID_SIGNATURE, INVALID_TOKEN, UNAVAILABLE,
    },
    interfaces::utility::UtilityError,
};

/// A call to `security` that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecurityError {
    /// The library was built without a feature.
    #[error("{what} is not built in; build with the feature `{feature}`")]
    FeatureDisabled {
        /// What was asked for.
        what: &'static str,
        /// The feature.
        feature: &'static str,
    },
    /// No key is set.
    #[error("there is no key to {purpose}; set {settings}")]
    MissingKey {
        /// What it would be for.
        purpose: &'static str,
        /// The settings that hold such keys.
        settings: &'static str,
    },
    /// A setting cannot be used.
    #[error("`{key}` cannot be used: {problem}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A token is not accepted.
    #[error("the token is not accepted: {0}")]
    Token(#[from] TokenFault),
    /// The key set that tokens are verified with cannot be had.
    #[error("the key set cannot be fetched; tokens cannot be verified until it can")]
    KeySetUnavailable,
    /// A signature does not read as its scheme writes it.
    #[error("the signature does not read as {0} writes it")]
    MalformedSignature(&'static str),
    /// The time of a signature is missing or is none.
    #[error("the signature needs the time it was made at, in seconds since 1970: {0}")]
    MissingTimestamp(&'static str),
    /// A signature is too old, or ahead of time.
    #[error(
        "the signature was not made within the last {window_seconds} s; `security.replay_window_seconds` sets the window"
    )]
    Replayed {
        /// The window.
        window_seconds: u64,
    },
    /// A signature does not fit.
    #[error("the signature does not fit what it stands on")]
    WrongSignature,
    /// A ciphertext is no ciphertext.
    #[error("the ciphertext does not read as `zb1.KEY.NONCE.CIPHERTEXT`")]
    MalformedCiphertext,
    /// A ciphertext names a key that is not there.
    #[error("the ciphertext was made with a key that `security.encryption_secrets` does not hold")]
    UnknownKey,
    /// A ciphertext was changed, or made with another key or other associated data.
    #[error("the ciphertext cannot be decrypted: it was changed, or belongs to another key or other associated data")]
    WrongCiphertext,
    /// What was decrypted is not text.
    #[error("what was encrypted is not text; the typed call returns its bytes")]
    NotText,
    /// The body of a request is too large, too deep or not JSON.
    #[error(transparent)]
    Body(#[from] UtilityError),
    /// The body of a request does not keep its schema.
    #[error("the request does not keep the schema `{name}`: {}", problems.join("; "))]
    InvalidRequest {
        /// The schema.
        name: String,
        /// Where it does not, and what it breaks.
        problems: Vec<String>,
    },
    /// A schema cannot be used.
    #[error("the schema `{name}` cannot be used: {problem}")]
    InvalidSchema {
        /// The schema.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A random token of that length is not made.
    #[error("a random token has from 16 to 1024 bytes, not {0}")]
    TokenLength(u64),
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// It is not three parts of base64 and JSON.
    #[error("it is not a JSON Web Token")]
    Malformed,
    /// It is longer than any token.
    #[error("it is longer than 16 KiB")]
    TooLong,
    /// It is not signed.
    #[error("it is not signed")]
    Unsigned,
    /// Its algorithm is not on the list.
    #[error("its algorithm is not one of `security.token_algorithms`")]
    Algorithm,
    /// Its header demands what is not known here.
    #[error("its header demands an extension that is not known")]
    CriticalHeader,
    /// No key of its name and algorithm is there.
    #[error("there is no key of its name and algorithm")]
    NoKey,
    /// The signature does not fit.
    #[error("its signature does not fit")]
    Signature,
    /// It is past its time.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYetValid,
    /// Another issuer made it.
    #[error("its issuer is not one of `security.token_issuers`")]
    Issuer,
    /// It is meant for another.
    #[error("its audience is not one of `security.token_audiences`")]
    Audience,
    /// A claim that must be there is not.
    #[error("its claim `{0}` is missing")]
    MissingClaim(&'static str),
    /// A claim is of the wrong type.
    #[error("its claim `{0}` is not what such a claim is")]
    InvalidClaim(&'static str),
    /// It is none of the opaque tokens.
    #[error("it is not known")]
    Unknown,
}

impl From<SecurityError> for Error {
    fn from(error: SecurityError) -> Self {
        let code = match error {
            SecurityError::Body(body) => return body.into(),
            SecurityError::FeatureDisabled { .. } => FEATURE_DISABLED,
            SecurityError::MissingKey { .. } | SecurityError::Setting { .. } => INVALID_CONFIGURATION,
            SecurityError::Token(_) => INVALID_TOKEN,
            SecurityError::KeySetUnavailable => UNAVAILABLE,
            SecurityError::MalformedSignature(_)
            | SecurityError::MissingTimestamp(_)
            | SecurityError::Replayed { .. }
            | SecurityError::WrongSignature => INVALID_SIGNATURE,
            SecurityError::MalformedCiphertext | SecurityError::UnknownKey | SecurityError::WrongCiphertext => {
                INVALID_CIPHERTEXT
            }
            SecurityError::InvalidRequest { .. } => INVALID_REQUEST,
            SecurityError::NotText | SecurityError::InvalidSchema { .. } | SecurityError::TokenLength(_) => {
                INVALID_PARAMETER
            }
            SecurityError::NoRandomness => INTERNAL,
        };
        Self::new(code, error.to_string()).with_source(error)
    }
}
