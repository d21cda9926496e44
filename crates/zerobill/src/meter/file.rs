//! The store for functions that run on this machine: a JSON file that any number of processes share.

use std::{
    future::ready,
    io,
    path::{Path, PathBuf},
};

use zerobill_free_tier::Month;

use crate::locked_file::LockedFile;

use super::{
    batch::{Account, Batch, Totals},
    store::{Entry, Months, Store, StoreError, StoreFuture, account, entry},
};

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
pub struct FileStore(LockedFile);

impl FileStore {
    /// The file at that path; it and its folder are made by the first batch.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(LockedFile::new(path.into()))
    }

    /// The path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Lets `change` work on the entry of a budget's month.
    fn change<R>(&self, budget: &str, month: Month, change: impl FnOnce(&mut Entry) -> R) -> io::Result<R> {
        self.0
            .change(|months: &mut Months| (change(entry(months, budget, month)), true))
    }

    fn answer<'a, T: Send + 'a>(&self, answer: io::Result<T>) -> StoreFuture<'a, T> {
        let problem = |error| StoreError(format!("the file `{}` cannot be used: {error}", self.path().display()));
        Box::pin(ready(answer.map_err(problem)))
    }
}

impl Store for FileStore {
    fn name(&self) -> &'static str {
        "file"
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StoreFuture<'a, Account> {
        self.answer(self.change(&batch.budget, batch.month, |entry| {
            entry.add(&batch.amounts);
            entry.account()
        }))
    }

    fn read<'a>(&'a self, budget: &'a str, month: Month) -> StoreFuture<'a, Account> {
        self.answer(self.0.load().map(|months: Months| account(&months, budget, month)))
    }

    fn mark<'a>(&'a self, budget: &'a str, month: Month, tripped_at: Totals) -> StoreFuture<'a, ()> {
        self.answer(self.change(budget, month, |entry| entry.mark(tripped_at)))
    }
}
