//! A function is stopped with what triggers it, and runs again as it did.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use serde_json::json;
use zerobill::{
    Clock,
    brake::{Brake as _, BrakeFuture, Concurrency, Trip, Trips},
    environment::Environment,
};
use zerobill_aws::{
    Aws,
    control::{AwsBrake, DynamoDbTrips},
};

use super::{
    account::{bus, map, mapping_state, publish, rule, rule_state, schedule, schedule_now},
    concurrency, create_function, reserve, unreserve,
};
use crate::lab::{create_table, item, moto};

pub(super) fn aws() -> Aws {
    // It has a front of its own: moto does not know the protocol that the SDK speaks with it.
    let process = Environment::process();
    let cloudwatch = process.get("AWS_ENDPOINT_URL_CLOUDWATCH").unwrap_or_default();
    let environment = Environment::from_pairs([
        ("AWS_ENDPOINT_URL", moto().as_str()),
        ("AWS_ENDPOINT_URL_CLOUDWATCH", cloudwatch),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
    ]);
    Aws::new(&environment, Clock::system())
}

async fn brake(table: &str) -> (AwsBrake, Arc<DynamoDbTrips>) {
    create_table(table).await;
    let trips = Arc::new(DynamoDbTrips::new(aws(), table));
    (AwsBrake::new(aws(), trips.clone()), trips)
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_function_is_stopped_with_what_triggers_it_and_released_as_it_was() {
    let (brake, trips) = brake("brake-all").await;
    for name in ["all", "all-other"] {
        create_function(name, 128, "x86_64").await;
    }
    reserve("all", 5).await;
    let (on, off) = (map("all", "all-on", true).await, map("all", "all-off", false).await);
    schedule("all-schedule", "all:live").await;
    schedule("all-other-schedule", "all-other").await;
    rule("default/all-rule", &["all"]).await;
    rule("default/all-other-rule", &["all-other"]).await;
    let before = schedule_now("all-schedule").await;

    let trip = brake.trip("all", "1,000 of 1,000 requests").await.unwrap();
    assert_eq!(trip.gaps, [""; 0]);
    assert_eq!(
        (trip.function.as_str(), trip.reason.as_str()),
        ("all", "1,000 of 1,000 requests")
    );
    assert_eq!(trip.saved.concurrency, Concurrency::Reserved(5));
    assert_eq!(trip.saved.mappings, [on.as_str()]);
    assert_eq!(trip.saved.schedules, ["default/all-schedule"]);
    assert_eq!(trip.saved.rules, ["default/all-rule"]);
    assert_eq!(brake.state("all").await.unwrap(), Some(trip.clone()));
    assert_eq!(trips.list().await.unwrap(), std::slice::from_ref(&trip));
    assert_eq!(concurrency("all").await, Some(0));
    assert_eq!(
        (mapping_state(&on).await.as_str(), mapping_state(&off).await.as_str()),
        ("Disabled", "Disabled")
    );
    let mut stopped = before.clone();
    stopped["State"] = json!("DISABLED");
    assert_eq!(schedule_now("all-schedule").await, stopped);
    assert_eq!(schedule_now("all-other-schedule").await["State"], "ENABLED");
    assert_eq!(
        (
            rule_state("default/all-rule").await.as_str(),
            rule_state("default/all-other-rule").await.as_str()
        ),
        ("DISABLED", "ENABLED")
    );

    assert_eq!(brake.trip("all", "again").await.unwrap(), trip, "nothing is to be done");
    let released = brake.release("all").await.unwrap().unwrap();
    assert_eq!(released.saved, trip.saved);
    assert_eq!(concurrency("all").await, Some(5));
    assert_eq!(
        (mapping_state(&on).await.as_str(), mapping_state(&off).await.as_str()),
        ("Enabled", "Disabled")
    );
    assert_eq!(schedule_now("all-schedule").await, before);
    assert_eq!(rule_state("default/all-rule").await, "ENABLED");
    assert_eq!(trips.list().await.unwrap(), []);
    assert_eq!(item("brake-all", "trip#all").await, json!(null));
    assert_eq!(brake.release("all").await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn what_triggers_an_alias_or_a_version_and_rules_of_every_bus_are_stopped_too() {
    let (brake, _) = brake("brake-alias").await;
    for name in ["alias", "alias-other"] {
        create_function(name, 128, "x86_64").await;
        publish(name, "live").await;
    }
    let mappings = [
        map("alias:live", "alias-live", true).await,
        map("alias:1", "alias-version", true).await,
    ];
    let other = map("alias-other:live", "alias-other", true).await;
    schedule("alias-schedule", "alias:1").await;
    bus("alias-bus").await;
    let rules = ["default/alias-rule", "alias-bus/alias-rule"];
    rule(rules[0], &["alias:live", "alias"]).await;
    rule(rules[1], &["alias"]).await;
    rule("alias-bus/alias-other", &["alias-other:live"]).await;

    let mut saved = brake.trip("alias", "why").await.unwrap().saved;
    let states = |mappings: Vec<String>| async move {
        let mut states = Vec::new();
        for uuid in &mappings {
            states.push(mapping_state(uuid).await);
        }
        states
    };
    let all = [&mappings[..], &[other]].concat();
    assert_eq!(states(all.clone()).await, ["Disabled", "Disabled", "Enabled"]);
    saved.rules.sort();
    assert_eq!(saved.rules, ["alias-bus/alias-rule", "default/alias-rule"]);
    for id in rules {
        assert_eq!(rule_state(id).await, "DISABLED", "{id}");
    }
    assert_eq!(rule_state("alias-bus/alias-other").await, "ENABLED");
    assert_eq!(schedule_now("alias-schedule").await["State"], "DISABLED");

    brake.release("alias").await.unwrap().unwrap();
    assert_eq!(states(all).await, ["Enabled"; 3]);
    for id in rules {
        assert_eq!(rule_state(id).await, "ENABLED", "{id}");
    }
    assert_eq!(schedule_now("alias-schedule").await["State"], "ENABLED");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn what_a_deployment_undid_is_stopped_again_and_released_into() {
    let (brake, _) = brake("brake-again").await;
    create_function("again", 128, "x86_64").await;
    reserve("again", 5).await;
    let old = map("again", "again-old", true).await;
    brake.trip("again", "the first reason").await.unwrap();

    unreserve("again").await;
    let new = map("again", "again-new", true).await;
    let trip = brake.trip("again", "another reason").await.unwrap();
    assert_eq!(trip.reason, "the first reason");
    assert_eq!(trip.saved.concurrency, Concurrency::Unreserved);
    assert_eq!(trip.saved.mappings, [old.clone(), new.clone()]);
    assert_eq!((trip.again, concurrency("again").await), (1, Some(0)));
    assert_eq!(mapping_state(&new).await, "Disabled");

    // A deployment just before the release is not undone by it.
    reserve("again", 7).await;
    brake.release("again").await.unwrap().unwrap();
    assert_eq!(concurrency("again").await, Some(7));
    assert_eq!(
        (mapping_state(&old).await.as_str(), mapping_state(&new).await.as_str()),
        ("Enabled", "Enabled")
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn whoever_dies_after_saving_leaves_what_the_next_needs() {
    let (brake, trips) = brake("brake-died").await;
    create_function("died", 128, "x86_64").await;
    let mut saved = Trip::new("died", "saved, not done", 1);
    saved.saved.concurrency = Concurrency::Unreserved;
    assert!(trips.write(&saved).await.unwrap());
    let trip = brake.trip("died", "later").await.unwrap();
    assert_eq!(
        (trip.reason.as_str(), trip.saved.concurrency),
        ("saved, not done", Concurrency::Unreserved)
    );
    assert_eq!(concurrency("died").await, Some(0));

    // A release that died half-way is ended by the next, and a trip meanwhile stops the function.
    let mut releasing = trip.clone();
    (releasing.releasing, releasing.version) = (true, trip.version + 1);
    assert!(trips.write(&releasing).await.unwrap());
    unreserve("died").await;
    let trip = brake.trip("died", "meanwhile").await.unwrap();
    assert_eq!((trip.releasing, concurrency("died").await), (false, Some(0)));
    brake.release("died").await.unwrap().unwrap();
    assert_eq!(concurrency("died").await, None);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn of_two_that_stop_at_once_neither_forgets_what_there_was() {
    let (one, trips) = brake("brake-two").await;
    let other = AwsBrake::new(aws(), trips);
    for round in 0..3 {
        let name = format!("two-{round}");
        create_function(&name, 128, "x86_64").await;
        reserve(&name, 9).await;
        let (first, second) = tokio::join!(one.trip(&name, "one"), other.trip(&name, "other"));
        let saved = [first.unwrap().saved.concurrency, second.unwrap().saved.concurrency];
        assert_eq!(saved, [Concurrency::Reserved(9); 2]);
        one.release(&name).await.unwrap().unwrap();
        assert_eq!(concurrency(&name).await, Some(9));
    }
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_function_that_does_not_exist_is_said() {
    let (brake, trips) = brake("brake-none").await;
    let error = brake.trip("none-such", "why").await.unwrap_err().to_string();
    assert_eq!(error, "there is no function `none-such`; check its name and the region");
    assert_eq!(trips.list().await.unwrap(), []);

    // One that was removed after it was stopped has nothing to restore.
    create_function("removed", 128, "x86_64").await;
    brake.trip("removed", "why").await.unwrap();
    assert_eq!(
        super::rest("lambda", "DELETE", "/2015-03-31/functions/removed", None)
            .await
            .0,
        204
    );
    brake.release("removed").await.unwrap().unwrap();
    assert_eq!(trips.list().await.unwrap(), []);
}

/// Trips of which somebody releases one right after it was read for the first time.
#[derive(Debug)]
struct Overtaken {
    trips: Arc<DynamoDbTrips>,
    other: AwsBrake,
    is_over: AtomicBool,
}

impl Trips for Overtaken {
    fn read<'a>(&'a self, function: &'a str) -> BrakeFuture<'a, Option<Trip>> {
        Box::pin(async move {
            let trip = self.trips.read(function).await?;
            if !self.is_over.swap(true, Ordering::Relaxed) {
                self.other.release(function).await?;
            }
            Ok(trip)
        })
    }

    fn list(&self) -> BrakeFuture<'_, Vec<Trip>> {
        self.trips.list()
    }

    fn write<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.trips.write(trip)
    }

    fn clear<'a>(&'a self, trip: &'a Trip) -> BrakeFuture<'a, bool> {
        self.trips.clear(trip)
    }
}

async fn overtaken(table: &str, function: &str) -> (AwsBrake, AwsBrake, String) {
    let (other, trips) = brake(table).await;
    create_function(function, 128, "x86_64").await;
    reserve(function, 5).await;
    let mapping = map(function, &format!("{function}-on"), true).await;
    other.trip(function, "too many").await.unwrap();
    assert_eq!(concurrency(function).await, Some(0));
    let trips = Overtaken {
        other: AwsBrake::new(aws(), trips.clone()),
        trips,
        is_over: AtomicBool::new(false),
    };
    (AwsBrake::new(aws(), Arc::new(trips)), other, mapping)
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_release_that_overtakes_a_hold_stays() {
    let (brake, other, mapping) = overtaken("brake-held", "held").await;
    assert_eq!(brake.hold("held").await.unwrap(), None);
    assert_eq!(concurrency("held").await, Some(5));
    assert_eq!(mapping_state(&mapping).await, "Enabled");
    assert_eq!(other.state("held").await.unwrap(), None);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_release_that_overtakes_a_trip_loses_nothing() {
    let (brake, other, mapping) = overtaken("brake-tripped", "tripped").await;
    let trip = brake.trip("tripped", "again").await.unwrap();
    assert_eq!(trip.saved.concurrency, Concurrency::Reserved(5));
    assert_eq!(trip.saved.mappings, [mapping.as_str()]);
    assert_eq!(concurrency("tripped").await, Some(0));
    other.release("tripped").await.unwrap().unwrap();
    assert_eq!(concurrency("tripped").await, Some(5));
    assert_eq!(mapping_state(&mapping).await, "Enabled");
}
