//! The Extensions API: the test plays an extension byte by byte beside a real function.
//!
//! Real time: an extension that does not leave takes the 2 s that it has.

use std::{net::SocketAddr, os::unix::fs::symlink, path::Path, thread, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use zerobill_engine::{FunctionSettings, LineKind};

use crate::{
    client::{Connection, Response},
    lab::{Lab, NAME, Stopwatch, is_running, program},
};

pub(crate) const REGISTER: &str = "/2020-01-01/extension/register";
pub(crate) const NEXT: &str = "/2020-01-01/extension/event/next";

/// A folder with extensions that only wait for the test to speak for them.
pub(crate) fn puppets(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        symlink(program("puppet"), folder.path().join(name)).unwrap();
    }
    folder
}

pub(crate) fn lab(function: &str, folder: &Path, change: impl FnOnce(&mut FunctionSettings)) -> Lab {
    Lab::with(function, |settings| {
        settings.extensions = Some(folder.to_owned());
        change(settings);
    })
}

/// The Runtime API of the `n`th process that said where it is.
pub(crate) fn api(lab: &Lab, n: usize) -> SocketAddr {
    let line = lab.log.wait_for("runtime api at ", n);
    line.trim_start_matches("runtime api at ").parse().unwrap()
}

/// An extension that the test speaks for.
pub(crate) struct Played {
    pub(crate) connection: Connection,
    id: String,
    address: SocketAddr,
}

impl Played {
    /// Registers as `name`.
    pub(crate) fn register(address: SocketAddr, name: &str, events: &Value) -> Self {
        let mut connection = Connection::open(address);
        let head = format!("Lambda-Extension-Name: {name}\r\n");
        let body = json!({ "events": events }).to_string();
        let response = connection.exchange("POST", REGISTER, &head, body.as_bytes());
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(
            response.json(),
            json!({ "functionName": NAME, "functionVersion": "$LATEST", "handler": "bootstrap" })
        );
        let id = response.header("lambda-extension-identifier").unwrap().to_owned();
        Self {
            connection,
            id,
            address,
        }
    }

    pub(crate) fn head(&self) -> String {
        format!("Lambda-Extension-Identifier: {}\r\n", self.id)
    }

    /// Asks for the next event and does not wait for it.
    pub(crate) fn ask(&mut self) {
        let head = self.head();
        self.connection.send("GET", NEXT, &head, b"");
    }

    /// The event that was asked for.
    pub(crate) fn event(&mut self) -> Value {
        let response = self.connection.read();
        assert_eq!(response.status, 200, "{}", response.text());
        assert!(response.header("lambda-extension-event-identifier").is_some());
        response.json()
    }

    /// A call on a connection of its own, while the other one may wait.
    pub(crate) fn call(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
        let head = format!("{}{head}", self.head());
        Connection::open(self.address).exchange(method, path, &head, body)
    }
}

/// Lets `play` speak for an extension while `event` is invoked; gives the caller's answer.
pub(crate) fn during<T: Send>(lab: &Lab, event: &Value, play: impl FnOnce() -> T + Send) -> (Response, T) {
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.post("", event.to_string().as_bytes()));
        let played = play();
        (caller.join().unwrap(), played)
    })
}

#[test]
fn l23_an_extension_hears_of_each_invocation_and_of_the_end() {
    let folder = puppets(&["observer"]);
    let mut lab = lab("echo", folder.path(), |settings| {
        settings.timeout = Duration::from_secs(7);
    });
    let (response, mut observer) = during(&lab, &json!({ "n": 1 }), || {
        let mut observer = Played::register(api(&lab, 1), "observer", &json!(["INVOKE", "SHUTDOWN"]));
        observer.ask();
        let event = observer.event();
        observer.ask();
        (observer, event)
    });
    let (observer, event) = (&mut observer.0, &observer.1);
    let reply = response.json();
    assert_eq!(
        event,
        &json!({
            "eventType": "INVOKE",
            "deadlineMs": reply["deadline_ms"],
            "requestId": reply["request_id"],
            "invokedFunctionArn": reply["arn"],
            "tracing": { "type": "X-Amzn-Trace-Id", "value": reply["trace_id"] },
        })
    );
    let second = lab.post("", b"{}");
    assert_eq!(observer.event()["requestId"], second.json()["request_id"]);
    observer.ask();
    let line = "EXTENSION\tName: observer\tState: Ready\tEvents: [INVOKE,SHUTDOWN]";
    assert_eq!(lab.log.starting("EXTENSION"), [line]);
    assert_eq!(lab.log.kind_of(line), LineKind::Platform);
    let spoken = lab.log.starting("runtime api at ").pop().unwrap();
    assert_eq!(lab.log.kind_of(&spoken), LineKind::Extension);
    let process = reply["process"].as_u64().unwrap();
    let stopwatch = Stopwatch::start();
    lab.shutdown();
    let event = observer.event();
    assert_eq!(
        (&event["eventType"], &event["shutdownReason"]),
        (&json!("SHUTDOWN"), &json!("spindown"))
    );
    assert_eq!(event.as_object().unwrap().len(), 3, "{event}");
    // The puppet does not leave, so it is ended when its time is up.
    let took = stopwatch.elapsed();
    assert!(
        (Duration::from_millis(1_900)..Duration::from_secs(4)).contains(&took),
        "{took:?}"
    );
    assert!(!is_running(process));
}

#[test]
fn the_first_event_waits_until_every_extension_asks_for_one() {
    let folder = puppets(&["a", "b"]);
    let lab = lab("echo", folder.path(), |_| {});
    let (response, _kept) = during(&lab, &json!({}), || {
        let address = api(&lab, 2);
        let mut first = Played::register(address, "a", &json!(["INVOKE"]));
        assert!(lab.log.starting("EXTENSION").is_empty());
        // The function is started when the last one has registered.
        let mut second = Played::register(address, "b", &json!([]));
        first.ask();
        assert!(lab.log.starting("START").is_empty());
        second.ask();
        assert_eq!(first.event()["eventType"], "INVOKE");
        first.ask();
        (first, second)
    });
    assert_eq!(response.status, 200);
    assert_eq!(
        lab.log.starting("EXTENSION"),
        [
            "EXTENSION\tName: a\tState: Ready\tEvents: [INVOKE]",
            "EXTENSION\tName: b\tState: Ready\tEvents: []"
        ]
    );
}

#[test]
fn the_time_of_an_extension_is_billed_and_the_caller_does_not_wait_for_it() {
    let folder = puppets(&["slow"]);
    let lab = lab("echo", folder.path(), |_| {});
    let (response, mut slow) = during(&lab, &json!({}), || {
        let mut slow = Played::register(api(&lab, 1), "slow", &json!(["INVOKE"]));
        slow.ask();
        slow.event();
        slow
    });
    assert_eq!(response.status, 200);
    assert!(
        lab.log.starting("REPORT").is_empty(),
        "the extension still has its event"
    );
    // Another event takes another environment, whose extension is not played: so this one is awaited first.
    let since = Stopwatch::start();
    while since.elapsed() < Duration::from_millis(300) {
        thread::yield_now();
    }
    slow.ask();
    let report: zerobill_free_tier::Report = lab.log.wait_for("REPORT", 1).parse().unwrap();
    assert!(report.duration_us >= 300_000, "{report}");
}

#[test]
fn a_timeout_is_told_to_extensions_and_the_next_environment_has_its_own() {
    let folder = puppets(&["observer"]);
    let lab = lab("misbehaves", folder.path(), |settings| {
        settings.timeout = Duration::from_secs(1);
    });
    let (response, event) = during(&lab, &json!({ "do": "hang" }), || {
        let mut observer = Played::register(api(&lab, 1), "observer", &json!(["INVOKE", "SHUTDOWN"]));
        observer.ask();
        assert_eq!(observer.event()["eventType"], "INVOKE");
        observer.ask();
        observer.event()
    });
    assert_eq!(response.json()["errorType"], "Sandbox.Timedout");
    assert_eq!(
        (&event["eventType"], &event["shutdownReason"]),
        (&json!("SHUTDOWN"), &json!("timeout"))
    );
    let (response, event) = during(&lab, &json!({ "do": "exit" }), || {
        let mut observer = Played::register(api(&lab, 2), "observer", &json!(["SHUTDOWN"]));
        observer.ask();
        observer.event()
    });
    assert_eq!(response.json()["errorType"], "Runtime.ExitError");
    assert_eq!(event["shutdownReason"], "failure");
}

#[test]
fn the_account_is_told_to_who_asks_for_it() {
    let folder = puppets(&["observer"]);
    let lab = lab("echo", folder.path(), |_| {});
    let (_, _kept) = during(&lab, &json!({}), || {
        let mut connection = Connection::open(api(&lab, 1));
        let head = "Lambda-Extension-Name: observer\r\nLambda-Extension-Accept-Feature: accountId\r\n";
        let response = connection.exchange("POST", REGISTER, head, br#"{"events":[]}"#);
        assert_eq!(response.json()["accountId"], "123456789012");
        let id = response.header("lambda-extension-identifier").unwrap();
        connection.send("GET", NEXT, &format!("Lambda-Extension-Identifier: {id}\r\n"), b"");
        connection
    });
}

#[test]
fn without_extensions_an_environment_ends_at_once() {
    let mut lab = Lab::new("echo");
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    let stopwatch = Stopwatch::start();
    lab.shutdown();
    assert!(
        stopwatch.elapsed() < Duration::from_millis(400),
        "{:?}",
        stopwatch.elapsed()
    );
    assert!(!is_running(process));
}
