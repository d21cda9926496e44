//! The Runtime API of one execution environment, served on a port of its own.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};
use zerobill_runtime_api::{
    ErrorDocument,
    names::{MAX_SYNC_BYTES, RUNTIME_API_VERSION, runtime},
};

use super::{
    extensions::{self, Extensions},
    polls::{Poll, Polls},
    reply::{self, Answered},
};

/// An event on its way to the function.
pub(super) struct Event {
    pub(super) payload: Bytes,
    pub(super) headers: HeaderMap,
    pub(super) answering: Answering,
}

/// An event that the function has and has not answered.
pub(super) struct Answering {
    pub(super) request_id: String,
    pub(super) invocation_id: String,
    pub(super) answer: oneshot::Sender<Answered>,
}

/// What both sides of an environment share: the process asks, the engine hands out.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    events: mpsc::Sender<Event>,
    queue: tokio::sync::Mutex<mpsc::Receiver<Event>>,
    answering: Mutex<Vec<Answering>>,
    polls: Polls,
    /// How many events the process may have at once.
    concurrency: usize,
    init_error: watch::Sender<Option<ErrorDocument>>,
    extensions: Arc<Extensions>,
}

impl std::fmt::Debug for Answering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answering")
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl RuntimeApi {
    pub(super) fn new(extensions: Arc<Extensions>, concurrency: usize) -> Self {
        let (events, queue) = mpsc::channel(concurrency);
        Self {
            events,
            queue: tokio::sync::Mutex::new(queue),
            answering: Mutex::default(),
            polls: Polls::new(),
            concurrency,
            init_error: watch::Sender::new(None),
            extensions,
        }
    }

    /// Hands an event to the process, one of whose requests is [claimed](Self::claim) for it.
    pub(super) async fn hand(&self, event: Event) {
        // The receiver lives as long as `self`.
        _ = self.events.send(event).await;
    }

    /// Takes back an event that is not answered, so that a late answer is refused.
    pub(super) fn take_back(&self, request_id: &str) {
        self.answering().retain(|event| event.request_id != request_id);
    }

    /// Waits until the process asks for an event that is not promised yet, and promises it.
    pub(super) async fn claim(&self) {
        self.polls.claim().await;
    }

    /// Whether the process waits for an event.
    pub(super) fn is_waiting(&self) -> bool {
        self.polls.any()
    }

    /// Waits for an error that the process reports of its INIT.
    pub(super) async fn init_error(&self) -> ErrorDocument {
        let mut reports = self.init_error.subscribe();
        let report = reports
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|report| report.clone());
        report.unwrap_or_else(|| ErrorDocument::new("Runtime.Unknown", "INIT failed"))
    }

    /// Serves every connection of `listener` until it is dropped.
    pub(super) async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            _ = stream.set_nodelay(true);
            let api = Arc::clone(&self);
            connections.spawn(async move {
                let service = service_fn(move |request| Arc::clone(&api).answer(request));
                // A process that is ended in the middle of a request breaks its connection; that is seen elsewhere.
                _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
            while connections.try_join_next().is_some() {}
        }
    }

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        if extensions::serves(&path) {
            return Ok(self.extensions.answer(request).await);
        }
        let Some(rest) = path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(RUNTIME_API_VERSION))
        else {
            return Ok(refuse(
                StatusCode::NOT_FOUND,
                "NotFound",
                &format!("no such path: {path}"),
            ));
        };
        let parts: Vec<&str> = rest.strip_prefix("/runtime/").unwrap_or_default().split('/').collect();
        Ok(match (request.method(), parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => self.respond(id, request).await,
            (&Method::POST, ["invocation", id, "error"]) => self.fail(id, request).await,
            (&Method::POST, ["init", "error"]) => self.report_init_error(request).await,
            _ => refuse(StatusCode::NOT_FOUND, "NotFound", &format!("no such path: {path}")),
        })
    }

    /// Waits for an event, however long that takes.
    async fn next(&self) -> Response<Full<Bytes>> {
        let event = if self.concurrency > 1 {
            let poll = self.polls.begin();
            self.receive(&mut *self.queue.lock().await, poll).await
        } else {
            let mut queue = self.queue.lock().await;
            // An event that the process never answered is lost when it asks for the next one.
            self.answering().clear();
            let poll = self.polls.begin();
            self.receive(&mut queue, poll).await
        };
        let Some(event) = event else {
            return refuse(StatusCode::GONE, "Gone", "the execution environment has ended");
        };
        self.answering().push(event.answering);
        let mut response = Response::new(Full::new(event.payload));
        *response.headers_mut() = event.headers;
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    /// The next event that somebody still waits for.
    async fn receive(&self, queue: &mut mpsc::Receiver<Event>, poll: Poll<'_>) -> Option<Event> {
        loop {
            let event = queue.recv().await?;
            if !event.answering.answer.is_closed() {
                poll.served();
                return Some(event);
            }
            self.polls.release();
        }
    }

    async fn respond(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let streaming = request
            .headers()
            .get(runtime::RESPONSE_MODE)
            .is_some_and(|mode| mode == "streaming");
        let Some(answering) = self.answering_of(id, request.headers()) else {
            return unknown_request(id, request).await;
        };
        if streaming {
            reply::stream(answering, request).await;
            return accepted();
        }
        match reply::collect(request.into_body(), MAX_SYNC_BYTES).await {
            Ok(payload) => {
                _ = answering.answer.send(Answered::Reply(payload));
                accepted()
            }
            Err(reply::NotCollected::TooLarge(bytes)) => {
                let message = format!(
                    "Response payload size ({bytes} bytes) exceeded maximum allowed payload size ({MAX_SYNC_BYTES} bytes)."
                );
                let document = ErrorDocument::new("Function.ResponseSizeTooLarge", message.clone());
                _ = answering.answer.send(Answered::Error(document.to_json().into()));
                refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message)
            }
            Err(reply::NotCollected::Broken(reason)) => {
                let document =
                    ErrorDocument::new("Runtime.TruncatedResponse", format!("the reply broke off: {reason}"));
                _ = answering.answer.send(Answered::Error(document.to_json().into()));
                refuse(StatusCode::BAD_REQUEST, "TruncatedRequest", &reason)
            }
        }
    }

    async fn fail(&self, id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let Some(answering) = self.answering_of(id, request.headers()) else {
            return unknown_request(id, request).await;
        };
        let named = error_type(request.headers());
        let document = match reply::collect(request.into_body(), MAX_SYNC_BYTES).await {
            Ok(document) if !document.is_empty() => document,
            _ => ErrorDocument {
                error_type: named,
                error_message: "the function failed".to_owned(),
                stack_trace: None,
            }
            .to_json()
            .into(),
        };
        _ = answering.answer.send(Answered::Error(document));
        accepted()
    }

    async fn report_init_error(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let named = error_type(request.headers());
        let body = reply::collect(request.into_body(), MAX_SYNC_BYTES)
            .await
            .unwrap_or_default();
        let mut document: ErrorDocument = serde_json::from_slice(&body).unwrap_or_else(|_| ErrorDocument {
            error_type: None,
            error_message: String::new(),
            stack_trace: None,
        });
        document.error_type = document
            .error_type
            .or(named)
            .or_else(|| Some("Runtime.Unknown".to_owned()));
        self.init_error.send_replace(Some(document));
        accepted()
    }

    /// The event that `id` and the echoed invocation id are of, if it is still to be answered.
    fn answering_of(&self, id: &str, headers: &HeaderMap) -> Option<Answering> {
        let echoed = headers.get(runtime::INVOCATION_ID).map(HeaderValue::as_bytes);
        let mut answering = self.answering();
        let place = answering.iter().position(|event| {
            event.request_id == id && echoed.is_none_or(|echoed| echoed == event.invocation_id.as_bytes())
        })?;
        Some(answering.swap_remove(place))
    }

    fn answering(&self) -> MutexGuard<'_, Vec<Answering>> {
        self.answering.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn error_type(headers: &HeaderMap) -> Option<String> {
    headers
        .get(runtime::ERROR_TYPE)
        .and_then(|name| name.to_str().ok())
        .map(str::to_owned)
}

pub(super) fn accepted() -> Response<Full<Bytes>> {
    document(StatusCode::ACCEPTED, r#"{"status":"OK"}"#.to_owned())
}

/// What an answer hears that comes too late, twice, or for another environment's event.
async fn unknown_request(id: &str, request: Request<Incoming>) -> Response<Full<Bytes>> {
    // Read to its end, so that the connection can go on.
    _ = reply::collect(request.into_body(), 0).await;
    refuse(
        StatusCode::BAD_REQUEST,
        "InvalidRequestID",
        &format!("no invocation `{id}` is to be answered here"),
    )
}

pub(super) fn refuse(status: StatusCode, error_type: &str, message: &str) -> Response<Full<Bytes>> {
    document(status, ErrorDocument::new(error_type, message).to_json())
}

pub(super) fn document(status: StatusCode, json: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(json.into()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
