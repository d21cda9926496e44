//! Answers HTTP events: `GET /health`, and for everything else says what there is.

use serde::Deserialize;
use serde_json::{Value, json};
use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Result,
    error::{
        BUDGET_EXHAUSTED, HANDLER_PANICKED, INVALID_EVENT, INVALID_PARAMETER, INVALID_REQUEST, INVALID_RESPONSE,
        INVALID_SIGNATURE, INVALID_TOKEN, NOT_FOUND, UNAVAILABLE, UNHANDLED_EVENT,
    },
    handler::{Reply, ReplyFuture},
};

use super::reply;

/// The path of the health check.
const HEALTH: &str = "/health";

pub(crate) struct HealthOverHttp;

impl Handler for HealthOverHttp {
    fn name(&self) -> &'static str {
        "http"
    }

    fn answers(&self) -> &'static str {
        "HTTP `GET /health`"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind().is_http()
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move {
            let (method, path) = method_and_path(event)?;
            match (method.as_str(), path.as_str()) {
                // The public learns whether the function is well, and nothing of what it is made of.
                ("GET" | "HEAD", HEALTH) => {
                    respond(200, &json!({ "status": gateway.debug().health(gateway).status }), None)
                }
                (_, HEALTH) => respond(
                    405,
                    &document("method_not_allowed", "use GET"),
                    Some(("allow", "GET, HEAD")),
                ),
                _ => respond(
                    404,
                    &document(NOT_FOUND, "this function answers `GET /health` over HTTP"),
                    None,
                ),
            }
        })
    }
}

/// The error as an HTTP response.
pub(crate) fn failure(error: &Error) -> Result<Reply> {
    let status = match error.code() {
        INVALID_EVENT | INVALID_PARAMETER | INVALID_REQUEST => 400,
        INVALID_TOKEN | INVALID_SIGNATURE => 401,
        NOT_FOUND | UNHANDLED_EVENT => 404,
        BUDGET_EXHAUSTED => 429,
        HANDLER_PANICKED | INVALID_RESPONSE => 502,
        UNAVAILABLE => 503,
        _ => 500,
    };
    respond(status, &document(error.code(), error.message()), None)
}

fn document(code: &str, message: &str) -> Value {
    json!({ "error": { "code": code, "message": message } })
}

fn respond(status: u16, body: &Value, header: Option<(&str, &str)>) -> Result<Reply> {
    let mut headers = json!({ "content-type": "application/json", "cache-control": "no-store" });
    if let Some((name, value)) = header {
        headers[name] = value.into();
    }
    reply(&json!({ "statusCode": status, "headers": headers, "body": body.to_string(), "isBase64Encoded": false }))
}

fn method_and_path(event: &Event) -> Result<(String, String)> {
    if event.kind() == EventKind::HttpV2 {
        let request: RequestV2 = event.decode()?;
        return Ok((request.context.http.method, request.path));
    }
    let request: RequestV1 = event.decode()?;
    Ok((request.method, request.path))
}

/// The part of a Function URL's or HTTP API's event that says what is asked for.
#[derive(Deserialize)]
struct RequestV2 {
    #[serde(rename = "rawPath")]
    path: String,
    #[serde(rename = "requestContext")]
    context: ContextV2,
}

#[derive(Deserialize)]
struct ContextV2 {
    http: MethodV2,
}

#[derive(Deserialize)]
struct MethodV2 {
    method: String,
}

/// The same of a REST API's or a load balancer's event.
#[derive(Deserialize)]
struct RequestV1 {
    #[serde(rename = "httpMethod")]
    method: String,
    path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_answered_with_the_status_that_says_whose_fault_it_is() {
        let status = |code| {
            let reply = failure(&Error::new(code, "m")).unwrap();
            let reply: Value = serde_json::from_str(reply.get()).unwrap();
            assert_eq!(
                reply["body"],
                format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#)
            );
            reply["statusCode"].as_u64().unwrap()
        };
        let codes = [INVALID_REQUEST, INVALID_TOKEN, NOT_FOUND, BUDGET_EXHAUSTED];
        assert_eq!(codes.map(status), [400, 401, 404, 429]);
        let codes = ["internal", INVALID_RESPONSE, UNAVAILABLE];
        assert_eq!(codes.map(status), [500, 502, 503]);
    }
}
