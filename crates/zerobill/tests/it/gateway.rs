//! The gateway: names, exposure, laziness, and invocations.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

mod idle;
mod invocations;

use serde_json::{Value, json};
use zerobill::{Error, Gateway, environment::Environment, gateway::Builder, output::Output};

use super::table::fresh;

fn builder<const N: usize>(variables: [(&str, &str); N]) -> (Builder, Output) {
    let output = Output::captured();
    let builder = Gateway::builder().environment(Environment::from_pairs(variables));
    (builder.output(output.clone()), output)
}

fn gateway<const N: usize>(variables: [(&str, &str); N]) -> (Gateway, Output) {
    let (builder, output) = builder(variables);
    (builder.build().unwrap(), output)
}

fn messages(output: &Output) -> Vec<String> {
    let message = |line: &String| {
        serde_json::from_str::<Value>(line).unwrap()["message"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    output.lines().iter().map(message).collect()
}

async fn error(interface: &str, operation: &str, parameters: Value) -> (&'static str, String) {
    let error = fresh()
        .execute_operation(interface, operation, parameters)
        .await
        .unwrap_err();
    (error.code(), error.to_string())
}

#[tokio::test]
async fn a_name_of_megabytes_is_not_repeated() {
    let long = "n".repeat(5 << 20);
    for (interface, operation, parameters) in [
        (long.as_str(), "get", json!({})),
        ("cache", long.as_str(), json!({})),
        ("cache", "get", json!({ long.as_str(): 1 })),
    ] {
        let (_, message) = error(interface, operation, parameters).await;
        assert!(message.len() < 400, "{} bytes", message.len());
    }
}

#[tokio::test]
async fn a_wrong_name_is_answered_with_the_nearest_right_one() {
    let said = |code, text: &str| (code, text.to_owned());
    assert_eq!(
        error("cahce", "get", json!({})).await,
        said("unknown_interface", "unknown interface `cahce`; did you mean `cache`?")
    );
    assert_eq!(
        error("cache", "delte", json!({})).await,
        said(
            "unknown_operation",
            "unknown operation `cache.delte`; did you mean `delete`?"
        )
    );
    assert_eq!(
        error("debug", "observe_everything", json!({})).await,
        said(
            "unknown_operation",
            "unknown operation `debug.observe_everything`; there are `health`, `stats`, `analytics`, `diagnostics`, `self_test`, `benchmark`, `traces`, `clear_traces`, `fast_path_stats`, `enable_fast_path`, `disable_fast_path`, `reset_fast_path_stats`"
        )
    );
    assert_eq!(
        error("cache", "set", json!({ "key": "a", "value": 1, "tll": 1 })).await,
        said("unknown_parameter", "unknown parameter `tll`; did you mean `ttl`?")
    );
    assert_eq!(
        error("debug", "health", json!({ "a": 1 })).await,
        said("unknown_parameter", "unknown parameter `a`; there are none")
    );
    assert_eq!(
        error("cache", "set", json!({ "key": "a" })).await,
        said(
            "missing_parameter",
            "parameter `value` is missing: the value, null included"
        )
    );
    assert_eq!(
        error("logging", "remove_keys", json!({ "keys": ["a", 1] })).await,
        said(
            "invalid_parameter",
            "parameter `keys[1]`: invalid type: integer, expected a string"
        )
    );
}

#[tokio::test]
async fn a_name_of_megabytes_is_refused_without_taking_memory_for_it() {
    let long = "x".repeat(4_000_000);
    assert_eq!(error(&long, "get", json!({})).await.0, "unknown_interface");
    assert_eq!(error("cache", &long, json!({})).await.0, "unknown_operation");
    assert_eq!(error("cache", "get", json!({ long: 1 })).await.0, "unknown_parameter");
}

async fn exposed(gateway: &Gateway, interface: &str, operation: &str) -> Result<Value, &'static str> {
    let call = gateway.execute_exposed_operation(interface, operation, json!({})).await;
    call.map_err(|error| error.code())
}

#[tokio::test]
async fn nothing_is_exposed_unless_it_is_named() {
    let (closed, _) = gateway([]);
    for (row, operation) in super::table::rows() {
        let name = operation.description().name;
        assert_eq!(
            exposed(&closed, row.name, name).await,
            Err("operation_not_exposed"),
            "{}.{name}",
            row.name
        );
    }
    let error = closed
        .execute_exposed_operation("cache", "get", json!({}))
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "operation `cache.get` is not exposed to events; name it in `ZEROBILL_EXPOSE` to allow it"
    );
    assert_eq!(exposed(&closed, "cache", "gte").await, Err("unknown_operation"));
    assert_eq!(closed.stats().usage.operations, 0, "what is refused is not run");
}

#[tokio::test]
async fn a_star_exposes_what_only_reads_and_a_name_what_it_names() {
    let (open, _) = gateway([("ZEROBILL_EXPOSE", " cache.* , debug.health,, cache.clear ")]);
    assert!(exposed(&open, "cache", "stats").await.is_ok());
    assert!(exposed(&open, "debug", "health").await.is_ok());
    assert_eq!(
        exposed(&open, "cache", "clear").await,
        Ok(json!(0)),
        "though no star exposes it"
    );
    assert_eq!(exposed(&open, "cache", "cleanup").await, Err("operation_not_exposed"));
    assert_eq!(exposed(&open, "debug", "stats").await, Err("operation_not_exposed"));
    let (builder, _) = builder([]);
    let open = builder.expose("debug.*").build().unwrap();
    for (row, operation) in super::table::rows().filter(|(row, _)| row.name == "debug") {
        let description = operation.description();
        let answer = exposed(&open, row.name, description.name).await;
        assert_eq!(
            answer != Err("operation_not_exposed"),
            description.exposed_by_star,
            "{}",
            description.name
        );
    }
}

#[tokio::test]
async fn setting_expose_later_opens_nothing() {
    let (closed, _) = gateway([]);
    closed.config().set("expose", "debug.health").unwrap();
    closed.config().reload().unwrap();
    assert_eq!(exposed(&closed, "debug", "health").await, Err("operation_not_exposed"));
}

#[test]
fn a_name_to_expose_that_does_not_exist_is_a_fault() {
    let (builder, _) = builder([("ZEROBILL_EXPOSE", "debug.helth,nothing.*,logging.*,*")]);
    let (_, faults) = builder.build_anyway();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "`expose`: there is no operation `debug.helth`; did you mean `debug.health`?",
            "`expose`: there is no operation `nothing.*`",
            "`expose`: no operation of `logging` is exposed by a star; name the one that is meant",
            "`expose`: there is no operation `*`",
        ]
    );
}

#[test]
fn nothing_is_built_before_its_first_use() {
    let (gateway, output) = gateway([]);
    assert!(gateway.stats().built.is_empty());
    gateway.health();
    gateway.logging().info("hello", ());
    gateway.cache().delete("key");
    gateway.cache().contains("key");
    gateway.cache().stats();
    assert!(gateway.stats().built.is_empty(), "{:?}", gateway.stats().built);
    gateway.cache().get::<u8>("key").unwrap();
    let built: Vec<_> = gateway
        .stats()
        .built
        .iter()
        .map(|record| (record.name, record.built))
        .collect();
    assert_eq!(built, [("cache", true)]);
    assert_eq!(output.lines().len(), 1);
}

#[test]
fn what_is_unloaded_is_built_again() {
    let (gateway, _) = gateway([]);
    assert!(!gateway.unload("cache").unwrap());
    gateway.cache().set("key", &1, None).unwrap();
    assert!(gateway.unload("cache").unwrap());
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), None);
    assert!(!gateway.unload("logging").unwrap(), "it has nothing heavy");
    let error = gateway.unload("cahce").unwrap_err();
    assert_eq!(error.to_string(), "unknown interface `cahce`; did you mean `cache`?");
}

#[test]
fn an_error_is_as_small_as_a_pointer() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<zerobill::Result<()>>(), size_of::<usize>());
}
