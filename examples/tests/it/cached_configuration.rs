//! `cached_configuration`: one fetch serves many invocations, and old switches serve while the server is down.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    function::{Function, PATIENCE},
    server::Server,
};

fn start(server: &Server, fresh_seconds: &str) -> Function {
    let variables = [
        ("ZEROBILL_FEATURES_URL", server.url.as_str()),
        ("ZEROBILL_FEATURES_FRESH_SECONDS", fresh_seconds),
        ("ZEROBILL_HTTP_CLIENT_RETRIES", "0"),
    ];
    Function::start(env!("CARGO_BIN_EXE_cached-configuration"), &variables)
}

fn ask(function: &Function, feature: &str) -> (u16, Value) {
    let response = function.request(&format!("GET /{feature}"), &[], "");
    (response.status, response.body["data"].clone())
}

#[test]
fn one_fetch_serves_many_invocations() {
    let server = Server::start(200, r#"{"dark":true,"beta":false}"#);
    let function = start(&server, "60");
    assert_eq!(ask(&function, "dark"), (200, json!({ "feature": "dark", "on": true })));
    assert_eq!(ask(&function, "beta"), (200, json!({ "feature": "beta", "on": false })));
    assert_eq!(ask(&function, "new"), (200, json!({ "feature": "new", "on": false })));
    assert_eq!(function.messages(), ["features fetched"]);
    assert_eq!(server.requests(), 1);
}

/// Takes 1 s: the time for which the switches are fresh.
#[test]
#[expect(clippy::disallowed_methods, reason = "a bound for waiting in real time")]
fn old_switches_serve_while_the_server_is_down() {
    let server = Server::start(200, r#"{"dark":true}"#);
    let function = start(&server, "1");
    assert_eq!(ask(&function, "dark"), (200, json!({ "feature": "dark", "on": true })));
    server.answer(500, "down");
    let started = Instant::now();
    while server.requests() < 2 {
        assert!(started.elapsed() < PATIENCE, "it is never fetched again");
        assert_eq!(ask(&function, "dark"), (200, json!({ "feature": "dark", "on": true })));
    }
    server.answer(200, r#"{"dark":false}"#);
    while ask(&function, "dark").1["on"] == true {
        assert!(started.elapsed() < PATIENCE, "the new switches are never seen");
    }
}

#[test]
fn without_any_switches_the_function_says_so() {
    let server = Server::start(500, "down");
    let function = start(&server, "60");
    let response = function.request("GET /dark", &[], "");
    let error = json!({ "code": "unavailable", "message": "the features' server answered with 500" });
    assert_eq!((response.status, &response.body["error"]), (503, &error));
    assert_eq!(function.messages(), ["the features' server answered with 500"]);
}
