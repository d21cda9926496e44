//! The store for functions that run on this machine: a JSON file that any number of processes share.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    future::ready,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use zerobill_free_tier::Month;

use super::{
    batch::{Account, Batch, Totals},
    store::{Months, Store, StoreError, StoreFuture, account, entry},
};

/// How often the lock is asked for, and the pause in between: together 200 ms at most.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(2);

/// Adds up in a JSON file.
///
/// Each change holds the lock of a file beside it (`.lock`), and replaces the file as a whole: a process that is killed in between
/// leaves it as it was, and no batch is counted twice or halved. Where the lock is not free within 200 ms, the batch waits for the
/// next time.
///
/// ```
/// use zerobill::meter::{FileStore, Store as _};
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let store = FileStore::new("no-such-folder/meter.json");
/// assert_eq!(store.read("shop", "2026-11".parse()?).await?.totals.requests, 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileStore(PathBuf);

impl FileStore {
    /// The file at that path; it and its folder are made by the first batch.
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

    fn load(&self) -> io::Result<Months> {
        match fs::read(&self.0) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| io::Error::other(format!("it holds no months ({error}); remove it to begin anew"))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Months::new()),
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
        for _ in 1..TRIES {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        lock.try_lock()
            .map(|()| lock)
            .map_err(|_| io::Error::other("another process holds its lock"))
    }

    /// Lets `change` work on the months, and stores them.
    fn change<R>(&self, change: impl FnOnce(&mut Months) -> R) -> io::Result<R> {
        let _lock = self.lock()?;
        let mut months = self.load()?;
        let result = change(&mut months);
        let new = self.beside(".new");
        fs::write(&new, serde_json::to_vec(&months)?)?;
        fs::rename(&new, &self.0)?;
        Ok(result)
    }

    fn answer<'a, T: Send + 'a>(&self, answer: io::Result<T>) -> StoreFuture<'a, T> {
        let problem = |error| StoreError(format!("the file `{}` cannot be used: {error}", self.0.display()));
        Box::pin(ready(answer.map_err(problem)))
    }
}

impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account> {
        self.answer(self.change(|months| {
            let entry = entry(months, &batch.budget, batch.month);
            entry.add(&batch.amounts);
            entry.account()
        }))
    }

    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account> {
        self.answer(self.load().map(|months| account(&months, budget, month)))
    }

    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()> {
        self.answer(self.change(|months| entry(months, budget, month).mark(tripped_at)))
    }
}
