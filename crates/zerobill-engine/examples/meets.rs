//! A function that touches the file `touch`, and answers once all files in `await` are there.

use std::{path::Path, thread, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    if let Some(file) = event["touch"].as_str() {
        std::fs::write(file, "")?;
    }
    for file in event["await"].as_array().into_iter().flatten() {
        wait_for(file);
    }
    Ok(json!({ "n": event["n"], "process": std::process::id() }))
}

/// Blocks the thread, as a busy function does.
fn wait_for(file: &Value) {
    while !Path::new(file.as_str().unwrap_or_default()).exists() {
        thread::sleep(Duration::from_millis(5));
    }
}
