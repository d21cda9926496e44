//! The usual axum function on `lambda_http`: JSON, query, cookies, bytes, and a handler that panics.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Json, Query};
use axum::http::header::{CONTENT_TYPE, COOKIE, HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The whole function. It logs through `tracing` and counts through `metrics`, wherever these lead.
pub fn application() -> Router {
    Router::new()
        .route("/greet", get(greet))
        .route("/sum", post(sum))
        .route("/query", get(query))
        .route("/cookies", get(cookies))
        .route("/bytes", post(bytes))
        .route("/panic", get(panics))
}

#[derive(Debug, Deserialize)]
struct Greeting {
    name: String,
}

async fn greet(Query(greeting): Query<Greeting>) -> Json<Value> {
    tracing::info!(name = greeting.name, letters = greeting.name.chars().count(), "greeted");
    metrics::counter!("greetings").increment(1);
    Json(json!({ "greeting": format!("hello, {}", greeting.name) }))
}

#[derive(Debug, Deserialize)]
struct Numbers {
    numbers: Vec<i64>,
}

#[derive(Debug, Serialize)]
struct Sum {
    sum: i64,
}

async fn sum(Json(body): Json<Numbers>) -> (StatusCode, Json<Sum>) {
    (
        StatusCode::CREATED,
        Json(Sum {
            sum: body.numbers.iter().sum(),
        }),
    )
}

/// The pairs in the order they were sent, a name given twice included.
async fn query(Query(pairs): Query<Vec<(String, String)>>) -> Json<Vec<(String, String)>> {
    Json(pairs)
}

/// Says which cookies came, and sets two.
async fn cookies(headers: HeaderMap) -> impl IntoResponse {
    let received = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let received: Vec<&str> = received.flat_map(|value| value.split("; ")).collect();
    let set: [(HeaderName, &str); 2] = [(SET_COOKIE, "first=1; HttpOnly"), (SET_COOKIE, "second=2; Path=/")];
    (AppendHeaders(set), Json(json!({ "received": received })))
}

/// The same bytes from back to front.
async fn bytes(body: Bytes) -> impl IntoResponse {
    let reversed: Vec<u8> = body.iter().rev().copied().collect();
    ([(CONTENT_TYPE, "application/octet-stream")], reversed)
}

#[expect(clippy::panic, reason = "the point of this route")]
async fn panics() -> StatusCode {
    panic!("asked to panic")
}
