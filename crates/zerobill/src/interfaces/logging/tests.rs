//! What `logging` promises: exact lines, whatever is logged, and nothing of one invocation in another.

mod budget;
mod invocations;
mod lines;
mod processes;
mod property;
mod spans;
mod values;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use lambda_runtime::Context;
use serde_json::Value;

use crate::{Clock, Gateway, Random, environment::Environment, gateway::Builder, output::Output};

/// 2026-01-02T03:04:05.678Z.
fn start() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_767_323_045_678)
}

/// A builder with these variables, a clock that stands still, a fixed seed, and an output that is kept.
fn builder<const N: usize>(variables: [(&str, &str); N]) -> (Builder, Output) {
    let output = Output::captured();
    let builder = Gateway::builder()
        .environment(Environment::from_pairs(variables))
        .clock(Clock::manual(start()).0)
        .random(Random::seeded(0))
        .output(output.clone());
    (builder, output)
}

fn gateway<const N: usize>(variables: [(&str, &str); N]) -> (Gateway, Output) {
    let (builder, output) = builder(variables);
    (builder.build().unwrap(), output)
}

/// What Lambda says of the invocation `id`.
fn context(id: &str) -> Context {
    let mut context = Context::default();
    id.clone_into(&mut context.request_id);
    context
}

/// What Lambda says where it says everything.
fn full_context() -> Context {
    let mut context = context("c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
    let config = lambda_runtime::Config {
        function_name: "shop-orders".to_owned(),
        memory: 128,
        ..lambda_runtime::Config::default()
    };
    context.invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:shop-orders".to_owned();
    context.xray_trace_id =
        Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned());
    context.tenant_id = Some("blue".to_owned());
    context.env_config = Arc::new(config);
    context
}

/// Runs `work` as the invocation `id`.
fn invoke(gateway: &Gateway, id: &str, work: impl FnOnce()) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let work = async {
        work();
        Ok::<_, ()>(())
    };
    runtime.block_on(gateway.invoke(context(id), work)).unwrap();
}

/// The lines, read as JSON.
fn parsed(output: &Output) -> Vec<Value> {
    output
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The messages of the lines.
fn messages(output: &Output) -> Vec<String> {
    let text = |line: Value| line["message"].as_str().unwrap().to_owned();
    parsed(output).into_iter().map(text).collect()
}

/// What the line of one field's value says under its name, written as JSON.
fn written<T: serde::Serialize>(name: &str, value: T) -> String {
    let (gateway, output) = gateway([]);
    gateway.logging().info("m", [(name, value)]);
    let line = output.lines().remove(0);
    serde_json::from_str::<Value>(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let start =
        r#"{"level":"INFO","message":"m","timestamp":"2026-01-02T03:04:05.678Z","service":"service_undefined","#;
    let name = format!("{}:", serde_json::to_string(name).unwrap());
    let value = line
        .strip_prefix(start)
        .and_then(|rest| rest.strip_prefix(&name))
        .and_then(|rest| rest.strip_suffix('}'));
    value.unwrap_or_else(|| panic!("{line}")).to_owned()
}
