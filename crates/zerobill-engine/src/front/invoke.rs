//! The Invoke API.

use std::{fmt::Write, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http_body_util::BodyExt;
use zerobill_runtime_api::{
    ErrorDocument,
    names::{MAX_SYNC_BYTES, invoke},
};

use super::{
    Front,
    error::{forbidden, invalid, service_error},
    origin::{self, Access},
};
use crate::{
    engine::checked,
    error::InvokeError,
    invocation::{InvokeReply, InvokeRequest},
    task,
};

pub(super) async fn invoke(State(front): State<Arc<Front>>, Path(name): Path<String>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let headers = head.headers;
    if let Access::Refused(reason) = origin::control(&headers, front.address) {
        return forbidden(&reason);
    }
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let payload = match read(body, MAX_SYNC_BYTES).await {
        Ok(payload) => payload,
        Err(error) => return service_error(&error),
    };
    let Ok(context) = text(invoke::CLIENT_CONTEXT).map(client_context).transpose() else {
        return invalid("`X-Amz-Client-Context` is not JSON in base64");
    };
    let mut request = InvokeRequest::new(payload);
    request.client_context = context;
    request.tenant_id = text(invoke::TENANT_ID).map(str::to_owned);
    request.trace_id = text(invoke::TRACE_ID).map(str::to_owned);
    let wants_tail = text(invoke::LOG_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("Tail"));
    let result = match text(invoke::INVOCATION_TYPE).unwrap_or("RequestResponse") {
        "RequestResponse" => {
            request.at_once = !wants_tail;
            match front.functions.invoke(&name, request).await {
                Ok(reply) => Ok(respond(reply, wants_tail).await),
                Err(error) => Err(error),
            }
        }
        "Event" => front
            .functions
            .invoke_later(&name, request)
            .map(|request_id| with_request_id(StatusCode::ACCEPTED, &request_id)),
        "DryRun" => {
            let valid = front
                .functions
                .find(&name)
                .and_then(|_| checked(request, MAX_SYNC_BYTES));
            valid.map(|_| with_request_id(StatusCode::NO_CONTENT, &task::new_id()))
        }
        other => return invalid(&format!("`{other}` is not RequestResponse, Event or DryRun")),
    };
    result.unwrap_or_else(|error| service_error(&error))
}

/// The body, if it is within `limit`; a larger one is read to its end, so that the caller hears why.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Bytes, InvokeError> {
    let (mut parts, mut bytes) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| InvokeError::NotJson(error.to_string()))?;
        let Ok(part) = frame.into_data() else { continue };
        bytes = bytes.saturating_add(part.len());
        if bytes <= limit {
            parts.push(part);
        }
    }
    match parts.len() {
        _ if bytes > limit => Err(InvokeError::TooLarge { bytes, limit }),
        1 => Ok(parts.remove(0)),
        _ => Ok(parts.concat().into()),
    }
}

async fn respond(reply: InvokeReply, wants_tail: bool) -> Response {
    let mut failed = reply.function_error;
    let payload = reply.payload.collect().await.unwrap_or_else(|fault| {
        failed = true;
        ErrorDocument::new("Runtime.StreamError", fault.to_string())
            .to_json()
            .into()
    });
    let mut response = (StatusCode::OK, payload).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(invoke::EXECUTED_VERSION, HeaderValue::from_static("$LATEST"));
    if failed {
        headers.insert(invoke::FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
    }
    put(headers, invoke::REQUEST_ID, &reply.request_id);
    if wants_tail {
        put(headers, invoke::LOG_RESULT, &STANDARD.encode(&reply.log_tail));
    }
    response
}

fn with_request_id(status: StatusCode, request_id: &str) -> Response {
    let mut response = status.into_response();
    put(response.headers_mut(), invoke::REQUEST_ID, request_id);
    response
}

/// The context as it can stand in a header: on one line and in ASCII.
fn client_context(encoded: &str) -> Result<String, Box<dyn std::error::Error>> {
    let context: serde_json::Value = serde_json::from_slice(&STANDARD.decode(encoded)?)?;
    let mut line = String::new();
    for character in context.to_string().chars() {
        if character.is_ascii() {
            line.push(character);
        } else {
            // Beyond ASCII there are only texts in JSON, and in texts this is the same character.
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(line, "\\u{unit:04x}")?;
            }
        }
    }
    Ok(line)
}

pub(super) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Ids and base64 can always stand in a header.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
