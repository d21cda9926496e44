//! The document in which a function, or Lambda itself, says what went wrong.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error as it is sent over the Runtime API and answered by the Invoke API.
///
/// ```
/// use zerobill_runtime_api::ErrorDocument;
/// let document = ErrorDocument::new("Sandbox.Timedout", "Task timed out after 3.00 seconds");
/// assert_eq!(
///     document.to_json(),
///     r#"{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out after 3.00 seconds"}"#
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDocument {
    /// The error's type.
    #[serde(rename = "errorType", skip_serializing_if = "Option::is_none")]
    pub error_type: Option<String>,
    /// What went wrong.
    #[serde(rename = "errorMessage", default)]
    pub error_message: String,
    /// Where it happened, in the runtime's own form.
    #[serde(rename = "stackTrace", default, skip_serializing_if = "Option::is_none")]
    pub stack_trace: Option<Value>,
}

impl ErrorDocument {
    /// An error of the type `error_type`.
    pub fn new(error_type: impl Into<String>, error_message: impl Into<String>) -> Self {
        Self {
            error_type: Some(error_type.into()),
            error_message: error_message.into(),
            stack_trace: None,
        }
    }

    /// The document as JSON.
    pub fn to_json(&self) -> String {
        // Text and JSON always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }
}
