//! A message, and how an event shows it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{
    settings::{ACCOUNT, REGION},
    task,
};

/// A message of a queue.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    attributes: BTreeMap<String, Attribute>,
    sent_ms: u64,
    first_received_ms: Option<u64>,
    /// How often it was taken.
    pub(super) receives: u32,
    /// When it can be taken.
    pub(super) visible_at: Instant,
}

/// An attribute of a message as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    data_type: String,
    string_value: Option<String>,
    /// In base64.
    binary_value: Option<String>,
}

impl Message {
    pub(crate) fn new(body: String, attributes: BTreeMap<String, Attribute>, delay: Duration) -> Self {
        Self {
            id: task::new_id(),
            body,
            attributes,
            sent_ms: task::epoch_ms(),
            first_received_ms: None,
            receives: 0,
            visible_at: task::now() + delay,
        }
    }

    pub(super) fn received(&mut self) {
        self.receives += 1;
        self.first_received_ms.get_or_insert_with(task::epoch_ms);
    }

    /// The digest that SDKs compare.
    pub(crate) fn digest(&self) -> String {
        format!("{:x}", md5::compute(&self.body))
    }

    /// The message as a function sees it.
    pub(super) fn record(&self, queue_arn: &str) -> Value {
        let attributes: BTreeMap<_, _> = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name, attribute.shown()))
            .collect();
        json!({
            "messageId": self.id,
            "receiptHandle": task::new_id(),
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": self.receives.to_string(),
                "SentTimestamp": self.sent_ms.to_string(),
                "SenderId": ACCOUNT,
                "ApproximateFirstReceiveTimestamp": self.first_received_ms.unwrap_or(self.sent_ms).to_string(),
            },
            "messageAttributes": attributes,
            "md5OfBody": self.digest(),
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": REGION,
        })
    }
}

impl Attribute {
    fn shown(&self) -> Value {
        let mut shown = json!({
            "dataType": self.data_type,
            "stringListValues": [],
            "binaryListValues": [],
        });
        if let Some(value) = &self.string_value {
            shown["stringValue"] = value.as_str().into();
        }
        if let Some(value) = &self.binary_value {
            shown["binaryValue"] = value.as_str().into();
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_that_of_sqs() {
        let attribute = serde_json::from_str(r#"{"DataType":"String","StringValue":"high"}"#).unwrap();
        let mut message = Message::new(
            "hello".to_owned(),
            [("level".to_owned(), attribute)].into(),
            Duration::ZERO,
        );
        message.received();
        message.received();
        let mut record = message.record("arn:aws:sqs:us-east-1:123456789012:orders");
        let handle = record["receiptHandle"].take();
        assert_eq!(handle.as_str().map(str::len), Some(36));
        let received = record["attributes"]["ApproximateFirstReceiveTimestamp"].take();
        assert!(received.as_str().unwrap().parse::<u64>().unwrap() >= message.sent_ms);
        assert_eq!(
            record,
            json!({
                "messageId": message.id,
                "receiptHandle": null,
                "body": "hello",
                "attributes": {
                    "ApproximateReceiveCount": "2",
                    "SentTimestamp": message.sent_ms.to_string(),
                    "SenderId": "123456789012",
                    "ApproximateFirstReceiveTimestamp": null,
                },
                "messageAttributes": {
                    "level": {
                        "stringValue": "high",
                        "stringListValues": [],
                        "binaryListValues": [],
                        "dataType": "String",
                    },
                },
                "md5OfBody": "5d41402abc4b2a76b9719d911017c592",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:orders",
                "awsRegion": "us-east-1",
            })
        );
    }
}
