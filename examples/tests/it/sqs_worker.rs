//! `sqs_worker`: the good messages of a batch are done, the bad ones come again.

use serde_json::{Value, json};

use crate::function::Function;

fn message(id: &str, body: &str) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "handle",
        "body": body,
        "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "md5OfBody": "0",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders",
        "awsRegion": "eu-central-1",
    })
}

#[test]
fn only_the_messages_that_failed_are_reported() {
    let function = Function::start(env!("CARGO_BIN_EXE_sqs-worker"), &[]);
    let batch = json!({ "Records": [
        message("a", r#"{"id":1,"pieces":2}"#),
        message("b", "no JSON"),
        message("c", r#"{"id":3,"pieces":0}"#),
        message("d", r#"{"id":4,"pieces":1}"#),
    ] });
    let failed = json!({ "batchItemFailures": [{ "itemIdentifier": "b" }, { "itemIdentifier": "c" }] });
    assert_eq!(function.invoke(&batch), (failed, false));
    let lines = function.logged();
    let (log, metrics): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line["_aws"].is_null());
    let said: Vec<_> = log
        .iter()
        .map(|line| (&line["level"], &line["order"], &line["message_id"]))
        .collect();
    let (info, error, null) = (json!("INFO"), json!("ERROR"), Value::Null);
    assert_eq!(
        said,
        [
            (&info, &json!(1), &null),
            (&error, &null, &json!("b")),
            (&error, &null, &json!("c")),
            (&info, &json!(4), &null),
        ]
    );
    assert_eq!(log[2]["message"], "order 3 is of nothing");
    assert_eq!(
        (metrics.len(), &metrics[0]["OrdersShipped"], &metrics[0]["OrdersFailed"]),
        (1, &json!(2), &json!(2))
    );
}

#[test]
fn a_batch_without_a_failure_is_done() {
    let function = Function::start(env!("CARGO_BIN_EXE_sqs-worker"), &[]);
    let batch = json!({ "Records": [message("a", r#"{"id":1,"pieces":2}"#)] });
    assert_eq!(function.invoke(&batch), (json!({ "batchItemFailures": [] }), false));
}
