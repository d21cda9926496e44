//! One event of each kind, and what tells neighbours apart.

use std::collections::BTreeSet;

use zerobill::event::EventKind;

use super::{event, kind, sample};

const EACH_KIND: &[(&str, EventKind, &str)] = &[
    (
        r#"{"requestContext":{"elb":{}},"httpMethod":"GET"}"#,
        EventKind::Alb,
        "alb",
    ),
    (
        r#"{"requestContext":{"connectionId":"c","eventType":"MESSAGE"},"body":"hi"}"#,
        EventKind::WebSocket,
        "web-socket",
    ),
    (
        r#"{"version":"2.0","requestContext":{"http":{"method":"GET"}}}"#,
        EventKind::HttpV2,
        "http-v2",
    ),
    (
        r#"{"httpMethod":"GET","requestContext":{"stage":"prod"}}"#,
        EventKind::HttpV1,
        "http-v1",
    ),
    (r#"{"Records":[{"eventSource":"aws:sqs"}]}"#, EventKind::Sqs, "sqs"),
    (r#"{"Records":[{"EventSource":"aws:sns"}]}"#, EventKind::Sns, "sns"),
    (r#"{"Records":[{"eventSource":"aws:s3"}]}"#, EventKind::S3, "s3"),
    (
        r#"{"Records":[{"eventSource":"aws:dynamodb"}]}"#,
        EventKind::DynamodbStream,
        "dynamodb-stream",
    ),
    (
        r#"{"Records":[{"kinesis":{},"eventSource":"aws:kinesis"}]}"#,
        EventKind::Kinesis,
        "kinesis",
    ),
    (
        r#"{"detail-type":"Scheduled Event","source":"aws.events","detail":{}}"#,
        EventKind::Schedule,
        "schedule",
    ),
    (
        r#"{"detail-type":"Order","source":"shop","detail":{}}"#,
        EventKind::EventBridge,
        "event-bridge",
    ),
    (
        r#"{"directive":{"payload":{},"header":{}}}"#,
        EventKind::AlexaSmartHome,
        "alexa-smart-home",
    ),
    (
        r#"{"session":{},"request":{"type":"IntentRequest"}}"#,
        EventKind::AlexaSkill,
        "alexa-skill",
    ),
    (r#"{"zerobill":"doctor"}"#, EventKind::Doctor, "doctor"),
    (
        r#"{"interface":"cache","operation":"stats"}"#,
        EventKind::Operation,
        "operation",
    ),
    (
        r#"{"requestType":"health_check"}"#,
        EventKind::RequestType,
        "request-type",
    ),
    (r#"{"text":"light on","language":"en"}"#, EventKind::Assist, "assist"),
    (r#"{"hello":"world"}"#, EventKind::Unknown, "unknown"),
];

#[test]
fn each_kind_is_told_by_its_smallest_event() {
    for (json, expected, name) in EACH_KIND {
        assert_eq!(kind(json), *expected, "{json}");
        assert_eq!(expected.as_str(), *name);
        assert_eq!(expected.to_string(), *name);
    }
    let names: BTreeSet<_> = EACH_KIND.iter().map(|(_, _, name)| name).collect();
    assert_eq!(names.len(), EACH_KIND.len(), "two kinds share a name");
}

#[test]
fn only_load_balancers_and_the_two_payload_formats_want_an_http_response() {
    let http: Vec<_> = EACH_KIND
        .iter()
        .filter(|(_, kind, _)| kind.is_http())
        .map(|(_, _, name)| *name)
        .collect();
    assert_eq!(http, ["alb", "http-v2", "http-v1"]);
}

#[test]
fn each_sample_of_the_command_has_its_kind() {
    let expected = [
        ("alb", EventKind::Alb),
        ("alexa-discovery", EventKind::AlexaSmartHome),
        ("alexa-skill", EventKind::AlexaSkill),
        ("alexa-turn-on", EventKind::AlexaSmartHome),
        ("assist", EventKind::Assist),
        ("benchmark", EventKind::Operation),
        ("doctor", EventKind::Doctor),
        ("dynamodb", EventKind::DynamodbStream),
        ("eventbridge", EventKind::EventBridge),
        ("function-url", EventKind::HttpV2),
        ("function-url-post", EventKind::HttpV2),
        ("health", EventKind::RequestType),
        ("http-api", EventKind::HttpV2),
        ("kinesis", EventKind::Kinesis),
        ("operation", EventKind::Operation),
        ("rest-api", EventKind::HttpV1),
        ("s3", EventKind::S3),
        ("schedule", EventKind::Schedule),
        ("self-test", EventKind::Operation),
        ("sns", EventKind::Sns),
        ("sqs", EventKind::Sqs),
        ("stats", EventKind::RequestType),
    ];
    let folder = format!("{}/../zerobill-cli/samples", env!("CARGO_MANIFEST_DIR"));
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(files, expected.iter().map(|(name, _)| format!("{name}.json")).collect());

    for (name, expected) in expected {
        let event = event(&sample(name));
        assert_eq!(event.kind(), expected, "{name}");
        assert_eq!(event.is_function_url(), name.starts_with("function-url"), "{name}");
    }
}

#[test]
fn a_schedule_is_only_what_aws_itself_sends() {
    // The default payload of EventBridge Scheduler has its detail as text.
    let scheduler =
        r#"{"version":"0","id":"i","detail-type":"Scheduled Event","source":"aws.scheduler","detail":"{}"}"#;
    assert_eq!(kind(scheduler), EventKind::Schedule);
    // Anybody who may put events can name this detail type, but no source that starts with `aws.`.
    let forged = r#"{"detail-type":"Scheduled Event","source":"someone","detail":{}}"#;
    assert_eq!(kind(forged), EventKind::EventBridge);
}

#[test]
fn a_skill_request_without_a_session_is_told_by_its_system() {
    let audio = r#"{"context":{"System":{}},"request":{"type":"AudioPlayer.PlaybackStarted"}}"#;
    assert_eq!(kind(audio), EventKind::AlexaSkill);
    assert_eq!(kind(r#"{"context":{},"request":{}}"#), EventKind::Unknown);
    assert_eq!(kind(r#"{"session":{},"request":"text"}"#), EventKind::Unknown);
}

#[test]
fn a_request_to_an_authorizer_is_no_http_request() {
    let event = r#"{"type":"REQUEST","methodArn":"arn","httpMethod":"GET","requestContext":{"http":{}}}"#;
    assert_eq!(kind(event), EventKind::Unknown);
    let event = r#"{"version":"2.0","routeArn":"arn","requestContext":{"http":{}}}"#;
    assert_eq!(kind(event), EventKind::Unknown);
}

#[test]
fn a_direct_operation_has_no_other_key() {
    for json in [
        r#"{"interface":"cache","operation":"get","params":{"key":"k"}}"#,
        r#"{"params":null,"operation":"get","interface":"cache"}"#,
        r#"{"\u0069nterface":"cache","operation":"g\u0065t"}"#,
    ] {
        assert_eq!(kind(json), EventKind::Operation, "{json}");
    }
    for json in [
        r#"{"interface":"cache","operation":"get","parameters":{}}"#,
        r#"{"interface":"cache","operation":"get","raw_path":"/"}"#,
        r#"{"interface":"cache","params":{}}"#,
        r#"{"interface":"cache","operation":5}"#,
        r#"{"interface":"cache","operation":"get","operation":"set"}"#,
    ] {
        assert_eq!(kind(json), EventKind::Unknown, "{json}");
    }
}

#[test]
fn the_doctor_takes_no_other_key() {
    assert_eq!(kind(r#"{"zerobill":"doctor","directive":{}}"#), EventKind::Unknown);
    assert_eq!(kind(r#"{"zerobill":"doctor","zerobill":"doctor"}"#), EventKind::Unknown);
    assert_eq!(kind(r#"{"zerobill":"Doctor"}"#), EventKind::Unknown);
}
