//! Trips in `DynamoDB`, for all functions and the guard.

use zerobill::brake::{BrakeError, BrakeFuture, Trip, Trips};

use super::document::{VERSION, content, item};
use crate::{client::Aws, table::Table};

/// The item that lists the functions that have a trip.
const INDEX: &str = "trips";
const FUNCTIONS: &str = "functions";

/// Keeps trips in a table: one item `trip#FUNCTION` for each, and one `trips` that lists them.
#[derive(Debug)]
pub struct DynamoDbTrips(Table);

impl DynamoDbTrips {
    /// The table of that name; it is not asked yet.
    pub fn new(aws: Aws, table: impl Into<String>) -> Self {
        Self(Table::new(aws, table.into()))
    }

    async fn get(&self, function: &str) -> Result<Option<Trip>, BrakeError> {
        let id = id(function);
        let Some(item) = self.0.get(&id).await.map_err(BrakeError)? else {
            return Ok(None);
        };
        let wrong = |error: &dyn std::fmt::Display| {
            BrakeError(format!(
                "the item `{id}` is no trip: {error}; remove it, and set the function's concurrency by hand"
            ))
        };
        let (json, version) = content(&item).ok_or_else(|| wrong(&"it has no document"))?;
        let mut trip: Trip = serde_json::from_str(&json).map_err(|error| wrong(&error))?;
        trip.version = version;
        Ok(Some(trip))
    }
}

fn id(function: &str) -> String {
    format!("trip#{function}")
}

impl Trips for DynamoDbTrips {
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(self.get(function))
    }

    fn list(&self) -> BrakeFuture<'_, Vec<Trip>> {
        Box::pin(async move {
            let index = self.0.get(INDEX).await.map_err(BrakeError)?;
            let functions = index.as_ref().and_then(|index| index.get(FUNCTIONS)?.as_ss().ok());
            let mut functions = functions.cloned().unwrap_or_default();
            functions.sort();
            let mut all = Vec::new();
            for function in functions {
                all.extend(self.get(&function).await?);
            }
            Ok(all)
        })
    }

    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        Box::pin(async move {
            let json = serde_json::to_string(trip).map_err(|error| BrakeError(error.to_string()))?;
            // Listed first: one that is listed and has no trip does no harm.
            if trip.version == 1 {
                self.0
                    .change_set(INDEX, FUNCTIONS, &trip.function, true)
                    .await
                    .map_err(BrakeError)?;
            }
            let written = self
                .0
                .put_version(&id(&trip.function), item(&json), (VERSION, trip.version))
                .await;
            written.map_err(BrakeError)
        })
    }

    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        Box::pin(async move {
            let cleared = self
                .0
                .delete_version(&id(&trip.function), (VERSION, trip.version))
                .await;
            let cleared = cleared.map_err(BrakeError)?;
            if cleared {
                self.0
                    .change_set(INDEX, FUNCTIONS, &trip.function, false)
                    .await
                    .map_err(BrakeError)?;
            }
            Ok(cleared)
        })
    }
}
