//! A function with a handler of its own, and all that can go wrong in one.

use std::time::Duration;

use serde_json::json;

use crate::{lab::Lab, process::own_handlers};

fn lab() -> Lab {
    Lab::with(|settings| settings.program = own_handlers().into())
}

const PANICKED: &str =
    r#"{"errorType":"handler_panicked","errorMessage":"the handler failed unexpectedly; its log says where"}"#;

#[test]
fn it_is_asked_before_the_built_in_ones_which_still_answer() {
    let lab = lab();
    assert_eq!(lab.answer(r#"{"do":"echo","value":7}"#), 7);
    assert_eq!(lab.answer(r#"{"requestType":"health_check"}"#)["status"], "ok");
    let (_, message) = lab.error("{}");
    assert!(
        message.contains("it answers orders as `{\"do\":…}`, `{\"requestType\":"),
        "{message}"
    );
}

#[test]
fn a_reply_is_the_right_bytes() {
    let lab = lab();
    for value in [
        r#""ä ß 漢字 ☂ 🦀 e\u0301""#,
        r#""\u0000\u001f\"\\/""#,
        r#"{"ключ":["значение",1.5,-0.0,1e300,18446744073709551615,null]}"#,
        r#""\ud83e\udd80""#,
    ] {
        let (reply, failed) = lab.invoke(format!(r#"{{"do":"echo","value":{value}}}"#));
        let expected: serde_json::Value = serde_json::from_str(value).unwrap();
        assert_eq!((reply, failed), (expected.to_string(), false));
    }
    let large = "ß".repeat(3_000_000);
    let (reply, failed) = lab.invoke(json!({ "do": "echo", "value": large }).to_string());
    assert!(!failed && reply.len() == 6_000_002 && reply.trim_matches('"') == large);
}

#[test]
fn a_panic_fails_one_invocation_and_its_line_says_where() {
    let lab = lab();
    let event = json!({ "do": "panic", "text": "no place for token=zbsecret-panic in row 7" });
    assert_eq!(lab.invoke(event.to_string()), (PANICKED.to_owned(), true));
    assert_eq!(
        lab.invoke(r#"{"do":"panic_with_a_number"}"#),
        (PANICKED.to_owned(), true)
    );
    assert_eq!(lab.invoke(r#"{"do":"panic before"}"#), (PANICKED.to_owned(), true));
    assert_eq!(lab.answer(r#"{"do":"echo","value":"after"}"#), "after");
    assert_eq!(lab.state().cold_starts, 1, "the same environment serves on");
    assert_eq!(lab.answer(r#"{"requestType":"stats"}"#)["usage"]["errors"], 3);

    let logged = lab.logged();
    let messages: Vec<&str> = logged.iter().map(|line| line["message"].as_str().unwrap()).collect();
    let outcome = "the handler failed unexpectedly; its log says where";
    assert_eq!(
        messages,
        [
            "panicked: no place for token=*** in row 7",
            outcome,
            "panicked: a value that is no text",
            outcome,
            "panicked: asked about a bad event",
            outcome,
        ]
    );
    for pair in logged.chunks(2) {
        assert_eq!(
            (&pair[0]["level"], &pair[1]["level"]),
            (&"ERROR".into(), &"ERROR".into())
        );
        assert_eq!(pair[0]["function_request_id"], pair[1]["function_request_id"]);
        let location = pair[0]["location"].as_str().unwrap();
        assert!(location.contains("examples/own_handlers.rs:"), "{location}");
        assert_eq!(pair[1]["error_code"], "handler_panicked");
    }
    assert!(!lab.log().join("\n").contains("zbsecret"));
}

#[test]
fn a_panic_in_a_task_or_in_a_logged_value_is_logged_in_its_invocation() {
    let lab = lab();
    assert_eq!(lab.answer(r#"{"do":"panic_in_a_task","text":"lost"}"#), true);
    assert_eq!(lab.answer(r#"{"do":"panic_while_logging"}"#), "logged");
    let logged = lab.logged();
    let messages: Vec<&str> = logged.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(
        messages,
        ["panicked: lost", "panicked: it cannot be shown", "this value panics"]
    );
    assert_eq!(logged[2]["value"], "<cannot be serialized: it panicked>");
    assert!(logged.iter().all(|line| line["function_request_id"].is_string()));
    assert_eq!(lab.answer(r#"{"requestType":"stats"}"#)["usage"]["errors"], 0);
}

#[test]
fn the_detail_of_an_error_is_for_the_log_alone() {
    let lab = lab();
    let event = json!({ "do": "fail", "message": "the store is down", "detail": "table `x` in eu-west-1" });
    assert_eq!(
        lab.error(event.to_string()),
        ("unavailable".to_owned(), "the store is down".to_owned())
    );
    let logged = lab.logged();
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0]["message"], "the store is down: table `x` in eu-west-1");
    assert_eq!(logged[0]["error_code"], "unavailable");
}

/// Takes 0.3 s: the function's limit.
#[test]
fn a_handler_past_its_limit_is_ended_and_a_new_environment_serves() {
    let lab = Lab::with(|settings| {
        settings.program = own_handlers().into();
        settings.timeout = Duration::from_millis(300);
    });
    let (code, message) = lab.error(r#"{"do":"sleep","ms":60000}"#);
    assert_eq!(code, "Sandbox.Timedout");
    assert!(
        message.ends_with(" Error: Task timed out after 0.30 seconds"),
        "{message}"
    );
    assert_eq!(
        lab.logged()[0]["message"],
        "sleeping",
        "what it wrote before is not lost"
    );
    assert_eq!(lab.answer(r#"{"do":"sleep","ms":1}"#), "slept");
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.timeouts), (2, 2, 1));
}
