//! What is kept of invocations and operations, and what is not.

use std::time::Duration;

use serde_json::json;

use super::gateway;
use crate::{Clock, Gateway, environment::Environment, output::Output};

#[tokio::test]
async fn traces_say_what_was_done_when_and_how_it_ended() {
    let (clock, hand) = Clock::manual(std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let builder = Gateway::builder().environment(Environment::from_pairs([("ZEROBILL_TRACES", "3")]));
    let gateway = builder.output(Output::captured()).clock(clock).build().unwrap();
    let mut context = lambda_runtime::Context::default();
    context.request_id = "id-1".to_owned();
    let work = async {
        let set = json!({ "key": "zbsecret-key", "value": "zbsecret-value" });
        gateway.execute_operation("cache", "set", set).await.unwrap();
        hand.advance(Duration::from_millis(7));
        Err::<(), ()>(())
    };
    gateway.invoke(context, work).await.unwrap_err();
    let call = async |operation: &str| gateway.execute_operation("cache", operation, json!({})).await;
    assert!(
        call("no_such_operation").await.is_err(),
        "a name of the caller's is not kept"
    );
    call("get").await.unwrap_err();
    let traces = gateway.execute_operation("debug", "traces", json!({})).await.unwrap();
    let at = 1_800_000_000_000_u64;
    assert_eq!(
        traces,
        json!({ "capacity": 3, "recorded": 3, "traces": [
            { "what": "cache.set", "request_id": "id-1", "at_ms": at, "took_us": 0, "outcome": "ok" },
            { "what": "invocation", "request_id": "id-1", "at_ms": at, "took_us": 7_000, "outcome": "error" },
            { "what": "cache.get", "request_id": null, "at_ms": at + 7, "took_us": 0, "outcome": "missing_parameter" },
        ] })
    );
    assert_eq!(
        gateway.debug().traces().traces.len(),
        3,
        "the call of `traces` is kept, the oldest is not"
    );
    let cleared = gateway
        .execute_operation("debug", "clear_traces", json!({}))
        .await
        .unwrap();
    assert_eq!(cleared, 3);
}

#[tokio::test]
async fn no_trace_is_kept_unless_it_is_asked_for() {
    let gateway = gateway([]);
    gateway.execute_operation("debug", "health", json!({})).await.unwrap();
    let traces = gateway.execute_operation("debug", "traces", json!({})).await.unwrap();
    assert_eq!(traces, json!({ "capacity": 0, "recorded": 0, "traces": [] }));
}
