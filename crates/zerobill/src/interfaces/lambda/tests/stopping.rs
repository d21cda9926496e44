//! A function that is stopped, stays stopped, and is released.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use super::{metering::Place, *};
use crate::{
    brake::{Brake, BrakeError, BrakeFuture, FileTrips, MemoryTrips, Trip, Trips},
    lambda::UsageState,
    meter::MemoryStore,
};

/// A brake that keeps trips, writes down what it was asked for, and may fail.
#[derive(Debug, Default)]
struct Recording {
    trips: MemoryTrips,
    asked: Mutex<Vec<String>>,
    fails: AtomicBool,
    /// Whether it does not say who is stopped.
    is_mute: AtomicBool,
}

impl Brake for Recording {
    fn trip<'a>(&'a self, function: &'a str, reason: &'a str) -> BrakeFuture<'a, Trip> {
        Box::pin(async move {
            self.asked.lock().expect("lives").push(format!("trip {function}"));
            if self.fails.load(SeqCst) {
                return Err(BrakeError("`lambda:PutFunctionConcurrency` is denied".to_owned()));
            }
            let trip = Trip::new(function, reason, 1);
            self.trips.write(&trip).await?;
            Ok(trip)
        })
    }

    fn release<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            let trip = self.trips.read(function).await?;
            if let Some(trip) = &trip {
                self.trips.clear(trip).await?;
            }
            Ok(trip)
        })
    }

    fn state<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        if self.is_mute.load(SeqCst) {
            let error = BrakeError("`dynamodb:GetItem` got no answer".to_owned());
            return Box::pin(std::future::ready(Err(error)));
        }
        self.trips.read(function)
    }
}

const SETTINGS: [(&str, &str); 3] = [
    ("lambda.budget_requests", "100"),
    ("lambda.on_95", "requests=trip"),
    ("lambda.meter_requests", "1"),
];

const REASON: &str = "95 % of the budget `shop` is reached in 2026-11: 95 requests of 100 requests";

/// An environment over these, and how many of so many invocations it answered.
async fn answered(place: &Place, invocations: u32) -> u32 {
    let mut answered = 0;
    for _ in 0..invocations {
        match place.invoke().await {
            Ok(()) => answered += 1,
            Err(error) => assert_eq!(error.code(), "budget_exhausted"),
        }
    }
    answered
}

fn place(store: &Arc<MemoryStore>, brake: &Arc<Recording>) -> Place {
    let place = Place::over(store, SETTINGS);
    assert!(place.gateway.lambda().stop_with(brake.clone()));
    place
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn the_invocation_that_reaches_the_threshold_is_refused_and_all_after_it() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let place = place(&store, &brake);
    assert_eq!(answered(&place, 100).await, 94);
    assert_eq!(*brake.asked.lock().expect("lives"), ["trip shop"]);
    let refused = place.invoke().await.expect_err("stopped");
    assert_eq!(
        refused.to_string(),
        "this function is stopped: its budget of the month is used up"
    );
    assert_eq!(
        refused.detail(),
        format!("this function is stopped: its budget of the month is used up: {REASON}")
    );
    let stopped = format!("ERROR function `shop` is stopped: {REASON}");
    assert_eq!(place.log()[2..], [format!("WARN {REASON}"), stopped]);
    let usage = place.gateway.lambda().usage();
    assert_eq!(
        (usage.state, usage.reason.as_deref()),
        (UsageState::Stopped, Some(REASON))
    );
}

#[tokio::test]
async fn another_environment_hears_of_it_and_a_new_one_stops_what_a_deployment_let_run() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let (one, other) = (place(&store, &brake), place(&store, &brake));
    assert_eq!(answered(&other, 1).await, 1);
    assert_eq!(answered(&one, 100).await, 93);
    assert_eq!(answered(&other, 1).await, 0);
    assert_eq!(brake.asked.lock().expect("lives").len(), 1);
    let fresh = place(&store, &brake);
    assert_eq!(answered(&fresh, 3).await, 0);
    assert_eq!(brake.asked.lock().expect("lives").len(), 2, "once for the environment");
    assert_eq!(fresh.gateway.lambda().usage().reason.as_deref(), Some(REASON));
}

#[tokio::test]
async fn one_that_is_released_works_again_and_may_use_five_percent_more() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let place = place(&store, &brake);
    assert_eq!(answered(&place, 200).await, 94, "what is refused is counted, too");
    assert!(brake.release("shop").await.expect("releases").is_some());
    place.hand.advance(4 * SECOND);
    assert_eq!(answered(&place, 1).await, 0, "it asks every five seconds");
    place.hand.advance(SECOND);
    assert_eq!(answered(&place, 100).await, 5);
    let released = place
        .log()
        .iter()
        .filter(|line| *line == "WARN function `shop` was released")
        .count();
    assert_eq!(released, 1);
    assert_eq!(*brake.asked.lock().expect("lives"), ["trip shop", "trip shop"]);
}

#[tokio::test]
async fn an_environment_that_starts_after_a_release_does_not_stop_the_function_at_once() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    assert_eq!(answered(&place(&store, &brake), 100).await, 94);
    assert!(brake.release("shop").await.expect("releases").is_some());
    let rest = answered(&place(&store, &brake), 100).await;
    assert!((1..=5).contains(&rest), "{rest}");
}

#[tokio::test]
async fn where_the_brake_fails_the_function_refuses_by_itself_and_the_brake_is_tried_again() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    brake.fails.store(true, SeqCst);
    let place = place(&store, &brake);
    assert_eq!(answered(&place, 100).await, 94);
    assert_eq!(
        place.gateway.lambda().usage().problem.as_deref(),
        Some("`lambda:PutFunctionConcurrency` is denied")
    );
    let tried = brake.asked.lock().expect("lives").len();
    assert!(tried > 1, "{tried}");
    brake.fails.store(false, SeqCst);
    place.hand.advance(5 * SECOND);
    assert_eq!(answered(&place, 1).await, 0);
    assert_eq!(brake.state("shop").await.expect("answers").map(|trip| trip.reason), {
        let requests = place.requests();
        Some(format!(
            "95 % of the budget `shop` is reached in 2026-11: {requests} requests of 100 requests"
        ))
    });
    assert_eq!(place.gateway.lambda().usage().problem, None);
}

#[tokio::test]
async fn without_a_brake_a_folder_remembers_who_is_stopped_until_the_trip_is_cleared() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("text").to_owned();
    let start = || {
        Place::new([
            ("lambda.meter_folder", path.as_str()),
            ("lambda.budget_requests", "100"),
            ("lambda.on_95", "trip"),
            ("lambda.meter_requests", "10"),
        ])
    };
    let first = start();
    assert_eq!(first.gateway.lambda().usage().store, "file");
    let worked = answered(&first, 200).await;
    assert!((94..105).contains(&worked), "{worked}");
    assert_eq!(answered(&start(), 10).await, 0, "also after a restart");
    let trips = FileTrips::new(folder.path().join("trips.json"));
    let trip = trips.read("shop").await.expect("reads").expect("is there");
    assert!(trips.clear(&trip).await.expect("clears"));
    assert!(answered(&start(), 3).await > 0);
}

#[tokio::test]
async fn a_function_that_somebody_else_stopped_refuses_too() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let place = place(&store, &brake);
    assert_eq!(answered(&place, 1).await, 1);
    brake.trip("shop", "by hand").await.expect("trips");
    assert_eq!(answered(&place, 1).await, 0);
    let refused = place.invoke().await.expect_err("stopped");
    assert!(refused.detail().ends_with(": by hand"), "{}", refused.detail());
}

#[tokio::test]
async fn a_brake_that_could_not_be_asked_for_a_moment_is_no_problem_afterwards_and_hides_none() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let place = place(&store, &brake);
    brake.is_mute.store(true, SeqCst);
    assert_eq!(answered(&place, 1).await, 1);
    let problem = || place.gateway.lambda().usage().problem;
    assert_eq!(problem().as_deref(), Some("`dynamodb:GetItem` got no answer"));
    brake.is_mute.store(false, SeqCst);
    assert_eq!(answered(&place, 1).await, 1);
    assert_eq!(problem(), None);
    brake.fails.store(true, SeqCst);
    assert_eq!(answered(&place, 100).await, 92);
    assert_eq!(problem().as_deref(), Some("`lambda:PutFunctionConcurrency` is denied"));
    let denied = "WARN `lambda:PutFunctionConcurrency` is denied".to_owned();
    assert_eq!(place.log().iter().filter(|line| **line == denied).count(), 1);
}

#[tokio::test]
async fn a_stopped_function_whose_brake_cannot_be_asked_is_not_stopped_again() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let place = place(&store, &brake);
    assert_eq!(answered(&place, 100).await, 94);
    brake.is_mute.store(true, SeqCst);
    for _ in 0..3 {
        place.hand.advance(5 * SECOND);
        assert_eq!(answered(&place, 1).await, 0);
    }
    assert_eq!(brake.asked.lock().expect("lives").len(), 1);
}

#[tokio::test]
async fn a_new_environment_does_not_undo_a_release_under_way() {
    let (store, brake) = (Arc::default(), Arc::<Recording>::default());
    let mut trip = Trip::new("shop", REASON, 1);
    trip.releasing = true;
    assert!(brake.trips.write(&trip).await.expect("writes"));
    let fresh = place(&store, &brake);
    assert_eq!(answered(&fresh, 3).await, 0, "it is not over");
    assert_eq!(*brake.asked.lock().expect("lives"), Vec::<String>::new());
}
