//! A function whose answer is a text of as many bytes as `bytes` says, two of them quotes.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<String, Error> {
    let bytes = usize::try_from(event.payload["bytes"].as_u64().unwrap_or_default())?;
    Ok("x".repeat(bytes.saturating_sub(2)))
}
