//! Answers `{"requestType": "health_check"}`, `"stats"` and `"analytics"`, which only direct invocations can send.

use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Invocation,
    error::{INVALID_EVENT, shortened},
    handler::ReplyFuture,
};

use super::reply;

pub(crate) struct RequestType;

impl Handler for RequestType {
    fn name(&self) -> &'static str {
        "request_type"
    }

    fn answers(&self) -> &'static str {
        "`{\"requestType\":\"health_check\"}`, `\"stats\"` and `\"analytics\"`"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::RequestType
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move {
            match event.request_type().as_deref() {
                Some("health_check") => {
                    set_kind("request-type/health_check");
                    reply(&gateway.debug().health(gateway))
                }
                Some("stats") => {
                    set_kind("request-type/stats");
                    reply(&gateway.debug().stats(gateway))
                }
                Some("analytics") => {
                    set_kind("request-type/analytics");
                    reply(&gateway.debug().analytics(gateway))
                }
                other => {
                    let name = shortened(other.unwrap_or_default());
                    let message =
                        format!("unknown requestType `{name}`; there are `health_check`, `stats` and `analytics`");
                    Err(Error::new(INVALID_EVENT, message))
                }
            }
        })
    }
}

/// What kind of request it is, more closely than its event says.
fn set_kind(kind: &'static str) {
    if let Some(invocation) = Invocation::current() {
        invocation.set_kind(kind);
    }
}
