//! Functions that something else has stopped: why, and how the dashboard releases them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use zerobill_engine::{FunctionSettings, Trip, TripConcurrency, Trips, TripsFuture};

use super::{OWN_PAGE, state};
use crate::{
    client::{Response, request},
    lab::{Lab, NAME, eventually, program},
};

/// Trips that a test can change, and break.
#[derive(Clone, Debug)]
struct Kept(Arc<Mutex<Answer>>);

type Answer = Result<BTreeMap<String, Trip>, String>;

impl Kept {
    fn put(&self, function: &str, concurrency: TripConcurrency) {
        let trip = Trip {
            reason: "95 % of the budget is reached".to_owned(),
            since_ms: 1_794_624_360_000,
            gaps: vec!["a queue".to_owned()],
            concurrency,
        };
        let mut kept = self.0.lock().unwrap();
        *kept = Ok(BTreeMap::from([(function.to_owned(), trip)]));
    }
}

impl Trips for Kept {
    fn list(&self) -> TripsFuture<'_, BTreeMap<String, Trip>> {
        let kept = self.0.lock().unwrap().clone();
        Box::pin(async { kept })
    }

    fn clear<'a>(&'a self, function: &'a str) -> TripsFuture<'a, ()> {
        let cleared = match &mut *self.0.lock().unwrap() {
            Ok(kept) => {
                kept.remove(function);
                Ok(())
            }
            Err(problem) => Err(problem.clone()),
        };
        Box::pin(async { cleared })
    }
}

fn lab() -> (Lab, Kept) {
    let kept = Kept(Arc::new(Mutex::new(Ok(BTreeMap::new()))));
    let trips = kept.clone();
    let settings = FunctionSettings::new(NAME, program("echo"));
    (Lab::start(settings, |builder| builder.trips(trips)), kept)
}

fn release(lab: &Lab, function: &str) -> Response {
    let path = format!("/_zerobill/functions/{function}/release");
    request(lab.address, "POST", &path, OWN_PAGE, b"")
}

fn reserve(lab: &Lab, number: u32) {
    let path = format!("/2017-10-31/functions/{NAME}/concurrency");
    let body = json!({ "ReservedConcurrentExecutions": number }).to_string();
    assert_eq!(request(lab.address, "PUT", &path, "", body.as_bytes()).status, 200);
}

fn shown(lab: &Lab) -> Value {
    state(lab)["functions"][0]["trip"].clone()
}

#[test]
fn a_trip_is_shown_as_it_is_made_and_its_release_restores_what_was() {
    let (lab, kept) = lab();
    assert_eq!(shown(&lab), Value::Null);
    reserve(&lab, 0);
    kept.put(NAME, TripConcurrency::Was(Some(7)));
    let trip = eventually("the trip is shown", || Some(shown(&lab)).filter(Value::is_object));
    assert_eq!(
        trip,
        json!({ "reason": "95 % of the budget is reached", "since_ms": 1_794_624_360_000_u64, "gaps": ["a queue"] })
    );
    assert_eq!(release(&lab, NAME).status, 200);
    let after = state(&lab)["functions"][0].clone();
    assert_eq!(
        (&after["trip"], &after["reserved_concurrency"]),
        (&Value::Null, &json!(7))
    );
    // A second click changes nothing.
    assert_eq!(release(&lab, NAME).status, 200);
}

#[test]
fn a_function_that_refuses_by_itself_keeps_its_concurrency() {
    let (lab, kept) = lab();
    reserve(&lab, 3);
    kept.put(NAME, TripConcurrency::Untouched);
    assert_eq!(release(&lab, NAME).status, 200);
    let after = state(&lab)["functions"][0].clone();
    assert_eq!(
        (&after["trip"], &after["reserved_concurrency"]),
        (&Value::Null, &json!(3))
    );
}

#[test]
fn trips_that_cannot_be_read_are_said_and_nothing_is_released() {
    let (lab, kept) = lab();
    *kept.0.lock().unwrap() = Err("the trips cannot be used".to_owned());
    eventually("the problem is shown", || {
        (state(&lab)["trips_problem"] == "the trips cannot be used").then_some(())
    });
    let answer = release(&lab, NAME);
    assert_eq!(
        (answer.status, answer.json()),
        (409, json!({ "message": "the trips cannot be used" }))
    );
    assert_eq!(release(&lab, "other").status, 409);
}
