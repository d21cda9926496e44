//! `security`: tokens, signatures, encryption, and requests within limits. Keys come from the settings only, and none is
//! ever defaulted.

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
