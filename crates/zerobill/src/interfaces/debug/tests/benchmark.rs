//! What is measured, for how long, and that nothing of the live gateway is touched.

use std::time::Duration;

use serde_json::json;

use super::{
    super::{Bounds, Unmeasured},
    gateway,
};
use crate::{Gateway, environment::Environment, output::Output};

#[tokio::test]
async fn the_benchmark_measures_all_but_what_it_must_not_call_and_disturbs_nothing() {
    let output = Output::captured();
    let builder = Gateway::builder().environment(Environment::from_pairs([("ZEROBILL_TRACES", "10")]));
    let gateway = builder.output(output.clone()).build().unwrap();
    let bounds = Bounds {
        iterations: 3,
        time: Duration::from_secs(60),
    };
    let benchmark = gateway.debug().benchmark(&gateway, None, bounds).await.unwrap();
    for row in crate::CATALOGUE {
        for operation in row.operations {
            let name = format!("{}.{}", row.name, operation.description().name);
            let why_not = match name.as_str() {
                _ if row.name == "http_client" && cfg!(feature = "http") => Some(Unmeasured::SendsRequests),
                _ if row.name == "http_client" => Some(Unmeasured::FeatureDisabled),
                "security.validate_token" if cfg!(not(feature = "jwt")) => Some(Unmeasured::FeatureDisabled),
                "security.validate_request" if cfg!(not(feature = "json-schema")) => Some(Unmeasured::FeatureDisabled),
                "debug.self_test" | "debug.benchmark" => Some(Unmeasured::CallsOthers),
                _ => None,
            };
            assert_eq!(benchmark.unmeasured.get(&name).copied(), why_not, "{name}");
            let measured = benchmark.measured.get(&name);
            assert_eq!(
                measured.map(|measured| measured.calls),
                why_not.is_none().then_some(3),
                "{name}"
            );
            assert!(measured.is_none_or(|measured| 0 < measured.min_ns && measured.min_ns <= measured.median_ns));
        }
    }
    assert_eq!((output.lines().len(), gateway.stats().built.len()), (0, 0));
    assert_eq!(gateway.stats().usage.operations, 0);
    assert_eq!(gateway.debug().traces().recorded, 0);
}

#[tokio::test]
async fn the_benchmark_ends_with_its_time_and_with_the_invocation_s() {
    let gateway = gateway([]);
    let run = |gateway: Gateway, ms| async move {
        let bounds = Bounds {
            iterations: 100_000,
            time: Duration::from_millis(ms),
        };
        gateway
            .debug()
            .benchmark(&gateway, Some("logging"), bounds)
            .await
            .unwrap()
    };
    let benchmark = run(gateway.clone(), 50).await;
    assert!(benchmark.took_us < 2_000_000, "{} µs", benchmark.took_us);
    assert!(benchmark.measured["logging.info"].calls < 100_000);
    // An invocation with 400 ms left has none to spare.
    let mut context = lambda_runtime::Context::default();
    context.deadline = gateway.base().clock.epoch_ms() + 400;
    let work = async { Ok::<_, ()>(run(gateway.clone(), 60_000).await) };
    let benchmark = gateway.invoke(context, work).await.unwrap();
    assert!(benchmark.measured.is_empty());
    let reasons: Vec<_> = benchmark.unmeasured.values().collect();
    assert_eq!(reasons, [&Unmeasured::NoTimeLeft; 10]);
}

#[tokio::test]
async fn a_benchmark_that_cannot_be_is_refused() {
    let gateway = gateway([]);
    for (parameters, code, message) in [
        (
            json!({ "iterations": 0 }),
            "invalid_parameter",
            "parameter `iterations`: 0 is not from 1 to 100000",
        ),
        (
            json!({ "max_ms": 60_001 }),
            "invalid_parameter",
            "parameter `max_ms`: 60001 is not from 1 to 60000",
        ),
        (
            json!({ "of": "cahce" }),
            "unknown_interface",
            "unknown interface `cahce`; did you mean `cache`?",
        ),
        (
            json!({ "of": "cache.gte" }),
            "unknown_operation",
            "unknown operation `cache.gte`; did you mean `get`?",
        ),
    ] {
        let error = gateway
            .execute_operation("debug", "benchmark", parameters)
            .await
            .unwrap_err();
        assert_eq!((error.code(), error.message()), (code, message));
    }
}

#[tokio::test]
async fn the_benchmark_works_beside_the_settings_of_a_real_function() {
    let gateway = gateway([
        ("ZEROBILL_SECURITY_TOKEN_ISSUERS", "https://issuer.example"),
        ("ZEROBILL_SECURITY_TOKEN_ALGORITHMS", "RS256"),
    ]);
    let benchmark = gateway
        .debug()
        .benchmark(&gateway, Some("security"), Bounds::default())
        .await
        .unwrap();
    assert!(
        benchmark
            .unmeasured
            .values()
            .all(|why| *why == Unmeasured::FeatureDisabled),
        "{benchmark:?}"
    );
}
