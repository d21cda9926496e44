//! The Runtime API of an environment that serves several invocations at once, byte by byte.

use std::{net::SocketAddr, thread};

use serde_json::json;

use crate::{
    client::{Connection, Response},
    lab::Lab,
    shared_environments::lab,
};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// The Runtime API of the `n`th environment.
fn runtime(lab: &Lab, n: usize) -> SocketAddr {
    let line = lab.log.wait_for("runtime api at ", n);
    line.trim_start_matches("runtime api at ").parse().unwrap()
}

fn answer(connection: &mut Connection, id: &str, body: &[u8]) -> Response {
    let path = format!("/2018-06-01/runtime/invocation/{id}/response");
    connection.exchange("POST", &path, "", body)
}

fn id_of(next: &Response) -> String {
    next.header("lambda-runtime-aws-request-id").unwrap().to_owned()
}

#[test]
fn answers_come_in_any_order_on_any_connection() {
    let lab = lab("puppet", 2);
    thread::scope(|scope| {
        let callers = ["1", "2"].map(|event| scope.spawn(|| lab.post("", event.as_bytes())));
        let address = runtime(&lab, 1);
        let mut workers = [Connection::open(address), Connection::open(address)];
        for worker in &mut workers {
            worker.send("GET", NEXT, "", b"");
        }
        let events = workers.each_mut().map(Connection::read);
        let ids = events.each_ref().map(id_of);
        assert_ne!(ids[0], ids[1]);
        let [first, second] = &mut workers;
        let wrong = answer(first, "no-such-id", b"null");
        assert_eq!(
            (wrong.status, &wrong.json()["errorType"]),
            (400, &json!("InvalidRequestID"))
        );
        // Each by the other's connection, the later event first.
        for (connection, place) in [(first, 1), (second, 0)] {
            let accepted = answer(
                connection,
                &ids[place],
                format!("[{}]", events[place].text()).as_bytes(),
            );
            assert_eq!(accepted.status, 202);
            let again = answer(connection, &ids[place], b"null");
            assert_eq!(again.status, 400);
        }
        assert_eq!(
            callers.map(|caller| caller.join().unwrap().text().to_owned()),
            ["[1]", "[2]"]
        );
    });
    assert_eq!(lab.state().cold_starts, 1);
}

#[test]
fn a_worker_that_goes_away_while_it_waits_takes_no_event_with_it() {
    let lab = lab("puppet", 2);
    thread::scope(|scope| {
        let first = scope.spawn(|| lab.post("", b"1"));
        let address = runtime(&lab, 1);
        let mut stays = Connection::open(address);
        let mut leaves = Connection::open(address);
        stays.send("GET", NEXT, "", b"");
        let event = stays.read();
        leaves.send("GET", NEXT, "", b"");
        drop(leaves);
        assert_eq!(answer(&mut stays, &id_of(&event), b"1").status, 202);
        assert_eq!(first.join().unwrap().text(), "1");
        for n in 2..5 {
            let text = n.to_string();
            let caller = scope.spawn({
                let (lab, text) = (&lab, text.clone());
                move || lab.post("", text.as_bytes())
            });
            stays.send("GET", NEXT, "", b"");
            let event = stays.read();
            assert_eq!(answer(&mut stays, &id_of(&event), text.as_bytes()).status, 202);
            assert_eq!(caller.join().unwrap().text(), text);
        }
    });
    assert_eq!(lab.state().cold_starts, 1);
}

#[test]
fn extensions_do_not_hear_of_invocations() {
    let lab = lab("puppet", 2);
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.post("", b"1"));
        let address = runtime(&lab, 1);
        let register = |events: &[u8]| {
            let head = "Lambda-Extension-Name: internal\r\n";
            Connection::open(address).exchange("POST", "/2020-01-01/extension/register", head, events)
        };
        let refused = register(br#"{"events":["INVOKE"]}"#);
        assert_eq!(refused.status, 403);
        assert_eq!(
            refused.json(),
            json!({ "errorType": "Extension.InvalidEventType", "errorMessage": "INVOKE: not one of none" })
        );
        let mut worker = Connection::open(address);
        worker.send("GET", NEXT, "", b"");
        let event = worker.read();
        assert_eq!(answer(&mut worker, &id_of(&event), b"2").status, 202);
        assert_eq!(caller.join().unwrap().text(), "2");
    });
}
