//! The calls of SQS with which messages are sent, in the JSON protocol of the SDKs.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use zerobill_runtime_api::names::MAX_SYNC_BYTES;

use super::{Front, invoke::read};
use crate::{
    queue::{Attribute, Message, Queue},
    settings::ACCOUNT,
};

/// What a message may have, its attributes included.
const MAX_MESSAGE_BYTES: usize = 1_048_576;
const TARGET: &str = "x-amz-target";
const PREFIX: &str = "AmazonSQS.";

/// A refused call: its name in SQS, and why.
struct Refused(&'static str, String);

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    message_body: String,
    delay_seconds: Option<u64>,
    message_attributes: Option<BTreeMap<String, Attribute>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    #[serde(flatten)]
    send: Send,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Batch {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    queue_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    digest: String,
}

/// The operation that a request asks for, if it is one of SQS.
pub(super) fn operation(headers: &HeaderMap) -> Option<&str> {
    headers.get(TARGET)?.to_str().ok()?.strip_prefix(PREFIX)
}

pub(super) async fn answer(front: &Front, operation: &str, body: Body) -> Response {
    let answered = match read(body, MAX_SYNC_BYTES).await {
        Ok(body) => act(front, operation, &body),
        Err(error) => Err(Refused("InvalidMessageContents", error.to_string())),
    };
    match answered {
        Ok(document) => Json(document).into_response(),
        Err(Refused(code, message)) => {
            let document = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": message });
            let mut response = (StatusCode::BAD_REQUEST, Json(document)).into_response();
            // Older SDKs read the code here.
            let code = match code {
                "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
                code => code,
            };
            if let Ok(value) = HeaderValue::from_str(&format!("{code};Sender")) {
                let name = HeaderName::from_static("x-amzn-query-error");
                response.headers_mut().insert(name, value);
            }
            response
        }
    }
}

fn act(front: &Front, operation: &str, body: &[u8]) -> Result<Value, Refused> {
    let queues = &front.functions.queues;
    let url = |queue: &Queue| format!("http://{}/{ACCOUNT}/{}", front.address, queue.settings.name);
    match operation {
        "SendMessage" => {
            let sent = send(addressed(front, body)?, parse(body)?)?;
            Ok(json!(sent))
        }
        "SendMessageBatch" => send_batch(addressed(front, body)?, parse::<Batch>(body)?.entries),
        "GetQueueUrl" => {
            let Named { queue_name } = parse(body)?;
            Ok(json!({ "QueueUrl": url(find(front, &queue_name)?) }))
        }
        "ListQueues" => {
            let urls: Vec<_> = queues.values().map(|queue| url(queue)).collect();
            Ok(json!({ "QueueUrls": urls }))
        }
        "GetQueueAttributes" => {
            let queue = addressed(front, body)?;
            let depth = queue.depth();
            Ok(json!({ "Attributes": {
                "QueueArn": queue.settings.arn(),
                "ApproximateNumberOfMessages": depth.visible.to_string(),
                "ApproximateNumberOfMessagesNotVisible": depth.hidden.to_string(),
                "ApproximateNumberOfMessagesDelayed": depth.delayed.to_string(),
                "VisibilityTimeout": queue.settings.visibility.as_secs().to_string(),
            }}))
        }
        "PurgeQueue" => {
            addressed(front, body)?.purge();
            Ok(json!({}))
        }
        other => Err(Refused(
            "UnsupportedOperation",
            format!("`{other}` is no call that a local queue answers; its function receives the messages"),
        )),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused("InvalidParameterValue", error.to_string()))
}

/// The queue that a request addresses by its URL; its name alone is enough.
fn addressed<'a>(front: &'a Front, body: &[u8]) -> Result<&'a Arc<Queue>, Refused> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Addressed {
        queue_url: String,
    }
    let Addressed { queue_url } = parse(body)?;
    find(front, queue_url.rsplit('/').next().unwrap_or_default())
}

fn find<'a>(front: &'a Front, name: &str) -> Result<&'a Arc<Queue>, Refused> {
    let missing = || Refused("QueueDoesNotExist", format!("no queue is named `{name}`"));
    front.functions.queues.get(name).ok_or_else(missing)
}

fn send(queue: &Queue, send: Send) -> Result<Sent, Refused> {
    if send.message_body.is_empty() {
        return Err(Refused("MissingParameter", "a message must have a body".to_owned()));
    }
    if send.message_body.len() > MAX_MESSAGE_BYTES {
        let bytes = send.message_body.len();
        return Err(Refused(
            "InvalidParameterValue",
            format!("{bytes} bytes exceed the {MAX_MESSAGE_BYTES} bytes that a message may have"),
        ));
    }
    let delay = send.delay_seconds.unwrap_or_default();
    if delay > 900 {
        return Err(Refused(
            "InvalidParameterValue",
            format!("a delay of {delay} s is longer than 900 s"),
        ));
    }
    let attributes = send.message_attributes.unwrap_or_default();
    let message = Message::new(send.message_body, attributes, Duration::from_secs(delay));
    let sent = Sent {
        id: None,
        message_id: message.id.clone(),
        digest: message.digest(),
    };
    queue.send(message);
    Ok(sent)
}

fn send_batch(queue: &Queue, entries: Vec<Entry>) -> Result<Value, Refused> {
    match entries.len() {
        0 => return Err(Refused("EmptyBatchRequest", "a batch must have a message".to_owned())),
        11.. => {
            let message = format!("{} messages are more than the 10 of a batch", entries.len());
            return Err(Refused("TooManyEntriesInBatchRequest", message));
        }
        _ => {}
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        match send(queue, entry.send) {
            Ok(sent) => successful.push(Sent {
                id: Some(entry.id),
                ..sent
            }),
            Err(Refused(code, message)) => {
                failed.push(json!({ "Id": entry.id, "Code": code, "Message": message, "SenderFault": true }));
            }
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}
