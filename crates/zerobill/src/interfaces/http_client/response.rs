//! An answer, read whole.

use std::fmt;

use http::HeaderMap;
use serde::{Serialize, Serializer, de::DeserializeOwned, ser::SerializeStruct};

use super::error::HttpError;

/// The answer to a request.
#[derive(Clone)]
pub struct HttpResponse {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// Scheme, host and path of what answered.
    pub(super) at: String,
    pub(super) attempts: u32,
}

impl HttpResponse {
    /// The status, such as 200.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether the status is from 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first header of that name, if it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How many times the request was sent, or tried to be, redirects included.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The body, unpacked.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body, unpacked, as it stands in memory.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.body
    }

    /// The body as text.
    ///
    /// # Errors
    /// [`HttpError::NotText`] if it is not UTF-8.
    pub fn text(&self) -> Result<&str, HttpError> {
        std::str::from_utf8(&self.body).map_err(|error| HttpError::NotText {
            at: self.at.clone(),
            byte: error.valid_up_to(),
        })
    }

    /// The body read as JSON.
    ///
    /// # Errors
    /// [`HttpError::InvalidJson`], which names the path of the member that does not decode.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let invalid = |path: String, error: &serde_json::Error| HttpError::InvalidJson {
            at: self.at.clone(),
            path: if path == "." { String::new() } else { path },
            line: error.line(),
            column: error.column(),
        };
        let value =
            serde_path_to_error::deserialize(&mut reader).map_err(|e| invalid(e.path().to_string(), e.inner()))?;
        reader.end().map_err(|error| invalid(String::new(), &error))?;
        Ok(value)
    }
}

/// Shows neither the values of headers nor the body: they may be secrets.
impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("at", &self.at)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("attempts", &self.attempts)
            .finish()
    }
}

/// `status`, `headers` and `body`: text, or an array of bytes where it is none. Headers of one name are joined by commas.
impl Serialize for HttpResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let headers: serde_json::Map<_, _> = self
            .headers
            .keys()
            .map(|name| {
                let values = self.headers.get_all(name).iter();
                let text: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
                (name.to_string(), text.join(", ").into())
            })
            .collect();
        let mut answer = serializer.serialize_struct("HttpResponse", 3)?;
        answer.serialize_field("status", &self.status)?;
        answer.serialize_field("headers", &headers)?;
        match self.text() {
            Ok(text) => answer.serialize_field("body", text)?,
            Err(_) => answer.serialize_field("body", &self.body)?,
        }
        answer.end()
    }
}
