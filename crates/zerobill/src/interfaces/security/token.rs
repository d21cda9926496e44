//! A token that was accepted.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::error::{SecurityError, TokenFault};

/// An accepted token: what it says, and what signed it.
#[derive(Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Token {
    /// What kind it is.
    pub kind: TokenKind,
    /// The algorithm that signed it; none for an opaque one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<&'static str>,
    /// The key that signed it, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
    /// What it says; nothing for an opaque one.
    pub claims: Map<String, Value>,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenKind {
    /// A JSON Web Token.
    Jwt,
    /// One that is known as it stands.
    Opaque,
}

impl Token {
    pub(super) fn opaque() -> Self {
        Self {
            kind: TokenKind::Opaque,
            algorithm: None,
            key_id: None,
            claims: Map::new(),
        }
    }

    /// The claim `name` as text, if it is there and is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Whom it is about: the claim `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.text("sub")
    }

    /// The claims as a `T`.
    ///
    /// # Errors
    /// [`TokenFault::InvalidClaim`] if they are no `T`.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, SecurityError> {
        // The decoder's own words would quote the claims.
        T::deserialize(Value::Object(self.claims.clone())).map_err(|_| TokenFault::InvalidClaim("(all)").into())
    }
}

/// Shows the names of the claims only.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("kind", &self.kind)
            .field("algorithm", &self.algorithm)
            .field("claims", &self.claims.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
