//! Looking at the live function from outside: diagnostics, a benchmark and traces by direct invocations.

use serde_json::{Value, json};

use crate::lab::Lab;

fn lab() -> Lab {
    Lab::set(&[
        (
            "ZEROBILL_EXPOSE",
            "debug.*,debug.benchmark,debug.clear_traces,cache.get",
        ),
        ("ZEROBILL_TRACES", "3"),
        ("API_TOKEN", "zbsecret-of-the-live-function"),
    ])
}

fn call(operation: &str, params: Value) -> String {
    json!({ "interface": "debug", "operation": operation, "params": params }).to_string()
}

/// The library's features: here they are the function's.
fn features() -> Vec<String> {
    let gateway = zerobill::Gateway::builder().build().unwrap();
    let features = gateway.debug().diagnostics(&gateway).features;
    assert!(
        features
            .iter()
            .all(|feature| ["http", "json-schema", "jwt", "memory-profile"].contains(feature))
    );
    features.into_iter().map(str::to_owned).collect()
}

#[test]
fn diagnostics_are_those_of_the_function_and_hold_no_value_of_a_variable() {
    let lab = lab();
    let (reply, failed) = lab.invoke(call("diagnostics", json!({})));
    assert!(!failed && !reply.contains("zbsecret"), "{reply}");
    let diagnostics: Value = serde_json::from_str(&reply).unwrap();
    let names = diagnostics["environment"].as_array().unwrap();
    for name in ["API_TOKEN", "AWS_LAMBDA_FUNCTION_NAME", "ZEROBILL_TRACES"] {
        assert!(names.contains(&json!(name)), "{name} is not among {names:?}");
    }
    assert_ne!(diagnostics["process"]["id"], std::process::id());
    assert_eq!(diagnostics["executor"]["flavor"], "current_thread");
    assert_eq!(diagnostics["memory"]["limit_mb"], 128);
    assert_eq!(diagnostics["features"], json!(features()));
}

#[test]
fn the_benchmark_measures_every_operation_there_and_writes_nothing() {
    let lab = lab();
    let benchmark = lab.answer(call("benchmark", json!({ "iterations": 5, "max_ms": 20_000 })));
    let unmeasured = benchmark["unmeasured"].as_object().unwrap();
    let others = unmeasured.iter().filter(|(name, _)| !name.starts_with("http_client."));
    let others: Vec<_> = others
        .map(|(name, why)| (name.as_str(), why.as_str().unwrap()))
        .collect();
    let mut expected = vec![("debug.benchmark", "calls_others"), ("debug.self_test", "calls_others")];
    for (feature, operation) in [
        ("json-schema", "security.validate_request"),
        ("jwt", "security.validate_token"),
    ] {
        if !features().iter().any(|built_in| built_in == feature) {
            expected.push((operation, "feature_disabled"));
        }
    }
    assert_eq!(others, expected);
    let measured = benchmark["measured"].as_object().unwrap();
    let operations: usize = zerobill::CATALOGUE.iter().map(|row| row.operations.len()).sum();
    assert_eq!(measured.len() + unmeasured.len(), operations);
    assert!(measured.values().all(|one| one["calls"] == 5), "{measured:?}");
    assert_eq!(lab.logged(), [""; 0]);
}

#[test]
fn the_traces_are_the_last_invocations_and_operations() {
    let lab = lab();
    let get = json!({ "interface": "cache", "operation": "get", "params": { "key": "zbsecret-key" } });
    assert_eq!(lab.answer(get.to_string()), Value::Null);
    lab.error("{}");
    let report = lab.answer(call("traces", json!({})));
    assert_eq!((&report["capacity"], &report["recorded"]), (&json!(3), &json!(3)));
    let traces = report["traces"].as_array().unwrap();
    let seen: Vec<_> = traces.iter().map(|trace| (&trace["what"], &trace["outcome"])).collect();
    let (operation, invocation) = (json!("cache.get"), json!("invocation"));
    let (ok, error) = (json!("ok"), json!("error"));
    assert_eq!(seen, [(&operation, &ok), (&invocation, &ok), (&invocation, &error)]);
    assert_eq!(traces[0]["request_id"], traces[1]["request_id"]);
    assert_ne!(traces[1]["request_id"], traces[2]["request_id"]);
    assert!(!report.to_string().contains("zbsecret"), "{report}");
    assert_eq!(lab.answer(call("clear_traces", json!({}))), 3);
    assert_eq!(
        lab.answer(call("traces", json!({})))["recorded"],
        2,
        "that call and its invocation"
    );
}
