//! `http_client`: requests over HTTP that keep to the time an invocation has left, and never do twice what was asked once.

mod error;
mod operations;
mod request;
mod response;
mod service;
mod settings;
#[cfg(test)]
#[cfg(feature = "http")]
mod tests;
#[cfg(feature = "http")]
mod transport;
#[cfg(not(feature = "http"))]
#[path = "absent.rs"]
mod transport;

pub use self::{error::HttpError, request::HttpRequest, response::HttpResponse, service::HttpClient};
pub(crate) use self::{operations::OPERATIONS, settings::SETTINGS};

/// What the interface is for.
pub(crate) const DOC: &str = "Requests over HTTP within the time that is left, retried only where that is safe.";

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[];
