//! `scheduled_job`: rates are fetched, and a server that is down is left alone.

use serde_json::{Value, json};

use crate::{function::Function, server::Server};

fn tick() -> Value {
    json!({
        "version": "0",
        "id": "c0730285-94a1-43cd-b5e6-0718293a4b5c",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-15T14:15:00Z",
        "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:123456789012:rule/every-hour"],
        "detail": {},
    })
}

fn start(server: &Server) -> Function {
    // One try each, so that requests can be counted.
    let variables = [
        ("ZEROBILL_RATES_URL", server.url.as_str()),
        ("ZEROBILL_HTTP_CLIENT_RETRIES", "0"),
    ];
    Function::start(env!("CARGO_BIN_EXE_scheduled-job"), &variables)
}

#[test]
fn the_rates_are_fetched_and_counted() {
    let server = Server::start(200, r#"{"EUR":0.92,"GBP":0.79}"#);
    let function = start(&server);
    assert_eq!(function.invoke(&tick()), (json!({ "fetched": 2 }), false));
    let lines = function.logged();
    assert_eq!(
        (&lines[0]["message"], &lines[0]["rates"]),
        (&json!("rates fetched"), &json!({ "EUR": 0.92, "GBP": 0.79 }))
    );
    assert_eq!(lines.last().unwrap()["RatesFetched"], 2);
    assert_eq!(server.requests(), 1);
}

#[test]
fn after_two_failures_the_server_is_left_alone() {
    let server = Server::start(500, "down");
    let function = start(&server);
    let error = json!({ "errorType": "invalid_response", "errorMessage": "the rates' server answered with 500" });
    assert_eq!(function.invoke(&tick()), (error, true));
    server.answer(200, "no JSON");
    let (reply, failed) = function.invoke(&tick());
    assert_eq!((&reply["errorType"], failed), (&json!("invalid_response"), true));
    server.answer(200, "{}");
    for _ in 0..3 {
        assert_eq!(
            function.invoke(&tick()),
            (json!({ "skipped": "the server is down" }), false)
        );
    }
    assert_eq!(server.requests(), 2);
}
