//! What stops a function that uses up its budget, and lets it run again as it did before.

mod file;
mod memory;
#[cfg(test)]
mod tests;

use std::{future::Future, pin::Pin};

use serde::{Deserialize, Serialize};

pub use self::{file::FileTrips, memory::MemoryTrips};

/// A function that was stopped, with all that is needed to let it run again.
///
/// It is stored before anything is changed, so that whoever comes later can restore what was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Trip {
    /// The function's name.
    pub function: String,
    /// Why it was stopped, in a sentence for people.
    pub reason: String,
    /// When it was stopped first, in milliseconds since 1970.
    pub since_ms: u64,
    /// What there was before.
    pub saved: Saved,
    /// What could not be stopped and why, one sentence each. Empty if the function is stopped wholly.
    #[serde(default)]
    pub gaps: Vec<String>,
    /// Whether a release has begun: it is to be ended, not undone.
    #[serde(default)]
    pub releasing: bool,
    /// How often it was stopped again, after something had let it run.
    #[serde(default)]
    pub again: u32,
    /// Grows with every write, so that of two that write at once only one does. The first is 1.
    pub version: u64,
}

/// What a brake has changed, as it was before. A release restores exactly this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Saved {
    /// The reserved concurrency.
    pub concurrency: Concurrency,
    /// Event-source mappings that were enabled, by their UUIDs.
    pub mappings: Vec<String>,
    /// Schedules that were enabled, as `GROUP/NAME`.
    pub schedules: Vec<String>,
    /// Rules that were enabled, as `BUS/NAME`.
    pub rules: Vec<String>,
}

/// The reserved concurrency of a function before it was stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Concurrency {
    /// It was left alone.
    #[default]
    Untouched,
    /// There was none.
    Unreserved,
    /// So many executions at once.
    Reserved(u32),
}

impl Trip {
    /// A first trip, of which nothing has been saved yet.
    #[must_use]
    pub fn new(function: impl Into<String>, reason: impl Into<String>, since_ms: u64) -> Self {
        Self {
            function: function.into(),
            reason: reason.into(),
            since_ms,
            saved: Saved::default(),
            gaps: Vec::new(),
            releasing: false,
            again: 0,
            version: 1,
        }
    }
}

/// Why a function could not be stopped or released, with what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BrakeError(pub String);

/// An answer to come.
pub type BrakeFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BrakeError>> + Send + 'a>>;

/// Stops functions and releases them.
pub trait Brake: Send + Sync + std::fmt::Debug {
    /// Stops `function`. A function that was stopped before is stopped again if somebody undid it; nothing that was saved gets lost.
    ///
    /// What cannot be stopped is said in [`Trip::gaps`].
    ///
    /// # Errors
    /// If the trip cannot be stored, or if nothing could be stopped. A stored trip is tried again by the next call.
    fn trip<'a>(&'a self, function: &'a str, reason: &'a str) -> BrakeFuture<'a, Trip>;

    /// Stops `function` again if somebody undid its trip; none if it is not stopped, or being released: that stays as it is.
    ///
    /// # Errors
    /// As for [`trip`](Self::trip).
    fn hold<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            match self.state(function).await? {
                Some(trip) if !trip.releasing => self.trip(function, &trip.reason).await.map(Some),
                _ => Ok(None),
            }
        })
    }

    /// Lets `function` run as it did before, and forgets the trip; none if it was not stopped.
    ///
    /// # Errors
    /// If something cannot be restored. The trip is kept then, and the next call goes on.
    fn release<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>>;

    /// The trip of `function`; none if it runs.
    fn state<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>>;
}

/// Keeps trips, for all that may stop or release the same functions.
pub trait Trips: Send + Sync + std::fmt::Debug {
    /// The trip of `function`.
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>>;

    /// All trips, by function.
    fn list(&self) -> BrakeFuture<'_, Vec<Trip>>;

    /// Writes `trip` if the stored version is one less, or if nothing is stored and its version is 1; says whether it did.
    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool>;

    /// Forgets `trip` if the stored version is still its own; says whether it did.
    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool>;
}
