//! Who is stopped, in which order, and until when.

use zerobill::brake::Trips as _;

use super::lab::{Lab, alarm};

#[tokio::test]
async fn only_what_may_be_stopped_is() {
    let mut lab = Lab::new(
        "",
        "flood: requests=1000, trip; quiet: requests=1000; sacred: requests=1000, never",
    );
    for name in ["flood", "quiet", "sacred", "unnamed"] {
        lab.uses(name, 5_000);
    }
    let report = lab.look().await;
    assert_eq!(
        (report.stops, lab.stopped().await),
        (vec!["flood".to_owned()], vec!["flood".to_owned()])
    );
    let reason = "flood has used 5,000 requests of 1,000 requests, 500 % of the budget";
    assert_eq!(lab.trips.read("flood").await.unwrap().unwrap().reason, reason);
    let sent = lab.sent();
    let stopped = format!(
        "`flood` is stopped: {reason}. Each invocation is refused with 429 until `zerobill guard release --function flood`."
    );
    assert!(sent.contains(&stopped), "{sent:?}");
    assert_eq!(sent.len(), 4, "each budget, and the stop: {sent:?}");
}

#[tokio::test]
async fn the_account_sheds_in_order_what_runs_and_all_of_it_at_the_end() {
    let mut lab = Lab::new(
        "requests=100000",
        "first: trip; idle: trip; second: trip; third: trip; sacred: never",
    );
    for name in ["first", "second", "third", "sacred"] {
        lab.uses(name, 24_000);
    }
    lab.with(|world| world.used.insert("idle".to_owned(), (0, 100)));
    lab.look().await;
    assert_eq!(lab.stopped().await, ["first"]);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["first"], "nothing runs any more");
    lab.uses("second", 24_900);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["first", "second"]);
    lab.uses("third", 30_000);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["first", "second", "third"]);
}

#[tokio::test]
async fn what_was_released_may_go_a_tenth_further() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 950);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["flood"]);
    lab.watch.brake.release("flood").await.unwrap().unwrap();
    lab.look().await;
    lab.uses("flood", 1_040);
    lab.look().await;
    assert_eq!(lab.stopped().await, [""; 0], "a release is not undone by the next look");
    lab.uses("flood", 1_050);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["flood"]);
}

/// How often it was sent that `flood` is stopped.
fn said(lab: &Lab) -> usize {
    let sent = lab.sent();
    sent.iter()
        .filter(|text| text.starts_with("`flood` is stopped"))
        .count()
}

#[tokio::test]
async fn a_stop_whose_state_was_not_stored_is_said_by_the_next_look_and_its_release_stays() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 950);
    lab.with(|world| world.lost_writes = 1);
    lab.look().await;
    assert_eq!((lab.stopped().await, said(&lab)), (vec!["flood".to_owned()], 0));
    lab.look().await;
    assert_eq!(said(&lab), 1);
    lab.look().await;
    assert_eq!(said(&lab), 0);
    lab.watch.brake.release("flood").await.unwrap().unwrap();
    for _ in 0..2 {
        lab.look().await;
        assert_eq!(lab.stopped().await, [""; 0]);
    }
}

#[tokio::test]
async fn what_somebody_else_stopped_is_said_and_may_be_released() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 950);
    lab.watch.brake.trip("flood", "by hand").await.unwrap();
    lab.look().await;
    assert_eq!(said(&lab), 1);
    lab.watch.brake.release("flood").await.unwrap().unwrap();
    lab.look().await;
    assert_eq!(lab.stopped().await, [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_stopped_is_said_also_after_a_dry_run() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 2_000);
    lab.with(|world| world.cannot_stop = true);
    lab.watch.policy.dry_run = true;
    lab.look().await;
    lab.sent();
    lab.watch.policy.dry_run = false;
    lab.look().await;
    let sent = lab.sent();
    assert_eq!(
        sent.iter().filter(|text| text.contains("It could not: ")).count(),
        1,
        "{sent:?}"
    );
}

#[tokio::test]
async fn what_a_deployment_let_run_is_stopped_again_and_said() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 1_000);
    lab.look().await;
    lab.sent();
    lab.look().await;
    assert_eq!(lab.sent(), [""; 0]);
    lab.with(|world| world.undone = Some("flood".to_owned()));
    lab.look().await;
    let again = "Something let `flood` run while it was stopped, such as a deployment; it is stopped again. `zerobill guard release \
                 --function flood` lets it run.";
    assert_eq!(lab.sent(), [again]);
}

#[tokio::test]
async fn the_alarm_of_a_function_stops_it_without_any_figure() {
    let mut lab = Lab::new("", "flood: trip; sacred: never");
    lab.with(|world| world.is_down = true);
    let report = lab.look_at(&alarm(Some("flood"))).await.unwrap();
    assert_eq!(report.problems, ["the account does not answer"]);
    assert_eq!(lab.stopped().await, ["flood"]);
    assert_eq!(
        lab.trips.read("flood").await.unwrap().unwrap().reason,
        "the alarm `busy` went off"
    );
    for other in ["sacred", "unnamed"] {
        assert_eq!(
            lab.look_at(&alarm(Some(other))).await.unwrap_err(),
            "the account does not answer"
        );
    }
    assert_eq!(lab.stopped().await, ["flood"]);
}

#[tokio::test]
async fn an_alarm_of_the_account_stops_what_runs_only_where_that_is_wanted() {
    let mut lab = Lab::new("", "flood: trip; idle: trip");
    lab.uses("flood", 10);
    lab.uses("idle", 0);
    lab.look_at(&alarm(None)).await.unwrap();
    assert_eq!(lab.stopped().await, [""; 0]);
    lab.watch.policy.trips_on_alarm = true;
    lab.uses("flood", 20);
    lab.look_at(&alarm(None)).await.unwrap();
    assert_eq!(lab.stopped().await, ["flood"]);
}

#[tokio::test]
async fn what_cannot_be_stopped_is_said_once_and_tried_each_minute() {
    let mut lab = Lab::new("", "flood: requests=1000, trip");
    lab.uses("flood", 2_000);
    lab.with(|world| world.cannot_stop = true);
    for _ in 0..3 {
        assert_eq!(lab.look().await.problems, ["`lambda:PutFunctionConcurrency` is denied"]);
    }
    let sent = lab.sent();
    assert_eq!(
        sent.iter()
            .filter(|text| text.contains("It could not: `lambda:Put"))
            .count(),
        1,
        "{sent:?}"
    );
    lab.with(|world| world.cannot_stop = false);
    lab.look().await;
    assert_eq!(lab.stopped().await, ["flood"]);
}
