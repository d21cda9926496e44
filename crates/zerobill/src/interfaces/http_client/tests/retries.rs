//! What is sent again, and what never is: counted by the server.

use tokio::time::Instant;

use super::{
    bench::{Bench, milliseconds},
    server::{Act, Server, answer, ok, refused, status},
};
use crate::http_client::HttpError;

/// The answer's status, or the error, and what the server saw.
async fn ask(method: &str, script: impl Into<Vec<Act>>) -> (Result<u16, HttpError>, usize) {
    let server = Server::start(script).await;
    let bench = Bench::new([]);
    let request = bench.gateway.http_client().request(method, &server.url("/"));
    let result = request.body("x").timeout(milliseconds(1_000)).send().await;
    (result.map(|answer| answer.status()), server.seen().len())
}

fn lost(server: &Server, arrived_maybe: bool) -> HttpError {
    HttpError::Lost {
        at: server.url("/"),
        arrived_maybe,
    }
}

#[tokio::test]
async fn what_can_be_done_twice_is_sent_again_after_a_lost_connection() {
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
        for loss in [Act::ResetAfterRequest, Act::HalfClose, Act::ResetAtOnce] {
            let (result, seen) = ask(method, [loss, status("204 No Content")]).await;
            assert_eq!((result, seen), (Ok(204), 2), "{method}");
        }
    }
}

#[tokio::test]
async fn a_post_or_patch_that_may_have_arrived_is_never_sent_again() {
    for method in ["POST", "PATCH", "PURGE"] {
        for loss in [Act::ResetAfterRequest, Act::HalfClose] {
            let server = Server::start([loss, ok("")]).await;
            let bench = Bench::new([]);
            let request = bench.gateway.http_client().request(method, &server.url("/")).json(&7);
            let error = request.send().await.expect_err("it is lost");
            assert_eq!((&error, server.seen().len()), (&lost(&server, true), 1), "{method}");
            assert!(error.to_string().contains("not sent again"), "{error}");
            assert_eq!(bench.lines("WARN").len(), 0);
        }
    }
}

#[tokio::test]
async fn passing_failures_are_tried_again_only_where_that_is_safe() {
    for busy in [
        "429 Too Many Requests",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
    ] {
        let code = busy[..3].parse().expect("a number");
        assert_eq!(ask("GET", [status(busy), ok("")]).await, (Ok(200), 2), "{busy}");
        assert_eq!(ask("POST", [status(busy), ok("")]).await, (Ok(code), 1), "{busy}");
    }
    for final_answer in [
        "400 Bad Request",
        "404 Not Found",
        "500 Internal Server Error",
        "501 Not Implemented",
    ] {
        let code = final_answer[..3].parse().expect("a number");
        assert_eq!(
            ask("GET", [status(final_answer), ok("")]).await,
            (Ok(code), 1),
            "{final_answer}"
        );
    }
}

#[tokio::test]
async fn retries_end_with_what_the_last_one_said() {
    assert_eq!(ask("GET", [status("503 Service Unavailable")]).await, (Ok(503), 3));
    let server = Server::start([Act::HalfClose]).await;
    let bench = Bench::new([("http_client.retries", 1.into())]);
    let result = bench.gateway.http_client().get(&server.url("/")).send().await;
    assert_eq!((result.err(), server.seen().len()), (Some(lost(&server, false)), 2));
    let result = bench
        .gateway
        .http_client()
        .get(&server.url("/"))
        .retries(0)
        .send()
        .await;
    assert_eq!((result.err(), server.seen().len()), (Some(lost(&server, false)), 3));
}

#[tokio::test]
async fn nothing_was_sent_where_there_is_no_connection_so_even_a_post_is_tried_again() {
    let bench = Bench::new([]);
    let url = refused().await;
    let error = bench
        .gateway
        .http_client()
        .post(&url)
        .json(&7)
        .send()
        .await
        .expect_err("refused");
    let HttpError::Connect { at, problem } = &error else {
        panic!("{error}");
    };
    assert_eq!(*at, url);
    assert!(problem.contains("refused"), "{problem}");
    let warnings = bench.lines("WARN");
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert_eq!(
        (&warnings[0]["attempt"], &warnings[1]["attempt"]),
        (&1.into(), &2.into())
    );
}

#[tokio::test]
async fn what_a_server_asks_to_wait_is_waited_within_the_time_there_is() {
    let busy = |after: &str| {
        let headers = format!("retry-after: {after}\r\n");
        Act::Answer(answer("503 Service Unavailable", &headers, ""))
    };
    let started = Instant::now();
    assert_eq!(ask("GET", [busy("0"), ok("")]).await, (Ok(200), 2));
    // The clock stands at noon of that day.
    let date = "Fri, 15 Jan 2027 08:00:00 GMT";
    assert_eq!(ask("GET", [busy(date), ok("")]).await, (Ok(200), 2));
    for too_long in ["2", "Fri, 15 Jan 2027 08:00:09 GMT", "18446744073709551615"] {
        assert_eq!(ask("GET", [busy(too_long), ok("")]).await, (Ok(503), 1), "{too_long}");
    }
    assert!(started.elapsed() < milliseconds(900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_not_asked_for_again() {
    let (result, seen) = ask("GET", [Act::AnswerAndClose(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec())]).await;
    assert!(matches!(result, Err(HttpError::NotHttp { .. })), "{result:?}");
    assert_eq!(seen, 1);
}
