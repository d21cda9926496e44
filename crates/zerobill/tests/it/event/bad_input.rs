//! Events that are malformed, hostile, or of a shape nobody sends.

use zerobill::event::EventKind;

use super::{event, kind};

#[test]
fn what_is_no_object_is_unknown() {
    for json in [
        "null",
        "true",
        "5",
        "-0.0e-7",
        "1e999",
        r#""directive""#,
        r#""\ud800""#,
        "[]",
        "{}",
    ] {
        assert_eq!(kind(json), EventKind::Unknown, "{json}");
        assert_eq!(event(json).bytes(), json.as_bytes());
    }
    assert_eq!(kind(r#"[{"directive":{"header":{}}}]"#), EventKind::Unknown);
}

#[test]
fn a_telling_member_of_the_wrong_type_is_unknown() {
    for json in [
        r#"{"directive":5}"#,
        r#"{"directive":{"header":"Discover"}}"#,
        r#"{"directive":[{"header":{}}]}"#,
        r#"{"requestContext":"http"}"#,
        r#"{"requestContext":[{"http":{}}]}"#,
        r#"{"requestContext":{"http":"GET"}}"#,
        r#"{"requestContext":{"elb":1}}"#,
        r#"{"requestContext":{"connectionId":7}}"#,
        r#"{"requestContext":{},"httpMethod":["GET"]}"#,
        r#"{"httpMethod":"GET"}"#,
        r#"{"Records":{"eventSource":"aws:sqs"}}"#,
        r#"{"Records":[]}"#,
        r#"{"Records":["aws:sqs"]}"#,
        r#"{"Records":[{"eventSource":5}]}"#,
        r#"{"Records":[{"eventSource":"aws:SQS"}]}"#,
        r#"{"Records":[null,{"eventSource":"aws:sqs"}]}"#,
        r#"{"detail-type":5,"source":"shop","detail":{}}"#,
        r#"{"detail-type":"Order","source":"shop"}"#,
        r#"{"text":"light on","language":5}"#,
        r#"{"requestType":null}"#,
        r#"{"zerobill":["doctor"]}"#,
    ] {
        assert_eq!(kind(json), EventKind::Unknown, "{json}");
    }
}

#[test]
fn half_a_surrogate_pair_hides_nothing_around_it() {
    let json = r#"{"\ud800":"\udfff","directive":{"\udbff":1,"header":{"name":"\ud800x"}}}"#;
    assert_eq!(kind(json), EventKind::AlexaSmartHome);
    // Where the half pair is what would tell, nothing does.
    assert_eq!(
        kind(r#"{"Records":[{"eventSource":"aws:sqs\ud800"}]}"#),
        EventKind::Unknown
    );
    assert_eq!(event(r#"{"requestType":"\ud800"}"#).request_type(), None);
}

#[test]
fn of_duplicate_members_the_last_tells() {
    assert_eq!(
        kind(r#"{"directive":5,"directive":{"header":{}}}"#),
        EventKind::AlexaSmartHome
    );
    assert_eq!(kind(r#"{"directive":{"header":{}},"directive":5}"#), EventKind::Unknown);
}

#[test]
fn numbers_no_type_can_hold_are_passed_over() {
    let json = r#"{"a":1e999,"b":123456789012345678901234567890,"directive":{"header":{"n":-1e-999}}}"#;
    assert_eq!(kind(json), EventKind::AlexaSmartHome);
}

#[test]
fn nesting_of_any_depth_is_passed_over() {
    let (open, close) = ("[".repeat(200_000), "]".repeat(200_000));
    let deep = format!(r#"{{"a":{open}{close},"requestContext":{{"x":{open}{close},"http":{{}}}}}}"#);
    assert_eq!(kind(&deep), EventKind::HttpV2);
    assert_eq!(kind(&format!("{open}{close}")), EventKind::Unknown);

    let objects = format!("{}1{}", r#"{"directive":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(kind(&objects), EventKind::Unknown);
    // Decoding is bounded where classifying is not, and says so briefly.
    let error = event(&objects).decode::<serde_json::Value>().unwrap_err();
    assert!(error.path().starts_with("directive.directive."), "{error}");
    assert!(error.reason().starts_with("recursion limit exceeded"), "{error}");
    assert!(error.to_string().len() < 400, "{} bytes", error.to_string().len());
}

#[test]
fn a_large_body_is_kept_exactly() {
    let body = "x".repeat(6 * 1024 * 1024);
    let json = format!(r#"{{"body":"{body}","requestContext":{{"http":{{}}}}}}"#);
    let event = event(&json);
    assert_eq!(event.kind(), EventKind::HttpV2);
    assert!(event.bytes() == json.as_bytes());
    assert!(event.payload().get() == json);
}
