//! States by the clock's hand, results that come late, and several environments over one store.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    BreakerError, BreakerState, Rules, Shared, Store, StoreError, StoreFuture,
    machine::{Machine, Permit},
};
use crate::{
    clock::{Clock, ClockHand},
    environment::Environment,
    error::Error,
    gateway::Gateway,
    output::Output,
};

const SECOND: Duration = Duration::from_secs(1);

fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn gateway() -> (Gateway, ClockHand, Output) {
    let (clock, hand) = Clock::manual(noon());
    (of(clock), hand, Output::captured())
}

fn of(clock: Clock) -> Gateway {
    let builder = Gateway::builder()
        .clock(clock)
        .environment(Environment::default())
        .output(Output::captured());
    builder.setting("circuit_breaker.failures", 3).build().expect("valid")
}

async fn fail(gateway: &Gateway) -> Result<(), BreakerError<&'static str>> {
    gateway.circuit_breaker().call("shop", async { Err("down") }).await
}

async fn succeed(gateway: &Gateway) -> Result<(), BreakerError<&'static str>> {
    gateway.circuit_breaker().call("shop", async { Ok(()) }).await
}

fn open(retry_after: Duration) -> Result<(), BreakerError<&'static str>> {
    Err(BreakerError::Open { retry_after })
}

fn state(gateway: &Gateway) -> Option<BreakerState> {
    gateway.circuit_breaker().state("shop")
}

#[tokio::test]
async fn it_opens_after_failures_in_a_row_and_closes_after_a_good_probe() {
    let (gateway, hand, _) = gateway();
    fail(&gateway).await.expect_err("fails");
    fail(&gateway).await.expect_err("fails");
    succeed(&gateway).await.expect("passes");
    for _ in 0..2 {
        assert_eq!(fail(&gateway).await, Err(BreakerError::Failed("down")));
    }
    assert_eq!(
        state(&gateway),
        Some(BreakerState::Closed),
        "a success in between starts the count anew"
    );
    fail(&gateway).await.expect_err("fails");
    assert_eq!(state(&gateway), Some(BreakerState::Open));
    hand.advance(10 * SECOND);
    assert_eq!(succeed(&gateway).await, open(20 * SECOND));
    hand.freeze(20 * SECOND);
    assert_eq!(succeed(&gateway).await, Ok(()), "the time of a freeze counts");
    assert_eq!(state(&gateway), Some(BreakerState::Closed));
}

#[tokio::test]
async fn a_bad_probe_opens_it_again_for_the_whole_time() {
    let (gateway, hand, _) = gateway();
    gateway.circuit_breaker().trip("shop");
    hand.advance(30 * SECOND);
    assert_eq!(fail(&gateway).await, Err(BreakerError::Failed("down")));
    assert_eq!(succeed(&gateway).await, open(30 * SECOND));
}

#[tokio::test]
async fn only_one_probe_passes_and_a_dropped_one_makes_room() {
    let (gateway, hand, _) = gateway();
    gateway.circuit_breaker().trip("shop");
    hand.advance(30 * SECOND);
    let mut probe = Box::pin(
        gateway
            .circuit_breaker()
            .call("shop", std::future::pending::<Result<(), &str>>()),
    );
    assert!(futures_util::poll!(&mut probe).is_pending());
    assert_eq!(state(&gateway), Some(BreakerState::HalfOpen));
    assert_eq!(succeed(&gateway).await, open(Duration::ZERO));
    drop(probe);
    assert_eq!(succeed(&gateway).await, Ok(()));
    assert_eq!(state(&gateway), Some(BreakerState::Closed));
}

#[tokio::test]
async fn a_result_from_before_the_change_counts_for_nothing() {
    let (gateway, hand, _) = gateway();
    let (release, late) = tokio::sync::oneshot::channel::<()>();
    let breaker = gateway.circuit_breaker().breaker("shop");
    let mut late_failure = Box::pin(breaker.call(async {
        late.await.expect("released");
        Err::<(), _>("late")
    }));
    assert!(futures_util::poll!(&mut late_failure).is_pending());
    breaker.trip();
    hand.advance(30 * SECOND);
    succeed(&gateway).await.expect("the probe passes");
    fail(&gateway).await.expect_err("fails");
    fail(&gateway).await.expect_err("fails");
    release.send(()).expect("somebody waits");
    assert_eq!(late_failure.await, Err(BreakerError::Failed("late")));
    assert_eq!(
        state(&gateway),
        Some(BreakerState::Closed),
        "two failures are not three"
    );
}

#[tokio::test]
async fn errors_that_do_not_count_open_nothing_and_a_refused_call_is_never_polled() {
    let (gateway, _, _) = gateway();
    let breaker = gateway.circuit_breaker().breaker("shop");
    for _ in 0..10 {
        let result = breaker
            .call_counting(async { Err::<(), _>(404) }, |status| *status >= 500)
            .await;
        assert_eq!(result, Err(BreakerError::Failed(404)));
    }
    assert_eq!(breaker.state(), BreakerState::Closed);
    breaker.trip();
    let polled = AtomicBool::new(false);
    let refused = breaker
        .call(async {
            polled.store(true, SeqCst);
            Ok::<_, &str>(())
        })
        .await;
    assert_eq!((refused, polled.load(SeqCst)), (open(30 * SECOND), false));
}

#[tokio::test]
async fn a_panic_is_a_failure() {
    let (gateway, _, _) = gateway();
    for _ in 0..3 {
        let breaker = gateway.circuit_breaker().breaker("shop");
        let panics = crate::invocation::spawn(async move {
            breaker
                .call(async { if true { panic!("broken") } else { Ok::<(), ()>(()) } })
                .await
        });
        assert!(panics.await.is_err_and(|error| error.is_panic()));
    }
    assert_eq!(state(&gateway), Some(BreakerState::Open));
}

#[tokio::test]
async fn the_rate_rule_needs_enough_calls() {
    let (gateway, _, _) = gateway();
    let rules = Rules {
        failures: 0,
        failure_rate: 0.5,
        ..Rules::default()
    };
    let breaker = gateway.circuit_breaker().configure("shop", rules);
    for n in 0..19 {
        let result = breaker.call(async { if n % 2 == 0 { Err(()) } else { Ok(()) } }).await;
        assert_eq!(result.is_err(), n % 2 == 0);
    }
    assert_eq!(breaker.state(), BreakerState::Closed, "nineteen calls are too few");
    breaker.call(async { Err::<(), ()>(()) }).await.expect_err("fails");
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[tokio::test]
async fn transitions_are_told_and_health_names_the_open_one() {
    use BreakerState::{Closed, HalfOpen, Open};
    let (gateway, hand, _) = gateway();
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    gateway.circuit_breaker().on_transition(move |transition| {
        sink.lock()
            .expect("no panic")
            .push((transition.name.clone(), transition.from, transition.to));
    });
    gateway.circuit_breaker().trip("shop");
    assert_eq!(
        gateway.debug().health(&gateway).interfaces["circuit_breaker"].reasons,
        ["circuit `shop` is not closed"]
    );
    hand.advance(30 * SECOND);
    succeed(&gateway).await.expect("passes");
    let shop = |from, to| ("shop".to_owned(), from, to);
    assert_eq!(
        *told.lock().expect("no panic"),
        [shop(Closed, Open), shop(Open, HalfOpen), shop(HalfOpen, Closed)]
    );
}

async fn call(gateway: &Gateway, operation: &str, parameters: Value) -> Result<Value, Error> {
    gateway
        .execute_operation("circuit_breaker", operation, parameters)
        .await
}

#[tokio::test]
async fn operations_see_and_set_the_same_states() {
    let (gateway, _, _) = gateway();
    let name = json!({ "name": "shop" });
    assert_eq!(
        call(&gateway, "state", name.clone()).await.expect("answers"),
        Value::Null
    );
    assert_eq!(call(&gateway, "reset", name.clone()).await.expect("answers"), false);
    assert_eq!(call(&gateway, "trip", name.clone()).await.expect("answers"), "open");
    assert_eq!(
        call(&gateway, "list", json!({})).await.expect("answers"),
        json!([{ "name": "shop", "state": "open", "failures_in_a_row": 0, "opens_after": 3, "open_seconds": 30.0 }])
    );
    assert_eq!(call(&gateway, "reset", name.clone()).await.expect("answers"), true);
    assert_eq!(call(&gateway, "state", name).await.expect("answers"), "closed");
}

#[test]
fn a_refusal_reads_well_and_has_its_code() {
    let error = Error::from(BreakerError::<Error>::Open {
        retry_after: Duration::from_millis(2_500),
    });
    assert_eq!(
        (error.code(), error.to_string().as_str()),
        ("unavailable", "the circuit is open; it is tried again in 2.5 s")
    );
}

#[tokio::test]
async fn names_without_end_do_not_fill_the_memory() {
    let (gateway, _, _) = gateway();
    gateway.circuit_breaker().trip("kept");
    for n in 0..5_000 {
        gateway.circuit_breaker().breaker(&format!("host-{n}"));
    }
    assert!(gateway.circuit_breaker().list().len() <= 1_024);
    assert_eq!(gateway.circuit_breaker().state("kept"), Some(BreakerState::Open));
}

/// A store in memory, which can be down, and which counts.
#[derive(Debug, Default)]
struct Table {
    rows: Mutex<HashMap<String, Shared>>,
    down: AtomicBool,
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

/// The same rules, written down plainly.
#[derive(Default)]
struct Model {
    open_until: Option<u64>,
    probing: bool,
    in_a_row: u32,
}

proptest! {
    #[test]
    fn a_sequence_of_calls_goes_as_the_model_says(steps in prop::collection::vec((any::<bool>(), 0_u64..12), 0..200)) {
        let rules = Rules { failures: 3, failure_rate: 0.0, open_for: 10 * SECOND };
        let (mut machine, mut model, mut now) = (Machine::new(rules), Model::default(), 0_u64);
        for (fails, wait) in steps {
            now += wait;
            let at = Duration::from_secs(now);
            let permit = machine.permit(at);
            model.probing = model.open_until.is_some_and(|until| now >= until);
            let refused = model.open_until.filter(|_| !model.probing);
            prop_assert_eq!(permit.err(), refused.map(|until| Duration::from_secs(until - now)));
            let Ok(permit) = permit else { continue };
            prop_assert_eq!(permit.probe, model.probing);
            machine.record(permit, fails, at);
            model.in_a_row = if fails { model.in_a_row + 1 } else { 0 };
            if fails && (model.probing || model.in_a_row == 3) {
                (model.open_until, model.in_a_row) = (Some(now + 10), 0);
            } else if model.probing {
                (model.open_until, model.in_a_row) = (None, 0);
            }
            prop_assert_eq!(machine.state() == BreakerState::Open, model.open_until.is_some());
        }
    }

    #[test]
    fn half_open_never_lets_two_through(results in prop::collection::vec(any::<Option<bool>>(), 1..50)) {
        let mut machine = Machine::new(Rules { open_for: SECOND, ..Rules::default() });
        let mut now = Duration::ZERO;
        machine.open(now);
        for result in results {
            now += SECOND;
            let Ok(permit) = machine.permit(now) else { continue };
            if permit.probe {
                prop_assert_eq!(machine.permit(now), Err(Duration::ZERO));
            }
            match result {
                Some(failed) => machine.record(permit, failed, now),
                None => machine.give_back(permit),
            }
            let stale = Permit { generation: permit.generation, probe: true };
            let before = machine.generation();
            if result.is_some() && permit.probe {
                machine.record(stale, true, now);
                prop_assert_eq!(machine.generation(), before, "a second result of one probe counts for nothing");
            }
        }
    }
}
