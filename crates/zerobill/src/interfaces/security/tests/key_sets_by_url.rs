//! Key sets by URL, from real endpoints on this machine that work, are down, are slow, or answer HTML.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use lambda_runtime::Context;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::bench::{Bench, VECTORS, vector};
use crate::{invocation::spawn, security::SecurityError};

/// What the endpoint sends to each request; nothing is silence.
struct Endpoint {
    url: String,
    answer: Arc<Mutex<Option<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Endpoint {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = Self {
            url: format!(
                "http://{}/.well-known/jwks.json",
                listener.local_addr().expect("an address")
            ),
            answer: Arc::default(),
            asked: Arc::default(),
        };
        let (answer, asked) = (Arc::clone(&endpoint.answer), Arc::clone(&endpoint.asked));
        spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("accepts");
                spawn(serve(stream, Arc::clone(&answer), Arc::clone(&asked)));
            }
        });
        endpoint
    }

    fn answer(&self, status: &str, body: &str) {
        let length = body.len();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        *self.answer.lock().expect("no panic") = Some(answer);
    }

    fn fall_silent(&self) {
        *self.answer.lock().expect("no panic") = None;
    }

    fn bench(&self) -> Bench {
        let bench = Bench::new([
            ("security.token_audiences", "shop".into()),
            ("security.token_leeway_seconds", 600.into()),
            ("http_client.retries", 0.into()),
        ]);
        bench
            .gateway
            .config()
            .set("security.token_jwks_url", self.url.as_str())
            .expect("taken");
        bench
    }
}

async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Option<String>>>, asked: Arc<AtomicUsize>) {
    let (mut head, mut bytes) = (Vec::new(), [0; 1_024]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut bytes).await {
            Ok(count) if count > 0 => head.extend_from_slice(&bytes[..count]),
            _ => return,
        }
    }
    asked.fetch_add(1, SeqCst);
    let text = answer.lock().expect("no panic").clone();
    match text {
        Some(text) => stream.write_all(text.as_bytes()).await.expect("writes"),
        // Silence until the other side has had enough.
        None => drop(stream.read(&mut bytes).await),
    }
}

fn set(name: &str) -> String {
    VECTORS[name].to_string()
}

async fn is_accepted(bench: &Bench, name: &str) -> bool {
    bench.security().validate_token(vector(&["named", name])).await.is_ok()
}

#[tokio::test]
async fn the_set_is_fetched_kept_and_rotated() {
    let endpoint = Endpoint::start().await;
    endpoint.answer("200 OK", &set("jwks"));
    let bench = endpoint.bench();
    assert!(is_accepted(&bench, "a").await && is_accepted(&bench, "b").await);
    assert_eq!(endpoint.asked.load(SeqCst), 1);
    endpoint.answer("200 OK", &set("rotated"));
    bench.hand.advance(Duration::from_secs(60));
    assert!(is_accepted(&bench, "e").await);
    assert_eq!(endpoint.asked.load(SeqCst), 2);
}

#[tokio::test]
async fn another_url_makes_the_old_set_worth_nothing() {
    let (endpoint, other) = (Endpoint::start().await, Endpoint::start().await);
    endpoint.answer("200 OK", &set("jwks"));
    other.answer("200 OK", &set("rotated"));
    let bench = endpoint.bench();
    assert!(is_accepted(&bench, "a").await);
    bench
        .gateway
        .config()
        .set("security.token_jwks_url", other.url.as_str())
        .expect("taken");
    assert!(!is_accepted(&bench, "a").await);
    assert!(is_accepted(&bench, "e").await);
}

#[tokio::test]
async fn the_first_fetch_counts_once_with_its_connection() {
    let endpoint = Endpoint::start().await;
    endpoint.answer("200 OK", &set("jwks"));
    let bench = endpoint.bench();
    for _ in 0..2 {
        let work = async { Ok::<_, ()>(is_accepted(&bench, "a").await) };
        assert_eq!(bench.gateway.invoke(Context::default(), work).await, Ok(true));
    }
    let interfaces = bench.gateway.analytics().tally.interfaces;
    // The keys of the settings in two parts, and the set; the HTTP client without its connection.
    assert_eq!(interfaces["security"].built_in_requests, 3);
    assert_eq!(interfaces["http_client"].built_in_requests, 1);
}

/// It waits 3 s, the time that a fetch may take.
#[tokio::test]
async fn the_last_good_set_outlives_every_kind_of_failure() {
    let endpoint = Endpoint::start().await;
    endpoint.answer("200 OK", &set("jwks"));
    let bench = endpoint.bench();
    assert!(is_accepted(&bench, "a").await);
    let html = "<!DOCTYPE html><html>zbsecret</html>";
    let redirect = format!("302 Found\r\nlocation: {}", endpoint.url);
    for (index, (status, body)) in [
        ("200 OK", html),
        ("503 Down", &set("rotated")),
        (redirect.as_str(), ""),
        ("", ""),
    ]
    .into_iter()
    .enumerate()
    {
        if status.is_empty() {
            endpoint.fall_silent();
        } else {
            endpoint.answer(status, body);
        }
        bench.hand.advance(Duration::from_secs(60));
        assert!(!is_accepted(&bench, "e").await, "{status}: the new key cannot be had");
        assert!(is_accepted(&bench, "a").await, "{status}: the old one serves on");
        let warnings: Vec<String> = bench.output.lines();
        let warnings: Vec<_> = warnings.iter().filter(|line| line.contains("key set")).collect();
        assert_eq!(warnings.len(), index + 1, "{warnings:#?}");
        assert!(warnings.iter().all(|line| !line.contains("zbsecret")));
    }
    let last: Value = bench
        .output
        .lines()
        .iter()
        .rev()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .find(|line: &Value| line["level"] == "WARN")
        .expect("a warning");
    assert!(
        last["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("no whole answer within 3.0 s")),
        "{last}"
    );
}

#[tokio::test]
async fn an_endpoint_that_is_down_from_the_start_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    drop(listener);
    let bench = Bench::new([("security.token_jwks_url", url.into())]);
    let error = bench
        .security()
        .validate_token(vector(&["named", "a"]))
        .await
        .expect_err("down");
    assert!(matches!(error, SecurityError::KeySetUnavailable));
}
