//! `utility`: HTTP replies, JSON within limits, and correlation ids.

mod error;
mod json;
mod operations;
mod response;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    error::UtilityError,
    response::Response,
    service::{JsonLimits, Utility},
};
use super::config::Setting;

/// What the interface is for.
pub(crate) const DOC: &str = "HTTP replies, JSON within limits, and correlation ids.";

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[("parse_json_within", "it takes limits of one's own and gives any type")];
