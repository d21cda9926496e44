//! Where a key set comes from.

use std::{future::Future, pin::Pin};

/// Why a key set was not fetched. The last good one then serves on, for as long as `security.token_jwks_max_stale_seconds` says.
#[derive(Debug, thiserror::Error)]
#[error("the key set was not fetched: {0}")]
pub struct JwksError(pub String);

/// A key set to come: the bytes of a JSON document.
pub type JwksFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, JwksError>> + Send + 'a>>;

/// Fetches a JSON Web Key Set. It should end by itself within a few seconds.
pub trait JwksSource: Send + Sync {
    /// The document as it stands now.
    fn fetch(&self) -> JwksFuture<'_>;
}

/// A function that fetches is a source.
impl<F, R> JwksSource for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Vec<u8>, JwksError>> + Send + 'static,
{
    fn fetch(&self) -> JwksFuture<'_> {
        Box::pin(self())
    }
}
