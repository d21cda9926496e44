//! Requests and replies by exact value.

use serde_json::json;

use super::*;

fn event(request: HttpRequest<'_>) -> Value {
    serde_json::from_slice(&request.to_event()).expect("an event is JSON")
}

fn request<'a>(headers: &'a [(&'a str, &'a str)], query: &'a str, body: &'a [u8]) -> HttpRequest<'a> {
    HttpRequest {
        method: "POST",
        path: "/a%20b",
        query,
        headers,
        body,
        source_ip: "127.0.0.1",
        domain_name: "local.lambda-url.us-east-1.on.aws",
        request_id: "id-1",
        time_epoch_ms: 1_767_323_045_678,
        time: "02/Jan/2026:03:04:05 +0000",
    }
}

#[test]
fn an_event_has_every_member_of_payload_2_0() {
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "curl/8"),
        ("x-a", "1"),
        ("x-a", "2"),
    ];
    assert_eq!(
        event(request(&headers, "x=1&x=2&y=a+b", b"{}")),
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/a%20b",
            "rawQueryString": "x=1&x=2&y=a+b",
            "headers": { "content-type": "application/json", "user-agent": "curl/8", "x-a": "1,2" },
            "queryStringParameters": { "x": "1,2", "y": "a b" },
            "requestContext": {
                "accountId": "anonymous",
                "apiId": "local",
                "domainName": "local.lambda-url.us-east-1.on.aws",
                "domainPrefix": "local",
                "http": {
                    "method": "POST",
                    "path": "/a%20b",
                    "protocol": "HTTP/1.1",
                    "sourceIp": "127.0.0.1",
                    "userAgent": "curl/8",
                },
                "requestId": "id-1",
                "routeKey": "$default",
                "stage": "$default",
                "time": "02/Jan/2026:03:04:05 +0000",
                "timeEpoch": 1_767_323_045_678_u64,
            },
            "body": "{}",
            "isBase64Encoded": false,
        })
    );
}

#[test]
fn bytes_and_forms_are_base64() {
    let sent = event(request(
        &[("content-type", "application/octet-stream")],
        "",
        b"\x00\xff\x80\x0a",
    ));
    assert_eq!(
        (&sent["body"], &sent["isBase64Encoded"]),
        (&json!("AP+ACg=="), &json!(true))
    );
    let sent = event(request(
        &[("content-type", "application/x-www-form-urlencoded")],
        "",
        b"a=1",
    ));
    assert_eq!(
        (&sent["body"], &sent["isBase64Encoded"]),
        (&json!("YT0x"), &json!(true))
    );
    let sent = event(request(&[], "", b"a"));
    assert_eq!(
        (&sent["body"], &sent["isBase64Encoded"]),
        (&json!("YQ=="), &json!(true))
    );
    let sent = event(request(
        &[("content-type", "multipart/form-data; boundary=x")],
        "",
        b"--x",
    ));
    assert_eq!(
        (&sent["body"], &sent["isBase64Encoded"]),
        (&json!("LS14"), &json!(true))
    );
    let sent = event(request(&[("content-type", "text/plain")], "", b"\xff"));
    assert_eq!(
        (&sent["body"], &sent["isBase64Encoded"]),
        (&json!("/w=="), &json!(true))
    );
}

#[test]
fn text_stays_text_and_no_body_is_no_member() {
    for content_type in [
        "text/html; charset=utf-8",
        "application/problem+json",
        "application/xml",
        "Application/JavaScript",
    ] {
        let sent = event(request(&[("content-type", content_type)], "", "ü".as_bytes()));
        assert_eq!(
            (&sent["body"], &sent["isBase64Encoded"]),
            (&json!("ü"), &json!(false)),
            "{content_type}"
        );
    }
    let sent = event(request(&[], "", b""));
    assert_eq!((sent.get("body"), &sent["isBase64Encoded"]), (None, &json!(false)));
}

#[test]
fn the_raw_query_stays_as_sent() {
    let sent = event(request(&[], "scope=openid%20profile&m=%7D%22foo%22&bad=%zz&empty", b""));
    assert_eq!(
        sent["rawQueryString"],
        "scope=openid%20profile&m=%7D%22foo%22&bad=%zz&empty"
    );
    assert_eq!(
        sent["queryStringParameters"],
        json!({ "scope": "openid profile", "m": "}\"foo\"", "bad": "%zz", "empty": "" })
    );
}

#[test]
fn cookies_are_one_list() {
    let sent = event(request(&[("cookie", "a=1; b=2"), ("cookie", "c=3")], "", b""));
    assert_eq!(sent["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(sent["headers"]["cookie"], "a=1; b=2; c=3");
}

fn response(reply: &Value) -> HttpResponse {
    HttpResponse::from_reply(reply.to_string().as_bytes()).expect("a valid reply")
}

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn each_cookie_is_a_header() {
    let reply =
        response(&json!({ "statusCode": 201, "cookies": ["a=1", "b=2"], "headers": { "X-N": 7 }, "body": "ok" }));
    let headers = vec![
        header("x-n", "7"),
        header("content-type", "application/json"),
        header("set-cookie", "a=1"),
        header("set-cookie", "b=2"),
    ];
    assert_eq!(
        reply,
        HttpResponse {
            status: 201,
            headers,
            body: b"ok".to_vec()
        }
    );
}

#[test]
fn base64_bodies_are_decoded_and_numeric_text_is_a_status() {
    let reply = response(&json!({ "statusCode": "200", "body": "AP+ACg==", "isBase64Encoded": true }));
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (200, b"\x00\xff\x80\x0a".as_slice())
    );
}

#[test]
fn a_reply_without_a_status_is_the_body() {
    let reply = response(&json!({ "message": "hello" }));
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (200, br#"{"message":"hello"}"#.as_slice())
    );
    assert_eq!(reply.headers, [header("content-type", "application/json")]);
    assert_eq!(response(&json!("hello")).body, b"hello");
}

#[test]
fn wrong_replies_say_what_is_wrong() {
    for (reply, text) in [
        ("{", "the reply is not JSON"),
        (
            r#"{"statusCode":"ok"}"#,
            "`statusCode` of the reply is not what a Function URL takes",
        ),
        (
            r#"{"statusCode":99}"#,
            "`statusCode` of the reply is not what a Function URL takes",
        ),
        (
            r#"{"statusCode":101}"#,
            "`statusCode` of the reply is not what a Function URL takes",
        ),
        (
            r#"{"statusCode":200,"headers":{"a":{}}}"#,
            "`headers` of the reply is not what a Function URL takes",
        ),
        (
            r#"{"statusCode":200,"body":"%","isBase64Encoded":true}"#,
            "`body` of the reply is not base64",
        ),
    ] {
        let error = HttpResponse::from_reply(reply.as_bytes()).expect_err(reply);
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_prelude_is_a_reply_without_a_body() {
    let reply =
        HttpResponse::from_prelude(br#"{"statusCode":202,"headers":{"content-type":"text/plain"},"cookies":["a=1"]}"#);
    let headers = vec![header("content-type", "text/plain"), header("set-cookie", "a=1")];
    assert_eq!(
        reply.expect("a prelude"),
        HttpResponse {
            status: 202,
            headers,
            body: Vec::new()
        }
    );
}

#[test]
fn a_list_of_values_is_one_header_for_each() {
    let reply = HttpResponse::from_prelude(br#"{"headers":{"content-type":"text/plain","X-List":["a",2]}}"#);
    let headers = vec![
        header("content-type", "text/plain"),
        header("x-list", "a"),
        header("x-list", "2"),
    ];
    // In which order the members of JSON are read depends on what else the program is built with.
    let mut read = reply.expect("a prelude").headers;
    read.sort_by_key(|(name, _)| name == "x-list");
    assert_eq!(read, headers);
}
