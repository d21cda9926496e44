//! What `debug` promises: it reports, and touches nothing.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Bounds, Unmeasured};
use crate::{Clock, Gateway, Status, environment::Environment, output::Output};

fn gateway<const N: usize>(variables: [(&str, &str); N]) -> Gateway {
    let builder = Gateway::builder().environment(Environment::from_pairs(variables));
    builder.output(Output::captured()).build().unwrap()
}

#[test]
fn a_sound_gateway_is_ok_in_every_interface() {
    let gateway = gateway([]);
    let report = gateway.debug().health(&gateway);
    assert!(report.is_ok());
    assert_eq!(report.version, env!("CARGO_PKG_VERSION"));
    let names: Vec<_> = report.interfaces.keys().copied().collect();
    let mut all: Vec<_> = crate::CATALOGUE.iter().map(|row| row.name).collect();
    all.sort_unstable();
    assert_eq!(names, all);
    assert!(report.interfaces.values().all(|health| health.reasons.is_empty()));
    assert_eq!(gateway.stats().built, []);
}

#[test]
fn one_degraded_interface_degrades_the_whole_and_says_why() {
    let gateway = gateway([("POWERTOOLS_DEV", "perhaps")]);
    let report = gateway.debug().health(&gateway);
    assert!(!report.is_ok());
    assert_eq!(
        serde_json::to_value(&report.interfaces["config"]).unwrap(),
        json!({
            "status": "degraded",
            "reasons": ["environment variable `POWERTOOLS_DEV`: `perhaps` is not `true` or `false`"],
        })
    );
    assert_eq!(report.interfaces["cache"].status, Status::Ok);
}

#[tokio::test]
async fn the_operations_do_what_the_methods_do() {
    let gateway = gateway([]);
    let health = gateway.execute_operation("debug", "health", Value::Null).await.unwrap();
    assert_eq!(health, serde_json::to_value(gateway.debug().health(&gateway)).unwrap());
    assert_eq!(health["status"], "ok");
    gateway.cache().set("key", &1, None).unwrap();
    gateway
        .execute_operation("cache", "get", json!({ "key": 1 }))
        .await
        .unwrap_err();
    let stats = gateway.execute_operation("debug", "stats", json!({})).await.unwrap();
    assert_eq!(
        (&stats["usage"]["operations"], &stats["usage"]["operation_errors"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        (&stats["built"][0]["name"], &stats["built"][0]["built"]),
        (&json!("cache"), &json!(true))
    );
    assert_eq!(
        (&stats["version"], &stats["lost_lines"]),
        (&json!(env!("CARGO_PKG_VERSION")), &json!(0))
    );
}

#[tokio::test]
async fn the_self_test_checks_all_twelve_and_disturbs_nothing() {
    let output = Output::captured();
    let builder = Gateway::builder()
        .environment(Environment::default())
        .output(output.clone());
    let gateway = builder.build().unwrap();
    let result = gateway
        .execute_operation("debug", "self_test", json!({}))
        .await
        .unwrap();
    let failures: Vec<_> = result["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["ok"] != true)
        .collect();
    assert_eq!(
        (failures, &result["passed"], &result["failed"]),
        (vec![], &json!(12), &json!(0))
    );
    assert_eq!((output.lines().len(), gateway.stats().built.len()), (0, 0));
    assert_eq!(gateway.circuit_breaker().state("self_test"), None);
}

#[tokio::test]
async fn diagnostics_name_the_variables_and_show_no_value() {
    let gateway = gateway([
        ("API_TOKEN", "zbsecret-in-diagnostics"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
    ]);
    let diagnostics = gateway
        .execute_operation("debug", "diagnostics", Value::Null)
        .await
        .unwrap();
    assert_eq!(
        diagnostics["environment"],
        json!(["API_TOKEN", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"])
    );
    assert!(!diagnostics.to_string().contains("zbsecret"), "{diagnostics}");
    assert_eq!(diagnostics["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(diagnostics["memory"]["limit_mb"], 256);
    assert_eq!(diagnostics["process"]["id"], std::process::id());
    assert_eq!(diagnostics["process"]["architecture"], std::env::consts::ARCH);
    let executor = json!({ "flavor": "current_thread", "workers": 1, "tasks": 0 });
    assert_eq!(diagnostics["executor"], executor);
    assert_eq!(
        diagnostics["features"].as_array().unwrap().contains(&json!("jwt")),
        cfg!(feature = "jwt")
    );
}

#[cfg(target_os = "linux")]
#[test]
fn diagnostics_are_what_the_kernel_says() {
    let gateway = gateway([]);
    let diagnostics = gateway.debug().diagnostics(&gateway);
    let (open, limit) = (
        diagnostics.file_descriptors.open.unwrap(),
        diagnostics.file_descriptors.limit.unwrap(),
    );
    assert!(open >= 3 && open < limit, "{open} of {limit}");
    assert!(diagnostics.process.threads.unwrap() >= 1);
    let space = diagnostics.temporary_space.unwrap();
    assert_eq!(space.folder, std::env::temp_dir());
    assert!(space.free_bytes + space.used_bytes <= space.total_bytes, "{space:?}");
    assert!(space.total_bytes > 0);
    assert!(diagnostics.memory.resident_kib.unwrap() > 1_000);
    assert_eq!((diagnostics.executor, diagnostics.unknown), (None, vec![]));
}

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

#[tokio::test]
async fn traces_say_what_was_done_when_and_how_it_ended() {
    let (clock, hand) = Clock::manual(std::time::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let builder = Gateway::builder().environment(Environment::from_pairs([("ZEROBILL_TRACES", "3")]));
    let gateway = builder.output(Output::captured()).clock(clock).build().unwrap();
    let mut context = lambda_runtime::Context::default();
    context.request_id = "id-1".to_owned();
    let work = async {
        let set = json!({ "key": "zbsecret-key", "value": "zbsecret-value" });
        gateway.execute_operation("cache", "set", set).await.unwrap();
        hand.advance(Duration::from_millis(7));
        Err::<(), ()>(())
    };
    gateway.invoke(context, work).await.unwrap_err();
    let call = async |operation: &str| gateway.execute_operation("cache", operation, json!({})).await;
    assert!(
        call("no_such_operation").await.is_err(),
        "a name of the caller's is not kept"
    );
    call("get").await.unwrap_err();
    let traces = gateway.execute_operation("debug", "traces", json!({})).await.unwrap();
    let at = 1_800_000_000_000_u64;
    assert_eq!(
        traces,
        json!({ "capacity": 3, "recorded": 3, "traces": [
            { "what": "cache.set", "request_id": "id-1", "at_ms": at, "took_us": 0, "outcome": "ok" },
            { "what": "invocation", "request_id": "id-1", "at_ms": at, "took_us": 7_000, "outcome": "error" },
            { "what": "cache.get", "request_id": null, "at_ms": at + 7, "took_us": 0, "outcome": "missing_parameter" },
        ] })
    );
    assert_eq!(
        gateway.debug().traces().traces.len(),
        3,
        "the call of `traces` is kept, the oldest is not"
    );
    let cleared = gateway
        .execute_operation("debug", "clear_traces", json!({}))
        .await
        .unwrap();
    assert_eq!(cleared, 3);
}

#[tokio::test]
async fn no_trace_is_kept_unless_it_is_asked_for() {
    let gateway = gateway([]);
    gateway.execute_operation("debug", "health", json!({})).await.unwrap();
    let traces = gateway.execute_operation("debug", "traces", json!({})).await.unwrap();
    assert_eq!(traces, json!({ "capacity": 0, "recorded": 0, "traces": [] }));
}
