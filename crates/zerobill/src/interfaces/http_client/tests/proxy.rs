//! Requests through a proxy.

use std::sync::{Arc, Mutex};

use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
};

use super::{
    bench::Bench,
    server::{Server, join, ok, read_request},
    tls::{self, AUTHORITY},
};
use crate::{http_client::HttpError, invocation::spawn};

/// A proxy that joins what it is asked to with `target`, whatever host it is asked for; or refuses.
struct Tunnel {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    async fn start(target: Option<&Server>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = listener.local_addr().expect("bound").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (heads, target) = (Arc::clone(&asked), target.map(|target| target.address));
        spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.expect("accepts");
                let (head, _) = read_request(&mut stream).await.expect("a request");
                heads.lock().expect("whole").push(head);
                let Some(target) = target else {
                    let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.expect("written");
                    continue;
                };
                stream
                    .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    .await
                    .expect("written");
                let other = TcpStream::connect(target).await.expect("the target");
                spawn(join(stream, other));
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("whole").clone()
    }
}

#[tokio::test]
async fn https_goes_through_a_tunnel_that_sees_only_the_host() {
    let server = tls::start([ok("hello")], false).await;
    let tunnel = Tunnel::start(Some(&server)).await;
    let proxy = format!("http://ann:pa%20ss@{}", tunnel.url);
    let ca = ("http_client.ca_certificates", AUTHORITY.pem.as_str().into());
    for bench in [
        Bench::with([ca.clone()], [("HTTPS_PROXY", &proxy)]),
        Bench::with([ca.clone()], [("https_proxy", &proxy)]),
        Bench::new([ca.clone(), ("http_client.proxy", proxy.clone().into())]),
    ] {
        let request = bench
            .gateway
            .http_client()
            .get("https://localhost/a?q=1")
            .header("authorization", "t");
        assert_eq!(request.send().await.expect("answers").text(), Ok("hello"));
    }
    let asked = tunnel.asked();
    assert_eq!(asked.len(), 3);
    for head in asked {
        assert!(head.starts_with("CONNECT localhost:443 HTTP/1.1\r\n"), "{head}");
        let lower = head.to_ascii_lowercase();
        // `ann:pa ss` in base64.
        assert!(head.contains("Basic YW5uOnBhIHNz"), "{head}");
        assert!(
            !lower.contains("\r\nauthorization:") && !lower.contains("q=1"),
            "{head}"
        );
    }
    let seen = server.seen();
    assert_eq!(
        (seen[0].line(), seen[0].header("proxy-authorization")),
        ("GET /a?q=1", None)
    );
}

#[tokio::test]
async fn http_is_asked_of_the_proxy_itself() {
    let proxy = Server::start([ok("from the proxy")]).await;
    for bench in [
        Bench::with([], [("HTTP_PROXY", &*proxy.url(""))]),
        Bench::new([("http_client.proxy", proxy.address.to_string().into())]),
    ] {
        let answer = bench
            .gateway
            .http_client()
            .get("http://shop.example/a")
            .send()
            .await
            .expect("answers");
        assert_eq!(answer.text(), Ok("from the proxy"));
    }
    assert_eq!(
        proxy.asked(),
        ["GET http://shop.example/a", "GET http://shop.example/a"]
    );
    assert_eq!(proxy.seen()[0].header("host"), Some("shop.example"));
}

#[tokio::test]
async fn hosts_that_are_excepted_are_asked_directly() {
    let (proxy, server) = (Server::start([ok("proxy")]).await, Server::start([ok("server")]).await);
    let url = server.url("/");
    for excepted in ["127.0.0.1", "10.0.0.0/8, 127.0.0.0/8", "*"] {
        let bench = Bench::with([], [("HTTP_PROXY", &*proxy.url("")), ("NO_PROXY", excepted)]);
        let answer = bench.gateway.http_client().get(&url).send().await.expect("answers");
        assert_eq!(answer.text(), Ok("server"), "{excepted}");
    }
    let bench = Bench::with([], [("HTTPS_PROXY", &*proxy.url(""))]);
    let answer = bench.gateway.http_client().get(&url).send().await.expect("answers");
    assert_eq!(answer.text(), Ok("server"), "that one is for https alone");
    assert_eq!(proxy.seen().len(), 0);
}

#[tokio::test]
async fn a_proxy_that_refuses_is_a_connection_that_fails() {
    let tunnel = Tunnel::start(None).await;
    let proxy = format!("http://ann:zbsecret@{}", tunnel.url);
    let bench = Bench::new([("http_client.proxy", proxy.into()), ("http_client.retries", 0.into())]);
    let error = bench
        .gateway
        .http_client()
        .post("https://localhost/")
        .json(&7)
        .send()
        .await
        .expect_err("refused");
    let HttpError::Connect { problem, .. } = &error else {
        panic!("{error}");
    };
    assert!(problem.contains("proxy auth"), "{problem}");
    assert!(!format!("{error:?}").contains("zbsecret"));
}

#[tokio::test]
async fn a_proxy_that_is_none_is_named_by_its_setting() {
    for wrong in [
        "http://",
        "socks5://ann:zbsecret@127.0.0.1:1",
        "ftp://127.0.0.1",
        "http://ann:zbsecret@ho st",
    ] {
        let bench = Bench::new([("http_client.proxy", wrong.into())]);
        let error = bench
            .gateway
            .http_client()
            .get("http://shop.example/")
            .send()
            .await
            .expect_err(wrong);
        assert!(
            matches!(
                error,
                HttpError::Setting {
                    key: "http_client.proxy",
                    ..
                }
            ),
            "{wrong}: {error}"
        );
        assert!(!format!("{error:?}{error}").contains("zbsecret"), "{error:?}");
    }
    let bench = Bench::new([("http_client.proxy", "http://ann:zbsecret@127.0.0.1:1".into())]);
    let shown = bench.gateway.config().shown("http_client.proxy");
    assert_eq!(shown, Some("http://ann:***@127.0.0.1:1".into()));
}
