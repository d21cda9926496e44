//! What the dashboard is told: the state, single invocations, streams, replays; and that none of it is taken for HTML.

use serde_json::{Value, json};

use crate::{
    client::{Connection, Response, request},
    lab::{Lab, NAME, eventually},
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

/// Waits for the next message of an event stream: its name and its data.
fn message(stream: &mut Connection) -> (String, Value) {
    let chunk = String::from_utf8(stream.read_chunk().unwrap()).unwrap();
    let lines: Vec<&str> = chunk.trim_end().split('\n').collect();
    let [name, data] = lines[..] else { panic!("{chunk:?}") };
    let data = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
    (name.strip_prefix("event: ").unwrap().to_owned(), data)
}

fn open(lab: &Lab, path: &str, head: &str) -> (Connection, u16) {
    let mut connection = Connection::open(lab.address);
    connection.send("GET", path, head, b"");
    let status = connection.read_head().0;
    (connection, status)
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
fn the_stream_tells_what_changed_and_nothing_twice() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({ "requestType": "first" }));
    let (mut stream, status) = open(&lab, "/_zerobill/events", "");
    assert_eq!(status, 200);
    let (name, first) = message(&mut stream);
    assert_eq!(
        (name.as_str(), &first["functions"][0]["invocations"]),
        ("state", &json!(1))
    );
    let (name, listed) = message(&mut stream);
    assert_eq!(
        (name.as_str(), &listed[0]["event"], listed.as_array().map(Vec::len)),
        ("invocations", &json!("first"), Some(1))
    );
    lab.invoke(&json!({ "requestType": "second" }));
    let mut version = first["version"].clone();
    loop {
        let (name, second) = message(&mut stream);
        assert_eq!(
            (name.as_str(), &second["functions"][0]["invocations"]),
            ("state", &json!(2))
        );
        assert!(second["version"].as_u64() > version.as_u64());
        version = second["version"].clone();
        let (_, listed) = message(&mut stream);
        assert_eq!(
            (&listed[0]["event"], listed.as_array().map(Vec::len)),
            (&json!("second"), Some(1))
        );
        // A message may come in the middle of it.
        if listed[0]["outcome"] == "success" {
            return;
        }
    }
}

#[test]
fn streams_end_with_the_engine() {
    let mut lab = Lab::new("echo");
    let (mut events, _) = open(&lab, "/_zerobill/events", "");
    message(&mut events);
    let (mut logs, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    lab.shutdown();
    assert_eq!(events.read_chunk(), None);
    assert_eq!(logs.read_chunk(), None);
}

#[test]
fn only_so_many_may_read_and_a_seat_is_free_again_when_one_leaves() {
    let lab = Lab::new("echo");
    let mut readers: Vec<_> = (0..32).map(|_| open(&lab, "/_zerobill/events", "").0).collect();
    for reader in &mut readers {
        message(reader);
    }
    let refused = get(&lab, "/_zerobill/events");
    assert_eq!(
        (refused.status, refused.text()),
        (503, "32 readers are connected already; close one")
    );
    readers.pop();
    lab.invoke(&json!({}));
    eventually("a seat is free", || {
        (open(&lab, "/_zerobill/events", "").1 == 200).then_some(())
    });
}

#[test]
fn log_lines_are_listed_and_followed() {
    let lab = Lab::new("echo");
    let reply = lab.invoke(&json!({ "print": "one\ntwo" }));
    let listed = get(&lab, "/_zerobill/logs");
    assert_eq!(listed.header("content-type"), Some("application/x-ndjson"));
    let lines: Vec<Value> = listed
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let texts: Vec<&str> = lines.iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts, lab.log.lines());
    let one = lines.iter().find(|line| line["text"] == "one").unwrap();
    assert_eq!(
        (&one["function"], &one["environment"], &one["request_id"]),
        (&json!(NAME), &json!(1), &json!(reply.request_id))
    );

    let (mut stream, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    let past = String::from_utf8(stream.read_chunk().unwrap()).unwrap();
    assert_eq!(past, listed.text());
    lab.invoke(&json!({ "print": "three" }));
    let mut followed = String::new();
    while !followed.contains("\"REPORT ") {
        followed += std::str::from_utf8(&stream.read_chunk().unwrap()).unwrap();
    }
    let lines: Vec<Value> = followed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 4, "{followed}");
    assert_eq!(
        (&lines[1]["text"], &lines[1]["number"]),
        (&json!("three"), &json!(texts.len() + 2))
    );
}

#[test]
fn a_reader_that_does_not_read_holds_up_nobody_and_is_told_what_it_missed() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({}));
    let (mut slow, _) = open(&lab, "/_zerobill/logs?follow=true", "");
    slow.read_chunk().unwrap();
    // More than the journal remembers and more than sockets hold.
    let print = "x".repeat(200_000) + "\n";
    for _ in 0..7 {
        lab.invoke(&json!({ "print": print.repeat(20) }));
    }
    lab.invoke(&json!({ "print": "the end" }));
    let mut read = String::new();
    while !read.contains("the end") {
        read = std::str::from_utf8(&slow.read_chunk().unwrap()).unwrap().to_owned();
        if read.contains("{\"missed\":") {
            return;
        }
    }
    panic!("nothing was missed");
}

#[test]
fn what_functions_say_is_sent_as_data_and_never_as_a_page() {
    let lab = Lab::new("echo");
    let script = "<script>alert(1)</script>";
    lab.invoke(&json!({ "requestType": script, "print": script }));
    for path in ["/_zerobill/state", "/_zerobill/invocations", "/_zerobill/invocations/1"] {
        assert_eq!(
            get(&lab, path).header("content-type"),
            Some("application/json"),
            "{path}"
        );
    }
    let page = get(&lab, "/_zerobill/");
    assert!(!page.text().contains(script));
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[test]
fn only_the_files_of_the_page_are_served() {
    let lab = Lab::new("echo");
    let page = get(&lab, "/_zerobill/");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert_eq!(get(&lab, "/_zerobill").header("location"), Some("/_zerobill/"));
    for path in [
        "/_zerobill/../Cargo.toml",
        "/_zerobill/%2e%2e/Cargo.toml",
        "/_zerobill/page/index.html",
        "/_zerobill//etc/passwd",
    ] {
        assert_eq!(get(&lab, path).status, 404, "{path}");
    }
    assert_eq!(lab.state().invocations, 0, "the function is not asked either");
}

#[test]
fn pages_elsewhere_may_neither_read_nor_replay() {
    let lab = Lab::new("echo");
    lab.invoke(&json!({}));
    for head in ["Origin: https://evil.example\r\n", "Origin: null\r\n"] {
        for path in [
            "/_zerobill/",
            "/_zerobill/state",
            "/_zerobill/events",
            "/_zerobill/logs",
            "/_zerobill/invocations/1",
        ] {
            assert_eq!(request(lab.address, "GET", path, head, b"").status, 403, "{path}");
        }
        assert_eq!(
            request(lab.address, "POST", "/_zerobill/invocations/1/replay", head, b"").status,
            403
        );
    }
    assert_eq!(lab.state().invocations, 1);
}

#[test]
fn events_wait_for_a_build_and_are_answered_by_what_it_built() {
    let lab = Lab::new("echo");
    let before = lab.answer(&json!({})).0;
    let build = lab.engine().build("cargo build");
    assert_eq!(
        state(&lab)["build"],
        json!({ "status": "running", "command": "cargo build", "output": "" })
    );
    let mut waiting = Connection::open(lab.address);
    let invoke = format!("/2015-03-31/functions/{NAME}/invocations");
    waiting.send("POST", &invoke, "", b"{}");
    // Another request gets an answer meanwhile, so the first one has arrived.
    assert_eq!(state(&lab)["functions"][0]["invocations"], 1);
    lab.wait(build.succeeded());
    let after = waiting.read().json();
    assert_ne!(after["process"], before["process"]);
    let state = state(&lab);
    assert_eq!(
        (&state["build"], &state["functions"][0]["cold_starts"]),
        (&Value::Null, &json!(2))
    );
}

#[test]
fn after_a_build_that_failed_everything_goes_on_and_its_end_is_shown() {
    let lab = Lab::new("echo");
    let before = lab.answer(&json!({})).0;
    let output = format!("{}error: <b>no</b>", "ä".repeat(40_000));
    lab.engine().build("cargo build").failed(&output);
    assert_eq!(lab.answer(&json!({})).0["process"], before["process"]);
    let build = state(&lab)["build"].clone();
    assert_eq!(build["status"], "failed");
    let shown = build["output"].as_str().unwrap();
    assert!(
        shown.ends_with("error: <b>no</b>") && shown.len() <= 65_536,
        "{} bytes",
        shown.len()
    );
}

#[test]
fn a_busy_environment_of_an_earlier_build_takes_no_further_event() {
    let lab = Lab::new("meets");
    let folder = tempfile::tempdir().unwrap();
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let event = json!({ "touch": begun, "await": [go] }).to_string();
    let busy = std::thread::scope(|scope| {
        let busy = scope.spawn(|| lab.post("", event.as_bytes()));
        eventually("the invocation runs", || begun.exists().then_some(()));
        lab.wait(lab.engine().build("restart").succeeded());
        std::fs::write(&go, "").unwrap();
        busy.join().unwrap().json()
    });
    assert_ne!(lab.answer(&json!({})).0["process"], busy["process"]);
    assert_eq!(lab.state().cold_starts, 2);
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
