//! HTTP events: over a real Function URL, and as a REST API and a load balancer send them.

use serde_json::{Value, json};

use crate::lab::Lab;

/// The status line, the named headers that are there, and the body.
fn parts(response: &str) -> (String, Vec<String>, String) {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().to_owned();
    let ours = ["allow:", "cache-control:", "content-type:", "content-length:"];
    let headers = lines.filter(|line| ours.iter().any(|name| line.starts_with(name)));
    let mut headers: Vec<String> = headers.map(str::to_owned).collect();
    headers.sort_unstable();
    (status, headers, body.to_owned())
}

#[test]
fn health_is_public_and_tells_nothing_else() {
    let lab = Lab::new();
    let ok = r#"{"status":"ok"}"#;
    let headers = [
        "cache-control: no-store",
        "content-length: 15",
        "content-type: application/json",
    ];
    for path in ["/health", "/health?verbose=1&x=%20"] {
        let (status, found, body) = parts(&lab.request(&format!("GET {path}"), ""));
        assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", ok));
        assert_eq!(found, headers);
    }
    let (status, found, body) = parts(&lab.request("HEAD /health", ""));
    assert_eq!((status.as_str(), body.as_str()), ("HTTP/1.1 200 OK", ""));
    assert_eq!(found, headers);
    assert_eq!(lab.logged(), [] as [Value; 0]);
}

#[test]
fn another_method_gets_405_and_another_path_404() {
    let lab = Lab::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let (status, headers, body) = parts(&lab.request(&format!("{method} /health"), "{}"));
        assert_eq!(status, "HTTP/1.1 405 Method Not Allowed");
        assert_eq!(headers[0], "allow: GET, HEAD");
        assert_eq!(body, r#"{"error":{"code":"method_not_allowed","message":"use GET"}}"#);
    }
    for path in ["/", "/healthy", "/health/", "/Health", "//health", "/%68ealth"] {
        let (status, headers, body) = parts(&lab.request(&format!("GET {path}"), ""));
        assert_eq!(status, "HTTP/1.1 404 Not Found", "{path}");
        assert_eq!(headers[0], "cache-control: no-store");
        assert_eq!(
            body,
            r#"{"error":{"code":"not_found","message":"this function answers `GET /health` over HTTP"}}"#
        );
    }
    assert_eq!(
        lab.logged(),
        [] as [Value; 0],
        "a wrong path is no error of the function"
    );
}

/// A sample event of the command with another path.
fn sample(name: &str, path: &str) -> Value {
    let file = format!("{}/../zerobill-cli/samples/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut event: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    event["path"] = path.into();
    event
}

#[test]
fn a_rest_api_and_a_load_balancer_are_answered_alike() {
    let lab = Lab::new();
    for name in ["rest-api", "alb"] {
        let body = r#"{"status":"ok"}"#;
        let headers = json!({ "content-type": "application/json", "cache-control": "no-store" });
        assert_eq!(
            lab.answer(sample(name, "/health").to_string()),
            json!({ "statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": false }),
            "{name}"
        );
        assert_eq!(lab.answer(sample(name, "/lights").to_string())["statusCode"], 404);
        let mut posted = sample(name, "/health");
        posted["httpMethod"] = "POST".into();
        let reply = lab.answer(posted.to_string());
        assert_eq!(
            (&reply["statusCode"], &reply["headers"]["allow"]),
            (&json!(405), &json!("GET, HEAD"))
        );
    }
}

#[test]
fn an_http_event_that_does_not_decode_gets_400_with_the_path_and_without_the_value() {
    let lab = Lab::new();
    let event = r#"{"version":"2.0","requestContext":{"http":{"method":7}},"rawPath":"/health"}"#;
    let reply = lab.answer(event);
    assert_eq!(reply["statusCode"], 400);
    let body: Value = serde_json::from_str(reply["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "invalid_event");
    let message = body["error"]["message"].as_str().unwrap();
    assert!(
        message.starts_with("event does not decode at `requestContext.http.method`: "),
        "{message}"
    );
    let mut wrong = sample("rest-api", "/health");
    wrong["path"] = json!(["zbsecret-path"]);
    let reply = lab.answer(wrong.to_string());
    assert_eq!(reply["statusCode"], 400);
    assert!(!reply.to_string().contains("zbsecret"), "{reply}");
    let logged = lab.logged();
    assert_eq!(logged.len(), 2);
    assert_eq!(logged[0]["error_code"], "invalid_event");
    assert_eq!(logged[0]["event_kind"], "http-v2");
}
