//! A function with an extension inside: it replies with what the extension has heard of the invocation.

use std::{io, sync::mpsc, thread, time::Duration};

use conformance::{runtime::Runtime, variable};
use serde_json::{Value, json};

/// How long the reply waits for the extension.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    let address = variable("AWS_LAMBDA_RUNTIME_API");
    let mut extension = Runtime::connect(&address)?;
    let registered = extension.register("inside")?;
    let identifier = registered.header("lambda-extension-identifier").to_owned();
    let document = String::from_utf8_lossy(&registered.body).into_owned();
    let (sender, heard) = mpsc::channel();
    thread::spawn(move || {
        while let Ok(answer) = extension.next_of_extension(&identifier) {
            // A refusal would be repeated without end.
            if answer.status != 200 || sender.send(answer.body).is_err() {
                break;
            }
        }
    });
    let mut runtime = Runtime::connect(&address)?;
    loop {
        let invocation = runtime.next_invocation()?;
        let event = heard.recv_timeout(PATIENCE).unwrap_or_default();
        let reply = json!({
            "registered": { "status": registered.status, "document": document },
            "event": serde_json::from_slice::<Value>(&event).unwrap_or_default(),
            "requestId": invocation.header("lambda-runtime-aws-request-id"),
            "deadline": invocation.header("lambda-runtime-deadline-ms"),
            "arn": invocation.header("lambda-runtime-invoked-function-arn"),
            "trace": invocation.header("lambda-runtime-trace-id"),
        });
        let request_id = invocation.header("lambda-runtime-aws-request-id");
        runtime.respond(request_id, "", reply.to_string().as_bytes())?;
    }
}
