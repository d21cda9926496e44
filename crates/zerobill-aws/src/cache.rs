//! The second level of the cache in `DynamoDB`.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::value::RawValue;
use zerobill::{
    BuildRecord,
    cache::{Level, LevelError, LevelFuture, Leveled},
};

use crate::{
    client::Aws,
    table::{Item, Table, number, number_of},
};

const JSON: &str = "json";
const ENDS_AT: &str = "ends_at_ms";

/// What id and value may have together; `DynamoDB` lets an item have 400 KB, names and all.
const MAX_BYTES: usize = 400_000;

/// What `DynamoDB` lets the partition key have.
const MAX_ID_BYTES: usize = 2_048;

/// Keeps cached values in a table: one item `cache#KEY` for each. A value of more than 400 KB, or under a key of more than 2 KB,
/// is not kept there; that is no error.
///
/// A read costs a read unit for each 4 KB, a write a write unit for each 1 KB: large values use up what a table has.
#[derive(Debug)]
pub struct DynamoDbCache(Table);

impl DynamoDbCache {
    /// The table of that name; it is not asked yet.
    pub fn new(aws: Aws, table: impl Into<String>) -> Self {
        Self(Table::new(aws, table.into()))
    }
}

/// The id of `key`, if it can be one.
fn id(key: &str) -> Option<String> {
    Some(format!("cache#{key}")).filter(|id| id.len() <= MAX_ID_BYTES)
}

impl Level for DynamoDbCache {
    fn build_record(&self) -> Option<BuildRecord> {
        self.0.build_record()
    }

    fn get<'a>(&'a self, key: &'a str) -> LevelFuture<'a, Option<Leveled>> {
        Box::pin(async move {
            let Some(id) = id(key) else { return Ok(None) };
            let Some(item) = self.0.get(&id).await.map_err(LevelError)? else {
                return Ok(None);
            };
            let ends_at_ms = number_of(&item, ENDS_AT);
            // The table removes what has expired in its own time, which may be days.
            if ends_at_ms.is_some_and(|ends| ends <= self.0.epoch_ms()) {
                return Ok(None);
            }
            let json = item.get(JSON).and_then(|json| json.as_s().ok());
            let json = json.and_then(|json| RawValue::from_string(json.clone()).ok());
            Ok(json.map(|json| Leveled::new(json, ends_at_ms)))
        })
    }

    fn set<'a>(&'a self, key: &'a str, value: &'a Leveled) -> LevelFuture<'a, ()> {
        Box::pin(async move {
            let json = value.json.get();
            let Some(id) = id(key).filter(|id| id.len() + json.len() <= MAX_BYTES) else {
                // What stood there is of an older value.
                return self.delete(key).await;
            };
            let mut item = Item::from([(JSON.to_owned(), AttributeValue::S(json.to_owned()))]);
            if let Some(ends_at_ms) = value.ends_at_ms {
                item.insert(ENDS_AT.to_owned(), number(ends_at_ms));
            }
            let expires_at_s = value.ends_at_ms.map(|ends| ends.div_ceil(1_000));
            self.0.put(&id, item, expires_at_s).await.map_err(LevelError)
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> LevelFuture<'a, ()> {
        Box::pin(async move {
            match id(key) {
                Some(id) => self.0.delete(&id).await.map_err(LevelError),
                None => Ok(()),
            }
        })
    }
}
