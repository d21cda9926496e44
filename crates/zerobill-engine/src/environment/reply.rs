//! How a function's reply is read off the wire: whole, or in parts as they come.

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{mpsc, oneshot};
use zerobill_runtime_api::names::runtime;

use super::runtime_api::Answering;
use crate::invocation::StreamFault;

/// What the function answered.
#[derive(Debug)]
pub(crate) enum Answered {
    /// A whole reply.
    Reply(Bytes),
    /// An error document.
    Error(Bytes),
    /// A reply in parts; `ended` says when the last one is in, and what broke it off if it broke off.
    Stream {
        content_type: String,
        parts: mpsc::Receiver<Result<Bytes, StreamFault>>,
        ended: oneshot::Receiver<Result<(), StreamFault>>,
    },
}

/// Why a body was not read to its end.
#[derive(Debug)]
pub(super) enum NotCollected {
    /// It has this many bytes.
    TooLarge(usize),
    Broken(String),
}

/// Reads a body of at most `limit` bytes. A larger one is read to its end and thrown away, so that the sender hears why.
pub(super) async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, NotCollected> {
    let expected = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut whole = Vec::new();
    let mut first: Option<Bytes> = None;
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| NotCollected::Broken(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit {
            continue;
        }
        // Most replies are one part, which is passed on without a copy.
        match first.take() {
            None if whole.is_empty() => first = Some(data),
            earlier => {
                whole.reserve(expected.min(limit).saturating_sub(whole.len()));
                whole.extend_from_slice(&earlier.unwrap_or_default());
                whole.extend_from_slice(&data);
            }
        }
    }
    if length > limit {
        Err(NotCollected::TooLarge(length))
    } else {
        Ok(first.unwrap_or_else(|| whole.into()))
    }
}

/// Passes a body on part by part.
pub(super) async fn stream(answering: Answering, request: Request<Incoming>) {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let content_type = content_type.unwrap_or("application/octet-stream").to_owned();
    let ((part, parts), (end, ended)) = (mpsc::channel(16), oneshot::channel());
    _ = answering.answer.send(Answered::Stream {
        content_type,
        parts,
        ended,
    });
    let result = forward(request.into_body(), &part).await;
    if let Err(fault) = &result {
        _ = part.send(Err(fault.clone())).await;
    }
    _ = end.send(result);
}

async fn forward(mut body: Incoming, part: &mpsc::Sender<Result<Bytes, StreamFault>>) -> Result<(), StreamFault> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| StreamFault(error.to_string()))?;
        match frame.into_data() {
            // A caller that is gone does not stop the function.
            Ok(data) => _ = part.send(Ok(data)).await,
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                if let Some(error_type) = trailers.get(runtime::ERROR_TYPE).and_then(|value| value.to_str().ok()) {
                    return Err(StreamFault(error_type.to_owned()));
                }
            }
        }
    }
    Ok(())
}
