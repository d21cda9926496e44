//! Single invocations: their events, replies and logs, and how they are sent again.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    invocation::InvocationView,
    journal::{Content, Journal},
    line::LineView,
};
use crate::{engine::Functions, error::InvokeError, front::Front, invocation::InvokeRequest};

/// How much of an event or a reply is shown.
const SHOWN_BYTES: usize = 256 * 1024;

/// How many log lines of an invocation are shown: the last ones.
const SHOWN_LINES: usize = 1_000;

/// One invocation with all that is known of it.
#[derive(Debug, Serialize)]
struct Detail {
    #[serde(flatten)]
    invocation: InvocationView,
    payload: Text,
    /// None while it runs, and where the reply was streamed.
    reply: Option<Text>,
    lines: Vec<LineView>,
}

/// What a function was given or gave: text, whatever it is.
#[derive(Debug, Serialize)]
struct Text {
    content: String,
    bytes: usize,
    cut: bool,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        let shown = &bytes[..bytes.len().min(SHOWN_BYTES)];
        Self {
            content: String::from_utf8_lossy(shown).into_owned(),
            bytes: bytes.len(),
            cut: shown.len() < bytes.len(),
        }
    }
}

pub(super) async fn list(State(front): State<Arc<Front>>) -> Response {
    Json(front.journal.invocations_since(0)).into_response()
}

pub(super) async fn one(State(front): State<Arc<Front>>, Path(number): Path<u64>) -> Response {
    match front.journal.detail(number) {
        Some(detail) => Json(detail).into_response(),
        None => forgotten(number),
    }
}

/// Sends the event again, as a new invocation, and waits for its end.
pub(super) async fn replay(State(front): State<Arc<Front>>, Path(number): Path<u64>) -> Response {
    let Some((function, request)) = front.journal.event(number) else {
        return forgotten(number);
    };
    match again(&front.functions, &function, request).await {
        Ok((request_id, failed)) => Json(json!({ "request_id": request_id, "function_error": failed })).into_response(),
        Err(error @ InvokeError::Throttled { .. }) => problem(StatusCode::TOO_MANY_REQUESTS, &error.to_string()),
        Err(error) => problem(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

async fn again(functions: &Functions, name: &str, mut request: InvokeRequest) -> Result<(String, bool), InvokeError> {
    request.at_once = false;
    let reply = functions.find(name)?.invoke(request).await?;
    // A streamed reply goes on only as long as somebody takes it.
    let streamed = reply.payload.collect().await;
    Ok((reply.request_id, reply.function_error || streamed.is_err()))
}

fn forgotten(number: u64) -> Response {
    problem(
        StatusCode::NOT_FOUND,
        &format!("invocation {number} is not remembered; only the last ones are"),
    )
}

pub(super) fn problem(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

impl Journal {
    fn detail(&self, number: u64) -> Option<Detail> {
        let content = self.content();
        let entry = content.invocations.get(number)?;
        let reply = entry.end.as_ref().map(|end| &end.reply);
        Some(Detail {
            invocation: entry.view(number),
            payload: Text::of(&entry.request.payload),
            reply: reply.filter(|reply| !reply.is_empty()).map(|reply| Text::of(reply)),
            lines: lines_of(&content, number),
        })
    }

    /// The function and the event of an invocation, to be sent under a new id.
    fn event(&self, number: u64) -> Option<(Arc<str>, InvokeRequest)> {
        let content = self.content();
        let entry = content.invocations.get(number)?;
        let request = InvokeRequest {
            request_id: None,
            trace_id: None,
            ..entry.request.clone()
        };
        Some((Arc::clone(&entry.function), request))
    }
}

fn lines_of(content: &Content, number: u64) -> Vec<LineView> {
    let own = |line: &super::line::Line| line.place.as_ref().is_some_and(|place| place.number == number);
    let newest = content
        .lines
        .from(0)
        .rev()
        .filter(|(_, line)| own(line))
        .take(SHOWN_LINES);
    let mut lines: Vec<_> = newest.map(|(line_number, line)| line.view(line_number)).collect();
    lines.reverse();
    lines
}
