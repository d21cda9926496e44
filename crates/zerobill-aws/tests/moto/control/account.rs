//! What triggers a function of the stand-in.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use serde_json::{Value, json};

use super::{arn, done, rest};
use crate::lab::{call, moto};

/// Publishes a version of a function, with an alias for it.
pub(super) async fn publish(function: &str, alias: &str) {
    let path = format!("/2015-03-31/functions/{function}");
    let version = done("lambda", "POST", &format!("{path}/versions"), json!({})).await;
    let body = json!({ "Name": alias, "FunctionVersion": version["Version"] });
    done("lambda", "POST", &format!("{path}/aliases"), body).await;
}

/// A queue that a mapping reads for `function`; the mapping's UUID.
pub(super) async fn map(function: &str, queue: &str, enabled: bool) -> String {
    call(&moto(), "sqs", "AmazonSQS.CreateQueue", json!({ "QueueName": queue })).await;
    let body = json!({
        "EventSourceArn": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
        "FunctionName": arn(function),
        "Enabled": enabled,
    });
    let mapping = done("lambda", "POST", "/2015-03-31/event-source-mappings/", body).await;
    mapping["UUID"].as_str().unwrap().to_owned()
}

pub(super) async fn mapping_state(uuid: &str) -> String {
    let (_, mapping) = rest(
        "lambda",
        "GET",
        &format!("/2015-03-31/event-source-mappings/{uuid}"),
        None,
    )
    .await;
    mapping["State"].as_str().unwrap().to_owned()
}

/// A schedule with everything in it that an update could lose.
pub(super) async fn schedule(name: &str, function: &str) {
    let body = json!({
        "ScheduleExpression": "cron(0 8 * * ? *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
        "Description": "the morning's",
        "State": "ENABLED",
        "FlexibleTimeWindow": { "Mode": "FLEXIBLE", "MaximumWindowInMinutes": 7 },
        "Target": {
            "Arn": arn(function),
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": "{\"zerobill\":1}",
            "RetryPolicy": { "MaximumEventAgeInSeconds": 120, "MaximumRetryAttempts": 3 },
        },
    });
    done("scheduler", "POST", &format!("/schedules/{name}"), body).await;
}

/// The schedule without the times at which it was written.
pub(super) async fn schedule_now(name: &str) -> Value {
    let (status, mut schedule) = rest("scheduler", "GET", &format!("/schedules/{name}"), None).await;
    assert_eq!(status, 200, "{schedule}");
    schedule.as_object_mut().unwrap().remove("LastModificationDate");
    schedule
}

/// A bus of one's own.
pub(super) async fn bus(name: &str) {
    call(&moto(), "events", "AWSEvents.CreateEventBus", json!({ "Name": name })).await;
}

/// A rule, as `BUS/NAME`, that invokes these.
pub(super) async fn rule(id: &str, functions: &[&str]) {
    let (bus, name) = id.split_once('/').unwrap();
    let pattern = r#"{"source":["shop"]}"#;
    let body = json!({ "EventBusName": bus, "Name": name, "EventPattern": pattern, "State": "ENABLED" });
    call(&moto(), "events", "AWSEvents.PutRule", body).await;
    let targets = functions
        .iter()
        .map(|function| json!({ "Id": function.replace(':', "-"), "Arn": arn(function) }));
    let body = json!({ "EventBusName": bus, "Rule": name, "Targets": targets.collect::<Value>() });
    call(&moto(), "events", "AWSEvents.PutTargets", body).await;
}

pub(super) async fn rule_state(id: &str) -> String {
    let (bus, name) = id.split_once('/').unwrap();
    let body = json!({ "EventBusName": bus, "Name": name });
    let rule = call(&moto(), "events", "AWSEvents.DescribeRule", body).await;
    rule["State"].as_str().unwrap().to_owned()
}
