//! Reserved concurrency: how it is read, set and taken back. 0 stops a function.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{
    Front,
    error::{invalid, service_error},
};

#[derive(Serialize, Deserialize)]
struct Concurrency {
    #[serde(rename = "ReservedConcurrentExecutions", skip_serializing_if = "Option::is_none")]
    reserved: Option<u32>,
}

pub(super) async fn put(State(front): State<Arc<Front>>, Path(name): Path<String>, body: Bytes) -> Response {
    let function = match front.functions.find(&name) {
        Ok(function) => function,
        Err(error) => return service_error(&error),
    };
    match serde_json::from_slice(&body) {
        Ok(Concurrency {
            reserved: reserved @ Some(_),
        }) => {
            function.reserve_concurrency(reserved);
            Json(Concurrency { reserved }).into_response()
        }
        _ => invalid("`ReservedConcurrentExecutions` must be a whole number from 0"),
    }
}

pub(super) async fn get(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    match front.functions.find(&name) {
        Ok(function) => Json(Concurrency {
            reserved: function.reserved_concurrency(),
        })
        .into_response(),
        Err(error) => service_error(&error),
    }
}

pub(super) async fn delete(State(front): State<Arc<Front>>, Path(name): Path<String>) -> Response {
    match front.functions.find(&name) {
        Ok(function) => {
            function.reserve_concurrency(None);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => service_error(&error),
    }
}
