//! Trips in memory and in a file.

use std::thread;

use futures_util::FutureExt as _;
use serde_json::json;

use super::{BrakeFuture, Concurrency, FileTrips, MemoryTrips, Saved, Trip, Trips};

/// The stores answer without waiting.
fn now<T>(future: BrakeFuture<'_, T>) -> T {
    future.now_or_never().unwrap().unwrap()
}

fn trip(function: &str, version: u64) -> Trip {
    let mut trip = Trip::new(function, "1,000 of 1,000 requests", 1_800_000_000_000);
    trip.version = version;
    trip
}

fn only_the_next_version_is_written_and_only_the_stored_one_cleared(trips: &dyn Trips) {
    assert_eq!(now(trips.read("shop")), None);
    assert!(!now(trips.write(&trip("shop", 2))), "nothing is stored");
    assert!(now(trips.write(&trip("shop", 1))));
    assert!(!now(trips.write(&trip("shop", 1))), "another was first");
    assert!(now(trips.write(&trip("shop", 2))));
    assert!(now(trips.write(&trip("mail", 1))));
    assert_eq!(now(trips.list()), [trip("mail", 1), trip("shop", 2)]);
    assert!(!now(trips.clear(&trip("shop", 1))));
    assert!(now(trips.clear(&trip("shop", 2))));
    assert!(!now(trips.clear(&trip("shop", 2))));
    assert_eq!(
        (now(trips.read("shop")), now(trips.read("mail"))),
        (None, Some(trip("mail", 1)))
    );
}

#[test]
fn trips_in_memory() {
    only_the_next_version_is_written_and_only_the_stored_one_cleared(&MemoryTrips::default());
}

#[test]
fn trips_in_a_file_are_there_for_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state/trips.json");
    only_the_next_version_is_written_and_only_the_stored_one_cleared(&FileTrips::new(&path));
    assert_eq!(now(FileTrips::new(&path).list()), [trip("mail", 1)]);
}

#[test]
fn of_eight_that_write_at_once_each_version_has_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trips.json");
    let written = thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let trips = FileTrips::new(&path);
                scope.spawn(move || {
                    (1..=20)
                        .filter(|version| now(trips.write(&trip("shop", *version))))
                        .count()
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum::<usize>()
    });
    let last = now(FileTrips::new(&path).read("shop")).unwrap().version;
    assert_eq!((written, last), (20, 20));
}

#[test]
fn a_file_that_is_no_list_of_trips_is_said_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trips.json");
    std::fs::write(&path, "{").unwrap();
    let trips = FileTrips::new(&path);
    let error = trips
        .write(&trip("shop", 1))
        .now_or_never()
        .unwrap()
        .unwrap_err()
        .to_string();
    let start = format!(
        "the trips in `{}` cannot be used: it does not decode (EOF while parsing",
        path.display()
    );
    assert!(error.starts_with(&start), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[test]
fn a_trip_is_stored_in_words_and_what_is_missing_has_a_default() {
    let mut full = trip("shop", 1);
    full.saved.concurrency = Concurrency::Reserved(5);
    full.saved.mappings = vec!["a-mapping".to_owned()];
    let document = serde_json::to_value(&full).unwrap();
    assert_eq!(
        document["saved"],
        json!({ "concurrency": { "reserved": 5 }, "mappings": ["a-mapping"], "schedules": [], "rules": [] })
    );
    let short = json!({ "function": "shop", "reason": "", "since_ms": 1, "saved": { "concurrency": "unreserved" }, "version": 3 });
    let read: Trip = serde_json::from_value(short).unwrap();
    let saved = Saved {
        concurrency: Concurrency::Unreserved,
        ..Saved::default()
    };
    assert_eq!((read.saved, read.gaps, read.releasing), (saved, Vec::new(), false));
}
