//! A function that works on messages: it prints each with how often it came, and names those as failed that say `fail`. With
//! `all` among them it fails altogether.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    let Some(records) = event["Records"].as_array() else {
        print(&format!("event {event}"));
        return Ok(Value::Null);
    };
    let bodies: Vec<&str> = records.iter().filter_map(|record| record["body"].as_str()).collect();
    print(&format!("batch of {}", bodies.len()));
    for record in records {
        let receives = &record["attributes"]["ApproximateReceiveCount"];
        print(&format!("message {} {receives}", record["body"]));
    }
    if bodies.contains(&"all") {
        return Err("asked to fail".into());
    }
    let failed = records
        .iter()
        .filter(|record| record["body"].as_str().is_some_and(|body| body.starts_with("fail")));
    let failures: Vec<_> = failed
        .map(|record| json!({ "itemIdentifier": record["messageId"] }))
        .collect();
    Ok(json!({ "batchItemFailures": failures }))
}

#[expect(clippy::print_stdout, reason = "what a function prints is what is tested")]
fn print(text: &str) {
    println!("{text}");
}
