//! The month's budget over one table.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{sync::Arc, time::SystemTime};

use serde_json::json;
use zerobill::{
    Clock,
    brake::Trips as _,
    environment::Environment,
    meter::{Account, Amounts, Batch, Month, Store as _, Totals},
};
use zerobill_aws::{Aws, DynamoDbMeter, control::DynamoDbTrips};

use crate::lab::{Place, SECOND, create_table, item, moto};

fn aws() -> Aws {
    aws_at(Clock::system())
}

fn aws_at(clock: Clock) -> Aws {
    let environment = Environment::from_pairs([
        ("AWS_ENDPOINT_URL", moto().as_str()),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "zbsecret-access-key"),
    ]);
    Aws::new(&environment, clock)
}

fn month() -> Month {
    "2026-11".parse().unwrap()
}

fn batch(id: u64, amounts: Amounts) -> Batch {
    Batch::new(id, "shop", month(), amounts)
}

/// An environment of a function whose budget stops it at 95 %.
async fn place(table: &str) -> Place {
    Place::new([
        ("aws.meter_table", table),
        ("lambda.budget", "shop"),
        ("lambda.budget_requests", "10"),
        ("lambda.on_95", "trip"),
        ("lambda.meter_requests", "1"),
        ("lambda.meter_wait_ms", "5000"),
    ])
    .await
}

/// How many of so many invocations it answered.
async fn answered(place: &Place, invocations: u32) -> u32 {
    let mut answered = 0;
    for _ in 0..invocations {
        let work = async { place.gateway.admit() };
        let result = place.gateway.invoke(lambda_runtime::Context::default(), work).await;
        answered += u32::from(result.is_ok());
    }
    answered
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_month_is_one_item() {
    create_table("meter-item").await;
    let place = place("meter-item").await;
    assert_eq!(answered(&place, 2).await, 2);
    let found = item("meter-item", "meter#shop#2027-01").await;
    let number = |name: &str| found[name]["N"].as_str().map(|text| text.parse::<u64>().unwrap());
    // Of 128 MB, each a millisecond at least, and what Lambda itself logs.
    assert_eq!(
        [number("requests"), number("mb_ms"), number("log_bytes")],
        [Some(2), Some(2 * 128), Some(2 * 378)]
    );
    assert_eq!(
        found["expires_at"],
        json!({ "N": (1_800_000_000 + 400 * 86_400).to_string() })
    );
    let places: Vec<_> = found
        .as_object()
        .unwrap()
        .keys()
        .filter(|name| name.starts_with('w'))
        .collect();
    assert_eq!(places.len(), 1);
    assert_eq!(place.gateway.lambda().usage().store, "dynamodb");
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn eight_writers_add_exactly_also_where_answers_are_lost() {
    create_table("meter-writers").await;
    // The stand-in reads, adds and writes without a lock, which DynamoDB does not: one at a time, in whatever order.
    let turn = Arc::new(tokio::sync::Mutex::new(()));
    let write = |writer: u64, turn: Arc<tokio::sync::Mutex<()>>| async move {
        let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + 1_800_000_000 * SECOND);
        let meter = DynamoDbMeter::new(aws_at(clock), "meter-writers");
        for number in 0..40 {
            let batch = batch(writer << 32 | number, Amounts::new(50, 100 - 7, 150, [writer, 99]));
            let _turn = turn.lock().await;
            // A stand-in that is busy may add and answer too late: the batch comes again.
            while let Err(error) = meter.add(&batch).await {
                assert!(error.to_string().contains("got no answer"), "{error}");
                hand.advance(30 * SECOND);
            }
        }
    };
    let writers: Vec<_> = (0..8)
        .map(|writer| zerobill::invocation::spawn(write(writer, Arc::clone(&turn))))
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let sum = DynamoDbMeter::new(aws(), "meter-writers")
        .read("shop", month())
        .await
        .unwrap();
    assert_eq!(
        sum,
        Account::new(Totals::new(8 * 40 * 50, 8 * 40 * 93, 8 * 40 * 150, 9), None)
    );
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_batch_that_comes_again_is_counted_once_unless_its_place_was_taken() {
    create_table("meter-again").await;
    let meter = DynamoDbMeter::new(aws(), "meter-again");
    let requests = |account: Account| account.totals.requests;
    let first = batch(5 << 32 | 1, Amounts::new(10, -3, 0, []));
    assert_eq!(requests(meter.add(&first).await.unwrap()), 10);
    let neighbour = batch(6 << 32 | 1, Amounts::new(1, 0, 0, []));
    assert_eq!(requests(meter.add(&neighbour).await.unwrap()), 11);
    assert_eq!(requests(meter.add(&first).await.unwrap()), 11, "it is there already");
    // 37 has the place of 5.
    let taken = batch(37 << 32 | 1, Amounts::new(100, 0, 0, []));
    assert_eq!(requests(meter.add(&taken).await.unwrap()), 111);
    assert_eq!(
        requests(meter.add(&first).await.unwrap()),
        121,
        "twice, and no more often"
    );
    assert_eq!(requests(meter.add(&first).await.unwrap()), 121);
    let sum = meter.read("shop", month()).await.unwrap();
    assert_eq!(sum.totals.mb_ms, 0, "less than nothing is nothing");
    let other = meter.read("other", month()).await.unwrap();
    assert_eq!(other, Account::default());
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn where_it_was_stopped_is_kept_with_the_month() {
    create_table("meter-mark").await;
    let meter = DynamoDbMeter::new(aws(), "meter-mark");
    let tripped_at = Totals::new(1, 2, 3, 4);
    meter.mark("shop", month(), tripped_at).await.unwrap();
    let account = meter.add(&batch(1, Amounts::new(1, 1, 1, [7]))).await.unwrap();
    assert_eq!(account, Account::new(Totals::new(1, 1, 1, 1), Some(tripped_at)));
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn all_environments_stop_and_go_on_together() {
    create_table("meter-stop").await;
    // It is there to be stopped, where that is built in.
    #[cfg(all(feature = "cloudwatch", feature = "schedules", feature = "sns"))]
    crate::control::create_function("function", 128, "x86_64").await;
    let (one, other) = (place("meter-stop").await, place("meter-stop").await);
    assert_eq!(answered(&one, 5).await, 5);
    assert_eq!(
        answered(&other, 10).await,
        4,
        "the tenth request of the month is refused"
    );
    assert_eq!(answered(&one, 1).await, 0);
    assert_eq!(answered(&place("meter-stop").await, 1).await, 0, "a new one too");
    let trips = DynamoDbTrips::new(aws(), "meter-stop");
    let trip = trips.read("function").await.unwrap().unwrap();
    assert_eq!(
        trip.reason,
        "95 % of the budget `shop` is reached in 2027-01: 10 requests of 10 requests"
    );
    assert!(trips.clear(&trip).await.unwrap());
    one.hand.advance(5 * SECOND);
    assert_eq!(answered(&one, 1).await, 1);
}

#[tokio::test]
#[ignore = "needs moto: `cargo xtask test --only aws` starts it"]
async fn a_table_that_is_missing_fails_no_invocation_and_what_was_counted_is_added_later() {
    let place = place("meter-late").await;
    assert_eq!(answered(&place, 5).await, 5);
    assert_eq!(place.gateway.lambda().usage().used[0].used.to_string(), "5");
    create_table("meter-late").await;
    place.hand.advance(60 * SECOND);
    assert_eq!(answered(&place, 1).await, 1);
    let problem = "`dynamodb:UpdateItem` failed: there is no table `meter-late`; \
                   create it with the partition key `id` of type text";
    let warnings = place.warnings();
    assert_eq!(warnings[0], format!("the meter's store did not answer: {problem}"));
    let found = item("meter-late", "meter#shop#2027-01").await;
    assert_eq!(found["requests"], json!({ "N": "6" }));
}
