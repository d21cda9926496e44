//! A function that serves several invocations at once: it logs `log`, touches the file `touch`, waits for the files in `await`
//! without keeping others from their work, and answers; or it ends the process with `exit`.

use std::{path::Path, time::Duration};

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    Runtime::new(service_fn(answer)).run_concurrent().await
}

#[expect(clippy::exit, reason = "a process that ends is what is tested")]
async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, context) = event.into_parts();
    let log = |when: &str| {
        if let Some(text) = event["log"].as_str() {
            let line = json!({ "requestId": context.request_id, "message": text, "when": when });
            print(&line.to_string());
        }
    };
    log("before");
    if let Some(file) = event["touch"].as_str() {
        std::fs::write(file, "")?;
    }
    for file in event["await"].as_array().into_iter().flatten() {
        wait_for(file).await;
    }
    log("after");
    if let Some(code) = event["exit"].as_i64() {
        std::process::exit(i32::try_from(code)?);
    }
    if event["fail"] == true {
        return Err("asked to fail".into());
    }
    Ok(json!({
        "n": event["n"],
        "process": std::process::id(),
        "request_id": context.request_id,
        "variables": variables(),
    }))
}

async fn wait_for(file: &Value) {
    while !Path::new(file.as_str().unwrap_or_default()).exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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
