//! Asynchronous events: they wait for a seat, are tried again when they fail, and at last go to the dead-letter file.

use std::{fs::OpenOptions, io::Write, path::Path, sync::Arc, time::Duration};

use serde_json::{json, value::RawValue};

use crate::{
    error::InvokeError,
    function::Function,
    invocation::{InvokeReply, InvokeRequest},
    task,
};

/// How many asynchronous events may wait.
pub(crate) const MAX_QUEUED: usize = 10_000;

/// How long an event that failed waits before it is tried again. On Lambda these are one and two minutes.
const RETRIES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

impl Function {
    /// Takes an event to be run when a seat is free; a failure is tried again twice, under the same request id, which it gives.
    pub(crate) fn invoke_later(self: &Arc<Self>, mut request: InvokeRequest) -> Result<String, InvokeError> {
        let Ok(queued) = Arc::clone(&self.queue).try_acquire_owned() else {
            self.throttle();
            return Err(InvokeError::Throttled {
                running: MAX_QUEUED,
                limit: MAX_QUEUED,
            });
        };
        let request_id = request.request_id.get_or_insert_with(task::new_id).clone();
        let function = Arc::clone(self);
        task::spawn(async move {
            function.attempts(request).await;
            drop(queued);
        });
        Ok(request_id)
    }

    async fn attempts(self: &Arc<Self>, request: InvokeRequest) {
        let mut pauses = RETRIES.iter();
        loop {
            let reply = match self.invoke_in_turn(request.clone()).await {
                Ok(reply) if !reply.function_error => return,
                Ok(reply) => reply,
                Err(error) => {
                    let request_id = request.request_id.as_deref().unwrap_or_default();
                    self.say(&format!("RequestId: {request_id} is lost: {error}"));
                    return;
                }
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return self.give_up(&request, reply).await,
            }
        }
    }

    /// Says that an event has failed for good, and keeps it where a file is set for that.
    async fn give_up(&self, request: &InvokeRequest, reply: InvokeReply) {
        let (request_id, attempts) = (reply.request_id.clone(), RETRIES.len() + 1);
        let start = format!("RequestId: {request_id} failed in {attempts} attempts and is");
        let Some(file) = &self.settings.dead_letter else {
            self.say(&format!("{start} given up"));
            return;
        };
        let response = reply.payload.collect().await.unwrap_or_default();
        let line = record(&self.arn, &request_id, attempts, &request.payload, &response);
        match append(file, &line) {
            Ok(()) => self.say(&format!("{start} in `{}`", file.display())),
            Err(error) => self.say(&format!("{start} lost: cannot write to `{}`: {error}", file.display())),
        }
    }
}

/// What Lambda sends to the destination of failed events.
fn record(arn: &str, request_id: &str, attempts: usize, request: &[u8], response: &[u8]) -> String {
    // What is no JSON is kept as a text.
    let payload = |bytes: &[u8]| match serde_json::from_slice::<Box<RawValue>>(bytes) {
        Ok(json) => json!(json),
        Err(_) => json!(String::from_utf8_lossy(bytes)),
    };
    let record = json!({
        "version": "1.0",
        "timestamp": task::timestamp(task::epoch_ms()),
        "requestContext": {
            "requestId": request_id,
            "functionArn": format!("{arn}:$LATEST"),
            "condition": "RetriesExhausted",
            "approximateInvokeCount": attempts,
        },
        "requestPayload": payload(request),
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
        "responsePayload": payload(response),
    });
    record.to_string()
}

/// Adds a line to a file, in one write, so that two engines do not mix theirs.
pub(crate) fn append(file: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(format!("{line}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_event_is_kept_as_lambda_sends_it_to_a_destination() {
        let line = record("arn:x", "id-1", 3, b"{\"a\": 1}", b"no json");
        let mut found: serde_json::Value = serde_json::from_str(&line).unwrap();
        let time = found["timestamp"].take();
        assert_eq!(time.as_str().map(str::len), Some("2026-01-02T03:04:05.678Z".len()));
        assert_eq!(
            found,
            json!({
                "version": "1.0",
                "timestamp": null,
                "requestContext": {
                    "requestId": "id-1",
                    "functionArn": "arn:x:$LATEST",
                    "condition": "RetriesExhausted",
                    "approximateInvokeCount": 3,
                },
                "requestPayload": { "a": 1 },
                "responseContext": { "statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled" },
                "responsePayload": "no json",
            })
        );
    }
}
