//! What is logged, and that no secret ever is.

use serde_json::json;

use crate::Error;

use super::{
    bench::Bench,
    server::{Act, Server, answer, ok, status},
};

#[tokio::test]
async fn each_request_is_one_line_and_each_retry_a_warning() {
    let server = Server::start([status("503 Service Unavailable"), ok("")]).await;
    let bench = Bench::new([]);
    bench
        .gateway
        .http_client()
        .get(&server.url("/orders?key=1"))
        .send()
        .await
        .expect("answers");
    let (warnings, lines) = (bench.lines("WARN"), bench.lines("DEBUG"));
    assert_eq!((warnings.len(), lines.len()), (1, 1));
    let warning = &warnings[0];
    assert_eq!(warning["message"], "http request is tried again");
    assert_eq!(
        (
            &warning["method"],
            &warning["host"],
            &warning["path"],
            &warning["status"],
            &warning["attempt"]
        ),
        (
            &json!("GET"),
            &json!("127.0.0.1"),
            &json!("/orders"),
            &json!(503),
            &json!(1)
        )
    );
    assert!(warning["wait_ms"].as_f64().is_some_and(|wait| wait <= 100.0));
    let line = &lines[0];
    assert_eq!(line["message"], "http request");
    assert_eq!(
        (
            &line["method"],
            &line["host"],
            &line["path"],
            &line["status"],
            &line["attempts"],
            &line["duration_ms"]
        ),
        (
            &json!("GET"),
            &json!("127.0.0.1"),
            &json!("/orders"),
            &json!(200),
            &json!(2),
            &json!(0.0)
        )
    );
    bench
        .gateway
        .http_client()
        .get("http://127.0.0.1:1/?key=1")
        .retries(0)
        .send()
        .await
        .expect_err("refused");
    let line = &bench.lines("DEBUG")[1];
    let failure = line["failure"].as_str().expect("it failed");
    assert!(
        failure.starts_with("cannot connect to http://127.0.0.1:1/: ") && line.get("status").is_none(),
        "{line}"
    );
}

#[tokio::test]
async fn no_secret_is_in_a_line_an_error_or_debug_output() {
    let key = "zbsecret0123456789abcdef0123456789abcdef";
    let body = answer(
        "200 OK",
        "set-cookie: id=zbsecret-cookie\r\n",
        r#"{"token":"zbsecret-body"}"#,
    );
    let server = Server::start([
        Act::Answer(body),
        Act::HalfClose,
        Act::HalfClose,
        Act::AnswerAndClose(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nzbsecret".to_vec()),
        Act::AnswerAndClose(b"zbsecret-garbage\r\n\r\n".to_vec()),
    ])
    .await;
    let bench = Bench::with(
        [("http_client.retries", 1.into())],
        [("HTTPS_PROXY", "http://ann:zbsecret-proxy@127.0.0.1:1")],
    );
    let url = server.url(&format!("/hooks/{key}?token=zbsecret-query"));
    let http = bench.gateway.http_client();
    let request = || {
        http.post(&url)
            .header("authorization", "Bearer zbsecret-header")
            .json("zbsecret-sent")
    };
    let mut shown = vec![format!("{:?}", request())];
    for _ in 0..5 {
        let result = request().send().await;
        if let Err(error) = &result {
            let error = Error::from(error.clone());
            shown.push(format!("{error} {error:?} {}", error.detail()));
        }
        shown.push(format!("{result:?}"));
    }
    let through_proxy = http.get("https://shop.example/?token=zbsecret-query").send().await;
    shown.push(format!("{through_proxy:?}"));
    shown.push(format!("{http:?} {:?}", bench.gateway.config()));
    shown.extend(bench.output.lines());
    assert!(shown.len() > 15, "{}", shown.len());
    for text in &shown {
        assert!(!text.contains("zbsecret"), "{text}");
    }
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.head.contains(key) && seen.head.contains("zbsecret-header"))
    );
}

#[tokio::test]
async fn a_host_whose_certificates_are_not_checked_is_warned_of_at_every_start() {
    let bench = Bench::new([(
        "http_client.danger_accept_invalid_certs",
        "home.example, nas.example".into(),
    )]);
    let warned = || {
        bench
            .lines("WARN")
            .iter()
            .map(|line| line["message"].clone())
            .collect::<Vec<_>>()
    };
    let text = |host: &str| {
        json!(format!(
            "DANGER: the certificates of `{host}` are not checked; whoever is in between can read and change everything"
        ))
    };
    assert_eq!(warned(), [text("home.example"), text("nas.example")]);
    let key = "http_client.danger_accept_invalid_certs";
    bench
        .gateway
        .config()
        .set(key, "home.example,new.example")
        .expect("valid");
    let server = Server::start([ok("")]).await;
    bench
        .gateway
        .http_client()
        .get(&server.url("/"))
        .send()
        .await
        .expect("answers");
    assert_eq!(warned()[2..], [text("new.example")]);
}

#[tokio::test]
async fn the_client_does_not_learn_what_was_asked_and_the_log_does() {
    let server = Server::start([ok("[1,"), ok("0123456789")]).await;
    let bench = Bench::new([("http_client.max_response_bytes", json!(8))]);
    let asked = |path: &str| bench.gateway.http_client().get(&server.url(path)).send();
    let broken = asked("/a")
        .await
        .expect("answers")
        .json::<Vec<u8>>()
        .expect_err("broken");
    let large = asked("/b").await.expect_err("too large");
    let refused = bench
        .gateway
        .http_client()
        .get("http://127.0.0.1:1/c")
        .retries(0)
        .send()
        .await;
    let expected = [
        (
            broken,
            "invalid_response",
            "a service that this function asks gave an answer of no use",
        ),
        (
            large,
            "too_large",
            "a service that this function asks gave too large an answer",
        ),
        (
            refused.expect_err("nobody listens"),
            "unavailable",
            "a service that this function asks is not available",
        ),
    ];
    for (failure, code, message) in expected {
        let detail = format!("{message}: {failure}");
        let error = Error::from(failure);
        assert_eq!((error.code(), error.message()), (code, message));
        assert_eq!(error.detail(), detail);
        assert!(detail.contains("http://127.0.0.1"), "{detail}");
    }
}
