//! A panic becomes a log line with its place, instead of text on standard error.

use zerobill::{Gateway, redact::sanitize};

/// Logs every further panic of the process, in the invocation in which it happens or else to `gateway`. What looks like a
/// secret in its text is masked.
pub(crate) fn log_to(gateway: Gateway) {
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref().map(String::as_str));
        let text = text.unwrap_or("a value that is no text");
        let message = format!("panicked: {}", sanitize(text));
        let place = panic
            .location()
            .map(|place| format!("{}:{}", place.file(), place.line()))
            .unwrap_or_default();
        match zerobill::Invocation::current() {
            Some(invocation) => invocation.gateway().logging().error(&message, [("location", place)]),
            None => gateway.logging().error(&message, [("location", place)]),
        }
    }));
}
