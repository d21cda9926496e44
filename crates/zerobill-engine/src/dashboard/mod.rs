//! The dashboard under `/_zerobill/`: the page, the state and the streams that it reads, past events and their replay.

mod assets;
#[cfg(test)]
mod cost;
mod detail;
mod invocation;
mod journal;
mod label;
mod latency;
mod line;
mod outlook;
mod overview;
mod record;
mod ring;
mod series;
mod stream;
mod usage;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};

pub(crate) use self::{
    journal::{BuildState, BuildStatus, Journal},
    record::{Place, Record},
    stream::READERS,
};
use serde_json::json;

use crate::{front::Front, trips};

/// The routes, which the front guards like those of the Lambda API.
pub(crate) fn routes() -> Router<Arc<Front>> {
    assets::routes()
        .route("/_zerobill/state", get(state))
        .route("/_zerobill/events", get(stream::events))
        .route("/_zerobill/logs", get(stream::logs))
        .route("/_zerobill/invocations", get(detail::list))
        .route("/_zerobill/invocations/{number}", get(detail::one))
        .route("/_zerobill/invocations/{number}/replay", post(detail::replay))
        .route("/_zerobill/functions/{name}/release", post(release))
}

async fn state(State(front): State<Arc<Front>>) -> Response {
    Json(front.journal.overview(&front.functions)).into_response()
}

/// Lets a function run again that was stopped.
async fn release(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    match trips::release(&front.functions, &name).await {
        Ok(released) => Json(json!({ "function": name, "released": released })).into_response(),
        Err(problem) => detail::problem(StatusCode::CONFLICT, &problem),
    }
}
