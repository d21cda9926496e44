//! What an event answers beside its kind: correlation id, request type, Function URL, decoding, debug output.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{event, sample};

#[test]
fn the_correlation_id_is_where_each_service_puts_it() {
    let found = [
        ("function-url", Some("5f0c9b1e-2d3a-4c56-8e7f-90a1b2c3d4e5")),
        ("http-api", Some("XkPlaceholder1=")),
        ("rest-api", Some("7b2ebd30-4f5c-4e78-a091-b2c3d4e5f607")),
        ("alb", Some("Root=1-6968f437-0123456789abcdef01234567")),
        ("eventbridge", Some("bf62f174-8390-42bc-a4d5-f60718293a4b")),
        ("schedule", Some("c0730285-94a1-43cd-b5e6-0718293a4b5c")),
        ("sqs", None),
        ("alexa-turn-on", None),
        ("health", None),
    ];
    for (name, expected) in found {
        assert_eq!(event(&sample(name)).correlation_id().as_deref(), expected, "{name}");
    }
}

#[test]
fn the_trace_header_of_a_load_balancer_ignores_case_and_may_have_many_values() {
    let one = r#"{"requestContext":{"elb":{}},"headers":{"X-Amzn-Trace-Id":"Root=\u0031"}}"#;
    assert_eq!(event(one).correlation_id().as_deref(), Some("Root=1"));
    let many = r#"{"requestContext":{"elb":{}},"multiValueHeaders":{"X-AMZN-TRACE-ID":["Root=2","Root=3"]}}"#;
    assert_eq!(event(many).correlation_id().as_deref(), Some("Root=2"));
    for without in [
        r#"{"requestContext":{"elb":{}}}"#,
        r#"{"requestContext":{"elb":{}},"headers":{"x-amzn-trace":"Root=1"}}"#,
        r#"{"requestContext":{"elb":{}},"headers":{"x-amzn-trace-id":["Root=1"]}}"#,
        r#"{"requestContext":{"elb":{}},"headers":5,"multiValueHeaders":{}}"#,
        r#"{"requestContext":{"elb":{}},"multiValueHeaders":{"x-amzn-trace-id":[]}}"#,
    ] {
        assert_eq!(event(without).correlation_id(), None, "{without}");
    }
}

#[test]
fn a_correlation_id_that_is_no_string_is_none() {
    assert_eq!(
        event(r#"{"requestContext":{"http":{},"requestId":5}}"#).correlation_id(),
        None
    );
    assert_eq!(event(r#"{"requestContext":{"http":{}}}"#).correlation_id(), None);
}

#[test]
fn the_request_type_is_readable_for_its_kind_alone() {
    assert_eq!(event(&sample("health")).request_type().as_deref(), Some("health_check"));
    assert_eq!(
        event(r#"{"requestType":"st\u0061ts"}"#).request_type().as_deref(),
        Some("stats")
    );
    let http = r#"{"requestType":"stats","requestContext":{"http":{}}}"#;
    assert_eq!(event(http).request_type(), None);
}

#[test]
fn a_function_url_is_told_by_its_domain_and_not_by_the_host_header() {
    let domain = |name: &str| {
        format!(
            r#"{{"headers":{{"host":"x.lambda-url.eu.on.aws"}},"requestContext":{{"http":{{}},"domainName":{name}}}}}"#
        )
    };
    assert!(event(&domain(r#""x.lambda-url.eu-central-1.on.aws""#)).is_function_url());
    assert!(event(&domain(r#""x\u002elambda-url.localhost""#)).is_function_url());
    assert!(!event(&domain(r#""x.execute-api.eu-central-1.amazonaws.com""#)).is_function_url());
    assert!(!event(&domain("null")).is_function_url());
}

#[derive(Debug, Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "requestContext")]
    context: Context,
    #[serde(borrow)]
    headers: &'a RawValue,
}

#[derive(Debug, Deserialize)]
struct Context {
    http: Http,
}

#[derive(Debug, Deserialize)]
struct Http {
    method: Method,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Method {
    #[serde(rename = "GET")]
    Get,
}

#[test]
fn decoding_may_borrow_from_the_event() {
    let event = event(&sample("function-url"));
    let envelope: Envelope<'_> = event.decode().unwrap();
    assert_eq!(envelope.context.http.method, Method::Get);
    assert!(envelope.headers.get().starts_with(
        r#"{
    "accept": "application/json","#
    ));
}

#[test]
fn a_decoding_error_names_the_path_and_repeats_no_value() {
    let cases = [
        (
            r#"{"requestContext":{"http":{"method":"secret, expected"}},"headers":{}}"#,
            "event does not decode at `requestContext.http.method`: unknown variant, expected `GET` at line 1 column 54",
        ),
        (
            r#"{"requestContext":{"http":"secret\", expected"},"headers":{}}"#,
            "event does not decode at `requestContext.http`: invalid type: string, expected struct Http at line 1 column 46",
        ),
        (
            r#"{"requestContext":{"http":{}},"headers":{}}"#,
            "event does not decode at `requestContext.http`: missing field `method` at line 1 column 28",
        ),
        (
            r#"{"requestContext":5,"headers":{}}"#,
            "event does not decode at `requestContext`: invalid type: integer, expected struct Context at line 1 column 19",
        ),
        (
            "{}",
            "event does not decode at `.`: missing field `requestContext` at line 1 column 2",
        ),
    ];
    for (json, message) in cases {
        let event = event(json);
        let error = event.decode::<Envelope<'_>>().unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(
            format!("event does not decode at `{}`: {}", error.path(), error.reason()),
            message
        );
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn debug_output_holds_no_payload() {
    assert_eq!(
        format!("{:?}", event(r#"{"directive":{"header":{},"token":"secret"}}"#)),
        "Event { kind: AlexaSmartHome, bytes: 44, .. }"
    );
}
