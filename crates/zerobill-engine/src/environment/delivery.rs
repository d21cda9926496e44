//! One invocation as an environment is given it.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use zerobill_runtime_api::names::runtime;

use crate::invocation::InvokeRequest;

static REQUEST_ID: HeaderName = HeaderName::from_static(runtime::REQUEST_ID);
static INVOCATION_ID: HeaderName = HeaderName::from_static(runtime::INVOCATION_ID);
static DEADLINE_MS: HeaderName = HeaderName::from_static(runtime::DEADLINE_MS);
static FUNCTION_ARN: HeaderName = HeaderName::from_static(runtime::FUNCTION_ARN);
static TRACE_ID: HeaderName = HeaderName::from_static(runtime::TRACE_ID);
static CLIENT_CONTEXT: HeaderName = HeaderName::from_static(runtime::CLIENT_CONTEXT);
static COGNITO_IDENTITY: HeaderName = HeaderName::from_static(runtime::COGNITO_IDENTITY);
static TENANT_ID: HeaderName = HeaderName::from_static(runtime::TENANT_ID);

/// An event and what comes with it.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) arn: &'a str,
    pub(crate) trace_id: &'a str,
    pub(crate) request: InvokeRequest,
    pub(crate) limit: Duration,
}

impl Delivery<'_> {
    /// The headers of the answer to `/next`.
    pub(super) fn headers(&self, invocation_id: &str, deadline_ms: u64) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(12);
        let mut put = |name: &HeaderName, value: Option<&str>| {
            // What cannot stand in a header was not sent as one either.
            if let Some(Ok(value)) = value.map(|value| HeaderValue::from_bytes(value.as_bytes())) {
                headers.insert(name, value);
            }
        };
        put(&REQUEST_ID, Some(self.request_id));
        put(&INVOCATION_ID, Some(invocation_id));
        put(&FUNCTION_ARN, Some(self.arn));
        put(&TRACE_ID, Some(self.trace_id));
        put(&CLIENT_CONTEXT, self.request.client_context.as_deref());
        put(&COGNITO_IDENTITY, self.request.cognito_identity.as_deref());
        put(&TENANT_ID, self.request.tenant_id.as_deref());
        headers.insert(&DEADLINE_MS, deadline_ms.into());
        headers
    }
}
