//! An account that the test writes, and all that a guard works with.

use std::{
    collections::BTreeMap,
    future::ready,
    sync::{Arc, Mutex},
};

use zerobill::brake::{Brake, BrakeError, BrakeFuture, Concurrency, MemoryTrips, Trip, Trips};
use zerobill_free_tier::Architecture;

use crate::{
    account::{Account, Answer, Billed, Metric, Notifier},
    alarm::{Alarm, Occasion},
    ledger::{Ledger, State},
    policy::{Policy, budgets, functions, percentages},
    report::Report,
    watch::Watch,
};

/// 2026-11-01T00:00:00Z.
pub(super) const NOVEMBER_MS: u64 = 1_793_491_200_000;
pub(super) const MINUTE_MS: u64 = 60_000;

/// What the account shows and what was done to it.
#[derive(Default)]
pub(super) struct World {
    /// Requests of the month and milliseconds of each, by function.
    pub(super) used: BTreeMap<String, (u64, u64)>,
    pub(super) calls: u64,
    pub(super) is_down: bool,
    pub(super) sent: Vec<String>,
    pub(super) cannot_send: bool,
    pub(super) stored: Option<(State, u64)>,
    /// Writes of the ledger that another guard comes first with.
    pub(super) lost_writes: u64,
    /// A function that a deployment lets run again.
    pub(super) undone: Option<String>,
    pub(super) cannot_stop: bool,
}

/// A world that several hold.
#[derive(Clone, Default)]
pub(super) struct Shared(pub(super) Arc<Mutex<World>>);

/// A guard and its world.
pub(super) struct Lab {
    pub(super) world: Shared,
    pub(super) trips: Arc<MemoryTrips>,
    pub(super) watch: Watch,
    pub(super) now_ms: u64,
}

impl Lab {
    /// A guard with this account's budget and these functions, in the middle of November.
    pub(super) fn new(budget: &str, wanted: &str) -> Self {
        let (world, trips) = (Shared::default(), Arc::new(MemoryTrips::default()));
        let policy = Policy {
            account: budgets(budget).unwrap(),
            functions: functions(wanted).unwrap(),
            notify_at: percentages("50, 80, 95, 100").unwrap(),
            trip_at: 95,
            trips_on_alarm: false,
            dry_run: false,
        };
        let watch = Watch {
            policy,
            account: Box::new(world.clone()),
            ledger: Box::new(world.clone()),
            brake: Arc::new(Plain(world.clone(), trips.clone())),
            trips: trips.clone(),
            notifiers: vec![Box::new(world.clone())],
        };
        let now_ms = NOVEMBER_MS + 14 * 24 * 60 * MINUTE_MS;
        Self {
            world,
            trips,
            watch,
            now_ms,
        }
    }

    pub(super) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.world.0.lock().unwrap())
    }

    /// So many requests of 100 ms in the month.
    pub(super) fn uses(&self, function: &str, requests: u64) {
        self.with(|world| world.used.insert(function.to_owned(), (requests, 100)));
    }

    /// The next minute's look.
    pub(super) async fn look(&mut self) -> Report {
        self.look_at(&Occasion::default()).await.unwrap()
    }

    pub(super) async fn look_at(&mut self, occasion: &Occasion) -> Result<Report, String> {
        self.now_ms += MINUTE_MS;
        self.watch.look(occasion, self.now_ms).await
    }

    pub(super) async fn stopped(&self) -> Vec<String> {
        let trips = self.trips.list().await.unwrap();
        trips.into_iter().map(|trip| trip.function).collect()
    }

    /// What was sent since the last time it was asked.
    pub(super) fn sent(&self) -> Vec<String> {
        self.with(|world| std::mem::take(&mut world.sent))
    }
}

pub(super) fn alarm(function: Option<&str>) -> Occasion {
    let (name, function) = ("busy".to_owned(), function.map(str::to_owned));
    Occasion {
        alarm: Some(Alarm { name, function }),
        ..Occasion::default()
    }
}

impl Account for Shared {
    fn sum<'a>(&'a self, metric: Metric, function: Option<&'a str>, _: u64, _: u64) -> Answer<'a, f64> {
        let mut world = self.0.lock().unwrap();
        world.calls += 1;
        if world.is_down {
            return Box::pin(ready(Err("the account does not answer".to_owned())));
        }
        let of = |(requests, ms): &(u64, u64)| match metric {
            Metric::Invocations => *requests as f64,
            Metric::Duration => (requests * ms) as f64,
        };
        let sum = match function {
            Some(name) => world.used.get(name).map_or(0.0, of),
            None => world.used.values().map(of).fold(0.0, |all, one| all + one),
        };
        Box::pin(ready(Ok(sum)))
    }

    fn functions(&self) -> Answer<'_, Vec<Billed>> {
        let world = self.0.lock().unwrap();
        let names = world.used.keys().map(|name| Billed {
            name: name.clone(),
            memory_mb: if name.starts_with("large") { 1_024 } else { 128 },
            architecture: Architecture::X86_64,
        });
        Box::pin(ready(Ok(names.collect())))
    }
}

impl Ledger for Shared {
    fn read(&self) -> Answer<'_, Option<(State, u64)>> {
        Box::pin(ready(Ok(self.0.lock().unwrap().stored.clone())))
    }

    fn write<'a>(&'a self, state: &'a State, version: u64) -> Answer<'a, bool> {
        let mut world = self.0.lock().unwrap();
        let stored = world.stored.as_ref().map_or(0, |(_, version)| *version);
        let is_next = world.lost_writes == 0 && version == stored + 1;
        world.lost_writes = world.lost_writes.saturating_sub(1);
        if is_next {
            world.stored = Some((state.clone(), version));
        }
        Box::pin(ready(Ok(is_next)))
    }
}

impl Notifier for Shared {
    fn notify<'a>(&'a self, _: &'a str, text: &'a str) -> Answer<'a, ()> {
        let mut world = self.0.lock().unwrap();
        if world.cannot_send {
            return Box::pin(ready(Err("the topic does not answer".to_owned())));
        }
        world.sent.push(text.to_owned());
        Box::pin(ready(Ok(())))
    }
}

/// A brake that stores trips and stops nothing.
#[derive(Clone)]
struct Plain(Shared, Arc<MemoryTrips>);

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain")
    }
}

impl Brake for Plain {
    fn trip<'a>(&'a self, function: &'a str, reason: &'a str) -> BrakeFuture<'a, Trip> {
        Box::pin(async move {
            let stored = self.1.read(function).await?;
            let is_undone = {
                let mut world = self.0.0.lock().unwrap();
                if world.cannot_stop {
                    return Err(BrakeError("`lambda:PutFunctionConcurrency` is denied".to_owned()));
                }
                world.undone.take_if(|name| name == function).is_some()
            };
            let mut trip = match stored {
                Some(trip) if !is_undone => return Ok(trip),
                Some(mut trip) => {
                    trip.again += 1;
                    trip.version += 1;
                    trip
                }
                None => Trip::new(function, reason, 1),
            };
            trip.saved.concurrency = Concurrency::Unreserved;
            assert!(self.1.write(&trip).await?);
            Ok(trip)
        })
    }

    fn release<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            let trip = self.1.read(function).await?;
            if let Some(trip) = &trip {
                assert!(self.1.clear(trip).await?);
            }
            Ok(trip)
        })
    }

    fn state<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        self.1.read(function)
    }
}
