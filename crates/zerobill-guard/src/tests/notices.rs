//! What is said, once, and to whom it could not be said.

use super::lab::{Lab, alarm};
use crate::alarm::Occasion;

#[tokio::test]
async fn each_share_of_a_budget_is_said_once_in_a_month() {
    let mut lab = Lab::new("requests=1000000", "");
    lab.uses("shop", 499_999);
    lab.look().await;
    assert_eq!(lab.sent(), [""; 0]);
    lab.uses("shop", 500_000);
    lab.look().await;
    let half = "the account has used 500,000 requests of 1,000,000 requests in 2026-11, 50 % of the budget. The figures are some \
                minutes old.";
    assert_eq!(lab.sent(), [half]);
    lab.uses("shop", 700_000);
    lab.look().await;
    assert_eq!(lab.sent(), [""; 0]);
    // Two shares at once are one notice: the higher.
    lab.uses("shop", 960_000);
    lab.look().await;
    let sent = lab.sent();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].starts_with("the account has used 960,000 requests of 1,000,000 requests"),
        "{sent:?}"
    );
    for _ in 0..10 {
        lab.look().await;
    }
    assert_eq!(lab.sent(), [""; 0]);
    assert_eq!(lab.stopped().await, [""; 0], "nothing was allowed to be stopped");
}

#[tokio::test]
async fn dollars_and_gb_seconds_are_counted_and_never_too_low() {
    // 3,000,000 requests of 101 ms at 1 GB: 303,000 GB-seconds, and 2,000,000 requests beyond what is free.
    let mut lab = Lab::new("usd=1, gb-seconds=400000", "");
    lab.uses("large-shop", 3_000_000);
    // With six functions each is asked for every third minute.
    for number in 0..5 {
        lab.uses(&format!("idle-{number}"), 0);
    }
    let report = lab.look().await;
    let shares: Vec<_> = report.shares.iter().map(|share| (share.key(), share.percent)).collect();
    assert_eq!(
        shares,
        [
            ("the account/usd".to_owned(), 40),
            ("the account/gb-seconds".to_owned(), 75)
        ]
    );
    // Until each function is asked for again, what came since counts as of the largest.
    lab.uses("small", 1_000);
    let report = lab.look().await;
    let document = report.document();
    assert_eq!(document["gb_seconds"], 303_000.0 + 101.0);
}

#[tokio::test]
async fn what_cannot_be_sent_is_sent_later_and_once() {
    let mut lab = Lab::new("requests=100", "");
    lab.uses("shop", 50);
    lab.with(|world| world.cannot_send = true);
    let report = lab.look().await;
    assert_eq!(report.problems, ["the topic does not answer"]);
    assert_eq!(lab.look().await.problems, ["the topic does not answer"]);
    lab.with(|world| world.cannot_send = false);
    lab.look().await;
    lab.look().await;
    assert_eq!(lab.sent().len(), 1);
}

#[tokio::test]
async fn of_two_guards_at_once_one_sends() {
    let mut lab = Lab::new("requests=100", "");
    lab.uses("shop", 50);
    lab.with(|world| world.lost_writes = 1);
    let report = lab.look().await;
    assert_eq!(
        report.problems,
        ["another guard looked at the same time, and says what there is"]
    );
    assert_eq!(lab.sent(), [""; 0]);
    lab.look().await;
    assert_eq!(lab.sent().len(), 1, "a guard that was alone after all has lost nothing");
}

#[tokio::test]
async fn a_dry_run_stops_nothing_and_says_what_it_would() {
    let mut lab = Lab::new("", "shop: requests=100, trip");
    lab.uses("shop", 99);
    let dry = Occasion {
        dry_run: true,
        ..alarm(None)
    };
    for _ in 0..2 {
        let report = lab.look_at(&dry).await.unwrap();
        assert_eq!(report.stops, ["shop"]);
        let would =
            "A dry run: `shop` would be stopped now: shop has used 99 requests of 100 requests, 99 % of the budget.";
        assert_eq!(report.notices[1].text, would);
    }
    assert_eq!((lab.sent(), lab.stopped().await), (Vec::new(), Vec::new()));
    assert!(lab.with(|world| world.stored.is_none()), "it is not remembered");
    // As a setting it is said, once.
    lab.watch.policy.dry_run = true;
    for _ in 0..3 {
        lab.look().await;
    }
    let sent = lab.sent();
    assert_eq!(
        sent.iter().filter(|text| text.starts_with("A dry run: `shop`")).count(),
        1,
        "{sent:?}"
    );
    assert_eq!(lab.stopped().await, [""; 0]);
}
