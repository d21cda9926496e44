//! Answers `{"interface", "operation", "params"}`: a dynamic call, denied unless `ZEROBILL_EXPOSE` names the operation.

use serde::Deserialize;
use serde_json::Value;
use zerobill::{Event, EventKind, Gateway, Handler, handler::ReplyFuture};

use super::reply;

pub(crate) struct DirectOperation;

#[derive(Deserialize)]
struct Call {
    interface: String,
    operation: String,
    #[serde(default)]
    params: Value,
}

impl Handler for DirectOperation {
    fn name(&self) -> &'static str {
        "operation"
    }

    fn answers(&self) -> &'static str {
        "exposed operations as `{\"interface\":…,\"operation\":…,\"params\":{…}}`"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::Operation
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move {
            let call: Call = event.decode()?;
            reply(
                &gateway
                    .execute_exposed_operation(&call.interface, &call.operation, call.params)
                    .await?,
            )
        })
    }
}
