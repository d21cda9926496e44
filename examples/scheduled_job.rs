//! A job on a schedule: fetches exchange rates over HTTP, and leaves their server alone while it is down.
//!
//! The setting `rates.url` says where from; see `zerobill.toml`.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Result,
    circuit_breaker::{BreakerError, Rules},
    error::INVALID_RESPONSE,
    handler::{Reply, ReplyFuture},
    metrics::Unit,
};

/// Two runs that fail in a row are enough; a run twenty minutes later finds out whether it works again.
fn rules() -> Rules {
    Rules::default().failures(2).open_for(Duration::from_secs(20 * 60))
}

struct Job;

impl Handler for Job {
    fn name(&self) -> &'static str {
        "rates"
    }

    fn answers(&self) -> &'static str {
        "scheduled events"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == EventKind::Schedule
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, _event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(run(gateway))
    }
}

async fn run(gateway: &Gateway) -> Result<Reply> {
    let breaker = gateway.circuit_breaker().configure("rates", rules());
    match breaker.call(fetch(gateway)).await {
        Ok(rates) => {
            gateway.logging().info("rates fetched", [("rates", &rates)]);
            gateway
                .metrics()
                .record("RatesFetched", rates.len() as f64, Unit::Count)?;
            zerobill_function::reply(&json!({ "fetched": rates.len() }))
        }
        // Not an error: whatever retries this event would only ask again what is known to be down.
        Err(BreakerError::Open { .. }) => {
            gateway.logging().warning("the rates' server is left alone", ());
            zerobill_function::reply(&json!({ "skipped": "the server is down" }))
        }
        Err(error) => Err(error.into()),
    }
}

async fn fetch(gateway: &Gateway) -> Result<BTreeMap<String, f64>> {
    let url: String = gateway.config().require("rates.url")?;
    // The job's own breaker is enough.
    let request = gateway.http_client().get(&url).without_breaker();
    let response = request.send().await?;
    let status = response.status();
    if response.is_success() {
        return Ok(response.json()?);
    }
    Err(Error::new(
        INVALID_RESPONSE,
        format!("the rates' server answered with {status}"),
    ))
}

fn main() -> std::process::ExitCode {
    zerobill_function::run(&[|| Box::new(Job)])
}
