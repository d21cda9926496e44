//! A function that answers with the event and with what it knows of the invocation. What a Function URL sends to `/reply`
//! is answered as it is, so that a test says what the function replies.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    if event["rawPath"] == "/reply" {
        return Ok(serde_json::from_str(event["body"].as_str().unwrap_or_default())?);
    }
    if event.get("rawPath").is_some() {
        return Ok(event);
    }
    if let Some(text) = event["print"].as_str() {
        print(text);
    }
    Ok(json!({
        "event": event,
        "process": std::process::id(),
        "request_id": context.request_id,
        "deadline_ms": context.deadline,
        "arn": context.invoked_function_arn,
        "trace_id": context.xray_trace_id,
        "client_context": context.client_context,
        "identity": context.identity,
        "tenant_id": context.tenant_id,
        "variables": variables(),
    }))
}

#[expect(clippy::print_stdout, reason = "what a function prints is what is tested")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::disallowed_methods, reason = "the variables themselves are what is tested")]
fn variables() -> Value {
    std::env::vars()
        .map(|(name, value)| (name, value.into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
