//! Limits of time and size.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use lambda_runtime::Context;
use tokio::time::Instant;

use super::{
    bench::{Bench, milliseconds},
    server::{Act, Server, answer, ok, refused},
};
use crate::{
    Error,
    http_client::{HttpError, Progress},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn packed(bytes: &[u8]) -> Act {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bytes.len()
    );
    Act::Answer([head.as_bytes(), bytes].concat())
}

async fn get(bench: &Bench, server: &Server) -> Result<Vec<u8>, HttpError> {
    let request = bench
        .gateway
        .http_client()
        .get(&server.url("/"))
        .timeout(milliseconds(2_000));
    Ok(request.send().await?.into_bytes())
}

#[tokio::test]
async fn a_server_that_never_answers_costs_no_more_than_the_timeout() {
    let server = Server::start([Act::Silence]).await;
    let bench = Bench::new([("http_client.timeout_seconds", 0.15.into())]);
    let started = Instant::now();
    let error = bench
        .gateway
        .http_client()
        .get(&server.url("/slow?q=1"))
        .send()
        .await
        .expect_err("too slow");
    let after = milliseconds(150);
    assert_eq!(
        error,
        HttpError::Timeout {
            at: server.url("/slow"),
            after
        }
    );
    let own = bench
        .gateway
        .http_client()
        .post(&server.url("/"))
        .timeout(milliseconds(50))
        .send()
        .await;
    assert_eq!(
        own.err(),
        Some(HttpError::Timeout {
            at: server.url("/"),
            after: milliseconds(50)
        })
    );
    let took = started.elapsed();
    assert!(took >= milliseconds(200) && took < milliseconds(1_000), "{took:?}");
    assert_eq!(server.seen().len(), 2, "a timeout is not tried again");
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up_too() {
    let server = Server::start([Act::Answer(
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf".to_vec(),
    )])
    .await;
    let request = Bench::new([])
        .gateway
        .http_client()
        .get(&server.url("/"))
        .timeout(milliseconds(100));
    let error = request.send().await.expect_err("it stalls");
    assert_eq!(
        error,
        HttpError::Timeout {
            at: server.url("/"),
            after: milliseconds(100)
        }
    );
}

#[tokio::test]
async fn a_request_ends_before_its_invocation_does() {
    let server = Server::start([Act::Silence]).await;
    let bench = Bench::new([]);
    let url = server.url("/");
    // The clock stands at 1 800 000 000 s.
    let left = async |left_ms: u64| {
        let mut context = Context::default();
        context.deadline = 1_800_000_000_000 + left_ms;
        let work = async { bench.gateway.http_client().get(&url).send().await };
        bench
            .gateway
            .invoke(context, work)
            .await
            .expect_err("the server is silent")
    };
    assert_eq!(
        left(700).await,
        HttpError::Timeout {
            at: url.clone(),
            after: milliseconds(200)
        }
    );
    for none in [500, 100, 0] {
        // A deadline of zero is none at all, so that the last one is in the past.
        let error = left(none).await;
        assert_eq!(error, HttpError::NoTimeLeft { at: url.clone() });
        assert_eq!(Error::from(error).code(), "unavailable");
    }
    assert_eq!(server.seen().len(), 1, "what has no time left is not sent");
}

#[tokio::test]
async fn a_request_may_outlive_its_invocation_and_tells_whether_it_has_left() {
    let server = Server::start([ok("hello")]).await;
    let bench = Bench::new([]);
    let mut context = Context::default();
    context.deadline = 1_800_000_000_000 + 1;
    let progress = Progress::default();
    let work = async {
        let request = bench.gateway.http_client().post(&server.url("/")).body("seven bytes");
        assert!(!progress.may_have_arrived());
        request.outlive_invocation().progress(&progress).send().await
    };
    let answer = bench.gateway.invoke(context, work).await.expect("an answer");
    assert_eq!(answer.text(), Ok("hello"));
    assert!(progress.may_have_arrived());
    let seen = &server.seen()[0];
    assert_eq!(
        (seen.header("content-length"), seen.body.as_slice()),
        (Some("11"), b"seven bytes".as_slice())
    );
    assert_eq!(seen.header("transfer-encoding"), None);

    let progress = Progress::default();
    let request = bench.gateway.http_client().post(&refused().await).body("x").retries(0);
    request.progress(&progress).send().await.expect_err("refused");
    assert!(!progress.may_have_arrived(), "what had no connection has not left");
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_read_and_not_a_byte_more() {
    let bench = Bench::new([("http_client.max_response_bytes", 8.into())]);
    let too_large = |server: &Server| HttpError::ResponseTooLarge {
        at: server.url("/"),
        max_bytes: 8,
    };
    let fits = Server::start([ok("12345678")]).await;
    assert_eq!(get(&bench, &fits).await, Ok(b"12345678".to_vec()));
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n";
    for answer in [
        answer("200 OK", "", "123456789"),
        chunked.into(),
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n".to_vec(),
    ] {
        let server = Server::start([Act::AnswerAndClose(answer)]).await;
        assert_eq!(get(&bench, &server).await, Err(too_large(&server)));
    }
    let head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let endless = Server::start([Act::Endless(head, b"4\r\nmore\r\n".to_vec())]).await;
    assert_eq!(get(&bench, &endless).await, Err(too_large(&endless)));
}

#[tokio::test]
async fn a_packed_body_is_unpacked_and_a_bomb_is_cut() {
    let bench = Bench::new([]);
    let server = Server::start([packed(&gzip(b"hello"))]).await;
    assert_eq!(get(&bench, &server).await, Ok(b"hello".to_vec()));
    // 64 MB in 64 KB.
    let bomb = Server::start([packed(&gzip(&vec![0; 64 << 20]))]).await;
    let error = HttpError::ResponseTooLarge {
        at: bomb.url("/"),
        max_bytes: 6 << 20,
    };
    assert_eq!(get(&bench, &bomb).await, Err(error));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_no_short_answer() {
    let bench = Bench::new([]);
    let packed_bytes = gzip(b"hello hello hello");
    let half = &packed_bytes[..packed_bytes.len() / 2];
    for act in [
        Act::AnswerAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        Act::AnswerAndClose(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n".to_vec()),
        packed(half),
        packed(b"no gzip at all"),
    ] {
        let server = Server::start([act]).await;
        let result = get(&bench, &server).await;
        assert!(
            matches!(&result, Err(HttpError::BrokenBody { at, .. }) if *at == server.url("/")),
            "{result:?}"
        );
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_body_to_send_has_a_limit() {
    let server = Server::start([ok("")]).await;
    let bench = Bench::new([]);
    let post = |bytes: usize| {
        bench
            .gateway
            .http_client()
            .post(&server.url("/"))
            .body(vec![b'x'; bytes])
    };
    let max_bytes = 6 << 20;
    let error = post(max_bytes + 1).send().await.expect_err("too large");
    assert_eq!(
        error,
        HttpError::RequestTooLarge {
            bytes: max_bytes + 1,
            max_bytes
        }
    );
    assert_eq!((Error::from(error).code(), server.seen().len()), ("too_large", 0));
    post(max_bytes).send().await.expect("it fits");
    assert_eq!(server.seen()[0].body.len(), max_bytes);
}

#[tokio::test]
async fn a_connection_that_takes_too_long_is_given_up() {
    // A server whose queue of connections is full answers none.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(1).expect("listens");
    let address = listener.local_addr().expect("bound");
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(tokio::time::timeout(milliseconds(30), tokio::net::TcpStream::connect(address)).await);
    }
    assert!(waiting.iter().any(Result::is_err), "the queue is full");
    let bench = Bench::new([
        ("http_client.connect_timeout_seconds", 0.05.into()),
        ("http_client.retries", 0.into()),
    ]);
    let error = bench
        .gateway
        .http_client()
        .get(&format!("http://{address}/"))
        .send()
        .await
        .expect_err("no answer");
    assert!(matches!(error, HttpError::Connect { .. }), "{error}");
}
