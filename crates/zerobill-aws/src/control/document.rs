//! One JSON document in a table, which several may write.

use aws_sdk_dynamodb::types::AttributeValue;

use super::ControlError;
use crate::{
    client::Aws,
    table::{Item, Table, number_of},
};

const JSON: &str = "json";
pub(super) const VERSION: &str = "version";

/// A document with a version that grows with every write, so that of two that write at once only one does.
#[derive(Debug)]
pub struct Document {
    table: Table,
    id: String,
}

impl Document {
    /// The document of that id in that table; it is not asked yet.
    pub fn new(aws: Aws, table: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            table: Table::new(aws, table.into()),
            id: id.into(),
        }
    }

    /// The document and its version; none if it was never written.
    ///
    /// # Errors
    /// What AWS answered, with the permission that is missing.
    pub async fn read(&self) -> Result<Option<(String, u64)>, ControlError> {
        let item = self.table.get(&self.id).await.map_err(ControlError)?;
        Ok(item.and_then(|item| content(&item)))
    }

    /// Writes the document if the stored version is one less, or if there is none and `version` is 1; says whether it did.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn write(&self, json: &str, version: u64) -> Result<bool, ControlError> {
        let written = self.table.put_version(&self.id, item(json), (VERSION, version)).await;
        written.map_err(ControlError)
    }
}

/// An item that holds the document.
pub(super) fn item(json: &str) -> Item {
    Item::from([(JSON.to_owned(), AttributeValue::S(json.to_owned()))])
}

/// The document that an item holds, and its version.
pub(super) fn content(item: &Item) -> Option<(String, u64)> {
    Some((item.get(JSON)?.as_s().ok()?.clone(), number_of(item, VERSION)?))
}
