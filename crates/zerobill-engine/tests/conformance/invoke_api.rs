//! The Invoke API: L11 to L13, L16, L21.

use std::{thread, time::Duration};

use serde_json::json;

use crate::subject::{Stopwatch, Subject, count, within};

const LATER: &str = "X-Amz-Invocation-Type: Event\r\n";

#[test]
fn l11_of_20_at_once_each_is_answered_and_those_over_the_limit_with_429() {
    let subject = Subject::new();
    let event = br#"{"do":"sleep","ms":500}"#;
    let statuses: Vec<u16> = thread::scope(|scope| {
        let callers: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| {
                    let response = subject.invoke("", event);
                    if response.status == 429 {
                        assert_eq!(response.header("x-amzn-errortype"), Some("TooManyRequestsException"));
                        assert_eq!(response.json()["Type"], "User");
                    }
                    response.status
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    let having = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((having(200), having(429)), (10, 10), "{statuses:?}");
    let answered = within(Duration::from_secs(5), || subject.invoke("", b"{}").status == 200);
    assert!(answered, "it does not recover");
}

#[test]
fn l12_a_handler_error_is_a_200_with_the_error_header_and_the_document() {
    let response = Subject::new().invoke("", br#"{"do":"fail"}"#);
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    assert_eq!(
        response.text(),
        r#"{"errorType":"Asked","errorMessage":"asked to fail","stackTrace":["a"]}"#
    );
}

#[test]
fn l13_an_event_is_taken_at_once_and_a_failure_tried_twice_again() {
    let subject = Subject::new();
    let file = subject.file("attempts");
    let event = json!({ "do": "fail", "count": file }).to_string();
    let begun = Stopwatch::start();
    let response = subject.invoke(LATER, event.as_bytes());
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(response.status, 202);
    assert_eq!(response.text(), "");
    let tried = within(Duration::from_secs(8), || count(&file) == 3);
    assert!(tried, "it was tried {} times within 8 s", count(&file));
}

#[test]
fn l13_a_dry_run_is_a_204_and_runs_nothing() {
    let subject = Subject::new();
    let file = subject.file("runs");
    let event = json!({ "count": file }).to_string();
    let response = subject.invoke("X-Amz-Invocation-Type: DryRun\r\n", event.as_bytes());
    assert_eq!(response.status, 204);
    assert_eq!(response.text(), "");
    subject.answer(&json!({}));
    assert_eq!(count(&file), 0);
}

#[test]
fn l16_what_is_over_the_limits_is_refused_or_replaced() {
    let subject = Subject::new();
    let event = |bytes: usize| format!("{{\"x\":\"{}\"}}", "x".repeat(bytes - 8)).into_bytes();
    for (head, bytes) in [("", 6_291_557), (LATER, 1_048_577)] {
        let response = subject.invoke(head, &event(bytes));
        assert_eq!(
            (response.status, response.header("x-amzn-errortype")),
            (413, Some("RequestTooLargeException")),
            "{bytes} bytes"
        );
    }
    // At the limits they are taken.
    let event = |bytes: usize| {
        let text = "x".repeat(bytes - r#"{"do":"large reply","x":""}"#.len());
        format!(r#"{{"do":"large reply","x":"{text}"}}"#).into_bytes()
    };
    assert_eq!(subject.invoke("", &event(6_291_556)).text(), "\"\"");
    assert_eq!(subject.invoke(LATER, &event(1_048_576)).status, 202);
    let reply = |bytes: usize| {
        let event = json!({ "do": "large reply", "bytes": bytes }).to_string();
        subject.invoke("", event.as_bytes())
    };
    assert_eq!(reply(6_291_556).body.len(), 6_291_556);
    let refused = reply(6_291_557);
    assert_eq!(refused.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(
        refused.text(),
        r#"{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes)."}"#
    );
}

#[test]
fn l21_the_tail_is_the_last_4_kb_of_the_log() {
    let subject = Subject::new();
    let event = json!({ "do": "print", "text": "x".repeat(5_000) }).to_string();
    let response = subject.invoke("X-Amz-Log-Type: Tail\r\n", event.as_bytes());
    let encoded = response
        .header("x-amz-log-result")
        .expect("there is no tail")
        .to_owned();
    let tail = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, encoded).unwrap();
    let tail = String::from_utf8(tail).unwrap();
    assert_eq!(tail.len(), 4_096);
    assert!(
        tail.starts_with("xxx") && tail.contains("\nREPORT RequestId: "),
        "{tail}"
    );
}
