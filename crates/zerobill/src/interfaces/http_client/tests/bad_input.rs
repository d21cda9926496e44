//! What cannot be asked for is refused before anything is sent.

use serde_json::json;

use super::{
    bench::Bench,
    server::{Server, ok},
};
use crate::http_client::HttpError;

#[tokio::test]
async fn urls_that_cannot_be_asked_say_why() {
    let bench = Bench::new([]);
    let long = format!("http://127.0.0.1/{}", "a".repeat(9_000));
    for (url, why) in [
        ("", "not of the form"),
        ("/orders", "not of the form"),
        ("127.0.0.1/orders", "not of the form"),
        ("http://", "not of the form"),
        ("http://[::1/", "not of the form"),
        ("http://host:99999/", "not of the form"),
        ("http://ho st/", "has a space"),
        ("http://host/\r\nHost: evil", "has a space, a line break"),
        ("http://ho\nst/", "has a space, a line break"),
        ("http://host/\0", "control character"),
        (" http://host/", "has a space"),
        ("ftp://host/", "neither `http` nor `https`"),
        ("file:///etc/passwd", "neither `http` nor `https`"),
        ("unix:/tmp/socket", "neither `http` nor `https`"),
        ("http://ann:zbsecret@host/", "has credentials"),
        ("http://zbsecret@host/", "has credentials"),
        (&long, "longer than 8192"),
    ] {
        let error = bench.gateway.http_client().get(url).send().await.expect_err(url);
        let text = error.to_string();
        assert!(
            text.starts_with("the URL cannot be asked for: it") && text.contains(why),
            "{url}: {text}"
        );
        assert!(!text.contains("zbsecret"));
        assert_eq!(crate::Error::from(error).code(), "invalid_parameter");
    }
    assert_eq!(
        bench.gateway.stats().built.len(),
        0,
        "nothing is built for what is refused"
    );
}

#[tokio::test]
async fn headers_that_cannot_be_sent_are_refused_and_not_shown() {
    let server = Server::start([ok("")]).await;
    let bench = Bench::new([]);
    for (name, value, shown) in [
        ("x-a", "zbsecret\r\nx-b: 1", "x-a"),
        ("x-a", "zbsecret\n", "x-a"),
        ("x-a", "zbsecret\0", "x-a"),
        ("x-a", "zbsecret\u{7f}", "x-a"),
        ("x a", "zbsecret", ""),
        ("x-a:zbsecret", "1", ""),
        ("zbsecret\r\nx-b", "1", ""),
        ("", "1", ""),
        ("Host", "evil.example", "host"),
        ("Content-Length", "1", "content-length"),
        ("Transfer-Encoding", "chunked", "transfer-encoding"),
        ("Connection", "close", "connection"),
        ("Expect", "100-continue", "expect"),
        ("Proxy-Connection", "close", "proxy-connection"),
    ] {
        let result = bench
            .gateway
            .http_client()
            .post(&server.url("/"))
            .header(name, value)
            .send()
            .await;
        match result {
            Err(HttpError::InvalidHeader { name, .. }) if name == shown => {}
            other => panic!("{name:?}: {other:?}"),
        }
    }
    let error = bench
        .gateway
        .http_client()
        .get(&server.url("/"))
        .header("x-a", "\r")
        .send()
        .await
        .expect_err("refused");
    assert!(!format!("{error:?} {error}").contains('\r'));
    assert_eq!(server.seen().len(), 0);
}

#[tokio::test]
async fn a_header_given_forty_thousand_times_is_refused_and_no_panic() {
    let bench = Bench::new([]);
    let request = bench.gateway.http_client().get("http://127.0.0.1:9/");
    let request = (0..40_000).fold(request, |request, number| request.header(&format!("x-{number}"), "1"));
    assert!(matches!(request.send().await, Err(HttpError::InvalidHeader { .. })));
}

#[tokio::test]
async fn methods_that_are_none_are_refused() {
    let bench = Bench::new([]);
    for method in ["", "GET /", "G\r\nET", "CONNECT", "trace", "GÉT", &"A".repeat(1_000)] {
        let result = bench
            .gateway
            .http_client()
            .request(method, "http://127.0.0.1:9/")
            .send()
            .await;
        assert_eq!(result.err(), Some(HttpError::InvalidMethod), "{method}");
    }
}

#[tokio::test]
async fn parameters_of_operations_that_cannot_be_are_refused() {
    let bench = Bench::new([]);
    let call = async |parameters| {
        let result = bench.gateway.execute_operation("http_client", "post", parameters).await;
        let error = result.expect_err("refused");
        (error.code(), error.to_string())
    };
    let url = "http://127.0.0.1:9/";
    // Above zero, and over at once.
    assert_eq!(call(json!({ "url": url, "timeout": 5e-324 })).await.0, "unavailable");
    for timeout in [0.0, -1.0, 1e300, 900.1] {
        let (code, text) = call(json!({ "url": url, "timeout": timeout })).await;
        assert_eq!(code, "invalid_parameter");
        assert!(
            text.starts_with("a timeout of ") && text.ends_with("is not above 0 and at most 900"),
            "{text}"
        );
    }
    let (code, text) = call(json!({ "url": url, "headers": { "x-a": 7 } })).await;
    assert_eq!(
        (code, &*text),
        (
            "invalid_parameter",
            "the header `x-a` cannot be sent: its value must be text"
        )
    );
    let (code, text) = call(json!({ "url": url, "json": 1, "body": "2" })).await;
    assert_eq!(
        (code, &*text),
        (
            "invalid_parameter",
            "a request has one body; give `json` or `body`, not both"
        )
    );
}

#[tokio::test]
async fn a_value_that_does_not_become_json_is_an_error() {
    let bench = Bench::new([]);
    let map: std::collections::HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
    let result = bench
        .gateway
        .http_client()
        .post("http://127.0.0.1:9/")
        .json(&map)
        .send()
        .await;
    assert_eq!(result.err(), Some(HttpError::NotSerializable));
}

#[tokio::test]
async fn a_timeout_without_end_is_cut_and_no_panic() {
    let server = Server::start([ok("")]).await;
    let request = Bench::new([])
        .gateway
        .http_client()
        .get(&server.url("/"))
        .timeout(std::time::Duration::MAX);
    assert_eq!(request.send().await.map(|answer| answer.status()), Ok(200));
}

#[test]
fn outside_a_runtime_it_is_an_error_and_no_panic() {
    let bench = Bench::new([]);
    let work = bench.gateway.http_client().get("http://127.0.0.1:9/").send();
    let result = futures_util::FutureExt::now_or_never(work);
    assert_eq!(result.map(Result::err), Some(Some(HttpError::NoRuntime)));
}

#[tokio::test]
async fn hosts_are_held_against_the_list_as_the_connection_would_see_them() {
    let bench = Bench::new([(
        "http_client.allow_hosts",
        "Shop.Example, *.example.com, xn--bcher-kva.example".into(),
    )]);
    // What passes the list fails later: there is no such scheme of asking port 0.
    let refused = async |url: &str| {
        let request = bench
            .gateway
            .http_client()
            .get(url)
            .timeout(super::bench::milliseconds(1))
            .retries(0);
        matches!(request.send().await, Err(HttpError::HostNotAllowed(_)))
    };
    for url in [
        "http://example.com/",
        "http://evilexample.com/",
        "http://shop.example.evil/",
        "http://a.shop.example/",
        "http://evil\\@shop.example/",
        "http://127.0.0.1/",
        "http://.example.com/",
    ] {
        assert!(refused(url).await, "{url}");
    }
    for url in [
        "http://shop.example:1/",
        "http://SHOP.EXAMPLE:1/",
        "http://a.b.example.com:1/",
        "http://b\u{fc}cher.example:1/",
    ] {
        assert!(!refused(url).await, "{url}");
    }
}

#[tokio::test]
async fn ipv6_is_asked_like_any_other() {
    let Ok(listener) = tokio::net::TcpListener::bind("[::1]:0").await else {
        panic!("this test needs the loopback of IPv6");
    };
    let port = listener.local_addr().expect("bound").port();
    let (server, _) = Server::bind([ok("six")]).await;
    let serving = server.clone();
    crate::invocation::spawn(async move {
        let (stream, _) = listener.accept().await.expect("accepts");
        serving.serve(stream, 0).await;
    });
    let bench = Bench::new([("http_client.allow_hosts", "[::1]".into())]);
    let answer = bench
        .gateway
        .http_client()
        .get(&format!("http://[::1]:{port}/a"))
        .send()
        .await
        .expect("answers");
    assert_eq!(answer.text(), Ok("six"));
    assert_eq!(server.seen()[0].header("host"), Some(&*format!("[::1]:{port}")));
    assert_eq!(bench.lines("DEBUG")[0]["host"], "[::1]");
}
