//! What several execution environments share of a breaker: its state, written when it changes.

use std::{future::Future, pin::Pin};

use serde::{Deserialize, Serialize};

/// A breaker's state as the store has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Shared {
    /// Until when calls are refused, in milliseconds since 1970; 0 is closed.
    pub open_until_ms: u64,
    /// Grows with every write, so that of two environments that write at once only one does.
    pub version: u64,
}

impl Shared {
    /// A closed or open state.
    #[must_use]
    pub fn new(open_until_ms: u64, version: u64) -> Self {
        Self { open_until_ms, version }
    }
}

/// Why the store did not answer. The breaker then goes on alone.
#[derive(Debug, thiserror::Error)]
#[error("the breakers' store did not answer: {0}")]
pub struct StoreError(pub String);

/// An answer of the store to come.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps breakers' states for all execution environments.
///
/// It is read when a breaker is first used and every ten seconds then, and written when a state changes. When it is down,
/// each environment goes on with what it knows, and calls pass unless its own breaker is open.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// The state of the breaker `name`; none if it was never written.
    fn read<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Shared>>;

    /// Writes `shared`, if the stored version is still one less or nothing is stored; says whether it did. A store that forgets old
    /// states may so begin anew.
    fn write<'a>(&'a self, name: &'a str, shared: Shared) -> StoreFuture<'a, bool>;
}
