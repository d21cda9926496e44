//! What the dashboard is told: the state, single invocations, streams, replays; and that none of it is taken for HTML.

mod access;
mod builds;
mod streams;
mod trips;

use serde_json::{Value, json};

use zerobill_engine::FunctionSettings;

use crate::{
    client::{Response, request},
    lab::{Lab, NAME, eventually, program},
};

const OWN_PAGE: &str = "Sec-Fetch-Site: same-origin\r\n";

fn get(lab: &Lab, path: &str) -> Response {
    request(lab.address, "GET", path, "", b"")
}

fn state(lab: &Lab) -> Value {
    get(lab, "/_zerobill/state").json()
}

fn invocations(lab: &Lab) -> Vec<Value> {
    serde_json::from_slice(&get(lab, "/_zerobill/invocations").body).unwrap()
}

#[test]
fn an_invocation_is_remembered_with_its_event_its_reply_and_its_log() {
    let lab = Lab::new("echo");
    let reply = lab.invoke(&json!({ "requestType": "health", "print": "hello" }));
    lab.invoke(&json!({ "n": 2 }));
    let listed = invocations(&lab);
    assert_eq!(listed.len(), 2);
    let first = &listed[0];
    assert_eq!(
        (&first["number"], &first["event"], &first["outcome"]),
        (&json!(1), &json!("health"), &json!("success"))
    );
    assert_eq!(first["request_id"], reply.request_id);
    assert_eq!(first["cold"], true);
    assert_eq!(first["billed_ms"], reply.report.billed_ms);
    assert_eq!(first["duration_us"], reply.report.duration_us);
    assert_eq!(first["init_us"].as_u64(), reply.report.init_us);
    assert_eq!(
        (&listed[1]["cold"], &listed[1]["event"]),
        (&json!(false), &json!("event"))
    );

    let detail = get(&lab, "/_zerobill/invocations/1").json();
    assert_eq!(
        detail["payload"]["content"],
        r#"{"print":"hello","requestType":"health"}"#
    );
    let answer: Value = serde_json::from_str(detail["reply"]["content"].as_str().unwrap()).unwrap();
    assert_eq!(answer["request_id"], reply.request_id);
    let lines = detail["lines"].as_array().unwrap();
    let texts: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 5, "{texts:?}");
    assert!(texts[0].starts_with("INIT_START "));
    assert_eq!(
        texts[1],
        format!("START RequestId: {} Version: $LATEST", reply.request_id)
    );
    assert_eq!((texts[2], &lines[2]["source"]), ("hello", &json!("stdout")));
    assert!(texts[4].starts_with("REPORT "));
    assert_eq!(get(&lab, "/_zerobill/invocations/3").status, 404);
    assert_eq!(get(&lab, "/_zerobill/invocations/x").status, 400);
}

#[test]
fn the_state_sums_up_what_the_list_shows() {
    let lab = Lab::new("misbehaves");
    for event in [json!({}), json!({ "do": "fail" }), json!({}), json!({ "do": "exit" })] {
        lab.invoke(&event);
    }
    let (state, listed) = (state(&lab), invocations(&lab));
    let outcomes: Vec<&str> = listed.iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["success", "error", "success", "error"]);
    let exit = &listed[3];
    assert_eq!(exit["error_type"], "Runtime.ExitError");
    let function = &state["functions"][0];
    assert_eq!((&function["invocations"], &function["errors"]), (&json!(4), &json!(2)));
    let mut durations: Vec<u64> = listed.iter().map(|one| one["duration_us"].as_u64().unwrap()).collect();
    durations.sort_unstable();
    assert_eq!(
        function["latency"],
        json!({ "count": 4, "p50_us": durations[1], "p90_us": durations[3], "p99_us": durations[3], "max_us": durations[3] })
    );
    assert_eq!(function["init"]["count"], 1);
    let lines = lab.log.lines();
    let bytes: usize = lines.iter().map(|line| line.len() + 26).sum();
    assert_eq!(function["log_bytes"], bytes);
    let month = &state["month"]["so_far"];
    assert_eq!((&month["requests"], &month["cost"]), (&json!(4), &json!("$0.00")));
    assert_eq!(month["rows"][0]["used"], 4.0);
}

#[test]
fn environments_are_shown_as_long_as_they_are_there() {
    let lab = Lab::new("misbehaves");
    lab.invoke(&json!({}));
    let environments = state(&lab)["functions"][0]["environments"].clone();
    let one = &environments[0];
    assert_eq!(
        (&one["number"], &one["state"], &one["invocations"]),
        (&json!(1), &json!("idle"), &json!(1))
    );
    assert!(one["max_memory_mb"].as_u64().unwrap() > 0);
    lab.invoke(&json!({ "do": "exit" }));
    eventually("the environment is gone", || {
        (state(&lab)["functions"][0]["environments"] == json!([])).then_some(())
    });
}

#[test]
fn a_past_event_is_sent_again_byte_for_byte() {
    let lab = Lab::new("echo");
    lab.post("X-Amz-Client-Context: eyJhIjoxfQ==\r\n", br#"{"n" :  1}"#);
    let answer = request(lab.address, "POST", "/_zerobill/invocations/1/replay", OWN_PAGE, b"");
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (first, second) = (
        get(&lab, "/_zerobill/invocations/1").json(),
        get(&lab, "/_zerobill/invocations/2").json(),
    );
    assert_eq!(second["payload"]["content"], r#"{"n" :  1}"#);
    assert_eq!(
        answer.json(),
        json!({ "request_id": second["request_id"], "function_error": false })
    );
    assert_ne!(first["request_id"], second["request_id"]);
    let reply: Value = serde_json::from_str(second["reply"]["content"].as_str().unwrap()).unwrap();
    let before: Value = serde_json::from_str(first["reply"]["content"].as_str().unwrap()).unwrap();
    assert!(before["client_context"].is_object());
    assert_eq!(reply["client_context"], before["client_context"]);
    assert_eq!(
        request(lab.address, "POST", "/_zerobill/invocations/9/replay", OWN_PAGE, b"").status,
        404
    );
}

#[test]
fn a_replay_of_a_stopped_function_says_so() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({}));
    let path = format!("/2017-10-31/functions/{NAME}/concurrency");
    let stop = br#"{"ReservedConcurrentExecutions":0}"#;
    assert_eq!(request(lab.address, "PUT", &path, "", stop).status, 200);
    assert_eq!(state(&lab)["functions"][0]["reserved_concurrency"], 0);
    let answer = request(lab.address, "POST", "/_zerobill/invocations/1/replay", OWN_PAGE, b"");
    assert_eq!(answer.status, 429);
    assert_eq!(
        answer.json(),
        json!({ "message": "rate exceeded: 0 of 0 invocations are running" })
    );
}

#[test]
fn metric_series_and_used_interfaces_are_read_from_the_log() {
    let lab = Lab::new("echo");
    let metrics = r#"{"_aws":{"CloudWatchMetrics":[{"Namespace":"Shop","Dimensions":[[]],"Metrics":[{"Name":"Paid"}]}]},"Paid":1}"#;
    let usage = r#"{"analytics":{"zerobill_analytics":1,"environment":"a","requests":4,"interfaces":{"cache":{"requests":3}}}}"#;
    assert_eq!(state(&lab)["functions"][0]["usage"], Value::Null);
    lab.invoke(&json!({ "print": format!("{metrics}\n{usage}") }));
    let state = state(&lab);
    assert_eq!(
        state["metric_series"],
        json!({ "used": 1, "free": 10, "more": false, "cost": "$0.00", "names": ["Shop Paid"] })
    );
    let cache = json!([{ "name": "cache", "requests": 3, "share": 0.75, "heat": "hot" }]);
    assert_eq!(state["functions"][0]["usage"]["interfaces"], cache);
}

#[test]
fn functions_are_told_apart() {
    let settings = FunctionSettings::new(NAME, program("echo"));
    let lab = Lab::start(settings, |builder| {
        builder.function(FunctionSettings::new("other", program("misbehaves")))
    });
    lab.invoke(&json!({}));
    let path = "/2015-03-31/functions/other/invocations";
    request(lab.address, "POST", path, "", br#"{"do":"fail"}"#);
    lab.log.wait_for("REPORT ", 2);
    let state = state(&lab);
    let figures = |index: usize| {
        let function = &state["functions"][index];
        let environments = function["environments"].as_array().map(Vec::len);
        json!([
            function["name"],
            function["invocations"],
            function["errors"],
            function["latency"]["count"],
            environments
        ])
    };
    assert_eq!(figures(0), json!([NAME, 1, 0, 1, 1]));
    assert_eq!(figures(1), json!(["other", 1, 1, 1, 1]));
    let bytes = |index: usize| state["functions"][index]["log_bytes"].as_u64().unwrap();
    let all: usize = lab.log.lines().iter().map(|line| line.len() + 26).sum();
    assert!(bytes(0) > 0 && bytes(1) > 0);
    assert_eq!(bytes(0) + bytes(1), all as u64);
    let listed: Vec<Value> = invocations(&lab).iter().map(|one| one["function"].clone()).collect();
    assert_eq!(listed, [NAME, "other"]);
    assert_eq!(state["month"]["so_far"]["requests"], 2);
}
