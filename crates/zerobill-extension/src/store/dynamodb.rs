//! A table of `DynamoDB` with the key `id`, shared by all execution environments of all functions of a budget.

use std::rc::Rc;

use serde_json::{Value, json};
use zerobill_free_tier::Month;

use super::{Account, Store, Trip, totals};
use crate::{
    aws::{Aws, Call},
    clock::{self, End},
    ledger::Batch,
    policy::Totals,
    transport::Failed,
};

/// Adds up in a table.
pub(crate) struct DynamoDbStore {
    aws: Rc<Aws>,
    table: String,
}

impl DynamoDbStore {
    pub(crate) fn new(aws: Rc<Aws>, table: String) -> Self {
        Self { aws, table }
    }

    fn call(&self, operation: &str, mut request: Value, end: End) -> Result<Value, Failed> {
        request["TableName"] = self.table.as_str().into();
        let target = format!("DynamoDB_20120810.{operation}");
        let call = Call {
            service: "dynamodb",
            method: "POST",
            url: &self.aws.dynamodb(),
            headers: &[
                ("content-type", "application/x-amz-json-1.0"),
                ("x-amz-target", &target),
            ],
            body: &request.to_string(),
        };
        let answer = self.aws.call(&call, end)?;
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        if answer.status == 200 {
            return Ok(body);
        }
        let kind = body["__type"].as_str().unwrap_or_default();
        let kind = kind.rsplit('#').next().unwrap_or_default();
        let why = body["message"]
            .as_str()
            .or(body["Message"].as_str())
            .unwrap_or_default();
        let what = match kind {
            CONDITION => return Err(Failed(CONDITION.to_owned())),
            "AccessDeniedException" => format!("the function's role does not allow `dynamodb:{operation}`"),
            "ResourceNotFoundException" => "create it with the partition key `id` of type text".to_owned(),
            _ => format!("`dynamodb:{operation}` was answered with {} {kind}", answer.status),
        };
        Err(Failed(format!("table `{}`: {what}: {why}", self.table)))
    }
}

const PLACES: u64 = 32;

/// So long is a month kept.
const KEPT_SECONDS: u64 = 400 * 24 * 60 * 60;

/// What `DynamoDB` calls a condition that does not hold.
const CONDITION: &str = "ConditionalCheckFailedException";

impl Store for DynamoDbStore {
    fn add(&mut self, budget: &str, batch: &Batch, end: End) -> Result<Account, Failed> {
        let request = json!({
            "Key": key(budget, batch.month),
            "UpdateExpression": "ADD requests :requests, mb_ms :mb_ms SET #place = :own, expires_at = :expires",
            "ConditionExpression": "attribute_not_exists(#place) OR #place <> :own",
            "ExpressionAttributeNames": { "#place": place(batch) },
            "ExpressionAttributeValues": {
                ":requests": { "N": batch.amounts.requests.to_string() },
                ":mb_ms": { "N": batch.amounts.mb_ms.to_string() },
                ":own": { "N": batch.id.to_string() },
                ":expires": { "N": (clock::epoch_ms() / 1_000 + KEPT_SECONDS).to_string() },
            },
            "ReturnValues": "ALL_NEW",
        });
        match self.call("UpdateItem", request, end) {
            Ok(answer) => Ok(account(&answer["Attributes"])),
            // It was added before, and the answer was lost.
            Err(Failed(reason)) if reason == CONDITION => {
                let request = json!({ "Key": key(budget, batch.month), "ConsistentRead": true });
                Ok(account(&self.call("GetItem", request, end)?["Item"]))
            }
            Err(failed) => Err(failed),
        }
    }

    fn mark(&mut self, budget: &str, month: Month, tripped_at: Totals, end: End) -> Result<(), Failed> {
        let request = json!({
            "Key": key(budget, month),
            "UpdateExpression": "SET tripped_at_requests = :requests, tripped_at_mb_ms = :mb_ms",
            "ExpressionAttributeValues": {
                ":requests": { "N": tripped_at.requests.to_string() },
                ":mb_ms": { "N": tripped_at.mb_ms.to_string() },
            },
        });
        self.call("UpdateItem", request, end).map(drop)
    }

    fn trip(&mut self, function: &str, end: End) -> Result<Option<Trip>, Failed> {
        let request = json!({ "Key": { "id": { "S": format!("trip#{function}") } }, "ConsistentRead": true });
        let answer = self.call("GetItem", request, end)?;
        let Some(json) = answer["Item"]["json"]["S"].as_str() else {
            return Ok(None);
        };
        let trip = serde_json::from_str(json);
        trip.map(Some)
            .map_err(|error| Failed(format!("the item `trip#{function}` is no trip: {error}")))
    }

    fn keep(&mut self, trip: &Trip, end: End) -> Result<bool, Failed> {
        // Listed first: one that is listed and has no trip does no harm.
        let listing = json!({
            "Key": { "id": { "S": "trips" } },
            "UpdateExpression": "ADD functions :function",
            "ExpressionAttributeValues": { ":function": { "SS": [trip.function] } },
        });
        self.call("UpdateItem", listing, end)?;
        let json = serde_json::to_string(trip).map_err(|error| Failed(error.to_string()))?;
        let request = json!({
            "Item": {
                "id": { "S": format!("trip#{}", trip.function) },
                "json": { "S": json },
                "version": { "N": trip.version.to_string() },
            },
            "ConditionExpression": "attribute_not_exists(id)",
        });
        match self.call("PutItem", request, end) {
            Ok(_) => Ok(true),
            Err(Failed(reason)) if reason == CONDITION => Ok(false),
            Err(failed) => Err(failed),
        }
    }
}

fn key(budget: &str, month: Month) -> Value {
    json!({ "id": { "S": format!("meter#{budget}#{month}") } })
}

/// The place in which the number of this environment's last batch is kept: one of 32, as functions written with zerobill have it.
fn place(batch: &Batch) -> String {
    format!("w{}", (batch.id >> 32) % PLACES)
}

fn account(item: &Value) -> Account {
    Account {
        totals: totals(
            number(item, "requests").unwrap_or_default().unsigned_abs(),
            number(item, "mb_ms").unwrap_or_default(),
        ),
        tripped_at: number(item, "tripped_at_requests").map(|requests| {
            let mb_ms = number(item, "tripped_at_mb_ms").unwrap_or_default();
            totals(requests.unsigned_abs(), mb_ms)
        }),
    }
}

fn number(item: &Value, name: &str) -> Option<i64> {
    item[name]["N"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests;
