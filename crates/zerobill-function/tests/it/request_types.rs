//! Direct invocations with `requestType`, and events that no handler answers.

use serde_json::{Value, json};

use crate::lab::Lab;

#[test]
fn a_health_check_names_every_interface() {
    let lab = Lab::new();
    let health = lab.answer(r#"{"requestType":"health_check"}"#);
    let names: Vec<&str> = health["interfaces"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut all: Vec<&str> = zerobill::CATALOGUE.iter().map(|row| row.name).collect();
    all.sort_unstable();
    assert_eq!(names, all);
    let interfaces: serde_json::Map<String, Value> = all
        .into_iter()
        .map(|name| (name.to_owned(), json!({ "status": "ok" })))
        .collect();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        health,
        json!({ "status": "ok", "version": version, "interfaces": interfaces })
    );
    assert_eq!(lab.logged(), [] as [Value; 0]);
}

#[test]
fn stats_count_what_was_before() {
    let lab = Lab::new();
    lab.error(r#"{"requestType":"nope"}"#);
    lab.answer(r#"{"requestType":"health_check"}"#);
    let mut stats = lab.answer(r#"{"requestType":"stats"}"#);
    for measured in ["duration_us", "billed_ms"] {
        assert!(stats["usage"][measured].take().as_u64().unwrap() > 0, "{measured}");
    }
    assert!(stats["age_ms"].take().is_u64());
    assert_eq!(stats["analytics"].take()["requests"], 2);
    assert_eq!(
        stats,
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "age_ms": null,
            "usage": {
                "invocations": 3, "in_flight": 1, "errors": 1, "duration_us": null, "billed_ms": null,
                "operations": 0, "operation_errors": 0,
            },
            "built": [],
            "lost_lines": 0,
            "analytics": null,
        })
    );
}

#[test]
fn analytics_say_what_the_requests_before_used() {
    let lab = Lab::set(&[("ZEROBILL_ANALYTICS_REQUESTS", "2"), ("ZEROBILL_LOG_LEVEL", "CRITICAL")]);
    lab.error(r#"{"requestType":"nope"}"#);
    lab.answer(r#"{"requestType":"health_check"}"#);
    lab.request("GET /health", "");
    let (reply, _) = lab.invoke(r#"{"requestType":"analytics"}"#);
    let tally = zerobill::analytics::read(&reply).unwrap().unwrap().tally;
    let counts = |counts: &std::collections::BTreeMap<String, u64>| serde_json::to_value(counts).unwrap();
    assert_eq!((tally.requests, tally.first_requests, tally.failed), (3, 1, 1));
    assert_eq!(
        counts(&tally.kinds),
        json!({ "request-type": 1, "request-type/health_check": 1, "http-v2": 1 })
    );
    assert_eq!(counts(&tally.handlers), json!({ "request_type": 2, "http": 1 }));
    assert_eq!(counts(&tally.combinations), json!({ "logging": 1, "debug": 2 }));
    let logged = lab.logged();
    let requests: Vec<_> = logged
        .iter()
        .map(|line| line["analytics"]["requests"].clone())
        .collect();
    assert_eq!(requests, [1, 2, 4], "the analytics of its own request are in the last");
}

#[test]
fn an_unknown_request_type_is_answered_with_those_there_are_and_logged_once() {
    let lab = Lab::new();
    let message = "unknown requestType `größer`; there are `health_check`, `stats` and `analytics`";
    assert_eq!(
        lab.invoke(r#"{"requestType":"größer"}"#),
        (
            format!(r#"{{"errorType":"invalid_event","errorMessage":"{message}"}}"#),
            true
        )
    );
    let logged = lab.logged();
    assert_eq!(logged.len(), 1, "{logged:#?}");
    let line = &logged[0];
    for (key, value) in [
        ("level", json!("ERROR")),
        ("message", json!(message)),
        ("cold_start", json!(true)),
        ("function_name", json!("f")),
        ("function_memory_size", json!(128)),
        ("error_code", json!("invalid_event")),
        ("event_kind", json!("request-type")),
    ] {
        assert_eq!(line[key], value, "{key}");
    }
}

#[test]
fn a_long_request_type_is_not_repeated_whole() {
    let lab = Lab::new();
    let (_, message) = lab.error(json!({ "requestType": "ß".repeat(1_000_000) }).to_string());
    let start = "ß".repeat(64);
    assert_eq!(
        message,
        format!("unknown requestType `{start}`; there are `health_check`, `stats` and `analytics`")
    );
    assert_eq!(lab.logged()[0]["message"], message);
}

#[test]
fn an_event_that_nothing_answers_is_told_what_there_is() {
    let lab = Lab::new();
    let guard = if cfg!(feature = "guard") {
        "`{\"zerobill\":\"guard\"}`, schedules and alarms where `guard.table` is set, "
    } else {
        ""
    };
    let answers = format!(
        "it answers `{{\"requestType\":\"health_check\"}}`, `\"stats\"` and `\"analytics\"`, \
         exposed operations as `{{\"interface\":…,\"operation\":…,\"params\":{{…}}}}`, HTTP `GET /health`, {guard}\
         directives of Alexa's smart home, requests of custom skills, `{{\"text\":…,\"language\":…}}` for \
         Home Assistant's Assist, and `{{\"zerobill\":\"doctor\"}}`"
    );
    for (event, kind) in [
        ("{}", "unknown"),
        ("[]", "unknown"),
        ("null", "unknown"),
        ("-0.5e3", "unknown"),
        (r#""text""#, "unknown"),
        (r#"{"requestType":7}"#, "unknown"),
        (r#"{"Records":[{"eventSource":"aws:sqs","body":"x"}]}"#, "sqs"),
        (r#"{"text":"light on","language":"en"}"#, "assist"),
    ] {
        let message = format!("no handler of this function answers `{kind}` events; {answers}");
        assert_eq!(lab.error(event), ("unhandled_event".to_owned(), message), "{event}");
    }
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.errors), (8, 1, 8));
    assert_eq!(lab.logged().len(), 8);
}

#[test]
fn an_event_of_great_depth_or_size_changes_nothing() {
    let lab = Lab::set(&[("ZEROBILL_LOG_EVENT", "true")]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(lab.error(deep).0, "unhandled_event");
    let large = format!(r#"{{"padding":"{}"}}"#, "x".repeat(6_000_000));
    assert_eq!(lab.error(large).0, "unhandled_event");
    assert_eq!(lab.answer(r#"{"requestType":"health_check"}"#)["status"], "ok");
    assert_eq!(lab.state().cold_starts, 1);
}
