//! The invocation as it is told, and the arithmetic by hand.

mod metering;
mod stopping;

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use lambda_runtime::Context;
use serde_json::{Value, json};

use super::{Architecture, LambdaError, memory::Memory};
use crate::{
    clock::{Clock, ClockHand},
    environment::Environment,
    error::Error,
    gateway::Gateway,
    output::Output,
};

fn gateway() -> (Gateway, ClockHand) {
    let (clock, hand) = Clock::manual(UNIX_EPOCH + Duration::from_secs(1_000));
    let environment = Environment::from_pairs([("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")]);
    let builder = Gateway::builder()
        .clock(clock)
        .environment(environment)
        .output(Output::captured());
    (builder.build().expect("valid"), hand)
}

fn context() -> Context {
    let mut context = Context::default();
    context.request_id = "id-1".to_owned();
    context.deadline = 1_003_000;
    context.invoked_function_arn = "arn:aws:lambda:eu-west-1:1:function:shop".to_owned();
    context.xray_trace_id =
        Some("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".to_owned());
    let config = lambda_runtime::Config {
        function_name: "shop".to_owned(),
        memory: 256,
        version: "7".to_owned(),
        ..Default::default()
    };
    context.env_config = Arc::new(config);
    context
}

async fn call(gateway: &Gateway, operation: &str, parameters: Value) -> Result<Value, Error> {
    gateway.execute_operation("lambda", operation, parameters).await
}

#[tokio::test]
async fn the_invocation_is_told_as_lambda_told_it() {
    let (gateway, hand) = gateway();
    let told: Result<_, Error> = gateway
        .invoke(context(), async {
            hand.advance(Duration::from_millis(1_250));
            assert_eq!(gateway.lambda().remaining_time(), Some(Duration::from_millis(1_750)));
            assert_eq!(call(&gateway, "remaining_time", json!({})).await?, 1_750);
            call(&gateway, "context", json!({})).await
        })
        .await;
    assert_eq!(
        told.expect("answers"),
        json!({
            "request_id": "id-1",
            "function_arn": "arn:aws:lambda:eu-west-1:1:function:shop",
            "function_name": "shop",
            "function_version": "7",
            "memory_mb": 256,
            "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            "tenant_id": null,
            "deadline_ms": 1_003_000,
            "cold_start": true,
        })
    );
}

#[tokio::test]
async fn outside_an_invocation_there_is_neither_context_nor_deadline() {
    let (gateway, _) = gateway();
    assert_eq!(gateway.lambda().context(), None);
    assert_eq!(gateway.lambda().remaining_time(), None);
    assert_eq!(
        call(&gateway, "context", json!({})).await.expect("answers"),
        Value::Null
    );
}

#[tokio::test]
async fn a_deadline_that_has_passed_leaves_nothing() {
    let (gateway, hand) = gateway();
    let left: Result<_, Error> = gateway
        .invoke(context(), async {
            hand.advance(Duration::from_secs(60));
            Ok(gateway.lambda().remaining_time())
        })
        .await;
    assert_eq!(left.expect("answers"), Some(Duration::ZERO));
}

#[tokio::test]
async fn stats_count_each_invocation_rounded_up() {
    let (gateway, hand) = gateway();
    for (duration_us, fails) in [(1_500, false), (500, true)] {
        let result: Result<(), ()> = gateway
            .invoke(context(), async {
                hand.advance(Duration::from_micros(duration_us));
                if fails { Err(()) } else { Ok(()) }
            })
            .await;
        assert_eq!(result.is_err(), fails);
    }
    assert_eq!(
        call(&gateway, "stats", json!({})).await.expect("answers"),
        json!({ "invocations": 2, "errors": 1, "in_flight": 0, "mean_duration_us": 1_000, "billed_ms": 3 })
    );
}

#[tokio::test]
async fn estimates_name_the_allowance_that_ends_first_and_the_price_beyond() {
    let (gateway, _) = gateway();
    // 1,000,000 x 1 GB x 1 s: 600,000 GB-seconds beyond the free 400,000.
    let estimate = gateway
        .lambda()
        .estimate_cost(1_000_000, 1_000, 1_024, Architecture::X86_64)
        .expect("in range");
    assert_eq!((estimate.free_invocations, estimate.free), (400_000, false));
    assert_eq!(
        (estimate.requests_usd.as_str(), estimate.duration_usd.as_str()),
        ("0.000000000", "10.000020000")
    );
    let parameters = json!({ "requests": 1_000_000, "billed_ms": 100, "memory_mb": 128 });
    let estimate = call(&gateway, "estimate_cost", parameters).await.expect("in range");
    assert_eq!(
        (&estimate["free"], &estimate["usd"]),
        (&json!(true), &json!("0.000000000"))
    );
}

#[tokio::test]
async fn figures_that_lambda_does_not_allow_are_refused() {
    let (gateway, _) = gateway();
    let refused = gateway.lambda().estimate_cost(1, 0, 128, Architecture::Arm64);
    assert_eq!(
        refused,
        Err(LambdaError::OutOfRange {
            name: "billed_ms",
            value: 0,
            low: 1,
            high: 900_000
        })
    );
    for (parameters, text) in [
        (
            json!({ "requests": 1, "billed_ms": 1, "memory_mb": 64 }),
            "parameter `memory_mb`: 64 is not from 128 to 10240",
        ),
        (
            json!({ "requests": 1, "billed_ms": 1, "memory_mb": 128, "architecture": "mips" }),
            "parameter `architecture`: `mips` is not `arm64` or `x86_64`",
        ),
    ] {
        let error = call(&gateway, "estimate_cost", parameters).await.expect_err("refused");
        assert_eq!((error.code(), error.to_string().as_str()), ("invalid_parameter", text));
    }
}

#[test]
fn memory_is_read_as_the_kernel_writes_it() {
    let status = "Name:\tbootstrap\nVmHWM:\t    5460 kB\nVmRSS:\t    5120 kB\n";
    let memory = Memory::parse(status, Some(128));
    assert_eq!(
        (memory.limit_mb, memory.resident_kib, memory.peak_kib),
        (Some(128), Some(5_120), Some(5_460))
    );
    let memory = Memory::parse("", None);
    assert_eq!(
        (memory.limit_mb, memory.resident_kib, memory.peak_kib),
        (None, None, None)
    );
    let memory = gateway().0.lambda().memory();
    assert_eq!(memory.limit_mb, Some(256));
    assert_eq!(
        memory.resident_kib.is_some_and(|kib| kib > 500),
        cfg!(target_os = "linux")
    );
}
