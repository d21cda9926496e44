//! States by the clock's hand, and results that come late.

mod model;
mod shared;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};

use super::{BreakerError, BreakerState, Rules};
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
async fn a_probe_whose_error_cannot_be_judged_for_a_panic_has_failed() {
    let (gateway, hand, _) = gateway();
    gateway.circuit_breaker().trip("shop");
    hand.advance(30 * SECOND);
    let breaker = gateway.circuit_breaker().breaker("shop");
    let panics = crate::invocation::spawn(async move {
        let judge = |_: &&str| panic!("broken");
        breaker.call_counting(async { Err::<(), _>("down") }, judge).await
    });
    assert!(panics.await.is_err_and(|error| error.is_panic()));
    assert_eq!(state(&gateway), Some(BreakerState::Open));
}

#[tokio::test]
async fn the_rate_rule_needs_enough_calls() {
    let (gateway, _, _) = gateway();
    let rules = Rules::default().failures(0).failure_rate(0.5);
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
