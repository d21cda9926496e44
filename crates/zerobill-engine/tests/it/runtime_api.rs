//! The Runtime API byte by byte: the function is a puppet, and the test speaks for it.

use std::{net::SocketAddr, thread, time::Duration};

use serde_json::{Value, json};
use zerobill_free_tier::{Report, Status};

use crate::{
    client::{Connection, Response},
    lab::{Lab, Stopwatch, eventually},
};

const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// The Runtime API of the `n`th environment.
fn runtime(lab: &Lab, n: usize) -> SocketAddr {
    let line = lab.log.wait_for("runtime api at ", n);
    line.trim_start_matches("runtime api at ").parse().unwrap()
}

fn response_path(request_id: &str) -> String {
    format!("/2018-06-01/runtime/invocation/{request_id}/response")
}

fn epoch_ms() -> u64 {
    let date = std::process::Command::new("date").arg("+%s%3N").output().unwrap();
    String::from_utf8(date.stdout).unwrap().trim().parse().unwrap()
}

fn refused(response: &Response) {
    assert!((400..500).contains(&response.status), "{}", response.status);
    assert!(response.json()["errorType"].is_string(), "{}", response.text());
}

/// Lets `play` speak for the function while `event` is invoked; gives the caller's answer.
fn invoked(lab: &Lab, head: &str, event: &str, play: impl FnOnce()) -> Response {
    thread::scope(|scope| {
        let caller = scope.spawn(|| lab.post(head, event.as_bytes()));
        play();
        caller.join().unwrap()
    })
}

#[test]
fn l18_the_deadline_is_that_of_the_invocation() {
    let lab = Lab::with("puppet", |settings| settings.timeout = Duration::from_secs(7));
    let mut asking = None;
    for round in 0..2 {
        let mut deadline = 0;
        let before = epoch_ms();
        let response = invoked(&lab, "", r#"{ "as" : "sent" }"#, || {
            let connection = asking.get_or_insert_with(|| {
                let mut connection = Connection::open(runtime(&lab, 1));
                connection.send("GET", NEXT, "", b"");
                connection
            });
            let next = connection.read();
            assert_eq!(next.status, 200);
            assert_eq!(next.text(), r#"{ "as" : "sent" }"#);
            assert_eq!(next.header("content-type"), Some("application/json"));
            let arn = next.header("lambda-runtime-invoked-function-arn").unwrap();
            assert!(
                arn.starts_with("arn:aws:lambda:") && arn.ends_with(":function:hello"),
                "{arn}"
            );
            assert!(next.header("lambda-runtime-trace-id").unwrap().starts_with("Root=1-"));
            assert!(next.header("lambda-runtime-invocation-id").is_some());
            deadline = next.header("lambda-runtime-deadline-ms").unwrap().parse().unwrap();
            let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
            let accepted = connection.exchange("POST", &response_path(request_id), "", b"[1, 2]");
            assert_eq!((accepted.status, accepted.text()), (202, r#"{"status":"OK"}"#));
            connection.send("GET", NEXT, "", b"");
        });
        assert_eq!(response.text(), "[1, 2]");
        let after = epoch_ms();
        assert!(
            (before + 7_000..=after + 7_000).contains(&deadline),
            "{before} {deadline} {after}"
        );
        assert_eq!(lab.state().invocations, round + 1);
        eventually("the environment waits", || (lab.state().idle == 1).then_some(()));
    }
}

#[test]
fn l19_only_the_event_in_hand_is_answered_and_only_once() {
    let lab = Lab::new("puppet");
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        let invocation_id = next.header("lambda-runtime-invocation-id").unwrap();
        let other = response_path("8476a536-e9f4-11e8-9739-2dfe598c3fcd");
        refused(&connection.exchange("POST", &other, "", b"\"of another\""));
        let echo = "Lambda-Runtime-Invocation-Id: of-another-delivery\r\n";
        refused(&connection.exchange("POST", &response_path(request_id), echo, b"\"late\""));
        let echo = format!("Lambda-Runtime-Invocation-Id: {invocation_id}\r\n");
        let accepted = connection.exchange("POST", &response_path(request_id), &echo, b"\"right\"");
        assert_eq!(accepted.status, 202);
        refused(&connection.exchange("POST", &response_path(request_id), &echo, b"\"twice\""));
        connection.send("GET", NEXT, "", b"");
    });
    assert_eq!(response.text(), "\"right\"");
}

#[test]
fn l19_an_answer_after_the_timeout_is_refused() {
    // Takes 1 s.
    let lab = Lab::with("puppet", |settings| settings.timeout = Duration::from_secs(1));
    let mut late = None;
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let next = connection.exchange("GET", NEXT, "", b"");
        late = Some((
            connection,
            next.header("lambda-runtime-aws-request-id").unwrap().to_owned(),
        ));
    });
    assert_eq!(response.header("x-amz-function-error"), Some("Unhandled"));
    let (_, request_id) = late.unwrap();
    // The new environment has a Runtime API of its own; the old one's is closed or refuses.
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 2));
        let next = connection.exchange("GET", NEXT, "", b"");
        refused(&connection.exchange("POST", &response_path(&request_id), "", b"\"late\""));
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        connection.exchange("POST", &response_path(request_id), "", b"\"new\"");
        connection.send("GET", NEXT, "", b"");
    });
    assert_eq!(response.text(), "\"new\"");
}

#[test]
fn l20_an_idle_runtime_waits_and_may_ask_again_on_another_connection() {
    let lab = Lab::new("puppet");
    let answer = |connection: &mut Connection, next: &Response, body: &[u8]| {
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        assert_eq!(
            connection.exchange("POST", &response_path(request_id), "", body).status,
            202
        );
    };
    let mut waiting = None;
    let response = invoked(&lab, "", "{}", || {
        let connection = waiting.insert(Connection::open(runtime(&lab, 1)));
        let next = connection.exchange("GET", NEXT, "", b"");
        answer(connection, &next, b"1");
        connection.send("GET", NEXT, "", b"");
    });
    assert_eq!(response.text(), "1");
    eventually("the environment is idle", || (lab.state().idle == 1).then_some(()));
    drop(waiting);
    // The connection that waited is gone; the event goes to the one that asks now.
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let next = connection.exchange("GET", NEXT, "", b"");
        answer(&mut connection, &next, b"2");
        connection.send("GET", NEXT, "", b"");
    });
    assert_eq!(response.text(), "2");
    assert_eq!(lab.state().cold_starts, 1);
}

#[test]
fn an_error_of_the_function_is_passed_on_byte_by_byte() {
    let lab = Lab::new("puppet");
    let document = br#"{ "errorType": "Own", "errorMessage": "no", "stackTrace": ["a"], "more": 1 }"#;
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        let path = format!("/2018-06-01/runtime/invocation/{request_id}/error");
        let head = "Lambda-Runtime-Function-Error-Type: Own\r\n";
        assert_eq!(connection.exchange("POST", &path, head, document).status, 202);
        connection.send("GET", NEXT, "", b"");
    });
    assert_eq!(response.header("x-amz-function-error"), Some("Unhandled"));
    assert_eq!(response.body, document);
}

#[test]
fn l14_an_error_of_init_is_the_answer_and_what_follows_is_logged() {
    let lab = Lab::new("puppet");
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let head = "Lambda-Runtime-Function-Error-Type: Runtime.ImportModuleError\r\n";
        let document = br#"{"errorType":"Runtime.ImportModuleError","errorMessage":"no module","stackTrace":["a"]}"#;
        let accepted = connection.exchange("POST", "/2018-06-01/runtime/init/error", head, document);
        assert_eq!(accepted.status, 202);
    });
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    let document: Value = response.json();
    assert_eq!(document["errorType"], "Runtime.ImportModuleError");
    assert_eq!(document["errorMessage"], "no module");
    assert_eq!(document["stackTrace"], json!(["a"]));
    let report = lab.log.wait_for("INIT_REPORT ", 1);
    assert!(
        report.ends_with("Status: error\tError Type: Runtime.ImportModuleError"),
        "{report}"
    );
}

#[test]
fn what_an_init_error_is_followed_by_is_in_the_log() {
    let curl = r#"curl --silent --data '{"errorType":"Own","errorMessage":"no"}' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/init/error" >&2; echo; echo the reason; exit 1"#;
    let mut settings = zerobill_engine::FunctionSettings::new(crate::lab::NAME, "sh");
    settings.arguments = vec!["-c".into(), curl.into()];
    let lab = Lab::start(settings, |builder| builder);
    assert_eq!(lab.answer(&json!({})).0["errorType"], "Own");
    assert_eq!(lab.log.starting("the reason").len(), 1, "{:#?}", lab.log.lines());
}

#[test]
fn work_after_the_answer_is_within_the_invocation_and_its_timeout() {
    // Takes 1 s.
    let lab = Lab::with("puppet", |settings| settings.timeout = Duration::from_secs(1));
    let mut kept = None;
    let stopwatch = Stopwatch::start();
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        connection.exchange("POST", &response_path(request_id), "", b"\"early\"");
        kept = Some(connection);
    });
    assert_eq!(
        response.text(),
        "\"early\"",
        "the caller does not wait for what comes after the answer"
    );
    assert!(
        stopwatch.elapsed() < Duration::from_millis(900),
        "{:?}",
        stopwatch.elapsed()
    );
    // It never asks for the next event: at the limit the environment is ended, and billed until then.
    let report: Report = lab.log.wait_for("REPORT ", 1).parse().unwrap();
    assert_eq!((report.status, report.duration_us), (Status::Timeout, 1_000_000));
    assert!(
        stopwatch.elapsed() >= Duration::from_secs(1),
        "{:?}",
        stopwatch.elapsed()
    );
    eventually("the environment is ended", || (lab.state().running == 0).then_some(()));
    assert_eq!(lab.state().idle, 0);
}

#[test]
fn what_a_function_does_after_its_answer_is_billed_and_logged_before_the_report() {
    let lab = Lab::new("puppet");
    let mut kept = None;
    let response = invoked(&lab, "", "{}", || {
        let connection = kept.insert(Connection::open(runtime(&lab, 1)));
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        connection.exchange("POST", &response_path(request_id), "", b"\"early\"");
    });
    assert_eq!(response.text(), "\"early\"");
    assert_eq!(lab.log.starting("REPORT "), [""; 0], "the invocation goes on");
    // It is busy: a caller now gets an environment of its own.
    let other = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 2));
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        connection.exchange("POST", &response_path(request_id), "", b"2");
        connection.send("GET", NEXT, "", b"");
        lab.log.wait_for("REPORT ", 1);
    });
    assert_eq!(other.text(), "2");
    kept.as_mut().unwrap().send("GET", NEXT, "", b"");
    let report: Report = lab.log.wait_for("REPORT ", 2).parse().unwrap();
    // The other event has waited 100 ms for it.
    assert!(report.duration_us >= 100_000, "{report}");
    assert_eq!(report.status, Status::Success);
}

#[test]
fn an_event_that_is_never_answered_is_an_error_once_the_next_is_asked_for() {
    let lab = Lab::new("puppet");
    let response = invoked(&lab, "", "{}", || {
        let mut connection = Connection::open(runtime(&lab, 1));
        connection.exchange("GET", NEXT, "", b"");
        connection.send("GET", NEXT, "", b"");
        // Kept open until the caller has its answer.
        lab.log.wait_for("REPORT ", 1);
    });
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
}

#[test]
fn what_is_no_call_is_not_found() {
    let lab = Lab::new("puppet");
    thread::scope(|scope| {
        scope.spawn(|| lab.post("", b"{}"));
        let mut connection = Connection::open(runtime(&lab, 1));
        for (method, path) in [("GET", "/"), ("POST", NEXT), ("GET", "/2018-06-01/runtime/nothing")] {
            assert_eq!(
                connection.exchange(method, path, "", b"").status,
                404,
                "{method} {path}"
            );
        }
        let next = connection.exchange("GET", NEXT, "", b"");
        let request_id = next.header("lambda-runtime-aws-request-id").unwrap();
        connection.exchange("POST", &response_path(request_id), "", b"1");
        connection.send("GET", NEXT, "", b"");
        lab.log.wait_for("REPORT ", 1);
    });
}
