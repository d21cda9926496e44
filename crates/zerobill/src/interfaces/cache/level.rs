//! What several execution environments share of a cache: a second level behind the memory of each.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use serde_json::value::RawValue;

use crate::BuildRecord;

/// A value as the second level has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Leveled {
    /// The value as JSON.
    pub json: Box<RawValue>,
    /// Until when it holds, in milliseconds since 1970; none is for good.
    pub ends_at_ms: Option<u64>,
}

impl Leveled {
    /// A value that holds until then.
    #[must_use]
    pub fn new(json: Box<RawValue>, ends_at_ms: Option<u64>) -> Self {
        Self { json, ends_at_ms }
    }
}

/// Why the second level did not answer. The value is then loaded.
#[derive(Debug, thiserror::Error)]
#[error("the second level of the cache did not answer: {0}")]
pub struct LevelError(pub String);

/// An answer of the second level to come.
pub type LevelFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, LevelError>> + Send + 'a>>;

/// Keeps values for all execution environments.
///
/// It is asked before a value is loaded that is to be [shared](super::Freshness::shared), and told what was loaded. It sets
/// its own time limits: a level that does not answer holds up the invocation that asks.
pub trait Level: Send + Sync + fmt::Debug {
    /// The value under `key`; none if there is none or its time is over.
    fn get<'a>(&'a self, key: &'a str) -> LevelFuture<'a, Option<Leveled>>;

    /// Stores `value` under `key`.
    fn set<'a>(&'a self, key: &'a str, value: &'a Leveled) -> LevelFuture<'a, ()>;

    /// Removes `key`.
    fn delete<'a>(&'a self, key: &'a str) -> LevelFuture<'a, ()>;

    /// How long its first use waited for what is ready since, such as a [connection](crate::connecting).
    fn build_record(&self) -> Option<BuildRecord> {
        None
    }
}

/// Whether the second level is down, so that an outage is said once.
#[derive(Debug, Default)]
pub(super) struct Outage(AtomicBool);

impl Outage {
    /// The answer, if there is one; `warn` is told of the first failure of an outage.
    pub(super) fn note<T>(&self, answer: Result<T, LevelError>, warn: impl FnOnce(LevelError)) -> Option<T> {
        match answer {
            Ok(answer) => {
                self.0.store(false, Relaxed);
                Some(answer)
            }
            Err(error) => {
                if !self.0.swap(true, Relaxed) {
                    warn(error);
                }
                None
            }
        }
    }
}
