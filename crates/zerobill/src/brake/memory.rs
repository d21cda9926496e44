//! Trips kept by this process alone.

use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{BrakeFuture, Trip, Trips};

/// Trips by function.
pub(super) type ByFunction = BTreeMap<String, Trip>;

/// Keeps trips for as long as the process lives, for tests.
#[derive(Debug, Default)]
pub struct MemoryTrips(Mutex<ByFunction>);

impl MemoryTrips {
    fn trips(&self) -> MutexGuard<'_, ByFunction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes `trip` if its version follows; says whether it did.
pub(super) fn write(trips: &mut ByFunction, trip: &Trip) -> bool {
    let stored = trips.get(&trip.function).map_or(0, |stored| stored.version);
    let follows = trip.version == stored + 1;
    if follows {
        trips.insert(trip.function.clone(), trip.clone());
    }
    follows
}

/// Removes `trip` if it is the stored one; says whether it was.
pub(super) fn clear(trips: &mut ByFunction, trip: &Trip) -> bool {
    let is_stored = trips
        .get(&trip.function)
        .is_some_and(|stored| stored.version == trip.version);
    if is_stored {
        trips.remove(&trip.function);
    }
    is_stored
}

impl Trips for MemoryTrips {
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(ready(Ok(self.trips().get(function).cloned())))
    }

    fn list(&self) -> BrakeFuture<'_, Vec<Trip>> {
        Box::pin(ready(Ok(self.trips().values().cloned().collect())))
    }

    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        Box::pin(ready(Ok(write(&mut self.trips(), trip))))
    }

    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        Box::pin(ready(Ok(clear(&mut self.trips(), trip))))
    }
}
