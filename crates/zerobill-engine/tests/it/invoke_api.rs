//! The Invoke API: what SDKs send and what they read.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;

use crate::{
    client::{Response, request},
    lab::{Lab, NAME, Stopwatch, eventually},
};

fn is_error(response: &Response, status: u16, code: &str) {
    assert_eq!(response.status, status, "{}", response.text());
    assert_eq!(response.header("x-amzn-errortype"), Some(code));
    assert_eq!(response.header("content-type"), Some("application/json"));
    let document = response.json();
    let message = document.get("message").or_else(|| document.get("Message"));
    assert!(
        message
            .and_then(Value::as_str)
            .is_some_and(|message| !message.is_empty()),
        "{document}"
    );
}

#[test]
fn a_reply_comes_back_with_its_headers() {
    let lab = Lab::new("echo");
    let response = lab.post("", br#"{"text":"gr\u00fc\u00dfe"}"#);
    assert_eq!(response.status, 200);
    assert_eq!(response.header("x-amz-executed-version"), Some("$LATEST"));
    assert_eq!(response.header("x-amz-function-error"), None);
    assert_eq!(response.header("x-amz-log-result"), None);
    let reply = response.json();
    assert_eq!(reply["event"], json!({ "text": "grüße" }));
    assert_eq!(response.header("x-amzn-requestid"), reply["request_id"].as_str());
}

#[test]
fn an_empty_body_is_an_empty_object() {
    let lab = Lab::new("echo");
    assert_eq!(lab.post("", b"").json()["event"], json!({}));
}

#[test]
fn a_function_is_found_by_name_arn_and_qualifier() {
    let lab = Lab::new("echo");
    for name in [
        "hello",
        "hello:$LATEST",
        "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Ahello",
        "arn:aws:lambda:eu-west-1:123456789012:function:hello:live",
        "123456789012:function:hello",
    ] {
        let path = format!("/2015-03-31/functions/{name}/invocations?Qualifier=1");
        assert_eq!(request(lab.address, "POST", &path, "", b"{}").status, 200, "{name}");
    }
    let response = request(
        lab.address,
        "POST",
        "/2015-03-31/functions/other/invocations",
        "",
        b"{}",
    );
    is_error(&response, 404, "ResourceNotFoundException");
    assert!(response.text().contains("function:other"), "{}", response.text());
}

#[test]
fn what_the_caller_says_of_itself_arrives() {
    let lab = Lab::new("echo");
    // {"client": {}, "custom": {"k": "grüße"},\n "environment": {}}, with a line end that no header can hold.
    let context = "eyJjbGllbnQiOiB7Imluc3RhbGxhdGlvbl9pZCI6ICIiLCAiYXBwX3RpdGxlIjogIiIsICJhcHBfdmVyc2lvbl9uYW1lIjogIiIsICJhcHBfdmVyc2lvbl9jb2RlIjogIiIsICJhcHBfcGFja2FnZV9uYW1lIjogIiJ9LCAiY3VzdG9tIjogeyJrIjogImdyw7zDn2UifSwKICJlbnZpcm9ubWVudCI6IHt9fQ==";
    let trace = "Root=1-5e1b4151-43a0913a12345678901234567;Sampled=1";
    let head = format!("X-Amz-Client-Context: {context}\r\nX-Amzn-Trace-Id: {trace}\r\nX-Amz-Tenant-Id: tenant-a\r\n");
    let reply = lab.post(&head, b"{}").json();
    assert_eq!(reply["client_context"]["custom"], json!({ "k": "grüße" }), "{reply}");
    assert_eq!(reply["trace_id"], trace);
    assert_eq!(reply["tenant_id"], "tenant-a");
    let reply = lab.post("", b"{}").json();
    assert!(reply["trace_id"].as_str().unwrap().starts_with("Root=1-"), "{reply}");
    assert_eq!(
        (&reply["client_context"], &reply["tenant_id"]),
        (&Value::Null, &Value::Null)
    );
    for wrong in ["%%%", "bm8ganNvbg=="] {
        let response = lab.post(&format!("X-Amz-Client-Context: {wrong}\r\n"), b"{}");
        assert_eq!(response.status, 400, "{wrong}: {}", response.text());
    }
}

#[test]
fn l12_a_handler_error_is_a_200_with_the_error_header_and_document() {
    let lab = Lab::new("misbehaves");
    let response = lab.post("", br#"{"do":"fail"}"#);
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    let document = response.json();
    assert_eq!(document["errorMessage"], "asked to fail");
    assert!(document["errorType"].is_string(), "{document}");
    assert_eq!(response.header("x-amz-executed-version"), Some("$LATEST"));
}

#[test]
fn l13_an_event_is_taken_at_once_and_tried_three_times_under_one_id() {
    // Takes 3 s: the pauses before the retries.
    let lab = Lab::new("misbehaves");
    let stopwatch = Stopwatch::start();
    let response = lab.post("X-Amz-Invocation-Type: Event\r\n", br#"{"do":"fail"}"#);
    assert!(stopwatch.elapsed() < Duration::from_secs(1));
    assert_eq!((response.status, response.text()), (202, ""));
    lab.log.wait_for("REPORT ", 3);
    let request_id = response.header("x-amzn-requestid").unwrap();
    let starts = lab.log.starting("START ");
    assert_eq!(
        starts,
        vec![format!("START RequestId: {request_id} Version: $LATEST"); 3]
    );
    let given_up = eventually("the loss is said", || {
        lab.log
            .lines()
            .into_iter()
            .find(|line| line.contains(request_id) && line.contains("given up"))
    });
    assert!(given_up.contains("3 attempts"), "{given_up}");
    assert_eq!(lab.state().errors, 3);
}

#[test]
fn l13_an_event_that_succeeds_runs_once() {
    let lab = Lab::new("echo");
    let response = lab.post("X-Amz-Invocation-Type: Event\r\n", b"{}");
    assert_eq!(response.status, 202);
    lab.log.wait_for("REPORT ", 1);
    assert_eq!(lab.post("", b"{}").status, 200);
    assert_eq!(lab.state().invocations, 2);
}

#[test]
fn l13_events_wait_for_an_environment_instead_of_being_throttled() {
    let lab = Lab::with("meets", |settings| settings.concurrency = 1);
    let folder = tempdir().unwrap();
    let go = folder.path().join("go");
    for n in 0..20 {
        let event = json!({ "await": [go], "touch": folder.path().join(format!("event-{n}")) });
        let response = lab.post("X-Amz-Invocation-Type: Event\r\n", event.to_string().as_bytes());
        assert_eq!(response.status, 202);
    }
    std::fs::write(&go, "").unwrap();
    lab.log.wait_for("REPORT ", 20);
    let all = (0..20).all(|n| folder.path().join(format!("event-{n}")).exists());
    assert!(all, "an event was lost");
    assert_eq!(lab.state().invocations, 20);
}

#[test]
fn l13_a_dry_run_is_a_204_and_runs_nothing() {
    let lab = Lab::new("echo");
    let response = lab.post("X-Amz-Invocation-Type: DryRun\r\n", b"{}");
    assert_eq!((response.status, response.text()), (204, ""));
    assert_eq!(lab.state().cold_starts, 0);
}

#[test]
fn l16_payloads_over_the_limits_are_refused_or_replaced() {
    let lab = Lab::new("big_reply");
    let event = |bytes: usize| format!("{{\"x\":\"{}\"}}", "x".repeat(bytes - 8)).into_bytes();
    assert_eq!(lab.post("", &event(6_291_556)).status, 200);
    is_error(&lab.post("", &event(6_291_557)), 413, "RequestTooLargeException");
    is_error(&lab.post("", &event(7_000_000)), 413, "RequestTooLargeException");
    let asynchronous = "X-Amz-Invocation-Type: Event\r\n";
    assert_eq!(lab.post(asynchronous, &event(1_048_576)).status, 202);
    is_error(
        &lab.post(asynchronous, &event(1_048_577)),
        413,
        "RequestTooLargeException",
    );

    let reply = |bytes: usize| lab.post("", json!({ "bytes": bytes }).to_string().as_bytes());
    let fits = reply(6_291_556);
    assert_eq!(
        (fits.header("x-amz-function-error"), fits.body.len()),
        (None, 6_291_556)
    );
    let large = reply(6_291_557);
    assert_eq!(
        (large.status, large.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    let document = large.json();
    assert_eq!(document["errorType"], "Function.ResponseSizeTooLarge");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.contains("6291557 bytes") && message.contains("6291556 bytes"),
        "{message}"
    );
    assert_eq!(reply(10).status, 200);
}

#[test]
fn l21_the_tail_is_the_last_4_kb_of_the_log() {
    let lab = Lab::new("echo");
    lab.post("", b"{}");
    let tail = |print: &str| {
        let event = json!({ "print": print }).to_string();
        let response = lab.post("X-Amz-Log-Type: Tail\r\n", event.as_bytes());
        let encoded = response.header("x-amz-log-result").unwrap().to_owned();
        let request_id = response.header("x-amzn-requestid").unwrap().to_owned();
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, encoded).unwrap();
        (request_id, String::from_utf8(bytes).unwrap())
    };
    let (request_id, short) = tail("hello");
    let lines: Vec<&str> = short.lines().collect();
    assert_eq!(lines.len(), 4, "{short}");
    assert_eq!(lines[0], format!("START RequestId: {request_id} Version: $LATEST"));
    assert_eq!(lines[1], "hello");
    assert_eq!(lines[2], format!("END RequestId: {request_id}"));
    assert!(
        lines[3].starts_with(&format!("REPORT RequestId: {request_id}\t")),
        "{short}"
    );
    let (request_id, long) = tail(&"x".repeat(5_000));
    assert_eq!(long.len(), 4_096);
    assert!(long.starts_with('x') && long.contains(&format!("x\nEND RequestId: {request_id}\nREPORT ")));
}

#[test]
fn what_is_no_json_is_refused_and_the_next_event_served() {
    let lab = Lab::new("echo");
    for malformed in [&b"{\"do\": "[..], b"nope", b"{} {}", &[0xff, 0xfe]] {
        is_error(&lab.post("", malformed), 400, "InvalidRequestContentException");
    }
    is_error(
        &lab.post("X-Amz-Invocation-Type: Later\r\n", b"{}"),
        400,
        "InvalidParameterValueException",
    );
    assert_eq!(lab.state().invocations, 0);
    assert_eq!(lab.post("", b"[1]").json()["event"], json!([1]));
}

#[test]
fn reserved_concurrency_is_read_set_and_taken_back() {
    let lab = Lab::new("echo");
    let put = |body: &str| {
        let path = format!("/2017-10-31/functions/{NAME}/concurrency");
        request(lab.address, "PUT", &path, "", body.as_bytes())
    };
    let get = || {
        request(
            lab.address,
            "GET",
            &format!("/2019-09-30/functions/{NAME}/concurrency"),
            "",
            b"",
        )
    };
    assert_eq!(get().text(), "{}");
    let response = put(r#"{"ReservedConcurrentExecutions":0}"#);
    assert_eq!(
        (response.status, response.text()),
        (200, r#"{"ReservedConcurrentExecutions":0}"#)
    );
    assert_eq!(get().text(), r#"{"ReservedConcurrentExecutions":0}"#);
    is_error(&lab.post("", b"{}"), 429, "TooManyRequestsException");
    for wrong in ["", "{}", r#"{"ReservedConcurrentExecutions":-1}"#] {
        is_error(&put(wrong), 400, "InvalidParameterValueException");
    }
    let response = request(
        lab.address,
        "DELETE",
        &format!("/2017-10-31/functions/{NAME}/concurrency"),
        "",
        b"",
    );
    assert_eq!((response.status, response.text()), (204, ""));
    assert_eq!(get().text(), "{}");
    assert_eq!(lab.post("", b"{}").status, 200);
    let response = request(lab.address, "GET", "/2019-09-30/functions/other/concurrency", "", b"");
    is_error(&response, 404, "ResourceNotFoundException");
}

#[test]
fn the_state_counts_what_the_month_is_billed() {
    let lab = Lab::new("misbehaves");
    lab.post("", b"{}");
    lab.post("", br#"{"do":"fail"}"#);
    lab.log.wait_for("REPORT ", 2);
    let state = request(lab.address, "GET", "/_zerobill/state", "", b"").json();
    let function = &state["functions"][0];
    assert_eq!((&function["name"], &function["invocations"]), (&json!(NAME), &json!(2)));
    assert_eq!((&function["cold_starts"], &function["errors"]), (&json!(1), &json!(1)));
    let billed: u64 = lab
        .log
        .starting("REPORT ")
        .iter()
        .map(|line| line.parse::<zerobill_free_tier::Report>().unwrap().billed_ms)
        .sum();
    assert_eq!(function["billed_ms"], billed);
    assert_eq!(state["free_tier"]["requests"]["free"], 1_000_000);
    let used = state["free_tier"]["gb_seconds"]["used"].as_f64().unwrap();
    let expected = 128.0 * billed as f64 / 1_024_000.0;
    assert!((used - expected).abs() < 1e-12, "{used} {expected}");
    let share = state["free_tier"]["requests"]["share"].as_f64().unwrap();
    assert!((share - 2e-6).abs() < 1e-18, "{share}");
}

#[test]
fn a_caller_that_goes_away_does_not_end_the_invocation() {
    let lab = Lab::with("meets", |settings| settings.concurrency = 1);
    let folder = tempdir().unwrap();
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let event = json!({ "touch": begun, "await": [go] }).to_string();
    let mut connection = crate::client::Connection::open(lab.address);
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    connection.send("POST", &path, "", event.as_bytes());
    eventually("the invocation runs", || begun.exists().then_some(()));
    drop(connection);
    std::fs::write(&go, "").unwrap();
    lab.log.wait_for("REPORT ", 1);
    eventually("the environment waits again", || (lab.state().idle == 1).then_some(()));
    assert_eq!(lab.post("", b"{}").status, 200);
    assert_eq!(lab.state().cold_starts, 1);
}
