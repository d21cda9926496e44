//! The bare function with one log line and one metric by zerobill, beside `hello-json` with its one line.
//! An example and not a program, so that what it depends on is not built into the others.

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::{Value, json};
use tower::Layer;
use tracing_subscriber::prelude::*;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing_subscriber::registry().with(zerobill::logging::layer()).init();
    metrics::set_global_recorder(zerobill::metrics::recorder())?;
    let answer = service_fn(async |event: LambdaEvent<Value>| {
        tracing::info!(request_id = event.context.request_id, status = "ok", "answered");
        metrics::counter!("answers").increment(1);
        Ok::<_, Error>(json!({ "status": "ok" }))
    });
    Runtime::new(zerobill::layer().layer(answer)).run().await
}
