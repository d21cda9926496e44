//! An external extension on the official crate `lambda-extension`: it prints every event and all telemetry, one JSON object a line.

use lambda_extension::{
    Error, Extension, LambdaEvent, LambdaTelemetry, LogBuffering, NextEvent, SharedService, service_fn,
};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let port: u16 = variable("OBSERVER_PORT").parse()?;
    Extension::new()
        .with_events(&["INVOKE", "SHUTDOWN"])
        .with_events_processor(service_fn(event))
        .with_telemetry_types(&["platform", "function"])
        .with_telemetry_buffering(LogBuffering {
            timeout_ms: 25,
            max_bytes: 262_144,
            max_items: 1_000,
        })
        .with_telemetry_port_number(port)
        .with_telemetry_processor(SharedService::new(service_fn(telemetry)))
        .run()
        .await
}

async fn event(event: LambdaEvent) -> Result<(), Error> {
    match event.next {
        NextEvent::Invoke(invoke) => say(&json!({
            "heard": "INVOKE",
            "requestId": invoke.request_id,
            "deadlineMs": invoke.deadline_ms,
            "arn": invoke.invoked_function_arn,
            "trace": invoke.tracing.value,
        })),
        NextEvent::Shutdown(shutdown) => {
            say(&json!({ "heard": "SHUTDOWN", "reason": shutdown.shutdown_reason }));
            // The crate goes on asking; Lambda expects the process to leave.
            leave();
        }
    }
    Ok(())
}

async fn telemetry(events: Vec<LambdaTelemetry>) -> Result<(), Error> {
    for event in events {
        say(&json!({ "heard": "telemetry", "event": event }));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what it prints is what is tested")]
fn say(line: &Value) {
    println!("{line}");
}

#[expect(clippy::exit, reason = "there is nothing left to do")]
fn leave() -> ! {
    std::process::exit(0)
}

#[expect(clippy::disallowed_methods, reason = "the extension's settings are variables")]
fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
