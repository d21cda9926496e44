//! Calls the operations that standard input names within one invocation of the context it describes. What the invocation
//! logs and counts is on standard output, and nothing else.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Map, Value};
use zerobill::{Gateway, Invocation};

/// What standard input holds.
#[derive(Deserialize)]
struct Work {
    context: Context,
    #[serde(default)]
    default_dimensions: BTreeMap<String, String>,
    /// Members of the metrics' documents that are no metrics.
    #[serde(default)]
    metadata: Map<String, Value>,
    calls: Vec<Call>,
}

/// What Lambda says of an invocation.
#[derive(Deserialize)]
struct Context {
    request_id: String,
    function_name: String,
    function_arn: String,
    memory_mb: i32,
    trace: Option<String>,
    correlation_id: Option<String>,
}

#[derive(Deserialize)]
struct Call {
    interface: String,
    operation: String,
    params: Value,
}

fn main() -> Result<()> {
    let work: Work = serde_json::from_reader(std::io::stdin().lock())?;
    let gateway = Gateway::builder().build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(gateway.invoke(context_of(&work.context), all(&gateway, &work)))
}

fn context_of(context: &Context) -> lambda_runtime::Context {
    let mut made = lambda_runtime::Context::default();
    made.request_id.clone_from(&context.request_id);
    made.invoked_function_arn.clone_from(&context.function_arn);
    made.xray_trace_id.clone_from(&context.trace);
    made.env_config = Arc::new(lambda_runtime::Config {
        function_name: context.function_name.clone(),
        memory: context.memory_mb,
        ..lambda_runtime::Config::default()
    });
    made
}

async fn all(gateway: &Gateway, work: &Work) -> Result<()> {
    if let (Some(invocation), Some(id)) = (Invocation::current(), &work.context.correlation_id) {
        invocation.set_correlation_id(id);
    }
    gateway.metrics().set_default_dimensions(&work.default_dimensions)?;
    for (name, value) in &work.metadata {
        gateway.metrics().add_metadata(name, value)?;
    }
    for Call {
        interface,
        operation,
        params,
    } in &work.calls
    {
        gateway.execute_operation(interface, operation, params.clone()).await?;
    }
    Ok(())
}
