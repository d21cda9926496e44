//! Builds replies, reads JSON within limits, and makes correlation ids.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

use super::{
    error::UtilityError,
    json::{at, merge, too_deep},
    response::Response,
};
use crate::{event::Event, gateway::Base, interfaces::Service};

/// Small things that every function needs and that are easily got wrong.
///
/// ```
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// let reply = gateway.utility().create_success(&["a", "b"])?;
/// assert_eq!((reply.status_code, reply.body.as_str()), (200, r#"{"data":["a","b"]}"#));
/// # Ok::<(), zerobill::utility::UtilityError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Utility {
    base: Base,
}

/// How large a JSON text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonLimits {
    /// The most bytes.
    pub max_bytes: usize,
    /// The most levels of objects and arrays; `serde_json` itself stops at 127.
    pub max_depth: usize,
}

impl Default for JsonLimits {
    /// 6 MB, which is all that Lambda takes, and 64 levels.
    fn default() -> Self {
        Self {
            max_bytes: 6_291_556,
            max_depth: 64,
        }
    }
}

impl Utility {
    pub(crate) fn new(base: &Base) -> Self {
        Self { base: base.clone() }
    }

    /// An HTTP reply with `body` as JSON.
    ///
    /// # Errors
    /// [`UtilityError::InvalidStatus`], or [`UtilityError::NotSerializable`] if `body` cannot become JSON.
    pub fn format_response<T: Serialize + ?Sized>(&self, status: u16, body: &T) -> Result<Response, UtilityError> {
        if !(100..600).contains(&status) {
            return Err(UtilityError::InvalidStatus(status.into()));
        }
        let body = serde_json::to_string(body).map_err(UtilityError::NotSerializable)?;
        let headers = [("content-type".to_owned(), "application/json".to_owned())].into();
        Ok(Response {
            status_code: status,
            headers,
            body,
            is_base64_encoded: false,
        })
    }

    /// A 200 with `data` under `data`, and the invocation's correlation id if it has one.
    ///
    /// # Errors
    /// [`UtilityError::NotSerializable`] if `data` cannot become JSON.
    pub fn create_success<T: Serialize + ?Sized>(&self, data: &T) -> Result<Response, UtilityError> {
        self.format_response(
            200,
            &Success {
                data,
                correlation_id: self.correlation_id(),
            },
        )
    }

    /// A reply of `status` with `{"error": {"code", "message"}}`, and the invocation's correlation id if it has one.
    ///
    /// # Errors
    /// [`UtilityError::InvalidStatus`].
    pub fn create_error(&self, status: u16, code: &str, message: &str) -> Result<Response, UtilityError> {
        let mut body = json!({ "error": { "code": code, "message": message } });
        if let Some(id) = self.correlation_id() {
            body["correlation_id"] = id.into();
        }
        self.format_response(status, &body)
    }

    /// Reads a JSON text of at most 6 MB and 64 levels.
    ///
    /// # Errors
    /// [`UtilityError::TooLarge`], [`UtilityError::TooDeep`] or [`UtilityError::Invalid`], which names the path.
    pub fn parse_json<T: DeserializeOwned>(&self, text: impl AsRef<[u8]>) -> Result<T, UtilityError> {
        self.parse_json_within(text, JsonLimits::default())
    }

    /// The same within limits of one's own.
    ///
    /// # Errors
    /// As for [`parse_json`](Self::parse_json).
    pub fn parse_json_within<T: DeserializeOwned>(
        &self,
        text: impl AsRef<[u8]>,
        limits: JsonLimits,
    ) -> Result<T, UtilityError> {
        let (text, JsonLimits { max_bytes, max_depth }) = (text.as_ref(), limits);
        if text.len() > max_bytes {
            return Err(UtilityError::TooLarge {
                bytes: text.len(),
                max_bytes,
            });
        }
        if let Some(at) = too_deep(text, max_depth) {
            return Err(UtilityError::TooDeep { at, max_depth });
        }
        let mut reader = serde_json::Deserializer::from_slice(text);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| UtilityError::Invalid {
            path: error.path().to_string(),
            source: error.into_inner(),
        })?;
        reader.end().map_err(|source| UtilityError::Invalid {
            path: String::new(),
            source,
        })?;
        Ok(value)
    }

    /// `overlay` over `base`: objects member by member, everything else replaced, null included.
    pub fn deep_merge(&self, base: Value, overlay: Value) -> Value {
        merge(base, overlay)
    }

    /// The value at `path` (`items.0.price`, or `/items/0/price`), or none.
    pub fn safe_get<'a>(&self, value: &'a Value, path: &str) -> Option<&'a Value> {
        at(value, path)
    }

    /// A new correlation id: a UUID of version 7, whose order is that of time.
    pub fn generate_correlation_id(&self) -> String {
        let (high, low) = (
            self.base.random.bits().to_be_bytes(),
            self.base.random.bits().to_be_bytes(),
        );
        let mut random = [0; 10];
        random[..8].copy_from_slice(&high);
        random[8..].copy_from_slice(&low[..2]);
        uuid::Builder::from_unix_timestamp_millis(self.base.clock.epoch_ms(), &random)
            .into_uuid()
            .to_string()
    }

    /// The correlation id that an event carries: the request id of an API, the trace of a load balancer, the id of an
    /// EventBridge event.
    ///
    /// # Errors
    /// [`UtilityError::NotSerializable`] if `event` cannot become JSON.
    pub fn extract_correlation_id<T: Serialize + ?Sized>(&self, event: &T) -> Result<Option<String>, UtilityError> {
        let payload: Box<RawValue> = serde_json::value::to_raw_value(event).map_err(UtilityError::NotSerializable)?;
        Ok(Event::new(payload).correlation_id().map(std::borrow::Cow::into_owned))
    }

    fn correlation_id(&self) -> Option<String> {
        self.base.current()?.correlation_id().map(str::to_owned)
    }
}

#[derive(Serialize)]
struct Success<'a, T: ?Sized> {
    data: &'a T,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
}

impl Service for Utility {}
