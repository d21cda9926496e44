//! `utility`: HTTP replies, JSON within limits, and correlation ids.
//!
//! - Replies as Function URLs, API Gateway and load balancers take them: [`Utility::create_success`] and
//!   [`Utility::create_error`] have one shape for all, with the correlation id of the invocation;
//!   [`Utility::format_response`] takes any body.
//! - JSON from outside: [`Utility::parse_json`] reads at most 6 MB and 64 levels and names the path of what does not fit;
//!   [`Utility::parse_json_within`] takes other limits. [`Utility::safe_get`] looks up a path, [`Utility::deep_merge`] lays
//!   one value over another.
//! - Correlation ids: [`Utility::generate_correlation_id`] makes a UUID of version 7, which sorts by time, and
//!   [`Utility::extract_correlation_id`] finds the one that an event brings along.
//!
//! It keeps nothing, builds nothing and reads no setting.
//!
//! ```
//! use serde_json::{Value, json};
//!
//! let gateway = zerobill::Gateway::builder().build()?;
//! let utility = gateway.utility();
//!
//! let order: Value = utility.parse_json(r#"{"order":{"id":7,"items":[{"name":"tea"}]}}"#)?;
//! assert_eq!(utility.safe_get(&order, "order.items.0.name"), Some(&json!("tea")));
//! let paid = utility.deep_merge(order, json!({ "order": { "paid": true } }));
//! assert_eq!((&paid["order"]["id"], &paid["order"]["paid"]), (&json!(7), &json!(true)));
//!
//! let reply = utility.create_success(&json!({ "id": 7 }))?.with_header("cache-control", "no-store");
//! assert_eq!((reply.status_code, reply.body.as_str()), (200, r#"{"data":{"id":7}}"#));
//! let refusal = utility.create_error(404, "not_found", "no such order")?;
//! assert_eq!(refusal.body, r#"{"error":{"code":"not_found","message":"no such order"}}"#);
//!
//! let error = utility.parse_json::<Value>(r#"{"order":"#).unwrap_err();
//! assert!(error.to_string().contains("the JSON text does not decode"), "{error}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
