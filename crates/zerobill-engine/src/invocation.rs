//! What an invocation is given and what it gives back.

use bytes::Bytes;
use tokio::sync::mpsc;
use zerobill_free_tier::Report;

/// An event for a function.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct InvokeRequest {
    /// The event, JSON; empty stands for `{}`.
    pub payload: Bytes,
    /// The request id; one is made where there is none.
    pub request_id: Option<String>,
    /// The client context, JSON in ASCII and on one line.
    pub client_context: Option<String>,
    /// The Cognito identity, JSON in ASCII and on one line.
    pub cognito_identity: Option<String>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The X-Ray trace header; one is made where there is none.
    pub trace_id: Option<String>,
    /// Whether the reply is given as soon as the function has answered. Otherwise it waits a little for the function to ask for its
    /// next event, and has its whole log and report.
    pub at_once: bool,
}

impl InvokeRequest {
    /// A request with this event.
    pub fn new(payload: impl Into<Bytes>) -> Self {
        Self {
            payload: payload.into(),
            ..Self::default()
        }
    }
}

/// What came of an invocation that reached its function.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvokeReply {
    /// The request id.
    pub request_id: String,
    /// Whether the function failed; the payload is then an error document.
    pub function_error: bool,
    /// The reply.
    pub payload: Payload,
    /// The last 4 KB of the invocation's log; empty for a streamed reply, and for one that is given at once. Where the function
    /// goes on after its answer, what was there then.
    pub log_tail: Vec<u8>,
    /// What Lambda reports of it; of a reply that is streamed or given at once, and where the function goes on after its answer,
    /// what was known then.
    pub report: Report,
}

/// A reply, whole or in parts.
#[derive(Debug)]
pub enum Payload {
    /// The whole reply.
    Buffered(Bytes),
    /// A reply that comes in parts.
    Streamed {
        /// Its content type.
        content_type: String,
        /// The parts; an error says that the function failed in the middle.
        parts: mpsc::Receiver<Result<Bytes, StreamFault>>,
    },
}

/// A streamed reply that broke off.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the streamed reply broke off: {0}")]
pub struct StreamFault(pub String);

impl Payload {
    /// The whole reply, waiting for its parts if there are any.
    ///
    /// # Errors
    /// [`StreamFault`] if they broke off.
    pub async fn collect(self) -> Result<Bytes, StreamFault> {
        match self {
            Self::Buffered(bytes) => Ok(bytes),
            Self::Streamed { mut parts, .. } => {
                let mut whole = Vec::new();
                while let Some(part) = parts.recv().await {
                    whole.extend_from_slice(&part?);
                }
                Ok(whole.into())
            }
        }
    }
}
