//! Several execution environments over one store.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
};

use super::*;
use crate::circuit_breaker::{Shared, Store, StoreError, StoreFuture};

struct Overtaking(Box<dyn FnOnce() + Send>);

impl std::fmt::Debug for Overtaking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overtaking").finish_non_exhaustive()
    }
}

/// A store in memory, which can be down, and which counts.
#[derive(Debug, Default)]
struct Table {
    rows: Mutex<HashMap<String, Shared>>,
    down: AtomicBool,
    /// Is done before the next write, which is refused.
    overtaken_by: Mutex<Option<Overtaking>>,
    reads: AtomicU32,
    writes: AtomicU32,
}

impl Store for Table {
    fn read<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Shared>> {
        Box::pin(async move {
            self.reads.fetch_add(1, SeqCst);
            if self.down.load(SeqCst) {
                return Err(StoreError("no route".to_owned()));
            }
            Ok(self.rows.lock().expect("no panic").get(name).copied())
        })
    }

    fn write<'a>(&'a self, name: &'a str, shared: Shared) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            self.writes.fetch_add(1, SeqCst);
            if self.down.load(SeqCst) {
                return Err(StoreError("no route".to_owned()));
            }
            let overtaking = self.overtaken_by.lock().expect("no panic").take();
            if let Some(Overtaking(work)) = overtaking {
                work();
                return Ok(false);
            }
            let mut rows = self.rows.lock().expect("no panic");
            let current = rows.get(name).map_or(0, |row| row.version);
            let expected = current + 1 == shared.version;
            if expected {
                rows.insert(name.to_owned(), shared);
            }
            Ok(expected)
        })
    }
}

#[tokio::test]
async fn other_environments_hear_of_an_open_circuit_and_of_its_end() {
    let (clock, hand) = Clock::manual(noon());
    let (one, other, table) = (of(clock.clone()), of(clock), Arc::new(Table::default()));
    assert!(one.circuit_breaker().share(table.clone()) && other.circuit_breaker().share(table.clone()));
    succeed(&other).await.expect("passes");
    for _ in 0..3 {
        fail(&one).await.expect_err("fails");
    }
    assert_eq!(
        table.writes.load(SeqCst),
        1,
        "written when the state changes, and only then"
    );
    succeed(&other).await.expect("what was read is good for ten seconds");
    hand.advance(10 * SECOND);
    assert_eq!(succeed(&other).await, open(20 * SECOND));
    hand.advance(20 * SECOND);
    let probe = one.circuit_breaker().breaker("shop");
    let mut probe = Box::pin(probe.call(std::future::pending::<Result<(), &str>>()));
    assert!(futures_util::poll!(&mut probe).is_pending());
    assert_eq!(
        succeed(&other).await,
        open(30 * SECOND),
        "one probe is elected among all environments"
    );
    drop(probe);
    succeed(&one).await.expect("the probe passes");
    hand.advance(10 * SECOND);
    succeed(&other)
        .await
        .expect("hears that it is closed, or probes by itself");
    assert_eq!(
        (state(&one), state(&other)),
        (Some(BreakerState::Closed), Some(BreakerState::Closed))
    );
}

#[tokio::test]
async fn a_store_that_is_down_is_said_once_and_stops_nothing() {
    let (clock, hand) = Clock::manual(noon());
    let (output, table) = (Output::captured(), Arc::new(Table::default()));
    table.down.store(true, SeqCst);
    let builder = Gateway::builder()
        .clock(clock)
        .environment(Environment::default())
        .output(output.clone());
    let gateway = builder.build().expect("valid");
    gateway.circuit_breaker().share(table.clone());
    for _ in 0..5 {
        succeed(&gateway).await.expect("passes");
        hand.advance(10 * SECOND);
    }
    let warnings = output
        .lines()
        .iter()
        .filter(|line| line.contains("the breakers' store did not answer: no route"))
        .count();
    assert_eq!((table.reads.load(SeqCst), warnings), (5, 1));
    for _ in 0..5 {
        fail(&gateway).await.expect_err("fails");
    }
    assert_eq!(
        state(&gateway),
        Some(BreakerState::Open),
        "it still guards this environment"
    );
}

#[tokio::test]
async fn a_probe_that_was_overtaken_by_a_change_of_state_is_the_new_probe() {
    let (clock, hand) = Clock::manual(noon());
    let (gateway, table) = (of(clock), Arc::new(Table::default()));
    gateway.circuit_breaker().share(table.clone());
    for _ in 0..3 {
        fail(&gateway).await.expect_err("fails");
    }
    hand.advance(30 * SECOND);
    let breaker = gateway.circuit_breaker().breaker("shop");
    let overtaking = move || {
        breaker.trip();
        hand.advance(30 * SECOND);
    };
    *table.overtaken_by.lock().expect("no panic") = Some(Overtaking(Box::new(overtaking)));
    succeed(&gateway).await.expect("probes");
    assert_eq!(state(&gateway), Some(BreakerState::Closed));
}

#[tokio::test]
async fn a_breaker_that_stays_open_for_good_tells_the_others_so() {
    let (clock, _) = Clock::manual(noon());
    let (gateway, table) = (of(clock), Arc::new(Table::default()));
    gateway.circuit_breaker().share(table.clone());
    let for_good = Rules::default().failures(1).open_for(Duration::MAX);
    gateway.circuit_breaker().configure("shop", for_good);
    fail(&gateway).await.expect_err("fails");
    assert_eq!(state(&gateway), Some(BreakerState::Open));
    assert_eq!(table.rows.lock().expect("no panic")["shop"].open_until_ms, u64::MAX);
}
