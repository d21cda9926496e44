//! Functions that something has stopped for good: who says so, what the dashboard shows of it, and how it lets them run again.

use std::{collections::BTreeMap, fmt, pin::Pin, sync::Arc, time::Duration};

use serde::Serialize;

use crate::{dashboard::Journal, engine::Functions};

/// How often it is looked at who is stopped: a function writes that down by itself.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// A function that was stopped until somebody releases it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trip {
    /// Why, in a sentence for people.
    pub reason: String,
    /// Since when, in milliseconds since 1970.
    pub since_ms: u64,
    /// What could not be stopped, one sentence each.
    pub gaps: Vec<String>,
    /// What the trip has made of the reserved concurrency.
    #[serde(skip)]
    pub concurrency: TripConcurrency,
}

/// The reserved concurrency of a function before its trip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TripConcurrency {
    /// The trip left it alone: the function itself refuses.
    #[default]
    Untouched,
    /// There was this one, or none, and the trip has set 0.
    Was(Option<u32>),
}

/// An answer to come; an error is a sentence for people.
pub type TripsFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// Where it is kept which functions are stopped.
pub trait Trips: fmt::Debug + Send + Sync {
    /// All that are stopped, by their names.
    fn list(&self) -> TripsFuture<'_, BTreeMap<String, Trip>>;

    /// Forgets that `function` was stopped.
    fn clear<'a>(&'a self, function: &'a str) -> TripsFuture<'a, ()>;
}

/// Nothing stops a function but its reserved concurrency.
#[derive(Debug)]
pub(crate) struct NoTrips;

impl Trips for NoTrips {
    fn list(&self) -> TripsFuture<'_, BTreeMap<String, Trip>> {
        Box::pin(std::future::ready(Ok(BTreeMap::new())))
    }

    fn clear<'a>(&'a self, _function: &'a str) -> TripsFuture<'a, ()> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// Keeps what the dashboard shows of `trips` as it is, until it is dropped.
pub(crate) async fn watch(trips: Arc<dyn Trips>, journal: Arc<Journal>) {
    loop {
        journal.trips(trips.list().await);
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Lets `function` run as it did before it was stopped; says whether it was.
///
/// # Errors
/// What stands in the way, in a sentence for people. Then the trip is still there.
pub(crate) async fn release(functions: &Functions, name: &str) -> Result<bool, String> {
    let function = functions.find(name).map_err(|error| error.to_string())?;
    let Some(trip) = functions.trips.list().await?.remove(&*function.name) else {
        return Ok(false);
    };
    functions.trips.clear(&function.name).await?;
    if let TripConcurrency::Was(before) = trip.concurrency {
        function.reserve_concurrency(before);
    }
    function.journal.trips(functions.trips.list().await);
    Ok(true)
}
