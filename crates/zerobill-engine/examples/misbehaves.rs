//! A function that does the wrong thing its event asks for: it panics, fails, leaves, hangs, or leaves a child behind.

use std::{process::Command, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

#[expect(clippy::panic, clippy::exit, reason = "what happens then is what is tested")]
async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    let child = match event["do"].as_str() {
        Some("panic") => panic!("asked to panic"),
        Some("fail") => return Err("asked to fail".into()),
        Some("exit") => std::process::exit(3),
        Some("hang") => loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
        },
        Some("leave a child") => Some(Command::new("sleep").arg("600").spawn()?.id()),
        _ => None,
    };
    Ok(json!({ "process": std::process::id(), "child": child }))
}
