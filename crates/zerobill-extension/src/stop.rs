//! Stops the function: reserved concurrency 0, so that every further invocation is refused with 429.

use serde::Deserialize;
use serde_json::json;

use crate::{
    aws::{Aws, Call},
    clock::{self, End},
    store::{Concurrency, Saved, Store, Trip},
    transport::Failed,
};

/// What a stop leaves running.
const GAP: &str =
    "the extension has stopped it by its reserved concurrency alone: queues, schedules and rules go on trying";

#[derive(Deserialize)]
struct Reserved {
    #[serde(rename = "ReservedConcurrentExecutions")]
    reserved: Option<u32>,
}

/// Stops `function`; what it was like is kept first, so that `zerobill guard release` can restore it.
pub(crate) fn stop(aws: &Aws, store: &mut dyn Store, function: &str, reason: &str, end: End) -> Result<(), Failed> {
    let path = format!("/2019-09-30/functions/{function}/concurrency");
    let answer = call(aws, "GET", &path, "", "lambda:GetFunctionConcurrency", end)?;
    let reserved = serde_json::from_str(&answer).unwrap_or(Reserved { reserved: None });
    let concurrency = reserved.reserved.map_or(Concurrency::Unreserved, Concurrency::Reserved);
    let trip = Trip {
        function: function.to_owned(),
        reason: reason.to_owned(),
        since_ms: clock::epoch_ms(),
        saved: Saved {
            concurrency,
            ..Saved::default()
        },
        gaps: vec![GAP.to_owned()],
        releasing: false,
        version: 1,
    };
    if !store.keep(&trip, end)? && store.trip(function, end)?.is_some_and(|kept| kept.releasing) {
        return Err(Failed(format!("`{function}` is being released")));
    }
    let path = format!("/2017-10-31/functions/{function}/concurrency");
    let body = json!({ "ReservedConcurrentExecutions": 0 }).to_string();
    call(aws, "PUT", &path, &body, "lambda:PutFunctionConcurrency", end).map(drop)
}

fn call(aws: &Aws, method: &str, path: &str, body: &str, action: &str, end: End) -> Result<String, Failed> {
    let call = Call {
        service: "lambda",
        method,
        url: &aws.lambda(path),
        headers: &[("content-type", "application/json")],
        body,
    };
    let answer = aws.call(&call, end)?;
    match answer.status {
        200..300 => Ok(answer.body),
        403 => Err(Failed(format!(
            "the function's role does not allow `{action}`: {}",
            answer.body
        ))),
        status => Err(Failed(format!(
            "`{action}` was answered with {status}: {}",
            answer.body
        ))),
    }
}
