//! `security`: tokens, signatures, encryption, and requests within limits. Keys come from the settings only, and none is
//! ever defaulted.
//!
//! - [`Security::validate_token`] accepts JSON Web Tokens by the allowed algorithms only, and opaque tokens, compared in
//!   constant time.
//! - [`Security::verify_signature`] checks webhooks as GitHub, Stripe and Slack sign them, those with a time within a
//!   window.
//! - [`Security::encrypt`] is AES-256-GCM, bound to associated data; the first key encrypts, and all decrypt, so keys can
//!   be changed.
//! - [`Security::validate_request`] holds a body against limits and a JSON Schema; [`Security::sanitize`] masks what is
//!   secret.
//!
//! | settings | what for |
//! |---|---|
//! | `security.token_algorithms`, `security.token_issuers`, `security.token_audiences`, `security.token_leeway_seconds` | which tokens are accepted |
//! | `security.token_secret`, `security.token_public_keys`, `security.token_jwks` | the keys of tokens |
//! | `security.token_jwks_url`, `security.token_jwks_max_age_seconds` | keys that are fetched |
//! | `security.token_jwks_max_stale_seconds` | how long the last keys serve where no new ones can be fetched, a day unless set |
//! | `security.opaque_token` | tokens that are accepted as they stand |
//! | `security.github_secret`, `security.stripe_secret`, `security.slack_secret`, `security.hmac_secret`, `security.replay_window_seconds` | signatures |
//! | `security.encryption_secrets` | the keys of ciphertexts |
//! | `security.max_request_bytes`, `security.max_request_depth` | requests |
//!
//! A weak key is a fault at start, a missing one an error at first use. Keys are read on first use, or with
//! `initialization.preload` before the first event. A token has at most 16 KiB. JSON Web Tokens need the cargo feature
//! `jwt`, schemas the feature `json-schema`.
//!
//! ```
//! use zerobill::{Gateway, security::{Scheme, SecurityError, TokenFault}};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let gateway = Gateway::builder()
//!     .setting("security.token_algorithms", "HS256")
//!     .setting("security.token_secret", "zbsecret-token-secret-of-the-tests-that-is-64-bytes-and-more-long!")
//!     .setting("security.github_secret", "zbsecret-example-secret-of-32-bytes")
//!     .setting("security.encryption_secrets", "2026=emJzZWNyZXQtZXhhbXBsZS1rZXktb2YtMzItYnl0ZXM=")
//!     .build()?;
//! let security = gateway.security();
//!
//! let header = "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJleHAiOjQxMDI0NDQ4MDB9\
//!     .iPg5ocss0BJ-4xdZsDF-JOfbGyi8IJjon6Zifl7K59E";
//! let token = security.validate_token(header).await?;
//! assert_eq!(token.subject(), Some("ann"));
//! let refused = security.validate_token(&header.replace("4MDB9", "4MDB8")).await.unwrap_err();
//! assert!(matches!(refused, SecurityError::Token(TokenFault::Signature)));
//!
//! let signed = security.sign(Scheme::Github, r#"{"action":"opened"}"#)?.signature;
//! security.verify_signature(Scheme::Github, r#"{"action":"opened"}"#, &signed, None)?;
//!
//! let ciphertext = security.encrypt("4711", "order 7")?;
//! assert_eq!(security.decrypt(&ciphertext, "order 7")?, b"4711");
//! assert!(security.decrypt(&ciphertext, "order 8").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cipher;
mod error;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(not(feature = "jwt"))]
#[path = "jwt_absent.rs"]
mod jwt;
mod keys;
mod opaque;
mod operations;
mod rules;
mod sanitize;
#[cfg(feature = "json-schema")]
mod schema;
#[cfg(not(feature = "json-schema"))]
#[path = "schema_absent.rs"]
mod schema;
mod secrets;
mod service;
mod settings;
mod signature;
mod source;
#[cfg(test)]
mod tests;
mod token;

pub use self::{
    error::{SecurityError, TokenFault},
    rules::TokenRules,
    service::{Schema, Security},
    signature::{Scheme, Signature},
    source::{JwksError, JwksFuture, JwksSource},
    token::{Token, TokenKind},
};
pub(crate) use self::{operations::OPERATIONS, settings::SETTINGS};

/// What the interface is for.
pub(crate) const DOC: &str =
    "Tokens, signatures, encryption, and requests within limits, with keys from the settings only.";

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("token_rules", "it hands out rules for `validate_token_by`"),
    ("validate_token_by", "it is `validate_token` by rules of one's own"),
    ("fetch_keys_from", "it takes code"),
    ("sanitize_text", "the operation `sanitize` takes text too"),
];
