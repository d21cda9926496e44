//! Each host has a breaker: what fails is left alone for a while.

use super::{
    bench::{Bench, milliseconds},
    server::{Act, Server, ok, refused, status},
};
use crate::{circuit_breaker::BreakerState, http_client::HttpError};

fn bench(failures: u32) -> Bench {
    Bench::new([
        ("circuit_breaker.failures", failures.into()),
        ("http_client.retries", 0.into()),
    ])
}

fn state(bench: &Bench, server: &Server) -> Option<BreakerState> {
    bench
        .gateway
        .circuit_breaker()
        .state(&format!("http:{}", server.address))
}

#[tokio::test]
async fn a_host_that_keeps_failing_is_not_asked_any_more() {
    let server = Server::start([
        status("500 Internal Server Error"),
        status("503 Service Unavailable"),
        ok(""),
    ])
    .await;
    let bench = bench(2);
    let get = async || bench.gateway.http_client().get(&server.url("/")).send().await;
    assert_eq!(get().await.map(|answer| answer.status()), Ok(500));
    assert_eq!(get().await.map(|answer| answer.status()), Ok(503));
    assert_eq!(state(&bench, &server), Some(BreakerState::Open));
    let host = server.address.to_string();
    let retry_after = super::bench::seconds(30);
    assert_eq!(get().await.err(), Some(HttpError::CircuitOpen { host, retry_after }));
    assert_eq!(server.seen().len(), 2);
    bench.hand.freeze(super::bench::seconds(31));
    assert_eq!(get().await.map(|answer| answer.status()), Ok(200));
    assert_eq!(state(&bench, &server), Some(BreakerState::Closed));
}

#[tokio::test]
async fn connections_that_fail_and_silence_count_and_client_errors_do_not() {
    let bench = bench(1);
    let url = refused().await;
    assert!(matches!(
        bench.gateway.http_client().get(&url).send().await,
        Err(HttpError::Connect { .. })
    ));
    assert!(matches!(
        bench.gateway.http_client().get(&url).send().await,
        Err(HttpError::CircuitOpen { .. })
    ));
    let silent = Server::start([Act::Silence]).await;
    let request = bench
        .gateway
        .http_client()
        .get(&silent.url("/"))
        .timeout(milliseconds(30));
    assert!(matches!(request.send().await, Err(HttpError::Timeout { .. })));
    assert_eq!(state(&bench, &silent), Some(BreakerState::Open));
    for code in ["400 Bad Request", "404 Not Found", "429 Too Many Requests"] {
        let server = Server::start([status(code)]).await;
        bench
            .gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers");
        assert_eq!(state(&bench, &server), Some(BreakerState::Closed), "{code}");
    }
}

#[tokio::test]
async fn it_can_be_left_out_by_the_setting_and_by_the_request() {
    let server = Server::start([status("500 Internal Server Error")]).await;
    let on = bench(1);
    for _ in 0..3 {
        on.gateway
            .http_client()
            .get(&server.url("/"))
            .without_breaker()
            .send()
            .await
            .expect("answers");
    }
    assert_eq!(state(&on, &server), None);
    let off = Bench::new([
        ("circuit_breaker.failures", 1.into()),
        ("http_client.circuit_breaker", false.into()),
    ]);
    for _ in 0..3 {
        off.gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers");
    }
    assert_eq!((state(&off, &server), server.seen().len()), (None, 6));
}

#[tokio::test]
async fn retries_end_when_it_opens_and_say_what_failed() {
    let server = Server::start([status("503 Service Unavailable")]).await;
    let bench = Bench::new([
        ("circuit_breaker.failures", 2.into()),
        ("http_client.retries", 9.into()),
    ]);
    let answer = bench
        .gateway
        .http_client()
        .get(&server.url("/"))
        .send()
        .await
        .expect("answers");
    assert_eq!((answer.status(), answer.attempts(), server.seen().len()), (503, 2, 2));
}

#[tokio::test]
async fn retries_failures_and_refusals_are_counted_if_that_is_asked_for() {
    for on in [true, false] {
        let server = Server::start([status("503 Service Unavailable")]).await;
        let bench = Bench::new([
            ("circuit_breaker.failures", 3.into()),
            ("http_client.metrics", on.into()),
        ]);
        for _ in 0..3 {
            _ = bench.gateway.http_client().get(&server.url("/")).send().await;
        }
        let metrics = bench.gateway.metrics();
        let counts = ["HttpRetries", "HttpFailures", "HttpRefusals"].map(|name| metrics.get(name));
        let expected: [&[f64]; 3] = if on { [&[2.0], &[1.0], &[2.0]] } else { [&[]; 3] };
        assert_eq!(counts, expected);
    }
}
