//! Connections are kept while they are good, and not a second longer.

use super::{
    bench::{Bench, seconds},
    server::{Act, Server, answer, ok},
};

#[tokio::test]
async fn a_post_after_a_freeze_goes_out_once_on_a_new_connection() {
    // The server closes after its answer, as one does while the environment is frozen; the client has not looked since.
    let server = Server::start([ok("one"), Act::Answer(answer("201 Created", "", "two"))]).await;
    let bench = Bench::new([]);
    let http = bench.gateway.http_client();
    http.get(&server.url("/")).send().await.expect("answers");
    bench.hand.freeze(seconds(60));
    let answer = http
        .post(&server.url("/orders"))
        .json(&7)
        .send()
        .await
        .expect("answers");
    assert_eq!((answer.status(), answer.attempts()), (201, 1));
    assert_eq!(server.asked(), ["GET /", "POST /orders"]);
    assert_eq!(server.seen()[1].connection, 1, "not the one from before the freeze");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_unseen_is_not_used_after_a_freeze() {
    let closing = Act::AnswerAndClose(answer("200 OK", "", "one"));
    let server = Server::start([closing, ok("two")]).await;
    let bench = Bench::new([]);
    let http = bench.gateway.http_client();
    http.get(&server.url("/")).send().await.expect("answers");
    bench.hand.freeze(seconds(60));
    let answer = http
        .post(&server.url("/orders"))
        .json(&7)
        .send()
        .await
        .expect("answers");
    assert_eq!((answer.text(), server.seen().len()), (Ok("two"), 2));
}

#[tokio::test]
async fn a_connection_is_kept_for_fifty_seconds_by_the_clock_that_counts_freezes() {
    let server = Server::start([ok("")]).await;
    let bench = Bench::new([]);
    let mut connections = Vec::new();
    for (freeze, work) in [(0, 0), (50, 0), (0, 50), (20, 31), (51, 0), (0, 51)] {
        bench.hand.freeze(seconds(freeze));
        bench.hand.advance(seconds(work));
        bench
            .gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers");
        connections.push(server.connections());
    }
    assert_eq!(connections, [1, 1, 1, 2, 3, 4]);
}

#[tokio::test]
async fn asking_one_server_does_not_keep_the_connection_to_another_fresh() {
    let (one, other) = (Server::start([ok("")]).await, Server::start([ok("")]).await);
    let bench = Bench::new([]);
    let get = async |server: &Server| {
        bench
            .gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers")
    };
    get(&one).await;
    for _ in 0..3 {
        bench.hand.freeze(seconds(30));
        get(&other).await;
    }
    get(&one).await;
    assert_eq!(one.connections(), 2);
}

#[tokio::test]
async fn a_clock_set_back_does_no_harm() {
    let server = Server::start([ok("")]).await;
    let bench = Bench::new([]);
    for _ in 0..2 {
        bench
            .gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers");
        bench.hand.set(super::bench::noon() - seconds(3_600));
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn changed_settings_count_from_the_next_request_on() {
    let server = Server::start([ok("12345")]).await;
    let bench = Bench::new([]);
    let url = server.url("/");
    bench.gateway.http_client().get(&url).send().await.expect("answers");
    bench
        .gateway
        .config()
        .set("http_client.max_response_bytes", 4)
        .expect("valid");
    assert!(bench.gateway.http_client().get(&url).send().await.is_err());
    bench
        .gateway
        .config()
        .set("http_client.allow_hosts", "example.com")
        .expect("valid");
    assert!(bench.gateway.http_client().get(&url).send().await.is_err());
    assert_eq!(server.seen().len(), 2);
}
