//! What an extension hears, as it is sent.

use serde::Serialize;

use super::registry::INVOKE;

/// An invocation as an extension hears of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::environment) struct Invoke<'a> {
    pub(in crate::environment) event_type: &'static str,
    pub(in crate::environment) deadline_ms: u64,
    pub(in crate::environment) request_id: &'a str,
    pub(in crate::environment) invoked_function_arn: &'a str,
    pub(in crate::environment) tracing: Tracing<'a>,
}

#[derive(Debug, Serialize)]
pub(in crate::environment) struct Tracing<'a> {
    pub(in crate::environment) r#type: &'static str,
    pub(in crate::environment) value: &'a str,
}

/// The end of the environment as an extension hears of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shutdown {
    pub(super) event_type: &'static str,
    #[serde(rename = "shutdownReason")]
    pub(super) reason: ShutdownReason,
    pub(super) deadline_ms: u64,
}

/// Why an environment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ShutdownReason {
    /// It is not needed any more.
    Spindown,
    /// An invocation took longer than it may.
    Timeout,
    /// The function or an extension failed.
    Failure,
}

impl<'a> Invoke<'a> {
    pub(in crate::environment) fn new(deadline_ms: u64, request_id: &'a str, arn: &'a str, trace_id: &'a str) -> Self {
        Self {
            event_type: INVOKE,
            deadline_ms,
            request_id,
            invoked_function_arn: arn,
            tracing: Tracing {
                r#type: "X-Amzn-Trace-Id",
                value: trace_id,
            },
        }
    }
}
