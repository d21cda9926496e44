//! A worker on an SQS queue: each message for itself, and only those that failed come again.
//!
//! The event source mapping must have `FunctionResponseTypes: [ReportBatchItemFailures]`, or a batch with one bad message is
//! taken as done. A FIFO queue also needs the worker to stop at the first failure, to keep the order.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use serde::Deserialize;
use zerobill::{Error, Event, EventKind, Gateway, Handler, Result, error::INVALID_REQUEST, handler::ReplyFuture};

struct Worker;

#[derive(Deserialize)]
struct Order {
    id: u64,
    pieces: u32,
}

impl Handler for Worker {
    fn name(&self) -> &'static str {
        "orders"
    }

    fn answers(&self) -> &'static str {
        "orders from a queue"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::Sqs
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move { zerobill_function::reply(&work(gateway, event.decode()?)?) })
    }
}

fn work(gateway: &Gateway, batch: SqsEvent) -> Result<SqsBatchResponse> {
    let mut answer = SqsBatchResponse::default();
    for message in &batch.records {
        if let Err(error) = ship(gateway, message) {
            let id = message.message_id.clone().unwrap_or_default();
            let fields = [("message_id", id.as_str()), ("error_code", error.code())];
            gateway.logging().error(&error.detail(), fields);
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            answer.batch_item_failures.push(failure);
        }
    }
    let failed = answer.batch_item_failures.len();
    gateway
        .metrics()
        .increment("OrdersShipped", (batch.records.len() - failed) as f64)?;
    gateway.metrics().increment("OrdersFailed", failed as f64)?;
    Ok(answer)
}

fn ship(gateway: &Gateway, message: &SqsMessage) -> Result<()> {
    let Order { id, pieces } = gateway
        .utility()
        .parse_json(message.body.as_deref().unwrap_or_default())?;
    if pieces == 0 {
        return Err(Error::new(INVALID_REQUEST, format!("order {id} is of nothing")));
    }
    gateway
        .logging()
        .info("shipped", [("order", id), ("pieces", pieces.into())]);
    Ok(())
}

fn main() -> std::process::ExitCode {
    zerobill_function::run(&[|| Box::new(Worker)])
}
