//! The incoming event: its bytes as Lambda sent them, and what kind of event they are.

mod classify;
mod decode;
mod json;
mod kind;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::decode::DecodeError;
pub use self::kind::EventKind;

/// One incoming Lambda event, classified once and kept byte for byte as it came.
///
/// ```
/// use serde_json::value::RawValue;
/// use zerobill::event::{Event, EventKind};
///
/// #[derive(serde::Deserialize)]
/// struct Check {
///     #[serde(rename = "requestType")]
///     request_type: String,
/// }
///
/// let payload = RawValue::from_string(r#"{"requestType": "health_check"}"#.to_owned())?;
/// let event = Event::new(payload);
///
/// assert_eq!(event.kind(), EventKind::RequestType);
/// assert_eq!(event.bytes(), br#"{"requestType": "health_check"}"#);
/// assert_eq!(event.decode::<Check>().map(|check| check.request_type), Ok("health_check".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Event {
    payload: Box<RawValue>,
    kind: EventKind,
    function_url: bool,
}

impl Event {
    /// Classifies `payload`; whatever is not recognised is [`EventKind::Unknown`].
    pub fn new(payload: Box<RawValue>) -> Self {
        let (kind, function_url) = classify::classify(payload.get());
        Self {
            payload,
            kind,
            function_url,
        }
    }

    /// What kind of event this is.
    pub fn kind(&self) -> EventKind {
        self.kind
    }

    /// The event as it came.
    pub fn payload(&self) -> &RawValue {
        &self.payload
    }

    /// The bytes of the event as they came.
    pub fn bytes(&self) -> &[u8] {
        self.payload.get().as_bytes()
    }

    /// Decodes the event into `T`, which may borrow from it; the error names the path of what does not fit.
    pub fn decode<'a, T: Deserialize<'a>>(&'a self) -> Result<T, DecodeError> {
        decode::decode(self.payload.get())
    }

    /// Whether this came through a Function URL rather than an HTTP API; both are [`EventKind::HttpV2`].
    ///
    /// Told by `requestContext.domainName`, which holds `.lambda-url.` (AWS Lambda Developer Guide, "Invoking
    /// Lambda function URLs").
    pub fn is_function_url(&self) -> bool {
        self.function_url
    }

    /// What an [`EventKind::RequestType`] event asks for, for example `health_check`; `None` for every other kind.
    pub fn request_type(&self) -> Option<Cow<'_, str>> {
        if self.kind != EventKind::RequestType {
            return None;
        }
        json::text(json::member(self.payload.get(), "requestType")?)
    }

    /// The id that ties this event to the caller's own log lines, looked up on each call.
    ///
    /// It is `requestContext.requestId` for API Gateway and Function URLs, the `x-amzn-trace-id` header for a load
    /// balancer, and `id` for `EventBridge`; no other kind has one.
    pub fn correlation_id(&self) -> Option<Cow<'_, str>> {
        let payload = self.payload.get();
        match self.kind {
            EventKind::HttpV1 | EventKind::HttpV2 | EventKind::WebSocket => {
                json::text(json::member(json::member(payload, "requestContext")?, "requestId")?)
            }
            EventKind::Alb => trace_header(payload),
            EventKind::EventBridge | EventKind::Schedule => json::text(json::member(payload, "id")?),
            _ => None,
        }
    }
}

/// The payload stays out: events carry tokens, and debug output ends in logs.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("bytes", &self.bytes().len())
            .finish_non_exhaustive()
    }
}

/// A target group sends `headers`, or `multiValueHeaders` once that attribute is switched on.
fn trace_header(payload: &str) -> Option<Cow<'_, str>> {
    const NAME: &str = "x-amzn-trace-id";
    if let Some(headers) = json::member(payload, "headers") {
        return json::text(json::member_ignoring_case(headers, NAME)?);
    }
    let values = json::member_ignoring_case(json::member(payload, "multiValueHeaders")?, NAME)?;
    json::text(json::first_element(values)?)
}
