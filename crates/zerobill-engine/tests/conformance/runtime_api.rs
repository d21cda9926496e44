//! The Runtime API and the Extensions API as the function sees them: L18, L19, L23.

use serde_json::json;

use crate::subject::Subject;

fn epoch_ms() -> u64 {
    let date = std::process::Command::new("date").arg("+%s%3N").output().unwrap();
    String::from_utf8(date.stdout).unwrap().trim().parse().unwrap()
}

#[test]
fn l18_the_deadline_is_that_of_the_invocation_in_milliseconds() {
    let subject = Subject::new();
    let mut deadlines = Vec::new();
    for _ in 0..2 {
        let before = epoch_ms();
        let reply = subject.answer(&json!({}));
        let deadline = reply["headers"]["lambda-runtime-deadline-ms"].as_str();
        let deadline: u64 = deadline.expect("a deadline").parse().expect("milliseconds");
        let after = epoch_ms();
        assert!(
            (before + 3_000..=after + 3_000).contains(&deadline),
            "{before} {deadline} {after}"
        );
        deadlines.push(deadline);
    }
    assert_ne!(deadlines[0], deadlines[1]);
}

#[test]
fn l19_only_the_event_in_hand_is_answered_and_only_once() {
    let subject = Subject::new();
    let reply = subject.answer(&json!({}));
    let sent = reply["headers"]["lambda-runtime-invocation-id"].as_str();
    assert!(sent.is_some_and(|id| !id.is_empty()), "no id of the delivery is sent");
    let response = subject.invoke("", br#"{"do":"wrong answers"}"#);
    assert_eq!(response.text(), "\"right\"");
    let statuses = subject.answer(&json!({}))["statuses"].clone();
    assert_eq!(statuses["right"], 202);
    for wrong in ["other", "late", "twice"] {
        let status = statuses[wrong].as_u64().unwrap_or_default();
        assert!((400..500).contains(&status), "`{wrong}` was answered with {status}");
    }
}

/// An extension beside the function is a program that the local Lambda must be given, and how it ends comes with the end of
/// the environment, which no URL asks for: those halves of the row are in `tests/it/extensions.rs`.
#[test]
fn l23_an_extension_inside_the_function_hears_of_each_invocation() {
    let subject = Subject::new();
    for _ in 0..2 {
        let response = subject.invoke_other("conformance-extended", "", b"{}");
        assert_eq!(response.status, 200, "{}", response.text());
        let reply = response.json();
        let registered = json!({
            "status": 200,
            "document": r#"{"functionName":"conformance-extended","functionVersion":"$LATEST","handler":"bootstrap"}"#,
        });
        assert_eq!(reply["registered"]["status"], 200);
        assert_eq!(reply["registered"], registered);
        let deadline: u64 = reply["deadline"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .unwrap_or_default();
        let expected = json!({
            "eventType": "INVOKE",
            "deadlineMs": deadline,
            "requestId": reply["requestId"],
            "invokedFunctionArn": reply["arn"],
            "tracing": { "type": "X-Amzn-Trace-Id", "value": reply["trace"] },
        });
        assert_eq!(reply["event"], expected);
    }
}
