//! What `debug` promises: it reports, and touches nothing.

mod benchmark;
mod diagnostics;
mod traces;

use serde_json::{Value, json};

use crate::{Gateway, Status, environment::Environment, output::Output};

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
