//! A function that does the wrong thing its event asks for: it panics, fails, leaves, hangs, leaves children behind, or takes
//! more than it may.

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
        Some("leave a stray") => Some(Command::new("setsid").args(["sleep", "600"]).spawn()?.id()),
        Some("take memory") => {
            let megabytes = usize::try_from(event["mb"].as_u64().unwrap_or_default())?;
            // Written to, so that it is memory and not a promise of memory.
            std::hint::black_box(vec![1_u8; megabytes * 1_024 * 1_024]);
            None
        }
        Some("take memory slowly") => {
            let mut taken = Vec::new();
            loop {
                taken.push(vec![1_u8; 1_024 * 1_024]);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        Some("fill the temporary folder") => {
            // A hole counts like what is written: what matters is how long the file is.
            std::fs::File::create(std::env::temp_dir().join("large"))?
                .set_len(event["mb"].as_u64().unwrap_or_default() * 1_024 * 1_024)?;
            None
        }
        _ => None,
    };
    Ok(json!({ "process": std::process::id(), "child": child, "temporary": std::env::temp_dir() }))
}
