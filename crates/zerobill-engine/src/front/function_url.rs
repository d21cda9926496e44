//! The Function URLs.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use tokio::sync::mpsc;
use zerobill_runtime_api::{
    function_url::{HttpRequest, HttpResponse},
    names::{HTTP_INTEGRATION, MAX_SYNC_BYTES, STREAM_SEPARATOR, invoke},
};

use super::{
    Front,
    error::{forbidden, service_error},
    invoke::{put, read},
    origin::{self, Access},
};
use crate::{
    engine::checked,
    error::InvokeError,
    function::Function,
    invocation::{InvokeReply, InvokeRequest, Payload, StreamFault},
    task,
};

/// The host under which functions see themselves called, so that they know a Function URL's event.
const DOMAIN_NAME: &str = "local.lambda-url.us-east-1.on.aws";

pub(super) async fn answer(
    State(front): State<Arc<Front>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    if let Access::Refused(reason) = origin::function_url(request.headers(), front.address, &front.origins) {
        return forbidden(&reason);
    }
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key("access-control-request-method");
    let mut response = match (&origin, preflight) {
        (Some(_), true) => preflight_answer(request.headers()),
        _ => call(&front, caller, request).await,
    };
    if let Some(origin) = origin {
        response
            .headers_mut()
            .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        response
            .headers_mut()
            .append(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// What a browser asks before it sends a page's request: everything is allowed, since the origin is.
fn preflight_answer(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    for (question, answer) in [
        (
            header::ACCESS_CONTROL_REQUEST_METHOD,
            header::ACCESS_CONTROL_ALLOW_METHODS,
        ),
        (
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            header::ACCESS_CONTROL_ALLOW_HEADERS,
        ),
    ] {
        if let Some(value) = asked.get(question) {
            response.headers_mut().insert(answer, value.clone());
        }
    }
    response
}

async fn call(front: &Front, caller: SocketAddr, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let (function, path) = match front.functions.at_path(head.uri.path()) {
        Ok(found) => found,
        Err(error) => return service_error(&error),
    };
    let body = match read(body, MAX_SYNC_BYTES).await {
        Ok(body) => body,
        Err(error) => return failed(&error),
    };
    let (request_id, trace_id) = (task::new_id(), trace_id(&head.headers));
    let (source_ip, port) = (caller.ip().to_string(), front.address.port().to_string());
    let own = [
        ("x-amzn-trace-id", trace_id.as_str()),
        ("x-forwarded-for", source_ip.as_str()),
        ("x-forwarded-port", port.as_str()),
        ("x-forwarded-proto", "http"),
    ];
    let sent = head
        .headers
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    // What a proxy before this engine has said stays.
    let headers: Vec<(&str, &str)> = sent
        .chain(own.into_iter().filter(|(name, _)| !head.headers.contains_key(*name)))
        .collect();
    let now = task::epoch_ms();
    let event = HttpRequest {
        method: head.method.as_str(),
        path,
        query: head.uri.query().unwrap_or_default(),
        headers: &headers,
        body: &body,
        source_ip: &source_ip,
        domain_name: DOMAIN_NAME,
        request_id: &request_id,
        time_epoch_ms: now,
        time: &task::common_log_time(now),
    };
    // Base64 makes a body a third larger: what was within the limit may no longer be.
    let mut request = match checked(InvokeRequest::new(event.to_event()), MAX_SYNC_BYTES) {
        Ok(request) => request,
        Err(error) => return failed(&error),
    };
    request.request_id = Some(request_id.clone());
    request.trace_id = Some(trace_id);
    request.at_once = true;
    let mut response = match function.invoke(request).await {
        Ok(reply) => respond(function, reply).await,
        Err(error) => failed(&error),
    };
    put(response.headers_mut(), invoke::REQUEST_ID, &request_id);
    response
}

fn trace_id(headers: &HeaderMap) -> String {
    let sent = headers.get(invoke::TRACE_ID).and_then(|value| value.to_str().ok());
    sent.map_or_else(task::new_trace_id, str::to_owned)
}

async fn respond(function: &Function, reply: InvokeReply) -> Response {
    if reply.function_error {
        return bad_gateway();
    }
    match reply.payload {
        Payload::Buffered(payload) => match HttpResponse::from_reply(&payload) {
            Ok(mut response) => {
                let body = Body::from(std::mem::take(&mut response.body));
                with_head(&response, body)
            }
            Err(error) => no_response(function, &reply.request_id, &error),
        },
        Payload::Streamed { content_type, parts } if content_type.starts_with(HTTP_INTEGRATION) => with_prelude(parts)
            .await
            .unwrap_or_else(|fault| no_response(function, &reply.request_id, &*fault)),
        Payload::Streamed { content_type, parts } => {
            let mut response = Response::new(in_parts(Bytes::new(), parts));
            if let Ok(content_type) = HeaderValue::from_str(&content_type) {
                response.headers_mut().insert(header::CONTENT_TYPE, content_type);
            }
            response
        }
    }
}

/// The caller sees no more than that it failed; the log says why.
fn no_response(function: &Function, request_id: &str, fault: &dyn std::error::Error) -> Response {
    function.say(&format!("RequestId: {request_id} Function URL: {fault}"));
    bad_gateway()
}

/// Reads parts until the separator is in, wherever it is cut; what follows it is the body.
async fn with_prelude(
    mut parts: mpsc::Receiver<Result<Bytes, StreamFault>>,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let mut read = Vec::new();
    loop {
        // A separator can begin at most seven bytes before the new part.
        let from = read.len().saturating_sub(STREAM_SEPARATOR.len() - 1);
        match parts.recv().await {
            Some(part) => read.extend_from_slice(&part?),
            None => return Err("the streamed reply ended before the eight NUL bytes after its prelude".into()),
        }
        if let Some(at) = read[from..]
            .windows(STREAM_SEPARATOR.len())
            .position(|window| window == STREAM_SEPARATOR)
        {
            let (prelude, rest) = (&read[..from + at], &read[from + at + STREAM_SEPARATOR.len()..]);
            let head = HttpResponse::from_prelude(prelude)?;
            return Ok(with_head(&head, in_parts(Bytes::copy_from_slice(rest), parts)));
        }
        if read.len() > MAX_SYNC_BYTES {
            return Err(format!("the prelude of the streamed reply has over {MAX_SYNC_BYTES} bytes").into());
        }
    }
}

fn in_parts(first: Bytes, parts: mpsc::Receiver<Result<Bytes, StreamFault>>) -> Body {
    let parts = stream::unfold(
        (Some(first).filter(|first| !first.is_empty()), parts),
        |(first, mut parts)| async {
            match first {
                Some(first) => Some((Ok(first), (None, parts))),
                None => parts.recv().await.map(|part| (part, (None, parts))),
            }
        },
    );
    Body::from_stream(parts)
}

fn with_head(head: &HttpResponse, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(head.status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in &head.headers {
        // The length and the encoding of the wire are this server's; a header that cannot be one is left out.
        let of_the_wire = matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection");
        let pair = HeaderName::try_from(name).ok().zip(HeaderValue::from_str(value).ok());
        if let Some((name, value)) = pair.filter(|_| !of_the_wire) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn bad_gateway() -> Response {
    plain(StatusCode::BAD_GATEWAY, "Internal Server Error")
}

fn failed(error: &InvokeError) -> Response {
    match error {
        InvokeError::TooLarge { .. } => plain(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        InvokeError::Throttled { .. } => plain(StatusCode::TOO_MANY_REQUESTS, "Rate Exceeded."),
        other => service_error(other),
    }
}

fn plain(status: StatusCode, message: &str) -> Response {
    let mut response = (status, json!({ "Message": message }).to_string()).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
