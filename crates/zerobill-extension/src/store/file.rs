//! JSON files in a folder that processes of one machine share, each replaced as a whole under the lock of a file beside it.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, ErrorKind},
    path::PathBuf,
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use zerobill_free_tier::Month;

use super::{Account, Store, Trip, totals};
use crate::{clock::End, ledger::Batch, policy::Totals, transport::Failed};

const MONTHS: &str = "meter.json";
const TRIPS: &str = "trips.json";

/// The pause between two attempts to have the lock.
const PAUSE: Duration = Duration::from_millis(2);

/// Months by budget and month, such as `shop` and `2026-11`.
type Months = BTreeMap<String, BTreeMap<String, Entry>>;

/// A month of a budget. What functions count beside it stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Entry {
    requests: u64,
    mb_ms: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tripped_at: Option<Marked>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Marked {
    requests: u64,
    mb_ms: u64,
}

/// Adds up in a folder.
#[derive(Debug)]
pub(crate) struct FileStore(PathBuf);

impl FileStore {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn load<T: DeserializeOwned + Default>(&self, name: &str) -> io::Result<T> {
        match fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(T::default()),
            Err(error) => Err(error),
        }
    }

    fn lock(&self, name: &str, end: End) -> io::Result<File> {
        fs::create_dir_all(&self.0)?;
        let path = self.0.join(format!("{name}.lock"));
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        for _ in 0..end.left().as_millis() / PAUSE.as_millis() {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::other("another process holds its lock"))
    }

    /// Lets `change` work on what a file holds, and stores it if it says so.
    fn change<T, R>(&self, name: &str, end: End, change: impl FnOnce(&mut T) -> (R, bool)) -> Result<R, Failed>
    where
        T: DeserializeOwned + Default + Serialize,
    {
        let changed = || {
            let _lock = self.lock(name, end)?;
            let mut held = self.load(name)?;
            let (result, stores) = change(&mut held);
            if stores {
                let new = self.0.join(format!("{name}.new"));
                fs::write(&new, serde_json::to_vec(&held)?)?;
                fs::rename(&new, self.0.join(name))?;
            }
            Ok(result)
        };
        changed().map_err(|error| self.problem(name, &error))
    }

    fn problem(&self, name: &str, error: &io::Error) -> Failed {
        Failed(format!(
            "the file `{}` cannot be used: {error}",
            self.0.join(name).display()
        ))
    }
}

impl Store for FileStore {
    fn add(&mut self, budget: &str, batch: &Batch, end: End) -> Result<Account, Failed> {
        let Batch { month, amounts, .. } = *batch;
        self.change(MONTHS, end, |months: &mut Months| {
            let entry = months.entry(budget.to_owned()).or_default();
            let entry = entry.entry(month.to_string()).or_default();
            entry.requests = entry.requests.saturating_add(amounts.requests);
            entry.mb_ms = entry.mb_ms.saturating_add(amounts.mb_ms);
            let account = Account {
                totals: totals(entry.requests, entry.mb_ms),
                tripped_at: entry.tripped_at.map(|marked| Totals {
                    requests: marked.requests,
                    mb_ms: marked.mb_ms,
                }),
            };
            (account, true)
        })
    }

    fn mark(&mut self, budget: &str, month: Month, tripped_at: Totals, end: End) -> Result<(), Failed> {
        self.change(MONTHS, end, |months: &mut Months| {
            let entry = months.entry(budget.to_owned()).or_default();
            entry.entry(month.to_string()).or_default().tripped_at = Some(Marked {
                requests: tripped_at.requests,
                mb_ms: tripped_at.mb_ms,
            });
            ((), true)
        })
    }

    fn trip(&mut self, function: &str, _end: End) -> Result<Option<Trip>, Failed> {
        let trips: Result<BTreeMap<String, Trip>, _> = self.load(TRIPS);
        let trips = trips.map_err(|error| self.problem(TRIPS, &error));
        trips.map(|mut trips| trips.remove(function))
    }

    fn keep(&mut self, trip: &Trip, end: End) -> Result<bool, Failed> {
        self.change(TRIPS, end, |trips: &mut BTreeMap<String, Trip>| {
            let first = !trips.contains_key(&trip.function);
            trips.entry(trip.function.clone()).or_insert_with(|| trip.clone());
            (first, first)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Amounts;

    fn soon() -> End {
        End::after(Duration::from_secs(10))
    }

    fn batch(requests: u64, mb_ms: i64) -> Batch {
        Batch {
            id: 1,
            month: Month::new(2026, 11).unwrap(),
            amounts: Amounts { requests, mb_ms },
        }
    }

    #[test]
    fn what_others_count_in_the_same_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(MONTHS);
        let before = r#"{"shop":{"2026-11":{"requests":2,"mb_ms":256,"log_bytes":7,"series":[1]}}}"#;
        fs::write(&file, before).unwrap();
        let mut store = FileStore::new(folder.path().to_owned());
        let month = Month::new(2026, 11).unwrap();
        let account = store.add("shop", &batch(1, -56), soon()).unwrap();
        assert_eq!(
            account.totals,
            Totals {
                requests: 3,
                mb_ms: 200
            }
        );
        store.mark("shop", month, account.totals, soon()).unwrap();
        let after: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(
            after,
            serde_json::json!({ "shop": { "2026-11": {
                "requests": 3, "mb_ms": 200, "log_bytes": 7, "series": [1], "tripped_at": { "requests": 3, "mb_ms": 200 },
            } } })
        );
        let again = store.add("shop", &batch(0, 0), soon()).unwrap();
        assert_eq!(again.tripped_at, Some(account.totals));
    }

    #[test]
    fn eight_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let add = || {
            let mut store = FileStore::new(folder.path().to_owned());
            for _ in 0..50 {
                store.add("shop", &batch(1, 128), soon()).unwrap();
            }
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(add);
            }
        });
        let mut store = FileStore::new(folder.path().to_owned());
        let account = store.add("shop", &batch(0, 0), soon()).unwrap();
        assert_eq!(
            account.totals,
            Totals {
                requests: 400,
                mb_ms: 400 * 128
            }
        );
    }

    #[test]
    fn only_the_first_trip_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = FileStore::new(folder.path().to_owned());
        let trip = Trip {
            function: "shop".to_owned(),
            reason: "r".to_owned(),
            since_ms: 1,
            saved: super::super::Saved::default(),
            gaps: Vec::new(),
            releasing: false,
            version: 1,
        };
        assert_eq!(store.trip("shop", soon()), Ok(None));
        assert_eq!(store.keep(&trip, soon()), Ok(true));
        let later = Trip {
            since_ms: 2,
            ..trip.clone()
        };
        assert_eq!(store.keep(&later, soon()), Ok(false));
        assert_eq!(store.trip("shop", soon()), Ok(Some(trip)));
    }

    #[test]
    fn a_file_that_is_broken_is_said_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(MONTHS);
        fs::write(&file, "{").unwrap();
        let mut store = FileStore::new(folder.path().to_owned());
        let error = store.add("shop", &batch(0, 0), soon()).unwrap_err();
        let start = format!("the file `{}` cannot be used: ", file.display());
        assert!(error.to_string().starts_with(&start), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "{");
    }
}
