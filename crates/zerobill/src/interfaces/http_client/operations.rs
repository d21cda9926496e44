//! The operations of `http_client`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{HttpError, HttpRequest, settings::MAX_TIMEOUT_SECONDS};
use crate::operation::{Field, Kind, Operation, Parameters, op_async};

/// Why two equal requests need not be answered equally.
const SERVER: &str = "the server decides what it answers";

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op_async(
        "request",
        "Sends a request of any method and returns status, headers and body.",
        |g, p: Request| {
            let request = g.http_client().request(&p.method, &p.url);
            Box::pin(sent(with_body(request, p.json, p.body), p.headers, p.timeout).send())
        },
    )
    .example(r#"{"method":"OPTIONS","url":"http://shop.example/orders"}"#)
    .same_shape(SERVER),
    &op_async(
        "get",
        "Sends a GET request and returns status, headers and body.",
        |g, p: Ask| Box::pin(sent(g.http_client().get(&p.url), p.headers, p.timeout).send()),
    )
    .reads()
    .example(r#"{"url":"http://shop.example/orders?page=1","headers":{"accept":"application/json"},"timeout":2}"#)
    .same_shape(SERVER),
    &op_async(
        "post",
        "Sends a POST request and returns status, headers and body.",
        |g, p: Tell| Box::pin(told(g.http_client().post(&p.url), p).send()),
    )
    .example(r#"{"url":"http://shop.example/orders","json":{"order":7}}"#)
    .same_shape(SERVER),
    &op_async(
        "put",
        "Sends a PUT request and returns status, headers and body.",
        |g, p: Tell| Box::pin(told(g.http_client().put(&p.url), p).send()),
    )
    .example(r#"{"url":"http://shop.example/orders/7","json":{"order":7}}"#)
    .same_shape(SERVER),
    &op_async(
        "patch",
        "Sends a PATCH request and returns status, headers and body.",
        |g, p: Tell| Box::pin(told(g.http_client().patch(&p.url), p).send()),
    )
    .example(r#"{"url":"http://shop.example/orders/7","json":{"paid":true}}"#)
    .same_shape(SERVER),
    &op_async(
        "delete",
        "Sends a DELETE request and returns status, headers and body.",
        |g, p: Tell| Box::pin(told(g.http_client().delete(&p.url), p).send()),
    )
    .example(r#"{"url":"http://shop.example/orders/7"}"#)
    .same_shape(SERVER),
    &op_async(
        "head",
        "Sends a HEAD request and returns status and headers.",
        |g, p: Ask| Box::pin(sent(g.http_client().head(&p.url), p.headers, p.timeout).send()),
    )
    .reads()
    .example(r#"{"url":"http://shop.example/orders"}"#)
    .same_shape(SERVER),
];

fn told(request: HttpRequest, p: Tell) -> HttpRequest {
    sent(with_body(request, p.json, p.body), p.headers, p.timeout)
}

fn with_body(request: HttpRequest, json: Option<Value>, body: Option<String>) -> HttpRequest {
    match (json, body) {
        (Some(_), Some(_)) => request.fault(HttpError::TwoBodies),
        (Some(json), None) => request.json(&json),
        (None, Some(body)) => request.body(body),
        (None, None) => request,
    }
}

fn sent(request: HttpRequest, headers: Option<Map<String, Value>>, timeout: Option<f64>) -> HttpRequest {
    let headers = headers.unwrap_or_default().into_iter();
    let request = headers.fold(request, |request, (name, value)| match value {
        Value::String(value) => request.header(&name, &value),
        _ => request.fault(HttpError::InvalidHeader {
            name,
            problem: "its value must be text",
        }),
    });
    match timeout {
        None => request,
        Some(seconds) => {
            let valid = seconds > 0.0 && seconds <= MAX_TIMEOUT_SECONDS;
            match Duration::try_from_secs_f64(seconds).ok().filter(|_| valid) {
                Some(timeout) => request.timeout(timeout),
                None => request.fault(HttpError::InvalidTimeout(seconds.to_string())),
            }
        }
    }
}

const URL: Field = Field::required(
    "url",
    Kind::String,
    "what to ask, `http` or `https`, without credentials",
);
const HEADERS: Field = Field::optional("headers", Kind::Object, "headers to send, their values as text");
const JSON: Field = Field::optional("json", Kind::Any, "a value to send as JSON");
const BODY: Field = Field::optional("body", Kind::String, "a text to send, instead of `json`");
const TIMEOUT: Field = Field::optional(
    "timeout",
    Kind::Number,
    "the longest that it may take in seconds, up to 900; null takes the setting",
);

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
    headers: Option<Map<String, Value>>,
    json: Option<Value>,
    body: Option<String>,
    timeout: Option<f64>,
}

impl Parameters for Request {
    const FIELDS: &'static [Field] = &[
        Field::required(
            "method",
            Kind::String,
            "the method, such as GET; neither CONNECT nor TRACE",
        ),
        URL,
        HEADERS,
        JSON,
        BODY,
        TIMEOUT,
    ];
}

#[derive(Deserialize)]
struct Ask {
    url: String,
    headers: Option<Map<String, Value>>,
    timeout: Option<f64>,
}

impl Parameters for Ask {
    const FIELDS: &'static [Field] = &[URL, HEADERS, TIMEOUT];
}

#[derive(Deserialize)]
struct Tell {
    url: String,
    headers: Option<Map<String, Value>>,
    json: Option<Value>,
    body: Option<String>,
    timeout: Option<f64>,
}

impl Parameters for Tell {
    const FIELDS: &'static [Field] = &[URL, HEADERS, JSON, BODY, TIMEOUT];
}
