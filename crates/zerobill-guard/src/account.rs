//! What the guard asks of an account, as traits, so that tests can play a month.

use std::{future::Future, pin::Pin};

use zerobill_free_tier::Architecture;

/// An answer to come; an error is a sentence that says what to do.
pub(crate) type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// A metric of Lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Metric {
    /// Requests that ran.
    Invocations,
    /// Their milliseconds.
    Duration,
}

impl Metric {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Invocations => "Invocations",
            Self::Duration => "Duration",
        }
    }
}

/// A function as far as its bill depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Billed {
    pub(crate) name: String,
    pub(crate) memory_mb: u64,
    pub(crate) architecture: Architecture,
}

/// The figures of an account.
pub(crate) trait Account: Send + Sync {
    /// The sum of a metric, of one function or of all, between two times in seconds since 1970. Each is one call.
    fn sum<'a>(&'a self, metric: Metric, function: Option<&'a str>, from_s: u64, to_s: u64) -> Answer<'a, f64>;

    /// All functions; these calls are free.
    fn functions(&self) -> Answer<'_, Vec<Billed>>;
}

/// Sends notices.
pub(crate) trait Notifier: Send + Sync {
    fn notify<'a>(&'a self, subject: &'a str, text: &'a str) -> Answer<'a, ()>;
}
