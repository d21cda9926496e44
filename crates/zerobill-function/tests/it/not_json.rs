//! Events that are no JSON, which a local Lambda would not hand out.

use serde_json::Value;

use crate::{
    process::{BOOTSTRAP, Function, lambda},
    runtime_api::RuntimeApi,
};

const STATS: &[u8] = br#"{"requestType":"stats"}"#;

/// Events that are no JSON, with what is said of each.
const NOT_JSON: &[(&[u8], &str)] = &[
    (b"{oops", "key must be a string at line 1 column 2"),
    (b"", "EOF while parsing a value at line 1 column 0"),
    (b"{\"a\":\"\xff\xfe\"}", "invalid unicode code point"),
    (b"\x00\xff\x80\n", "expected value at line 1 column 1"),
];

#[test]
fn an_event_that_is_no_json_is_logged_once_counted_and_answered() {
    let api = RuntimeApi::start();
    let function = Function::start(lambda(BOOTSTRAP, &api.address(), &[]));
    for (number, (event, reason)) in NOT_JSON.iter().enumerate() {
        let told = api.invoke(&format!("id-{number}"), event);
        assert_eq!(told.path, format!("/invocation/id-{number}/error"));
        let document: Value = serde_json::from_str(&told.body).unwrap();
        assert!(document["errorMessage"].as_str().unwrap().contains(reason), "{told:?}");
    }
    let stats: Value = serde_json::from_str(&api.invoke("after", STATS).body).unwrap();
    let count = NOT_JSON.len();
    assert_eq!(stats["usage"]["invocations"], count + 1);
    assert_eq!(stats["usage"]["errors"], count);
    let logged = function.stop();
    assert_eq!(logged.len(), count, "{logged:#?}");
    for (number, (line, (event, reason))) in logged.iter().zip(NOT_JSON).enumerate() {
        assert_eq!(line["level"], "ERROR");
        let message = line["message"].as_str().unwrap();
        assert!(message.starts_with("the event is not JSON: "), "{message}");
        assert!(message.contains(reason), "{message} is not about {reason}");
        assert_eq!(line["function_request_id"], format!("id-{number}"));
        assert_eq!(line["event_bytes"], event.len());
    }
}

#[test]
fn what_the_runtime_takes_for_an_event_is_counted_once() {
    let api = RuntimeApi::start();
    let function = Function::start(lambda(BOOTSTRAP, &api.address(), &[]));
    let told = api.invoke("first", br#"{"requestType":"nope"} {"#);
    assert!(told.body.contains("unknown requestType `nope`"), "{told:?}");
    let stats: Value = serde_json::from_str(&api.invoke("after", STATS).body).unwrap();
    assert_eq!(
        (&stats["usage"]["invocations"], &stats["usage"]["errors"]),
        (&2.into(), &1.into())
    );
    assert_eq!(function.stop().len(), 1);
}
