//! Execution environments: L14, L15, L17, L20.

use std::{path::Path, thread, time::Duration};

use serde_json::json;

use crate::subject::{Stopwatch, Subject, assert_failed};

#[test]
fn l14_a_program_that_exits_in_init_is_reported_at_once() {
    let subject = Subject::new();
    let begun = Stopwatch::start();
    let response = subject.invoke_other("conformance-exits", "", b"{}");
    let message = "Runtime exited with error: exit status 1";
    assert_failed(&response, "Runtime.ExitError", message);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn l14_a_program_that_never_asks_is_reported_after_ten_seconds() {
    let subject = Subject::new();
    let begun = Stopwatch::start();
    let response = subject.invoke_other("conformance-silent", "", b"{}");
    let elapsed = begun.elapsed();
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    assert_eq!(response.json()["errorType"], "Sandbox.Timedout");
    assert!(
        (Duration::from_secs(9)..Duration::from_secs(13)).contains(&elapsed),
        "{elapsed:?}"
    );
}

#[test]
fn l15_a_handler_past_its_timeout_is_ended_then() {
    let subject = Subject::new();
    let process = subject.answer(&json!({}))["process"].clone();
    let begun = Stopwatch::start();
    let response = subject.invoke("", br#"{"do":"sleep","ms":4000}"#);
    let elapsed = begun.elapsed();
    assert_failed(&response, "Sandbox.Timedout", "Task timed out after 3.00 seconds");
    assert!(
        (Duration::from_millis(2_900)..Duration::from_millis(3_900)).contains(&elapsed),
        "{elapsed:?}"
    );
    assert_ne!(subject.answer(&json!({}))["process"], process);
}

#[test]
fn l15_the_clock_starts_after_init() {
    // INIT takes 2 s, the event as long, and 3 s are allowed.
    let response = Subject::new().invoke_other("conformance-slow", "", b"{}");
    assert_eq!(response.header("x-amz-function-error"), None, "{}", response.text());
    assert_eq!((response.status, response.text()), (200, "\"slowly\""));
}

#[test]
fn l17_every_reserved_variable_is_set() {
    let reply = Subject::new().answer(&json!({}));
    let variables = &reply["variables"];
    let missing: Vec<_> = [
        "_HANDLER",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TZ",
    ]
    .into_iter()
    .filter(|name| variables[name].as_str().is_none_or(str::is_empty))
    .collect();
    assert_eq!(missing, [""; 0]);
    assert_eq!(variables["AWS_LAMBDA_FUNCTION_NAME"], "conformance");
}

#[test]
fn l20_an_idle_function_waits_for_its_next_event() {
    // Takes 3 s, in which nothing may happen.
    let subject = Subject::new();
    let process = subject.answer(&json!({}))["process"].clone();
    thread::sleep(Duration::from_secs(3));
    assert!(
        Path::new(&format!("/proc/{process}")).exists(),
        "the process {process} has ended"
    );
    subject.answer(&json!({}));
}
