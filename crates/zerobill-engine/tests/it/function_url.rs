//! The Function URL: what a function sees of a request, and what a caller sees of a reply.

use serde_json::{Value, json};

use crate::{
    client::Connection,
    lab::{Lab, NAME},
};

/// The event that the function gets.
fn event(lab: &Lab, method: &str, path: &str, head: &str, body: &[u8]) -> Value {
    let response = lab.url(method, path, head, body);
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

/// What a caller gets of the reply `reply`.
fn reply(lab: &Lab, reply: &Value) -> crate::client::Response {
    lab.url(
        "POST",
        "/reply",
        "Content-Type: application/json\r\n",
        reply.to_string().as_bytes(),
    )
}

#[test]
fn a_request_is_an_event_of_payload_2_0() {
    let lab = Lab::new("echo");
    let head = "User-Agent: tester/1\r\nContent-Type: text/plain; charset=utf-8\r\nX-Twice: 1\r\nX-Twice: 2\r\n";
    let mut event = event(&lab, "PUT", "/a/b%20c?x=1&x=2&y", head, "grüße".as_bytes());
    let start = lab.log.wait_for("START RequestId: ", 1);
    let request_id = start.split(' ').nth(2).unwrap().to_owned();
    let context = &mut event["requestContext"];
    let epoch = context["timeEpoch"].take().as_u64().unwrap();
    assert!(epoch > 1_700_000_000_000, "{epoch}");
    let time = context["time"].take();
    let time = time.as_str().unwrap();
    assert!(time.len() == 26 && time.ends_with(" +0000"), "{time}");
    let domain = context["domainName"].as_str().unwrap().to_owned();
    let prefix = domain.split('.').next().unwrap();
    let trace = event["headers"]["x-amzn-trace-id"].take();
    assert!(
        trace.as_str().is_some_and(|trace| trace.starts_with("Root=1-")),
        "{trace}"
    );
    let expected = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/a/b%20c",
        "rawQueryString": "x=1&x=2&y",
        "headers": {
            "content-length": "7",
            "content-type": "text/plain; charset=utf-8",
            "host": "localhost",
            "user-agent": "tester/1",
            "x-amzn-trace-id": null,
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": lab.address.port().to_string(),
            "x-forwarded-proto": "http",
            "x-twice": "1,2",
        },
        "queryStringParameters": { "x": "1,2", "y": "" },
        "requestContext": {
            "accountId": "anonymous",
            "apiId": prefix,
            "domainName": domain,
            "domainPrefix": prefix,
            "http": {
                "method": "PUT",
                "path": "/a/b%20c",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "tester/1",
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": null,
            "timeEpoch": null,
        },
        "body": "grüße",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[test]
fn l1_bytes_arrive_in_base64() {
    let lab = Lab::new("echo");
    let event = event(
        &lab,
        "POST",
        "/",
        "Content-Type: application/octet-stream\r\n",
        &[0, 0xff, 0x80, 0x0a],
    );
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("AP+ACg=="), &json!(true))
    );
}

#[test]
fn l2_each_cookie_of_a_reply_is_a_header() {
    let lab = Lab::new("echo");
    let response = reply(
        &lab,
        &json!({ "statusCode": 200, "cookies": ["a=1", "b=2"], "body": "x" }),
    );
    assert_eq!(response.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(response.text(), "x");
}

#[test]
fn l3_a_handler_that_fails_is_a_502_without_detail() {
    let lab = Lab::new("echo");
    let response = lab.url("POST", "/reply", "Content-Type: text/plain\r\n", b"no json: secret");
    assert_eq!(response.status, 502);
    assert!(!response.text().contains("secret"), "{}", response.text());
    assert!(response.header("x-amzn-requestid").is_some());
    let crashing = Lab::new("crash_at_init");
    assert_eq!(crashing.url("GET", "/", "", b"").status, 502);
}

#[test]
fn a_reply_that_is_no_response_is_a_502_and_the_log_says_why() {
    let lab = Lab::new("echo");
    for (wrong, part) in [
        (json!({ "statusCode": "ok" }), "statusCode"),
        (json!({ "statusCode": 99 }), "statusCode"),
        (json!({ "statusCode": 101 }), "statusCode"),
        (json!({ "statusCode": 200, "headers": 5 }), "headers"),
        (
            json!({ "statusCode": 200, "isBase64Encoded": true, "body": "*" }),
            "base64",
        ),
    ] {
        assert_eq!(reply(&lab, &wrong).status, 502, "{wrong}");
        let said = lab
            .log
            .lines()
            .into_iter()
            .rev()
            .find(|line| line.contains("Function URL"));
        assert!(
            said.as_ref().is_some_and(|said| said.contains(part)),
            "{wrong}: {said:?}"
        );
    }
}

#[test]
fn l4_only_text_types_arrive_as_text() {
    let lab = Lab::new("echo");
    for (content_type, encoded) in [
        ("text/csv", false),
        ("application/json", false),
        ("application/vnd.api+json", false),
        ("application/xml", false),
        ("application/javascript", false),
        ("application/x-www-form-urlencoded", true),
        ("image/png", true),
    ] {
        let event = event(&lab, "POST", "/", &format!("Content-Type: {content_type}\r\n"), b"a=1");
        let body = if encoded { "YT0x" } else { "a=1" };
        assert_eq!(
            (&event["body"], &event["isBase64Encoded"]),
            (&json!(body), &json!(encoded)),
            "{content_type}"
        );
    }
    let event = event(&lab, "POST", "/", "", b"a=1");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!("YT0x"), &json!(true))
    );
}

#[test]
fn l5_an_upload_arrives_in_base64() {
    let lab = Lab::new("echo");
    let upload = b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n";
    let event = event(
        &lab,
        "POST",
        "/",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        upload,
    );
    assert_eq!(event["isBase64Encoded"], true);
    let encoded = "LS14DQpDb250ZW50LURpc3Bvc2l0aW9uOiBmb3JtLWRhdGE7IG5hbWU9ImEiDQoNCjENCi0teC0tDQo=";
    assert_eq!(event["body"], encoded);
}

#[test]
fn l6_a_reply_in_base64_leaves_as_bytes() {
    let lab = Lab::new("echo");
    let headers = json!({ "content-encoding": "gzip", "content-type": "text/plain" });
    let document = json!({ "statusCode": 200, "headers": headers, "body": "H4sIAAAA", "isBase64Encoded": true });
    let response = reply(&lab, &document);
    assert_eq!(response.body, [0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00]);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert_eq!(response.header("content-type"), Some("text/plain"));
    assert_eq!(response.header("content-length"), Some("6"));
}

#[test]
fn l7_a_numeric_string_is_a_status() {
    let lab = Lab::new("echo");
    assert_eq!(reply(&lab, &json!({ "statusCode": "404" })).status, 404);
}

#[test]
fn l8_the_query_arrives_as_it_was_sent() {
    let lab = Lab::new("echo");
    let event = event(
        &lab,
        "GET",
        "/p%7Eq?scope=openid%20profile&m=%7D%22foo%22&a=b+c",
        "",
        b"",
    );
    assert_eq!(event["rawPath"], "/p%7Eq");
    assert_eq!(event["rawQueryString"], "scope=openid%20profile&m=%7D%22foo%22&a=b+c");
    let decoded = json!({ "scope": "openid profile", "m": "}\"foo\"", "a": "b c" });
    assert_eq!(event["queryStringParameters"], decoded);
    assert_eq!(event.get("body"), None);
}

#[test]
fn l9_two_cookie_headers_are_one_list() {
    let lab = Lab::new("echo");
    let event = event(&lab, "GET", "/", "Cookie: a=1; b=2\r\nCookie: c=3\r\n", b"");
    assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]));
    assert_eq!(event["headers"]["cookie"], "a=1; b=2; c=3");
}

#[test]
fn l10_json_without_a_status_is_the_body_of_a_200() {
    let lab = Lab::new("echo");
    for document in [json!({ "a": [1, null] }), json!([1, 2]), json!(7), json!(null)] {
        let response = reply(&lab, &document);
        assert_eq!((response.status, response.json()), (200, document));
        assert_eq!(response.header("content-type"), Some("application/json"));
    }
}

#[test]
fn lists_of_header_values_and_headers_of_the_connection() {
    let lab = Lab::new("echo");
    let headers = json!({ "x-list": ["a", "b"], "x-number": 7, "Content-Length": "99", "Connection": "close" });
    let document = json!({ "statusCode": 201, "headers": headers, "body": "x" });
    let mut connection = Connection::open(lab.address);
    for _ in 0..2 {
        let head = "Content-Type: application/json\r\n";
        let response = connection.exchange("POST", "/reply", head, document.to_string().as_bytes());
        assert_eq!((response.status, response.text()), (201, "x"));
        assert_eq!(response.all("x-list"), ["a", "b"]);
        assert_eq!(response.header("x-number"), Some("7"));
        assert_eq!(
            (response.header("content-length"), response.header("connection")),
            (Some("1"), None)
        );
    }
}

#[test]
fn l16_a_body_over_6_mb_is_a_413() {
    let lab = Lab::new("echo");
    let response = lab.url("POST", "/", "Content-Type: text/plain\r\n", &vec![b'x'; 7_000_000]);
    assert_eq!(response.status, 413);
    assert_eq!(lab.state().invocations, 0);
    assert_eq!(lab.url("GET", "/", "", b"").status, 200);
}

#[test]
fn paths_of_the_lambda_api_do_not_reach_the_function() {
    let lab = Lab::new("echo");
    for (method, path) in [
        ("GET", format!("/2015-03-31/functions/{NAME}")),
        ("GET", "/2015-03-31/functions/".to_owned()),
        ("POST", format!("/2014-11-13/functions/{NAME}/invoke-async/")),
        ("GET", "/_zerobill/nothing".to_owned()),
    ] {
        let response = lab.url(method, &path, "", b"");
        assert_eq!(response.status, 404, "{method} {path}: {}", response.text());
    }
    assert_eq!(lab.state().invocations, 0);
}

#[test]
fn each_function_has_its_own_url_by_name_and_by_path() {
    let function = |name: &str, path: Option<&str>| {
        let mut settings = zerobill_engine::FunctionSettings::new(name, crate::lab::program("echo"));
        settings.url_path = path.map(str::to_owned);
        settings
    };
    let lab = Lab::start(function("first", None), |builder| {
        let builder = builder.function(function("orders", Some("/orders")));
        builder.function(function("old", Some("/orders/old/")))
    });
    let called = |path: &str| {
        let response = lab.url("GET", path, "", b"");
        let raw_path = response.json()["rawPath"].as_str().unwrap().to_owned();
        let state = lab.engine().state();
        let served: Vec<_> = state.functions.iter().map(|function| function.invocations).collect();
        (raw_path, served)
    };
    // By name: first, old, orders.
    assert_eq!(called("/a/b?x=1"), ("/a/b".to_owned(), vec![1, 0, 0]));
    assert_eq!(called("/orders"), ("/".to_owned(), vec![1, 0, 1]));
    assert_eq!(called("/orders/7%20a"), ("/7%20a".to_owned(), vec![1, 0, 2]));
    assert_eq!(called("/orders/old/7"), ("/7".to_owned(), vec![1, 1, 2]));
    assert_eq!(called("/ordersold"), ("/ordersold".to_owned(), vec![2, 1, 2]));
    assert_eq!(called("/lambda-url/orders"), ("/".to_owned(), vec![2, 1, 3]));
    assert_eq!(
        called("/lambda-url/first/orders"),
        ("/orders".to_owned(), vec![3, 1, 3])
    );
    let missing = lab.url("GET", "/lambda-url/nobody/", "", b"");
    assert_eq!(missing.status, 404);
    assert!(missing.text().contains("function:nobody"), "{}", missing.text());
}
