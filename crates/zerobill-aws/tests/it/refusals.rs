//! An account that reserves nothing, and roles that may not do what they must.

use std::sync::Arc;

use zerobill::{
    Clock,
    brake::{Brake as _, Concurrency, MemoryTrips, Trips as _},
    environment::Environment,
};
use zerobill_aws::{Aws, control::AwsBrake};

use crate::stand_in::{Answer, StandIn};

fn brake(stand_in: &StandIn, alone: bool) -> (AwsBrake, Arc<MemoryTrips>) {
    let environment = Environment::from_pairs([
        ("AWS_ENDPOINT_URL_LAMBDA", stand_in.url.as_str()),
        // Nothing listens there.
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
    ]);
    let trips = Arc::new(MemoryTrips::default());
    let brake = AwsBrake::new(Aws::new(&environment, Clock::system()), trips.clone());
    (if alone { brake.of_concurrency_alone() } else { brake }, trips)
}

const REFUSES: &[Answer] = &[
    ("GET", "/2019-09-30/functions/shop/concurrency", 200, "{}"),
    (
        "PUT",
        "/2017-10-31/functions/shop/concurrency",
        400,
        r#"{"__type":"InvalidParameterValueException","message":"Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [10]."}"#,
    ),
    (
        "GET",
        "/2016-08-19/account-settings",
        200,
        r#"{"AccountLimit":{"ConcurrentExecutions":10,"UnreservedConcurrentExecutions":10}}"#,
    ),
    (
        "GET",
        "/2015-03-31/event-source-mappings",
        200,
        r#"{"EventSourceMappings":[
            {"UUID":"11111111-2222-3333-4444-555555555555","State":"Enabled","FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop:live"},
            {"UUID":"22222222-2222-3333-4444-555555555555","State":"Enabled","FunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:shop-other"}]}"#,
    ),
    (
        "PUT",
        "/2015-03-31/event-source-mappings/11111111-2222-3333-4444-555555555555",
        202,
        "{}",
    ),
];

#[tokio::test]
async fn an_account_that_reserves_nothing_loses_its_triggers_and_says_what_still_gets_through() {
    let stand_in = StandIn::new(REFUSES);
    let (brake, trips) = brake(&stand_in, false);
    let trip = brake.trip("shop", "why").await.unwrap();
    assert_eq!(trip.saved.mappings, ["11111111-2222-3333-4444-555555555555"]);
    assert_eq!(
        trip.gaps[0],
        "the account refuses to reserve concurrency for function `shop`: Specified ReservedConcurrentExecutions for function \
         decreases account's UnreservedConcurrentExecution below its minimum value of [10]; the account may run 10 at once, 10 of \
         them unreserved; its triggers are disabled instead, and whoever invokes it directly gets through; ask AWS for a \
         higher limit"
    );
    let start = "`scheduler:ListSchedules` on the region's schedules got no answer: ";
    assert!(
        trip.gaps[1].starts_with(start),
        "the others are tried all the same: {:?}",
        trip.gaps
    );
    assert_eq!(
        trip.gaps[2],
        "`lambda:GetFunctionConfiguration` on function `shop` is denied; allow it in the policy of the function's role"
    );
    assert_eq!(trip.gaps.len(), 3);
    assert_eq!(trips.list().await.unwrap(), [trip]);
    assert_eq!(
        stand_in.changes(),
        [
            "PUT /2017-10-31/functions/shop/concurrency",
            "PUT /2015-03-31/event-source-mappings/11111111-2222-3333-4444-555555555555"
        ]
    );
}

#[tokio::test]
async fn a_role_that_may_do_nothing_is_told_each_action_and_the_trip_is_kept_to_try_again() {
    let stand_in = StandIn::new(&[]);
    let (brake, trips) = brake(&stand_in, true);
    let denied = |action: &str| {
        format!("`{action}` on function `shop` is denied; allow it in the policy of the function's role")
    };
    let error = brake.trip("shop", "why").await.unwrap_err().to_string();
    assert_eq!(error, denied("lambda:GetFunctionConcurrency"));
    let kept = trips.read("shop").await.unwrap().unwrap();
    assert_eq!(
        (kept.saved.concurrency, kept.gaps),
        (Concurrency::Untouched, vec![denied("lambda:GetFunctionConcurrency")])
    );
    assert_eq!(stand_in.changes(), [""; 0], "what cannot be restored is not changed");
    assert_eq!(brake.release("shop").await.unwrap().unwrap().function, "shop");
    assert_eq!(trips.list().await.unwrap(), []);
}

const RELEASE_DENIED: &[Answer] = &[
    (
        "GET",
        "/2019-09-30/functions/shop/concurrency",
        200,
        r#"{"ReservedConcurrentExecutions":0}"#,
    ),
    (
        "PUT",
        "/2017-10-31/functions/shop/concurrency",
        200,
        r#"{"ReservedConcurrentExecutions":0}"#,
    ),
];

#[tokio::test]
async fn a_release_that_is_denied_keeps_the_trip_and_names_the_action() {
    let stand_in = StandIn::new(RELEASE_DENIED);
    let (brake, trips) = brake(&stand_in, true);
    let mut trip = zerobill::brake::Trip::new("shop", "why", 1);
    trip.saved.concurrency = Concurrency::Unreserved;
    assert!(trips.write(&trip).await.unwrap());
    let error = brake.release("shop").await.unwrap_err().to_string();
    assert_eq!(
        error,
        "`lambda:DeleteFunctionConcurrency` on function `shop` is denied; allow it in the policy of the function's role"
    );
    let kept = trips.read("shop").await.unwrap().unwrap();
    assert!(kept.releasing, "the next release goes on");
    assert_eq!(kept.saved.concurrency, Concurrency::Unreserved);
}
