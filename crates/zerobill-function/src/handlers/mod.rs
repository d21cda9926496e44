//! The handlers of the function: one line each, in the order in which they are asked.

pub(crate) mod http;
mod operation;
mod request_type;

use zerobill::Handler;

/// Makes a handler, when the function starts.
pub type MakeHandler = fn() -> Box<dyn Handler>;

/// The table. A handler plugs in by one line; the first that accepts an event answers it.
pub const HANDLERS: &[MakeHandler] = &[
    || Box::new(request_type::RequestType),
    || Box::new(operation::DirectOperation),
    || Box::new(http::HealthOverHttp),
    #[cfg(feature = "guard")]
    || Box::new(zerobill_guard::Guard::new()),
    || Box::new(zerobill_home_assistant::HomeAssistant::new()),
];

/// `value` as a handler's reply.
///
/// # Errors
/// With code `internal` if it does not serialize.
pub fn reply<T: serde::Serialize>(value: &T) -> zerobill::Result<zerobill::handler::Reply> {
    serde_json::value::to_raw_value(value).map_err(|error| {
        zerobill::Error::new(zerobill::error::INTERNAL, "the answer cannot be serialized").with_source(error)
    })
}
