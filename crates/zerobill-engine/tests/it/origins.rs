//! Who may call: web pages elsewhere may not, programs may.

use crate::{
    client::{Connection, Response},
    lab::{Lab, NAME, program},
};

/// A request with these header lines and no others.
fn call(lab: &Lab, method: &str, path: &str, head: &str) -> Response {
    let mut connection = Connection::open(lab.address);
    connection.write(format!("{method} {path} HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n{{}}").as_bytes());
    connection.read()
}

#[test]
fn controls_answer_to_their_own_names_and_pages_only() {
    let lab = Lab::new("echo");
    let invoke = format!("/2015-03-31/functions/{NAME}/invocations");
    for (head, status) in [
        ("Host: localhost\r\n", 200),
        ("Host: 127.0.0.1:9000\r\n", 200),
        ("Host: evil.example\r\n", 403),
        ("Host: localhost:9000\r\nOrigin: http://localhost:9000\r\n", 200),
        ("Host: localhost:9000\r\nOrigin: https://evil.example\r\n", 403),
        ("Host: localhost:9000\r\nOrigin: null\r\n", 403),
        // A name that was made to lead here is its own origin.
        ("Host: evil.example\r\nOrigin: http://evil.example\r\n", 403),
    ] {
        assert_eq!(call(&lab, "POST", &invoke, head).status, status, "{head}");
        assert_eq!(call(&lab, "GET", "/_zerobill/state", head).status, status, "{head}");
    }
    let concurrency = format!("/2017-10-31/functions/{NAME}/concurrency");
    let foreign = "Host: localhost\r\nOrigin: https://evil.example\r\n";
    assert_eq!(call(&lab, "DELETE", &concurrency, foreign).status, 403);
}

#[test]
fn the_function_url_refuses_pages_elsewhere() {
    let lab = Lab::new("echo");
    for (head, status) in [
        ("Host: localhost\r\n", 200),
        ("Host: my.tunnel.example\r\n", 200),
        ("Host: localhost:9000\r\nOrigin: http://localhost:9000\r\n", 200),
        ("Host: localhost:9000\r\nOrigin: http://localhost:5173\r\n", 403),
        ("Host: localhost:9000\r\nOrigin: null\r\n", 403),
        ("Host: evil.example:9000\r\nOrigin: http://evil.example:9000\r\n", 403),
        // A picture or a script of a page elsewhere: a browser sends no origin with these.
        (
            "Host: localhost:9000\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
            403,
        ),
        (
            "Host: localhost:9000\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
            200,
        ),
        // A link that was followed.
        (
            "Host: localhost:9000\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
            200,
        ),
    ] {
        assert_eq!(call(&lab, "GET", "/", head).status, status, "{head}");
    }
}

#[test]
fn an_origin_that_is_named_may_call_and_is_told_so() {
    let settings = zerobill_engine::FunctionSettings::new(NAME, program("echo"));
    let page = "http://localhost:5173";
    let lab = Lab::start(settings, |builder| builder.allow_origin(page));
    let head = format!("Host: localhost:9000\r\nOrigin: {page}\r\nSec-Fetch-Site: cross-site\r\n");
    let response = call(&lab, "GET", "/", &head);
    assert_eq!(
        (response.status, response.header("access-control-allow-origin")),
        (200, Some(page))
    );
    assert_eq!(response.header("vary"), Some("origin"));

    let ask =
        format!("{head}Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type, x-own\r\n");
    let before = lab.state().invocations;
    let response = call(&lab, "OPTIONS", "/", &ask);
    assert!((200..300).contains(&response.status));
    assert_eq!(response.header("access-control-allow-origin"), Some(page));
    assert_eq!(response.header("access-control-allow-methods"), Some("PUT"));
    assert_eq!(
        response.header("access-control-allow-headers"),
        Some("content-type, x-own")
    );
    assert_eq!(
        lab.state().invocations,
        before,
        "the function does not see the question"
    );
    assert_eq!(
        call(&lab, "GET", "/", "Host: localhost\r\nOrigin: https://evil.example\r\n").status,
        403
    );
}
