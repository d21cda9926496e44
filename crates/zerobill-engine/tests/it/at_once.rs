//! A reply does not wait for its function to ask for the next event; the next event does.
//!
//! Real time: the wait that ends without an environment takes 1 s.

use std::{net::SocketAddr, thread, time::Duration};

use serde_json::json;

use crate::{
    client::{Connection, Response},
    lab::{Lab, NAME, Stopwatch, eventually},
};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// One environment that has answered and not asked for its next event, and the connection on which it may.
fn answered(lab: &Lab) -> Connection {
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.post("", b"1"));
        let address: SocketAddr = lab
            .log
            .wait_for("runtime api at ", 1)
            .trim_start_matches("runtime api at ")
            .parse()
            .unwrap();
        let mut connection = Connection::open(address);
        connection.send("GET", NEXT, "", b"");
        answer(&mut connection);
        assert_eq!(caller.join().unwrap().text(), "1");
        connection
    })
}

/// Answers the event that comes with itself.
fn answer(connection: &mut Connection) {
    let next = connection.read();
    let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
    let path = format!("/2018-06-01/runtime/invocation/{request_id}/response");
    connection.exchange("POST", &path, "", next.text().as_bytes());
}

fn lab(concurrency: usize) -> Lab {
    Lab::with("puppet", |settings| settings.concurrency = concurrency)
}

fn throttled(response: &Response) {
    assert_eq!(
        (response.status, response.header("x-amzn-errortype")),
        (429, Some("TooManyRequestsException"))
    );
}

#[test]
fn the_next_event_waits_for_the_environment_that_has_answered() {
    for concurrency in [1, 10] {
        let lab = lab(concurrency);
        let mut connection = answered(&lab);
        assert_eq!(lab.log.starting("REPORT "), [""; 0], "the invocation is not over");
        thread::scope(|scope| {
            let caller = scope.spawn(|| lab.post("", b"2"));
            eventually("the event waits", || (lab.state().running == 1).then_some(()));
            connection.send("GET", NEXT, "", b"");
            answer(&mut connection);
            assert_eq!(caller.join().unwrap().text(), "2");
        });
        connection.send("GET", NEXT, "", b"");
        lab.log.wait_for("REPORT ", 2);
        let state = lab.state();
        assert_eq!((state.cold_starts, state.throttles), (1, 0));
    }
}

#[test]
fn of_two_events_that_wait_for_one_environment_both_are_answered() {
    let lab = lab(1);
    let mut connection = answered(&lab);
    for event in [b"2", b"3"] {
        assert_eq!(lab.post("X-Amz-Invocation-Type: Event\r\n", event).status, 202);
    }
    for _ in 0..2 {
        connection.send("GET", NEXT, "", b"");
        answer(&mut connection);
    }
    connection.send("GET", NEXT, "", b"");
    lab.log.wait_for("REPORT ", 3);
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.throttles), (3, 1, 0));
}

#[test]
fn where_no_other_environment_may_be_started_it_waits_a_second_and_is_refused() {
    let lab = lab(1);
    let _connection = answered(&lab);
    let stopwatch = Stopwatch::start();
    throttled(&lab.post("", b"2"));
    assert!(
        stopwatch.elapsed() >= Duration::from_secs(1),
        "{:?}",
        stopwatch.elapsed()
    );
    assert_eq!(lab.state().throttles, 1);
}

#[test]
fn a_function_that_is_stopped_takes_no_event_while_its_last_one_ends() {
    let lab = lab(10);
    let _connection = answered(&lab);
    let path = format!("/2017-10-31/functions/{NAME}/concurrency");
    let stop = json!({ "ReservedConcurrentExecutions": 0 }).to_string();
    assert_eq!(lab.url("PUT", &path, "", stop.as_bytes()).status, 200);
    let stopwatch = Stopwatch::start();
    throttled(&lab.post("", b"2"));
    assert!(
        stopwatch.elapsed() < Duration::from_secs(1),
        "{:?}",
        stopwatch.elapsed()
    );
}

#[test]
fn a_caller_that_wants_the_log_has_the_report_in_it() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let lab = Lab::new("echo");
    for _ in 0..3 {
        let response = lab.post("X-Amz-Log-Type: Tail\r\n", b"{}");
        let tail = STANDARD.decode(response.header("x-amz-log-result").unwrap()).unwrap();
        let tail = String::from_utf8(tail).unwrap();
        assert!(tail.contains("\nREPORT RequestId: "), "{tail}");
    }
}
