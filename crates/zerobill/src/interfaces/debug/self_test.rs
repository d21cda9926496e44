//! A check of each interface inside the live function: real calls with known answers.
//!
//! They run on a second gateway of the same environment and settings, so that nothing of the live one is disturbed, logged or
//! billed.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    error::{Error, FEATURE_DISABLED, Result},
    gateway::Gateway,
    lambda::Architecture,
    output::Output,
    singleton::SingletonError,
};

/// What the checks found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SelfTest {
    /// How many interfaces did what they must.
    pub passed: usize,
    /// How many did not.
    pub failed: usize,
    /// Each interface, in layer order.
    pub checks: Vec<Check>,
}

/// What the check of one interface found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Check {
    /// The interface.
    pub interface: &'static str,
    /// Whether it did what it must.
    pub ok: bool,
    /// What was tried, or what went wrong.
    pub detail: String,
}

/// What is checked, on a gateway of its own and what that writes.
struct Probe {
    gateway: Gateway,
    output: Output,
}

/// A check of one interface.
type CheckOne = fn(&Probe) -> Checked<'_>;

type Checked<'a> = Pin<Box<dyn Future<Output = Result<&'static str>> + Send + 'a>>;

/// A check for each interface, in layer order; a test holds the names against the registration list.
const CHECKS: &[(&str, CheckOne)] = &[
    ("config", |probe| Box::pin(async { config(&probe.gateway) })),
    ("logging", |probe| Box::pin(async { logging(probe) })),
    ("metrics", |probe| Box::pin(async { metrics(probe) })),
    ("utility", |probe| Box::pin(async { utility(&probe.gateway) })),
    ("singleton", |probe| Box::pin(singleton(&probe.gateway))),
    ("cache", |probe| Box::pin(async { cache(&probe.gateway) })),
    ("circuit_breaker", |probe| Box::pin(circuit_breaker(&probe.gateway))),
    ("http_client", |probe| Box::pin(async { http_client(&probe.gateway) })),
    ("security", |probe| Box::pin(async { security(&probe.gateway) })),
    ("lambda", |probe| Box::pin(async { lambda(&probe.gateway) })),
    ("initialization", |probe| {
        Box::pin(async { initialization(&probe.gateway) })
    }),
    ("debug", |probe| Box::pin(async { debug(&probe.gateway) })),
];

/// Runs every check beside `live`.
pub(super) async fn run(live: &Gateway) -> SelfTest {
    let (output, environment) = (Output::captured(), live.base().environment.clone());
    let builder = Gateway::builder()
        .environment(environment)
        .output(output.clone())
        .clock(live.base().clock.clone());
    let probe = Probe {
        gateway: builder.build_anyway().0,
        output,
    };
    let mut checks = Vec::with_capacity(CHECKS.len());
    for (interface, check) in CHECKS {
        let result = check(&probe).await;
        let ok = result.is_ok();
        let detail = result.map_or_else(|error| error.message().to_owned(), str::to_owned);
        checks.push(Check { interface, ok, detail });
    }
    let passed = checks.iter().filter(|check| check.ok).count();
    SelfTest {
        passed,
        failed: checks.len() - passed,
        checks,
    }
}

/// An answer that must be another.
fn expect<T: PartialEq + std::fmt::Debug>(what: &'static str, answer: T, expected: T) -> Result<()> {
    if answer == expected {
        return Ok(());
    }
    Err(Error::new(
        crate::error::INTERNAL,
        format!("{what}: {answer:?} instead of {expected:?}"),
    ))
}

fn config(gateway: &Gateway) -> Result<&'static str> {
    gateway.config().set("self_test.probe", 7)?;
    expect("the setting", gateway.config().get::<u64>("self_test.probe")?, Some(7))?;
    gateway.config().set("self_test.probe", Value::Null)?;
    expect(
        "the setting taken back",
        gateway.config().get::<u64>("self_test.probe")?,
        None,
    )?;
    Ok("set, read and took back a setting")
}

fn logging(probe: &Probe) -> Result<&'static str> {
    probe.gateway.logging().critical("self test", [("probe", f64::NAN)]);
    let lines = probe.output.lines();
    let last = lines
        .last()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    let read = last.map(|line| (line["message"].clone(), line["probe"].clone()));
    expect("the line", read, Some((json!("self test"), json!("NaN"))))?;
    Ok("wrote a line with a value that JSON does not have")
}

fn metrics(probe: &Probe) -> Result<&'static str> {
    if !probe.gateway.metrics().increment("self_test", 2.0)? {
        return Ok("switched off, or without a free series: nothing was recorded");
    }
    expect("the documents", probe.gateway.metrics().flush(), 1)?;
    let lines = probe.output.lines();
    let last = lines
        .last()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    expect(
        "the value",
        last.map(|document| document["self_test"].clone()),
        Some(json!(2)),
    )?;
    Ok("wrote a document with a count")
}

fn utility(gateway: &Gateway) -> Result<&'static str> {
    let base: Value = gateway.utility().parse_json(r#"{"a":{"b":1}}"#)?;
    let merged = gateway.utility().deep_merge(base, json!({ "a": { "c": 2 } }));
    expect(
        "the merged value",
        gateway.utility().safe_get(&merged, "a.c"),
        Some(&json!(2)),
    )?;
    let ids = (
        gateway.utility().generate_correlation_id(),
        gateway.utility().generate_correlation_id(),
    );
    expect("two equal ids", ids.0 == ids.1, false)?;
    Ok("read, merged and looked up JSON, and made two ids")
}

async fn singleton(gateway: &Gateway) -> Result<&'static str> {
    let make = async || Ok::<_, SingletonError>(7_u32);
    let first = gateway.singleton().get_or_create("self_test", make).await?;
    let again = gateway.singleton().get_or_create("self_test", make).await?;
    expect("one value", Arc::ptr_eq(&first, &again), true)?;
    expect("given up", gateway.singleton().reset("self_test"), true)?;
    Ok("made a value once and gave it up")
}

fn cache(gateway: &Gateway) -> Result<&'static str> {
    gateway
        .cache()
        .set("self_test", &json!([1, null]), Some(Duration::from_secs(60)))?;
    expect(
        "the value",
        gateway.cache().get::<Value>("self_test")?,
        Some(json!([1, null])),
    )?;
    expect("the removal", gateway.cache().delete("self_test"), true)?;
    expect("the value removed", gateway.cache().contains("self_test"), false)?;
    Ok("stored, read and removed a value")
}

async fn circuit_breaker(gateway: &Gateway) -> Result<&'static str> {
    let breaker = gateway.circuit_breaker().breaker("self_test");
    breaker.trip();
    let refused = breaker.call(async { Ok::<(), Error>(()) }).await;
    expect("the refusal", refused.is_err(), true)?;
    breaker.reset();
    breaker.call(async { Ok::<(), Error>(()) }).await?;
    Ok("refused a call while open and let one pass when closed")
}

fn http_client(gateway: &Gateway) -> Result<&'static str> {
    match gateway.preload("http_client") {
        Ok(()) => Ok("built the client and its TLS; nothing was sent"),
        Err(error) if error.code() == FEATURE_DISABLED => Ok("not built in: the feature `http` is off"),
        Err(error) => Err(error),
    }
}

fn security(gateway: &Gateway) -> Result<&'static str> {
    let tokens = (
        gateway.security().random_token(32)?,
        gateway.security().random_token(32)?,
    );
    expect("two equal tokens", tokens.0 == tokens.1, false)?;
    let safe = gateway.security().sanitize(&json!({ "password": "p", "name": "n" }));
    expect(
        "the masked value",
        safe,
        json!({ "password": crate::redact::MASK, "name": "n" }),
    )?;
    Ok("drew two random tokens and masked a secret")
}

fn lambda(gateway: &Gateway) -> Result<&'static str> {
    let estimate = gateway
        .lambda()
        .estimate_cost(2_000_000, 100, 128, Architecture::Arm64)?;
    expect("the price", estimate.usd.as_str(), "0.200000000")?;
    Ok("reckoned the price of two million invocations")
}

fn initialization(gateway: &Gateway) -> Result<&'static str> {
    gateway.initialization().stage("self_test", || ());
    let stages = gateway.initialization().report().stages;
    expect(
        "the stage",
        stages.last().map(|stage| stage.name.as_str()),
        Some("self_test"),
    )?;
    Ok("timed a stage")
}

fn debug(gateway: &Gateway) -> Result<&'static str> {
    expect(
        "the interfaces",
        gateway.debug().health(gateway).interfaces.len(),
        crate::CATALOGUE.len(),
    )?;
    Ok("asked every interface how it is")
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_interface_has_its_check() {
        let checks: Vec<_> = super::CHECKS.iter().map(|(name, _)| *name).collect();
        let interfaces: Vec<_> = crate::CATALOGUE.iter().map(|row| row.name).collect();
        assert_eq!(checks, interfaces);
    }
}
