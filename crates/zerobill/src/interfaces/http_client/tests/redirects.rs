//! Where a request may be led, and with what.

use super::{
    bench::Bench,
    server::{Act, Server, ok, redirect},
};
use crate::http_client::HttpError;

/// The same server under another name.
fn other_host(server: &Server, path: &str) -> String {
    format!("http://localhost:{}{path}", server.address.port())
}

fn refusal(result: Result<crate::http_client::HttpResponse, HttpError>) -> (u16, &'static str) {
    match result {
        Err(HttpError::Redirect { status, problem, .. }) => (status, problem),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_get_follows_within_its_server_and_keeps_its_headers() {
    let statuses = [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ];
    for status in statuses {
        let server = Server::start([redirect(status, "../b?c=1#d"), ok("there")]).await;
        let bench = Bench::new([]);
        let request = bench
            .gateway
            .http_client()
            .get(&server.url("/x/a?q=1"))
            .header("authorization", "Bearer t");
        let answer = request.send().await.expect("answers");
        assert_eq!((answer.text(), answer.attempts()), (Ok("there"), 2));
        assert_eq!(server.asked(), ["GET /x/a?q=1", "GET /b?c=1"], "{status}");
        assert_eq!(server.seen()[1].header("authorization"), Some("Bearer t"));
        assert_eq!(server.seen()[1].header("referer"), None);
    }
}

#[tokio::test]
async fn credentials_never_go_to_another_host() {
    let other = Server::start([ok("there")]).await;
    let port_only = Server::start([redirect("302 Found", &other.url("/"))]).await;
    let name_too = Server::start([redirect("302 Found", &other_host(&other, "/"))]).await;
    for server in [port_only, name_too] {
        let bench = Bench::new([]);
        let request = bench.gateway.http_client().get(&server.url("/"));
        let secrets = ["Authorization", "Cookie", "X-Api-Key", "X-Auth-Token"];
        let request = secrets
            .iter()
            .fold(request, |request, name| request.header(name, "zbsecret"));
        request.header("accept", "text/plain").send().await.expect("answers");
        assert!(server.seen()[0].head.contains("zbsecret"));
    }
    assert_eq!(other.seen().len(), 2);
    for seen in other.seen() {
        assert!(!seen.head.contains("zbsecret"), "{}", seen.head);
        assert_eq!(seen.header("accept"), Some("text/plain"));
    }
}

#[tokio::test]
async fn a_post_never_becomes_a_get_without_a_word() {
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        for (status, code) in [("301 Moved Permanently", 301), ("302 Found", 302)] {
            let server = Server::start([redirect(status, "/b"), ok("")]).await;
            let bench = Bench::new([]);
            let result = bench
                .gateway
                .http_client()
                .request(method, &server.url("/a?q=1"))
                .json(&7)
                .send()
                .await;
            let error = result.as_ref().expect_err("not followed").to_string();
            assert_eq!(
                error,
                format!(
                    "{} answered {code}, which is not followed: it would silently turn the request into a GET; \
                    ask the new place itself",
                    server.url("/a")
                )
            );
            assert_eq!(server.seen().len(), 1, "{method} {status}");
        }
    }
}

#[tokio::test]
async fn see_other_is_asked_for_by_get_and_without_the_body() {
    let server = Server::start([redirect("303 See Other", "/done"), ok("done")]).await;
    let bench = Bench::new([]);
    bench
        .gateway
        .http_client()
        .post(&server.url("/"))
        .json(&7)
        .send()
        .await
        .expect("answers");
    assert_eq!(server.asked(), ["POST /", "GET /done"]);
    let seen = &server.seen()[1];
    assert_eq!(
        (
            seen.header("content-type"),
            seen.header("content-length"),
            seen.body.len()
        ),
        (None, None, 0)
    );
    let server = Server::start([
        redirect("303 See Other", "/done"),
        Act::Answer(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
    ])
    .await;
    bench
        .gateway
        .http_client()
        .head(&server.url("/"))
        .send()
        .await
        .expect("answers");
    assert_eq!(server.asked(), ["HEAD /", "HEAD /done"]);
}

#[tokio::test]
async fn a_post_is_sent_again_only_where_the_same_server_says_so() {
    for status in ["307 Temporary Redirect", "308 Permanent Redirect"] {
        let server = Server::start([redirect(status, "/b"), ok("")]).await;
        let bench = Bench::new([]);
        bench
            .gateway
            .http_client()
            .post(&server.url("/a"))
            .json(&7)
            .send()
            .await
            .expect("answers");
        assert_eq!(server.asked(), ["POST /a", "POST /b"]);
        assert_eq!(server.seen()[1].body, b"7");
        let other = Server::start([ok("")]).await;
        let server = Server::start([redirect(status, &other_host(&other, "/"))]).await;
        let (_, problem) = refusal(
            bench
                .gateway
                .http_client()
                .post(&server.url("/a"))
                .json(&7)
                .send()
                .await,
        );
        assert_eq!(
            problem,
            "it would send the request to another host; ask that host itself"
        );
        refusal(
            bench
                .gateway
                .http_client()
                .get(&server.url("/a"))
                .body("7")
                .send()
                .await,
        );
        assert_eq!(other.seen().len(), 0);
    }
}

#[tokio::test]
async fn a_loop_ends() {
    let server = Server::start([redirect("302 Found", "/again")]).await;
    let bench = Bench::new([]);
    let result = bench.gateway.http_client().get(&server.url("/")).send().await;
    let at = server.url("/again");
    assert_eq!(result.err(), Some(HttpError::TooManyRedirects { at, limit: 5 }));
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test]
async fn without_redirects_the_answer_is_handed_out() {
    let server = Server::start([redirect("302 Found", "/again")]).await;
    let bench = Bench::new([("http_client.max_redirects", 0.into())]);
    let answer = bench
        .gateway
        .http_client()
        .post(&server.url("/"))
        .send()
        .await
        .expect("answers");
    assert_eq!((answer.status(), answer.header("location")), (302, Some("/again")));
    for act in [
        "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nlocation: /b\r\n\r\n",
    ] {
        let server = Server::start([Act::Answer(act.into())]).await;
        let bench = Bench::new([]);
        let answer = bench
            .gateway
            .http_client()
            .get(&server.url("/"))
            .send()
            .await
            .expect("answers");
        assert_eq!(
            (answer.status(), server.seen().len()),
            (act[9..12].parse().expect("a number"), 1)
        );
    }
}

#[tokio::test]
async fn a_location_that_may_not_be_asked_is_not() {
    for location in [
        "ftp://host/",
        "file:///etc/passwd",
        "http://ann:zbsecret@127.0.0.1/",
        "http://[::1/",
        "javascript:alert(1)",
    ] {
        let server = Server::start([redirect("302 Found", location)]).await;
        let bench = Bench::new([]);
        let result = bench.gateway.http_client().get(&server.url("/")).send().await;
        assert!(!format!("{result:?}").contains("zbsecret"));
        let (status, problem) = refusal(result);
        assert_eq!(
            (status, problem.starts_with("its `location` is no URL")),
            (302, true),
            "{location}"
        );
    }
}

#[tokio::test]
async fn the_list_of_hosts_holds_for_redirects_too() {
    let other = Server::start([ok("")]).await;
    let server = Server::start([redirect("302 Found", &other_host(&other, "/"))]).await;
    let bench = Bench::new([("http_client.allow_hosts", "127.0.0.1, *.example.com".into())]);
    let result = bench.gateway.http_client().get(&server.url("/")).send().await;
    assert_eq!(result.err(), Some(HttpError::HostNotAllowed("localhost".to_owned())));
    assert_eq!((server.seen().len(), other.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_request_can_follow_none_and_hand_out_the_answer() {
    let server = Server::start([redirect("307 Temporary Redirect", "/elsewhere"), ok("")]).await;
    let bench = Bench::new([]);
    let request = bench.gateway.http_client().post(&server.url("/")).json(&7);
    let answer = request.max_redirects(0).send().await.expect("an answer");
    assert_eq!((answer.status(), answer.header("location")), (307, Some("/elsewhere")));
    assert_eq!(server.asked(), ["POST /"]);
}
