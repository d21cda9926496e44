//! What stands in for schemas where the feature `json-schema` is off.

use serde_json::Value;

use super::error::SecurityError;

#[derive(Debug)]
pub(super) struct Schemas;

impl Schemas {
    pub(super) fn new() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "with the feature there are schemas")]
    pub(super) fn check(&self, _name: &str, _schema: &Value, _body: &Value) -> Result<(), SecurityError> {
        Err(SecurityError::FeatureDisabled {
            what: "JSON Schema",
            feature: "json-schema",
        })
    }
}
