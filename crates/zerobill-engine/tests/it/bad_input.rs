//! Functions and callers that do not keep to the rules: nothing hangs, nothing is left behind, and each is told what happened.

use std::{fs, thread};

use serde_json::{Value, json};
use zerobill_engine::FunctionSettings;

use crate::{
    client::{Connection, request},
    lab::{Lab, NAME, eventually, program},
};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// Lets the puppet begin an answer with `head` and `body`, and then close its connection; gives what the caller gets.
fn broken_off(head: &str, body: &[u8]) -> Value {
    let lab = Lab::new("puppet");
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.post("", b"{}"));
        let line = lab.log.wait_for("runtime api at ", 1);
        let runtime = line.trim_start_matches("runtime api at ").parse().unwrap();
        let mut connection = Connection::open(runtime);
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        let path = format!("/2018-06-01/runtime/invocation/{request_id}/response");
        connection.write(format!("POST {path} HTTP/1.1\r\nHost: x\r\n{head}\r\n").as_bytes());
        connection.write(body);
        drop(connection);
        let response = caller.join().unwrap();
        // It lives on and asks for the next event.
        let mut connection = Connection::open(runtime);
        connection.send("GET", NEXT, "", b"");
        assert_eq!(
            (response.status, response.header("x-amz-function-error")),
            (200, Some("Unhandled"))
        );
        lab.log.wait_for("REPORT ", 1);
        eventually("the environment waits", || (lab.state().idle == 1).then_some(()));
        response.json()
    })
}

#[test]
fn an_answer_that_breaks_off_is_an_error_and_the_function_goes_on() {
    for (head, body) in [
        ("Content-Length: 100\r\n", &b"{\"half\":"[..]),
        ("Transfer-Encoding: chunked\r\n", b"5\r\n{\"a\""),
        ("Transfer-Encoding: chunked\r\n", b"zz\r\n{}\r\n"),
    ] {
        let document = broken_off(head, body);
        assert_eq!(document["errorType"], "Runtime.TruncatedResponse", "{document}");
        let message = document["errorMessage"].as_str().unwrap();
        assert!(message.starts_with("the reply broke off: "), "{message}");
    }
}

#[test]
fn callers_that_do_not_read_keep_nobody_waiting() {
    let lab = Lab::new("big_reply");
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    let event = json!({ "bytes": 1_000_000 }).to_string();
    let slow: Vec<Connection> = (1..=100)
        .map(|n| {
            let mut connection = Connection::open(lab.address);
            connection.send("POST", &path, "", event.as_bytes());
            lab.log.wait_for("REPORT ", n);
            connection
        })
        .collect();
    assert_eq!(lab.post("", br#"{"bytes":10}"#).status, 200);
    eventually("all are over", || (lab.state().running == 0).then_some(()));
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts), (101, 1));
    // The last one still gets its answer, whole.
    let mut slow = slow;
    assert_eq!(slow.pop().unwrap().read().body.len(), 1_000_000);
    drop(slow);
    assert_eq!(lab.post("", br#"{"bytes":10}"#).status, 200);
}

#[test]
fn requests_that_are_never_finished_keep_nobody_waiting() {
    let lab = Lab::new("echo");
    let head = format!("POST /2015-03-31/functions/{NAME}/invocations HTTP/1.1\r\nHost: localhost\r\n");
    let unfinished: Vec<Connection> = [
        "",
        "Content-Length: 10\r\n\r\n{",
        "Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ]
    .iter()
    .cycle()
    .take(100)
    .map(|rest| {
        let mut connection = Connection::open(lab.address);
        connection.write(format!("{head}{rest}").as_bytes());
        connection
    })
    .collect();
    assert_eq!(lab.post("", b"{}").status, 200);
    drop(unfinished);
    assert_eq!(lab.post("", b"{}").status, 200);
    assert_eq!(lab.state().invocations, 2);
}

/// How many processes have this variable.
fn having(marker: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| {
            fs::read(process.path().join("environ"))
                .is_ok_and(|variables| variables.split(|byte| *byte == 0).any(|one| one == marker.as_bytes()))
        })
        .count()
}

#[test]
fn whatever_a_function_starts_none_of_it_is_left() {
    let mut settings = FunctionSettings::new(NAME, program("misbehaves"));
    let marker = format!("STARTED_BY={}", std::process::id());
    settings.environment = vec![("STARTED_BY".to_owned(), std::process::id().to_string())];
    let mut lab = Lab::start(settings, |builder| builder);
    for action in ["leave a child", "leave a stray"].iter().cycle().take(10) {
        assert!(!lab.answer(&json!({ "do": action })).1);
    }
    assert_eq!(having(&marker), 11);
    assert!(lab.answer(&json!({ "do": "exit" })).1);
    eventually("nothing is left of the environment", || {
        (having(&marker) == 0).then_some(())
    });
    assert!(!lab.answer(&json!({ "do": "leave a stray" })).1);
    lab.shutdown();
    eventually("nothing is left of the engine", || (having(&marker) == 0).then_some(()));
}

#[test]
fn of_1000_requests_at_once_over_50_environments_none_is_lost() {
    let lab = Lab::with("echo", |settings| settings.concurrency = 50);
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    thread::scope(|scope| {
        let caller = |n: usize| {
            let (lab, path) = (&lab, &path);
            move || {
                for m in 0..20 {
                    let event = json!({ "n": n, "m": m });
                    let response = request(lab.address, "POST", path, "", event.to_string().as_bytes());
                    assert_eq!((response.status, &response.json()["event"]), (200, &event));
                }
            }
        };
        let callers: Vec<_> = (0..50).map(|n| scope.spawn(caller(n))).collect();
        for caller in callers {
            caller.join().unwrap();
        }
    });
    // And as many events at once, which wait for their turn.
    thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let response = request(lab.address, "POST", &path, "X-Amz-Invocation-Type: Event\r\n", b"{}");
                    assert_eq!(response.status, 202);
                }
            });
        }
    });
    eventually("all have run", || (lab.state().invocations == 2_000).then_some(()));
    eventually("nothing runs", || (lab.state().running == 0).then_some(()));
    let state = lab.state();
    assert_eq!((state.errors, state.throttles), (0, 0));
    assert!(state.cold_starts <= 50, "{}", state.cold_starts);
}
