//! The Telemetry API: the test subscribes for an extension and listens; and the log in JSON.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    time::Duration,
};

use serde_json::{Value, json};
use zerobill_engine::{FunctionSettings, LogFormat, LogLevel};

use crate::{
    extensions::{Played, api, during, lab, puppets},
    lab::Lab,
};

const TELEMETRY: &str = "/2022-07-01/telemetry";

/// Where an extension takes its telemetry.
struct Listener(TcpListener);

impl Listener {
    fn open() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// What a subscription to these streams asks for.
    fn subscription(&self, schema: &str, types: &Value) -> Value {
        let port = self.0.local_addr().unwrap().port();
        json!({
            "schemaVersion": schema,
            "types": types,
            "buffering": { "maxItems": 1000, "maxBytes": 262_144, "timeoutMs": 25 },
            "destination": { "protocol": "HTTP", "URI": format!("http://sandbox.localdomain:{port}/take") },
        })
    }

    /// Takes batches until an event of the type `last` is there.
    fn until(&self, last: &str) -> Vec<Value> {
        let (stream, _) = self.0.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut events = Vec::new();
        while !events.iter().any(|event: &Value| event["type"] == last) {
            events.extend(batch(&mut reader));
            (&stream)
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                .unwrap();
        }
        events
    }
}

/// One POST with an array of events.
fn batch(reader: &mut BufReader<TcpStream>) -> Vec<Value> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(
            reader.read_line(&mut head).unwrap() > 0,
            "the connection ended: {head:?}"
        );
    }
    assert!(head.starts_with("POST /take HTTP/1.1\r\n"), "{head}");
    let lower = head.to_ascii_lowercase();
    assert!(lower.contains("content-type: application/json\r\n"), "{head}");
    let length = lower.split("content-length: ").nth(1).unwrap();
    let mut body = vec![0; length.split("\r\n").next().unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

fn subscribe(played: &mut Played, request: &Value) -> (u16, String) {
    let head = played.head();
    let response = played
        .connection
        .exchange("PUT", TELEMETRY, &head, request.to_string().as_bytes());
    (response.status, response.text().to_owned())
}

/// Invokes `event` with an extension that subscribes; gives the reply and the telemetry up to `last`.
fn observed(
    folder: &Path,
    request: impl FnOnce(&Listener) -> Value + Send,
    event: &Value,
    last: &str,
    change: impl FnOnce(&mut FunctionSettings),
) -> (Lab, Value, Vec<Value>) {
    let lab = lab("echo", folder, change);
    let listener = Listener::open();
    let (response, telemetry) = during(&lab, event, || {
        let mut observer = Played::register(api(&lab, 1), "observer", &json!(["INVOKE"]));
        assert_eq!(
            subscribe(&mut observer, &request(&listener)),
            (200, "\"OK\"".to_owned())
        );
        observer.ask();
        observer.event();
        observer.ask();
        let telemetry = listener.until(last);
        (telemetry, observer)
    });
    let reply = response.json();
    (lab, reply, telemetry.0)
}

fn of_type<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events
        .iter()
        .filter(|event| event["type"] == name)
        .map(|event| &event["record"])
        .collect()
}

#[test]
fn a_subscriber_gets_what_happened_from_the_start_to_the_report() {
    let folder = puppets(&["observer"]);
    let all = json!(["platform", "function", "extension"]);
    let request = |listener: &Listener| listener.subscription("2022-07-01", &all);
    let event = json!({ "print": "hello there" });
    let (lab, reply, events) = observed(folder.path(), request, &event, "platform.report", |_| {});
    let names: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "platform.initStart",
            "extension",
            "platform.telemetrySubscription",
            "platform.initRuntimeDone",
            "platform.extension",
            "platform.initReport",
            "platform.start",
            "function",
            "platform.runtimeDone",
            "platform.report"
        ]
    );
    for event in &events {
        let time = event["time"].as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z'), "{event}");
        assert_eq!(event.as_object().unwrap().len(), 3, "{event}");
    }
    assert_eq!(
        of_type(&events, "platform.initStart"),
        [&json!({
            "initializationType": "on-demand", "phase": "init", "runtimeVersion": "local", "runtimeVersionArn": "local",
            "functionName": "hello", "functionVersion": "$LATEST",
        })]
    );
    assert_eq!(
        of_type(&events, "platform.telemetrySubscription"),
        [&json!({ "name": "observer", "state": "Subscribed", "types": ["platform", "function", "extension"] })]
    );
    assert_eq!(
        of_type(&events, "platform.extension"),
        [&json!({ "name": "observer", "state": "Ready", "events": ["INVOKE"] })]
    );
    assert_eq!(of_type(&events, "function"), ["hello there"]);
    let trace = reply["trace_id"].as_str().unwrap();
    let parent = trace.split("Parent=").nth(1).unwrap().split(';').next().unwrap();
    let tracing = json!({ "type": "X-Amzn-Trace-Id", "value": trace, "spanId": parent });
    assert_eq!(
        of_type(&events, "platform.start"),
        [&json!({ "requestId": reply["request_id"], "version": "$LATEST", "tracing": tracing })]
    );
    let done = of_type(&events, "platform.runtimeDone")[0];
    assert_eq!((&done["status"], &done["tracing"]), (&json!("success"), &tracing));
    assert_eq!(done["metrics"]["producedBytes"], reply.to_string().len());
    assert_eq!(done["spans"][0]["name"], "responseLatency");
    let report = of_type(&events, "platform.report")[0];
    let printed: zerobill_free_tier::Report = lab.log.wait_for("REPORT", 1).parse().unwrap();
    assert_eq!(
        report,
        &json!({
            "requestId": reply["request_id"],
            "status": "success",
            "tracing": tracing,
            "metrics": {
                "durationMs": (printed.duration_us / 10) as f64 / 100.0,
                "billedDurationMs": printed.billed_ms,
                "memorySizeMB": 128,
                "maxMemoryUsedMB": printed.max_memory_mb,
                "initDurationMs": (printed.init_us.unwrap() / 10) as f64 / 100.0,
            },
        })
    );
    assert_eq!(
        lab.log.starting("TELEMETRY"),
        ["TELEMETRY\tName: observer\tState: Subscribed\tTypes: [Platform, Function, Extension]"]
    );
}

#[test]
fn only_streams_that_were_asked_for_are_sent() {
    let folder = puppets(&["observer"]);
    let request = |listener: &Listener| listener.subscription("2022-07-01", &json!(["function"]));
    let event = json!({ "print": r#"{"level":"INFO","n":1}"# });
    let (_lab, _, events) = observed(folder.path(), request, &event, "function", |_| {});
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["record"], r#"{"level":"INFO","n":1}"#);
}

#[test]
fn lines_that_are_json_are_sent_as_json_where_log_and_schema_say_so() {
    let folder = puppets(&["observer"]);
    let request = |listener: &Listener| listener.subscription("2022-12-13", &json!(["function"]));
    let event = json!({ "print": r#"{"level":"INFO","n":1}"# });
    let json_log = |settings: &mut FunctionSettings| settings.log.format = LogFormat::Json;
    let (_lab, _, events) = observed(folder.path(), request, &event, "function", json_log);
    assert_eq!(events[0]["record"], json!({ "level": "INFO", "n": 1 }));
}

#[test]
fn a_wrong_or_late_subscription_is_refused() {
    let folder = puppets(&["observer"]);
    let lab = lab("echo", folder.path(), |_| {});
    let listener = Listener::open();
    let (_, _kept) = during(&lab, &json!({}), || {
        let address = api(&lab, 1);
        let mut observer = Played::register(address, "observer", &json!([]));
        let wrong = json!({ "types": [], "destination": { "protocol": "HTTP", "URI": "http://sandbox.localdomain" } });
        let (status, text) = subscribe(&mut observer, &wrong);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            (status, document),
            (
                400,
                json!({
                    "errorType": "ValidationError",
                    "errorMessage": "types should not be empty; URI port is not provided",
                })
            )
        );
        observer.ask();
        lab.log.wait_for("START", 1);
        let late = listener.subscription("2022-07-01", &json!(["platform"])).to_string();
        let head = observer.head();
        let response = crate::client::request(address, "PUT", TELEMETRY, &head, late.as_bytes());
        assert_eq!(
            (response.status, &response.json()["errorType"]),
            (403, &json!("Telemetry.SubscriptionClosed"))
        );
        observer
    });
}

/// The log of one invocation, its own lines as JSON.
fn json_log(change: impl FnOnce(&mut FunctionSettings)) -> (Lab, Vec<Value>) {
    let lab = Lab::with("echo", |settings| {
        settings.log.format = LogFormat::Json;
        change(settings);
    });
    let line = |level: &str| format!(r#"{{"level":"{level}","message":"m"}}"#);
    for level in ["debug", "INFO", "ERROR"] {
        let reply = lab.answer(&json!({ "print": line(level) })).0;
        assert_eq!(reply["variables"]["AWS_LAMBDA_LOG_FORMAT"], "JSON");
    }
    let lines = lab.log.lines();
    let lines = lines
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    (lab, lines)
}

#[test]
fn a_log_in_json_has_the_records_of_telemetry_and_the_levels_that_were_asked_for() {
    let (lab, lines) = json_log(|_| {});
    let types: Vec<_> = lines.iter().filter_map(|line| line["type"].as_str()).collect();
    assert_eq!(types[..3], ["platform.initStart", "platform.start", "platform.report"]);
    assert_eq!(types.len(), 7);
    let report = lines.iter().find(|line| line["type"] == "platform.report").unwrap();
    assert_eq!(report["record"]["metrics"]["memorySizeMB"], 128);
    let levels: Vec<_> = lines.iter().filter_map(|line| line["level"].as_str()).collect();
    assert_eq!(levels, ["INFO", "ERROR"]);
    assert!(lab.log.starting("REPORT").is_empty() && lab.log.starting("START").is_empty());

    let (_lab, lines) = json_log(|settings| {
        settings.log.application_level = LogLevel::Error;
        settings.log.system_level = LogLevel::Warn;
    });
    assert_eq!(lines, [json!({ "level": "ERROR", "message": "m" })]);

    let (_lab, lines) = json_log(|settings| settings.log.system_level = LogLevel::Debug);
    let done = lines.iter().filter(|line| line["type"] == "platform.runtimeDone");
    assert_eq!(done.count(), 3);
}
