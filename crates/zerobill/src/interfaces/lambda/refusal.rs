//! The brake of a function that nothing else stops: it is only remembered that it is stopped, and the function refuses by itself.

use std::sync::Arc;

use crate::{
    brake::{Brake, BrakeError, BrakeFuture, Trip, Trips},
    clock::Clock,
};

/// A brake that keeps trips and changes nothing else: the function sees that it is stopped, and refuses by itself.
#[derive(Debug)]
pub struct Refusal {
    trips: Arc<dyn Trips>,
    clock: Clock,
}

impl Refusal {
    /// One that keeps trips there.
    pub fn new(trips: Arc<dyn Trips>, clock: Clock) -> Self {
        Self { trips, clock }
    }
}

impl Brake for Refusal {
    fn trip<'a>(&'a self, function: &'a str, reason: &'a str) -> BrakeFuture<'a, Trip> {
        Box::pin(async move {
            if let Some(trip) = self.trips.read(function).await? {
                return Ok(trip);
            }
            let trip = Trip::new(function, reason, self.clock.epoch_ms());
            if self.trips.write(&trip).await? {
                return Ok(trip);
            }
            // Somebody was faster.
            let trip = self.trips.read(function).await?;
            trip.ok_or_else(|| {
                BrakeError(format!(
                    "function `{function}` was stopped and released at once; try again"
                ))
            })
        })
    }

    fn release<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            let Some(trip) = self.trips.read(function).await? else {
                return Ok(None);
            };
            Ok(self.trips.clear(&trip).await?.then_some(trip))
        })
    }

    fn state<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        self.trips.read(function)
    }
}
