//! Trips in a file, for functions that run on this machine.

use std::{
    fs::{self, File, OpenOptions},
    future::ready,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{
    BrakeError, BrakeFuture, Trip, Trips,
    memory::{self, ByFunction},
};

/// Keeps trips in a JSON file, which several processes may share.
///
/// It is replaced as a whole under a lock (a file of the same name that ends in `.lock`), so that a process that dies in between
/// leaves the trips as they were. Its calls read and write at once and do not wait for anything but the lock.
#[derive(Clone, Debug)]
pub struct FileTrips(PathBuf);

impl FileTrips {
    /// The file at that path; it and its folder are made by the first trip.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut path = self.0.clone().into_os_string();
        path.push(ending);
        path.into()
    }

    fn load(&self) -> io::Result<ByFunction> {
        match fs::read(&self.0) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(ByFunction::new()),
            Err(error) => Err(error),
        }
    }

    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.beside(".lock"))?;
        lock.lock()?;
        Ok(lock)
    }

    /// Lets `change` work on the trips, and stores them if it says so.
    fn change(&self, change: impl FnOnce(&mut ByFunction) -> bool) -> io::Result<bool> {
        let _lock = self.lock()?;
        let mut trips = self.load()?;
        let changed = change(&mut trips);
        if changed {
            let new = self.beside(".new");
            fs::write(&new, serde_json::to_vec_pretty(&trips)?)?;
            fs::rename(&new, &self.0)?;
        }
        Ok(changed)
    }

    fn answer<'a, T: Send + 'a>(&self, answer: io::Result<T>) -> BrakeFuture<'a, T> {
        let problem = |error| BrakeError(format!("the trips in `{}` cannot be used: {error}", self.0.display()));
        Box::pin(ready(answer.map_err(problem)))
    }
}

impl Trips for FileTrips {
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        self.answer(self.load().map(|mut trips| trips.remove(function)))
    }

    fn list(&self) -> BrakeFuture<'_, Vec<Trip>> {
        self.answer(self.load().map(|trips| trips.into_values().collect()))
    }

    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.answer(self.change(|trips| memory::write(trips, trip)))
    }

    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.answer(self.change(|trips| memory::clear(trips, trip)))
    }
}
