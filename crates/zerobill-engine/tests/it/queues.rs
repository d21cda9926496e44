//! Messages of queues: batches, failures that come again, and those that are given up.

use std::time::Duration;

use serde_json::{Value, json};
use tempfile::tempdir;
use zerobill_engine::QueueSettings;

use crate::{
    client::Response,
    lab::{Lab, eventually},
};

fn lab(change: impl FnOnce(&mut QueueSettings)) -> Lab {
    let mut queue = QueueSettings::new("orders");
    queue.visibility = Duration::from_millis(100);
    change(&mut queue);
    Lab::with("worker", |settings| {
        settings.concurrency = 2;
        settings.queues = vec![queue];
    })
}

fn call(lab: &Lab, operation: &str, document: &Value) -> Response {
    let head = format!("X-Amz-Target: AmazonSQS.{operation}\r\nContent-Type: application/x-amz-json-1.0\r\n");
    lab.url("POST", "/", &head, document.to_string().as_bytes())
}

fn send(lab: &Lab, body: &str) -> Value {
    let url = format!("http://{}/123456789012/orders", lab.address);
    let response = call(lab, "SendMessage", &json!({ "QueueUrl": url, "MessageBody": body }));
    assert_eq!(response.status, 200, "{}", response.text());
    response.json()
}

fn send_all(lab: &Lab, bodies: &[&str]) {
    let entries = bodies.iter().enumerate();
    let entries: Vec<_> = entries
        .map(|(n, body)| json!({ "Id": n.to_string(), "MessageBody": body }))
        .collect();
    let response = call(
        lab,
        "SendMessageBatch",
        &json!({ "QueueUrl": "orders", "Entries": entries }),
    );
    assert_eq!(response.status, 200, "{}", response.text());
    let sent = response.json();
    assert_eq!(
        sent["Successful"].as_array().map(Vec::len),
        Some(bodies.len()),
        "{sent}"
    );
    assert_eq!(sent["Failed"], json!([]));
}

fn depth(lab: &Lab) -> [String; 3] {
    let response = call(lab, "GetQueueAttributes", &json!({ "QueueUrl": "orders" })).json();
    ["", "NotVisible", "Delayed"].map(|kind| {
        let name = format!("ApproximateNumberOfMessages{kind}");
        response["Attributes"][&name].as_str().unwrap().to_owned()
    })
}

fn is_empty(lab: &Lab) {
    eventually("the queue is empty", || (depth(lab) == ["0", "0", "0"]).then_some(()));
}

#[test]
fn a_message_reaches_the_function_and_its_digest_the_sender() {
    let lab = lab(|_| {});
    let sent = send(&lab, "hello");
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(sent["MessageId"].as_str().map(str::len), Some(36));
    lab.log.wait_for("message \"hello\" \"1\"", 1);
    is_empty(&lab);
    assert_eq!(lab.state().invocations, 1);
}

#[test]
fn only_the_messages_of_a_batch_that_failed_come_again() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("given-up.jsonl");
    let lab = lab(|queue| {
        queue.partial_failures = true;
        queue.window = Duration::from_millis(200);
        queue.max_receives = 2;
        queue.dead_letter = Some(file.clone());
    });
    send_all(&lab, &["one", "fail two", "three"]);
    lab.log.wait_for("batch of 3", 1);
    lab.log.wait_for("message \"fail two\" \"2\"", 1);
    let said = eventually("the message is given up", || {
        lab.log
            .starting("message ")
            .into_iter()
            .find(|line| line.contains("of queue"))
    });
    assert!(
        said.ends_with(&format!(
            "of queue `orders` failed 2 times and is in `{}`",
            file.display()
        )),
        "{said}"
    );
    is_empty(&lab);
    for body in ["one", "three"] {
        assert_eq!(lab.log.starting(&format!("message \"{body}\"")).len(), 1);
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(
        (&kept["body"], &kept["attributes"]["ApproximateReceiveCount"]),
        (&json!("fail two"), &json!("2"))
    );
    assert_eq!(kept["eventSourceARN"], "arn:aws:sqs:us-east-1:123456789012:orders");
}

#[test]
fn a_batch_fails_as_a_whole_where_failures_are_not_named() {
    let lab = lab(|queue| {
        queue.window = Duration::from_millis(200);
        queue.max_receives = 2;
    });
    send_all(&lab, &["one", "all"]);
    lab.log.wait_for("message \"one\" \"2\"", 1);
    lab.log.wait_for("message \"all\" \"2\"", 1);
    eventually("both are given up", || {
        let lines = lab.log.lines();
        (lines
            .iter()
            .filter(|line| line.ends_with("failed 2 times and is given up"))
            .count()
            == 2)
            .then_some(())
    });
    is_empty(&lab);
    // And what says so in a reply that nobody reads is a success.
    send(&lab, "fail three");
    lab.log.wait_for("message \"fail three\" \"1\"", 1);
    is_empty(&lab);
    assert_eq!(lab.log.starting("message \"fail three\"").len(), 1);
}

#[test]
fn batches_have_their_size_and_none_is_lost() {
    let lab = lab(|queue| queue.batch_size = 4);
    for n in 0..5 {
        let bodies: Vec<String> = (0..10).map(|m| format!("{n}-{m}")).collect();
        send_all(&lab, &bodies.iter().map(String::as_str).collect::<Vec<_>>());
    }
    is_empty(&lab);
    let messages = lab.log.starting("message ");
    let different: std::collections::BTreeSet<_> = messages.iter().collect();
    assert_eq!((messages.len(), different.len()), (50, 50));
    let sizes: Vec<usize> = lab
        .log
        .starting("batch of ")
        .iter()
        .map(|line| line.trim_start_matches("batch of ").parse().unwrap())
        .collect();
    assert_eq!(sizes.iter().sum::<usize>(), 50);
    assert!(sizes.iter().all(|size| *size <= 4), "{sizes:?}");
}

#[test]
fn a_message_with_a_delay_waits_and_can_be_purged() {
    let lab = lab(|_| {});
    let document = json!({ "QueueUrl": "orders", "MessageBody": "later", "DelaySeconds": 600 });
    assert_eq!(call(&lab, "SendMessage", &document).status, 200);
    assert_eq!(depth(&lab), ["0", "0", "1"]);
    assert_eq!(call(&lab, "PurgeQueue", &json!({ "QueueUrl": "orders" })).status, 200);
    is_empty(&lab);
    assert_eq!(lab.state().invocations, 0);
}

#[test]
fn queues_are_found_and_wrong_calls_say_what_is_wrong() {
    let lab = lab(|_| {});
    let url = format!("http://{}/123456789012/orders", lab.address);
    let found = call(&lab, "GetQueueUrl", &json!({ "QueueName": "orders" })).json();
    assert_eq!(found, json!({ "QueueUrl": url }));
    assert_eq!(
        call(&lab, "ListQueues", &json!({})).json(),
        json!({ "QueueUrls": [url] })
    );
    for (operation, document, code) in [
        ("GetQueueUrl", json!({ "QueueName": "other" }), "QueueDoesNotExist"),
        (
            "SendMessage",
            json!({ "QueueUrl": "other", "MessageBody": "x" }),
            "QueueDoesNotExist",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": "orders", "MessageBody": "" }),
            "MissingParameter",
        ),
        ("SendMessage", json!({ "QueueUrl": "orders" }), "InvalidParameterValue"),
        (
            "SendMessage",
            json!({ "QueueUrl": "orders", "MessageBody": "x", "DelaySeconds": 901 }),
            "InvalidParameterValue",
        ),
        (
            "SendMessage",
            json!({ "QueueUrl": "orders", "MessageBody": "x".repeat(1_048_577) }),
            "InvalidParameterValue",
        ),
        (
            "SendMessageBatch",
            json!({ "QueueUrl": "orders", "Entries": [] }),
            "EmptyBatchRequest",
        ),
        (
            "ReceiveMessage",
            json!({ "QueueUrl": "orders" }),
            "UnsupportedOperation",
        ),
    ] {
        let response = call(&lab, operation, &document);
        assert_eq!(response.status, 400, "{operation}: {}", response.text());
        assert_eq!(
            response.json()["__type"],
            format!("com.amazonaws.sqs#{code}"),
            "{operation}"
        );
        assert!(
            response.json()["message"]
                .as_str()
                .is_some_and(|message| !message.is_empty())
        );
    }
    let missing = call(&lab, "GetQueueUrl", &json!({ "QueueName": "other" }));
    assert_eq!(
        missing.header("x-amzn-query-error"),
        Some("AWS.SimpleQueueService.NonExistentQueue;Sender")
    );
    // A page elsewhere cannot send messages.
    let head = "X-Amz-Target: AmazonSQS.PurgeQueue\r\nOrigin: https://evil.example\r\n";
    assert_eq!(lab.url("POST", "/", head, br#"{"QueueUrl":"orders"}"#).status, 403);
}

#[test]
fn without_a_queue_the_same_request_is_the_functions() {
    let lab = Lab::new("echo");
    let response = call(&lab, "ListQueues", &json!({}));
    assert_eq!(response.json()["headers"]["x-amz-target"], "AmazonSQS.ListQueues");
}

#[test]
fn queues_that_cannot_be_are_refused() {
    let refused = |change: fn(&mut QueueSettings)| {
        let mut queue = QueueSettings::new("orders");
        change(&mut queue);
        let mut settings = zerobill_engine::FunctionSettings::new("hello", "x");
        settings.queues = vec![queue];
        crate::lifetime::start(settings, "127.0.0.1:0").unwrap_err().to_string()
    };
    assert_eq!(
        refused(|queue| queue.batch_size = 0),
        "function `hello`: batches of 0 are not from 1 to 10000 messages"
    );
    assert_eq!(
        refused(|queue| queue.batch_size = 11),
        "function `hello`: batches of 11 need a window of at least 1 s"
    );
    assert_eq!(
        refused(|queue| queue.name = "a b".to_owned()),
        "function `hello`: the queue `a b` must have a name of 1 to 80 letters, digits, `-` and `_`"
    );
    let mut twice = zerobill_engine::FunctionSettings::new("hello", "x");
    twice.queues = vec![QueueSettings::new("orders"), QueueSettings::new("orders")];
    assert_eq!(
        crate::lifetime::start(twice, "127.0.0.1:0").unwrap_err().to_string(),
        "two functions receive the messages of queue `orders`; each of them would get half"
    );
}
