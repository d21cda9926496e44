//! Function URLs: L1 to L10, and L22.

use serde_json::json;

use crate::subject::Subject;

const BYTES: &[u8] = b"\x00\xff\x80\x0a";

#[test]
fn l01_bytes_arrive_as_base64() {
    let event = Subject::new().event("POST", "/", "Content-Type: application/octet-stream\r\n", BYTES);
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("AP+ACg=="), &json!(true))
    );
}

#[test]
fn l02_each_cookie_of_a_reply_is_a_header() {
    let response = Subject::new().reply(r#"{"statusCode":200,"cookies":["a=1","b=2"],"body":"x"}"#);
    assert_eq!(response.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(response.text(), "x");
}

#[test]
fn l03_a_handler_that_fails_is_a_502() {
    assert_eq!(Subject::new().url("GET", "/fail", "", b"").status, 502);
}

#[test]
fn l04_forms_and_bodies_without_a_type_are_base64_and_text_is_text() {
    let subject = Subject::new();
    for head in ["", "Content-Type: application/x-www-form-urlencoded\r\n"] {
        let event = subject.event("POST", "/", head, b"a=1");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("YT0x"), &json!(true)),
            "{head}"
        );
    }
    for kind in [
        "text/plain",
        "text/html; charset=utf-8",
        "application/json",
        "application/problem+json",
        "application/xml",
        "application/javascript",
    ] {
        let event = subject.event("POST", "/", &format!("Content-Type: {kind}\r\n"), b"\"a\"");
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!("\"a\""), &json!(false)),
            "{kind}"
        );
    }
}

#[test]
fn l05_an_upload_is_base64() {
    let head = "Content-Type: multipart/form-data; boundary=x\r\n";
    let event = Subject::new().event("POST", "/", head, b"--x");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("LS14"), &json!(true))
    );
}

#[test]
fn l06_a_reply_in_base64_leaves_as_bytes() {
    let reply = r#"{"statusCode":200,"headers":{"content-type":"application/gzip"},"body":"H4sIAP+ACg==","isBase64Encoded":true}"#;
    let response = Subject::new().reply(reply);
    assert_eq!(response.status, 200);
    assert_eq!(response.body, b"\x1f\x8b\x08\x00\xff\x80\x0a");
}

#[test]
fn l07_a_status_may_be_a_numeric_string() {
    let response = Subject::new().reply(r#"{"statusCode":"201","body":"x"}"#);
    assert_eq!((response.status, response.text()), (201, "x"));
}

#[test]
fn l08_the_query_arrives_as_it_was_sent() {
    let subject = Subject::new();
    for query in ["scope=openid%20profile", "m=%7D%22foo%22", "a=1&a=2&b=x+y"] {
        let event = subject.event("GET", &format!("/?{query}"), "", b"");
        assert_eq!(event["rawQueryString"], query);
    }
}

#[test]
fn l09_two_cookie_headers_are_one_list() {
    let event = Subject::new().event("GET", "/", "Cookie: a=1\r\nCookie: b=2\r\n", b"");
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["headers"]["cookie"], "a=1; b=2");
}

#[test]
fn l10_json_without_a_status_is_the_body_of_a_200() {
    let response = Subject::new().reply(r#"{"message":"hello"}"#);
    assert_eq!((response.status, response.text()), (200, r#"{"message":"hello"}"#));
    assert_eq!(response.header("content-type"), Some("application/json"));
}

#[test]
fn l22_a_streamed_reply_is_passed_on_as_it_comes() {
    let subject = Subject::new();
    let go = subject.file("go");
    let mut connection = subject.asked(&format!("/stream?{}", go.display()));
    let (status, headers) = connection.read_head();
    assert_eq!(status, 201);
    for header in [("x-own", "yes"), ("set-cookie", "a=1")] {
        let found = headers
            .iter()
            .any(|(name, value)| (name.as_str(), value.as_str()) == header);
        assert!(found, "{header:?} in {headers:?}");
    }
    let text = |chunk: Option<Vec<u8>>| chunk.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let first = text(connection.read_chunk());
    assert_eq!(first.as_deref(), Some("first\0\0\0\0\0\0\0\0"));
    assert!(!subject.file("go.done").exists(), "it came when the reply was over");
    std::fs::write(&go, "").unwrap();
    assert_eq!(text(connection.read_chunk()).as_deref(), Some("second"));
    assert_eq!(connection.read_chunk(), None);
}
