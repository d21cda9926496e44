//! Trips in a file, for functions that run on this machine.

use std::{
    future::ready,
    io,
    path::{Path, PathBuf},
};

use crate::locked_file::LockedFile;

use super::{
    BrakeError, BrakeFuture, Trip, Trips,
    memory::{self, ByFunction},
};

/// Keeps trips in a JSON file, which several processes may share.
///
/// It is replaced as a whole under a lock (a file of the same name that ends in `.lock`), so that a process that dies in between
/// leaves the trips as they were. Its calls read and write at once and do not wait for anything but the lock, at most 200 ms.
#[derive(Clone, Debug)]
pub struct FileTrips(LockedFile);

impl FileTrips {
    /// The file at that path; it and its folder are made by the first trip.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(LockedFile::new(path.into()))
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    fn change(&self, change: impl FnOnce(&mut ByFunction) -> bool) -> io::Result<bool> {
        self.0.change(|trips| {
            let changed = change(trips);
            (changed, changed)
        })
    }

    fn answer<'a, T: Send + 'a>(&self, answer: io::Result<T>) -> BrakeFuture<'a, T> {
        let problem = |error| {
            BrakeError(format!(
                "the trips in `{}` cannot be used: {error}",
                self.path().display()
            ))
        };
        Box::pin(ready(answer.map_err(problem)))
    }
}

impl Trips for FileTrips {
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        self.answer(self.0.load().map(|mut trips: ByFunction| trips.remove(function)))
    }

    fn list(&self) -> BrakeFuture<'_, Vec<Trip>> {
        self.answer(self.0.load().map(|trips: ByFunction| trips.into_values().collect()))
    }

    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.answer(self.change(|trips| memory::write(trips, trip)))
    }

    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.answer(self.change(|trips| memory::clear(trips, trip)))
    }
}
