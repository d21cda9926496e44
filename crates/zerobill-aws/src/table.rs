//! A `DynamoDB` table with the key `id` and the time-to-live attribute `expires_at`, as far as the stores need it.

mod adding;
mod versioned;

use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use aws_sdk_dynamodb::types::AttributeValue;
use zerobill::{BuildRecord, connecting};

pub(crate) use self::adding::Addition;
use crate::{client::Aws, problem};

/// The partition key.
pub(crate) const ID: &str = "id";

/// When `DynamoDB` may remove the item, in seconds since 1970.
const EXPIRES_AT: &str = "expires_at";

/// How long a table that failed is not asked again: each failure may cost seconds, and they are billed.
const REST: Duration = Duration::from_secs(30);

/// An item without its key.
pub(crate) type Item = HashMap<String, AttributeValue>;

#[derive(Debug)]
pub(crate) struct Table {
    aws: Aws,
    name: String,
    /// How long its first reading waited for a client and a connection.
    first: OnceLock<BuildRecord>,
    /// Until when it is left alone, and why.
    resting: Mutex<Option<(Duration, String)>>,
}

impl Table {
    pub(crate) fn new(aws: Aws, name: String) -> Self {
        let (first, resting) = (OnceLock::new(), Mutex::default());
        Self {
            aws,
            name,
            first,
            resting,
        }
    }

    pub(crate) fn build_record(&self) -> Option<BuildRecord> {
        self.first.get().copied()
    }

    pub(crate) fn epoch_ms(&self) -> u64 {
        self.aws.clock().epoch_ms()
    }

    /// The item of that id as it was last written.
    pub(crate) async fn get(&self, id: &str) -> Result<Option<Item>, String> {
        let (answer, connection) = connecting::watch(self.aws.clock(), Box::pin(self.read(id))).await;
        if let Some(connection) = connection {
            self.first.get_or_init(|| connection);
        }
        answer
    }

    async fn read(&self, id: &str) -> Result<Option<Item>, String> {
        let request = self.client()?.get_item().table_name(&self.name).consistent_read(true);
        let answer = request.key(ID, AttributeValue::S(id.to_owned())).send().await;
        self.note(answer.map_err(|error| self.problem(&error, "dynamodb:GetItem")))
            .map(|output| output.item)
    }

    /// Writes the item, which may be removed from `expires_at_s` on.
    pub(crate) async fn put(&self, id: &str, item: Item, expires_at_s: Option<u64>) -> Result<(), String> {
        let answer = self.putting(id, item, expires_at_s)?.send().await;
        self.note(answer.map_err(|error| self.problem(&error, "dynamodb:PutItem")))
            .map(drop)
    }

    /// The same if there is no such item, or its number `name` is `expected`; says whether it did.
    pub(crate) async fn put_if(
        &self,
        id: &str,
        item: Item,
        expires_at_s: u64,
        (name, expected): (&str, u64),
    ) -> Result<bool, String> {
        let request = self
            .putting(id, item, Some(expires_at_s))?
            .condition_expression("attribute_not_exists(#id) OR #number = :expected")
            .expression_attribute_names("#id", ID)
            .expression_attribute_names("#number", name)
            .expression_attribute_values(":expected", number(expected));
        let answer = match request.send().await {
            Ok(_) => Ok(true),
            Err(error) => {
                let refused = error.as_service_error().is_some_and(
                    aws_sdk_dynamodb::operation::put_item::PutItemError::is_conditional_check_failed_exception,
                );
                if refused {
                    Ok(false)
                } else {
                    Err(self.problem(&error, "dynamodb:PutItem"))
                }
            }
        };
        self.note(answer)
    }

    /// Removes the item of that id.
    pub(crate) async fn delete(&self, id: &str) -> Result<(), String> {
        let request = self.client()?.delete_item().table_name(&self.name);
        let answer = request.key(ID, AttributeValue::S(id.to_owned())).send().await;
        self.note(answer.map_err(|error| self.problem(&error, "dynamodb:DeleteItem")))
            .map(drop)
    }

    fn putting(
        &self,
        id: &str,
        mut item: Item,
        expires_at_s: Option<u64>,
    ) -> Result<aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder, String> {
        item.insert(ID.to_owned(), AttributeValue::S(id.to_owned()));
        if let Some(seconds) = expires_at_s {
            item.insert(EXPIRES_AT.to_owned(), number(seconds));
        }
        Ok(self.client()?.put_item().table_name(&self.name).set_item(Some(item)))
    }

    /// The client, unless the table rests.
    fn client(&self) -> Result<&aws_sdk_dynamodb::Client, String> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((until, why)) = &*resting
            && self.aws.clock().age() < *until
        {
            return Err(why.clone());
        }
        drop(resting);
        self.aws.dynamodb()
    }

    fn note<T>(&self, answer: Result<T, String>) -> Result<T, String> {
        let rest = |why: &String| (self.aws.clock().age() + REST, why.clone());
        *self.resting.lock().unwrap_or_else(PoisonError::into_inner) = answer.as_ref().err().map(rest);
        answer
    }

    fn problem<E>(
        &self,
        error: &aws_sdk_dynamodb::error::SdkError<E, aws_smithy_runtime_api::client::orchestrator::HttpResponse>,
        action: &str,
    ) -> String
    where
        E: std::error::Error + aws_sdk_dynamodb::error::ProvideErrorMetadata + 'static,
    {
        let thing = format!("table `{}`", self.name);
        problem::of(
            error,
            action,
            &thing,
            "create it with the partition key `id` of type text",
        )
    }
}

/// A number as `DynamoDB` keeps it.
pub(crate) fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// The number under `name` in `item`.
pub(crate) fn number_of(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}
