//! What goes out and what comes back.

use serde_json::{Value, json};

use super::{
    bench::Bench,
    server::{Act, Server, answer, ok},
};
use crate::http_client::HttpError;

#[tokio::test]
async fn each_method_sends_what_it_says() {
    let server = Server::start([ok(r#"{"ok":true}"#)]).await;
    let http = Bench::new([]).gateway.http_client().clone();
    let url = server.url("/orders?page=1#top");
    let body = json!({ "order": 7 });
    for request in [
        http.get(&url).header("Accept", "application/json"),
        http.post(&url).json(&body),
        http.put(&url).body("text").header("content-type", "text/plain"),
        http.patch(&url)
            .json(&body)
            .header("content-type", "application/merge-patch+json"),
        http.delete(&url),
        http.request("options", &url),
        http.request("PURGE", &url),
    ] {
        let answer = request.send().await.expect("answers");
        assert_eq!(
            (answer.status(), answer.is_success(), answer.attempts()),
            (200, true, 1)
        );
        assert_eq!(answer.text(), Ok(r#"{"ok":true}"#));
        assert_eq!(answer.json::<Value>(), Ok(json!({ "ok": true })));
        assert_eq!(answer.header("Content-Length"), Some("11"));
        assert_eq!(answer.headers().len(), 1);
        assert_eq!(answer.into_bytes(), br#"{"ok":true}"#);
    }
    let line = |method: &str| format!("{method} /orders?page=1");
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"];
    assert_eq!(server.asked(), methods.map(line), "without the fragment");
    let seen = server.seen();
    assert_eq!(
        seen[1].head,
        format!(
            "POST /orders?page=1 HTTP/1.1\r\ncontent-type: application/json\r\naccept: */*\r\nuser-agent: zerobill/{}\r\n\
            accept-encoding: gzip\r\nhost: {}\r\ncontent-length: 11",
            env!("CARGO_PKG_VERSION"),
            server.address
        )
    );
    assert_eq!(seen[1].body, br#"{"order":7}"#);
    assert_eq!(seen[0].header("accept"), Some("application/json"));
    assert_eq!(
        (seen[2].header("content-type"), &*seen[2].body),
        (Some("text/plain"), b"text".as_slice())
    );
    assert_eq!(seen[3].header("content-type"), Some("application/merge-patch+json"));
    assert_eq!(server.connections(), 1, "the connection is kept");
}

#[tokio::test]
async fn head_has_no_body_whatever_its_headers_say() {
    for headers in [
        "content-length: 99999999\r\n",
        "content-encoding: gzip\r\ncontent-length: 12\r\n",
    ] {
        let server = Server::start([Act::Answer(format!("HTTP/1.1 200 OK\r\n{headers}\r\n").into_bytes())]).await;
        let answer = Bench::new([])
            .gateway
            .http_client()
            .head(&server.url("/"))
            .send()
            .await
            .expect("answers");
        assert_eq!((answer.status(), answer.bytes()), (200, b"".as_slice()));
    }
}

#[tokio::test]
async fn operations_answer_what_the_typed_calls_do() {
    let bytes = [
        b"HTTP/1.1 404 Not Found\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 2\r\n\r\n".as_slice(),
        &[0xFF, 0x00],
    ]
    .concat();
    let server = Server::start([ok("hello"), Act::Answer(bytes)]).await;
    let gateway = Bench::new([]).gateway;
    let call = async |operation, parameters| gateway.execute_operation("http_client", operation, parameters).await;
    let url = server.url("/a");
    let text = call(
        "post",
        json!({ "url": url, "json": [1], "headers": { "x-id": "7" }, "timeout": 0.25 }),
    )
    .await;
    assert_eq!(
        text.expect("answers"),
        json!({ "status": 200, "headers": { "content-length": "5" }, "body": "hello" })
    );
    let bytes = call("request", json!({ "method": "PUT", "url": url, "body": "plain" })).await;
    assert_eq!(
        bytes.expect("answers"),
        json!({ "status": 404, "headers": { "x-a": "1, 2", "content-length": "2" }, "body": [255, 0] })
    );
    let seen = server.seen();
    assert_eq!(
        (seen[0].line(), seen[0].header("x-id"), &*seen[0].body),
        ("POST /a", Some("7"), b"[1]".as_slice())
    );
    assert_eq!((seen[1].line(), &*seen[1].body), ("PUT /a", b"plain".as_slice()));
}

#[tokio::test]
async fn free_functions_ask_through_the_running_invocation() {
    let server = Server::start([ok("hello")]).await;
    let url = server.url("/");
    let gateway = Bench::new([]).gateway;
    let work = async {
        crate::gateway::make_get_request(&url).await?;
        crate::gateway::make_post_request(&url, &[1]).await?;
        crate::gateway::make_request("PATCH", &url, Some(&json!(null))).await?;
        crate::gateway::make_request("DELETE", &url, None).await
    };
    let answer = gateway
        .invoke(lambda_runtime::Context::default(), work)
        .await
        .expect("answers");
    assert_eq!(answer.text(), Ok("hello"));
    let bodies: Vec<_> = server
        .seen()
        .into_iter()
        .map(|seen| String::from_utf8(seen.body))
        .collect();
    assert_eq!(server.asked(), ["GET /", "POST /", "PATCH /", "DELETE /"]);
    assert_eq!(bodies, ["", "[1]", "null", ""].map(|body| Ok(body.to_owned())));
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Item {
    price: f64,
}

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Shop {
    items: Vec<Item>,
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_says_where() {
    let body = r#"{"items":[{"price":"zbsecret-price"}]}"#;
    let server = Server::start([
        Act::Answer(answer("200 OK", "", body)),
        Act::Answer(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\na\xFF".to_vec()),
    ])
    .await;
    let gateway = Bench::new([]).gateway;
    let http = gateway.http_client();
    let answer = http.get(&server.url("/shop?key=1")).send().await.expect("answers");
    let error = answer.json::<Shop>().expect_err("the price is no number");
    let at = server.url("/shop");
    assert_eq!(
        error.to_string(),
        format!("the answer of {at} does not decode at `items[0].price` (line 1, column 35)")
    );
    assert!(!format!("{error:?}").contains("zbsecret"));
    let error = crate::Error::from(error);
    assert_eq!(error.code(), "invalid_response");
    let answer = http.get(&at).send().await.expect("answers");
    assert_eq!(
        answer.text(),
        Err(HttpError::NotText {
            at: at.clone(),
            byte: 1
        })
    );
    let error = answer.json::<Value>().expect_err("no JSON");
    assert_eq!(
        error.to_string(),
        format!("the answer of {at} does not decode (line 1, column 1)")
    );
}

#[tokio::test]
async fn nothing_is_built_before_the_first_request_and_unload_gives_it_back() {
    let server = Server::start([ok("")]).await;
    let gateway = Bench::new([]).gateway;
    let built = || {
        gateway
            .stats()
            .built
            .iter()
            .filter(|record| record.name == "http_client")
            .count()
    };
    let request = gateway.http_client().get(&server.url("/"));
    assert_eq!(built(), 0);
    request.send().await.expect("answers");
    assert_eq!(built(), 1);
    assert_eq!(gateway.unload("http_client").ok(), Some(true));
    assert_eq!(gateway.unload("http_client").ok(), Some(false));
    gateway
        .http_client()
        .get(&server.url("/"))
        .send()
        .await
        .expect("answers");
    assert_eq!(server.connections(), 2, "connections went with what was unloaded");
}
