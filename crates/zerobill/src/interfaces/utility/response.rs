//! The reply of an HTTP function, as Function URLs and API Gateway take it.

use std::collections::BTreeMap;

use serde::Serialize;

/// An HTTP reply: serialized, it is what a function answers to a Function URL, an API Gateway or a load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Response {
    /// The status, from 100 to 599.
    pub status_code: u16,
    /// The headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body: text, here always JSON.
    pub body: String,
    /// Whether the body is base64; here never.
    pub is_base64_encoded: bool,
}

impl Response {
    /// The same with the header `name`.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }
}
