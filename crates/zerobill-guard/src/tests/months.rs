//! Months: their ends, clocks that are wrong, a guard that was down, and the calls that it may make.

use super::lab::{Lab, MINUTE_MS, NOVEMBER_MS};
use crate::{CALLS_PER_MONTH, alarm::Occasion};

const DECEMBER_MS: u64 = NOVEMBER_MS + 30 * 24 * 60 * MINUTE_MS;

#[tokio::test]
async fn a_new_month_begins_with_nothing_and_says_what_is_stopped_still() {
    let mut lab = Lab::new("requests=1000", "flood: requests=1000, trip");
    lab.now_ms = DECEMBER_MS - 2 * MINUTE_MS;
    lab.uses("flood", 1_000);
    assert_eq!(lab.look().await.state.month, "2026-11");
    assert_eq!(lab.sent().len(), 3);
    lab.uses("flood", 0);
    let report = lab.look().await;
    assert_eq!(
        (report.state.month.as_str(), report.state.account.requests),
        ("2026-12", 0)
    );
    let still = "Still stopped as 2026-12 begins: flood. `zerobill guard release` lets them run.";
    assert_eq!(lab.sent(), [still]);
    assert_eq!(lab.stopped().await, ["flood"]);
    // A clock that is set back over the month's begin does not bring November back.
    lab.now_ms = DECEMBER_MS - 5 * MINUTE_MS;
    assert_eq!(lab.look().await.state.month, "2026-12");
    assert_eq!(lab.sent(), [""; 0]);
    // What AWS says counts more than the clock.
    let at = Occasion {
        at_ms: Some(DECEMBER_MS + MINUTE_MS),
        ..Occasion::default()
    };
    assert_eq!(lab.look_at(&at).await.unwrap().state.read_ms, DECEMBER_MS + MINUTE_MS);
}

#[tokio::test]
async fn a_guard_that_was_down_has_missed_nothing() {
    let mut lab = Lab::new("requests=1000000", "flood: requests=500000, trip");
    lab.uses("flood", 10);
    lab.look().await;
    lab.with(|world| world.is_down = true);
    assert_eq!(
        lab.look_at(&Occasion::default()).await.unwrap_err(),
        "the account does not answer"
    );
    lab.now_ms += 6 * 60 * MINUTE_MS;
    lab.with(|world| world.is_down = false);
    lab.uses("flood", 700_000);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["flood"]);
    assert_eq!(
        lab.sent().len(),
        3,
        "the account's half, the function's whole, and the stop"
    );
}

#[tokio::test]
async fn figures_that_go_back_are_not_believed() {
    let mut lab = Lab::new("requests=1000", "");
    lab.uses("shop", 600);
    lab.look().await;
    lab.uses("shop", 100);
    assert_eq!(lab.look().await.state.account.requests, 600);
}

/// The calls of a December with so many functions, all of them busy in each minute.
async fn calls(functions: u64, per_minute: u64, wanted: &str) -> u64 {
    let mut lab = Lab::new("requests=1000000, gb-seconds=400000", wanted);
    lab.now_ms = DECEMBER_MS;
    for minute in 1..31 * 24 * 60 {
        for number in 0..functions {
            lab.uses(&format!("f{number}"), minute * per_minute);
        }
        lab.look().await;
    }
    let counted = lab.with(|world| world.stored.as_ref().unwrap().0.calls);
    assert_eq!(counted, lab.with(|world| world.calls), "it knows what it asked");
    counted
}

#[tokio::test]
async fn the_calls_of_a_month_stay_far_below_what_is_free() {
    // Two a minute, and once two for the function that does nothing.
    assert_eq!(calls(1, 0, "").await, 2 * (31 * 24 * 60 - 1) + 2);
    let steady = calls(10, 1, "").await;
    assert!((200_000..400_000).contains(&steady), "{steady}");
    // A flood in each function, against a budget that each minute leaps over.
    let flood = calls(10, 1_000, "f0: requests=10").await;
    assert!(flood > steady && flood <= CALLS_PER_MONTH, "{flood}");
    const { assert!(CALLS_PER_MONTH < 1_000_000) };
}
