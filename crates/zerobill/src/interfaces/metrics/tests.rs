//! Documents by their exact lines, limits at their edges, and invocations that do not mix.

mod facade;
mod faults;
mod model;
mod names;

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use lambda_runtime::Context;
use serde_json::{Value, json};

use super::{Metric, MetricsError, Unit};
use crate::{clock::Clock, environment::Environment, error::Error, gateway::Gateway, output::Output};

fn gateway_with(settings: &[(&str, Value)]) -> (Gateway, Output) {
    let output = Output::captured();
    let (clock, _) = Clock::manual(UNIX_EPOCH + Duration::from_millis(1_767_323_045_678));
    let mut builder = Gateway::builder()
        .clock(clock)
        .output(output.clone())
        .environment(Environment::default());
    builder = builder.setting("service", "shop").setting("metrics.namespace", "store");
    for (key, value) in settings {
        builder = builder.setting(*key, value.clone());
    }
    (builder.build().expect("valid"), output)
}

fn gateway() -> (Gateway, Output) {
    gateway_with(&[])
}

/// The beginning of every document of these tests up to the metrics' list.
fn head(dimensions: &str) -> String {
    format!(
        r#"{{"_aws":{{"Timestamp":1767323045678,"CloudWatchMetrics":[{{"Namespace":"store","Dimensions":[{dimensions}],"Metrics":["#
    )
}

fn warnings(output: &Output) -> Vec<String> {
    let parsed = output
        .lines()
        .into_iter()
        .map(|line| serde_json::from_str::<Value>(&line).expect("a line is JSON"));
    parsed
        .filter(|line| line["level"] == "WARN")
        .map(|line| line["message"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn documents(output: &Output) -> Vec<Value> {
    let parsed = output
        .lines()
        .into_iter()
        .map(|line| serde_json::from_str::<Value>(&line).expect("a line is JSON"));
    parsed.filter(|line| line.get("_aws").is_some()).collect()
}

async fn call(gateway: &Gateway, operation: &str, parameters: Value) -> Result<Value, Error> {
    gateway.execute_operation("metrics", operation, parameters).await
}

#[test]
fn a_document_is_written_member_by_member() {
    let (gateway, output) = gateway();
    let metrics = gateway.metrics();
    metrics.record("latency", 12.5, Unit::Milliseconds).expect("a metric");
    metrics.record("latency", 7.0, Unit::Milliseconds).expect("a metric");
    metrics.increment("orders", 1.0).expect("a metric");
    metrics.increment("orders", 2.0).expect("a metric");
    metrics
        .add_metadata("order", &json!({ "id": 7, "token": "zbsecret-metadata" }))
        .expect("metadata");
    assert_eq!(metrics.flush(), 1);
    let metrics = r#"{"Name":"latency","Unit":"Milliseconds"},{"Name":"orders","Unit":"Count"}]}]},"service":"shop","order":{"id":7,"token":"***"},"latency":[12.5,7],"orders":3}"#;
    assert_eq!(output.lines(), [head(r#"["service"]"#) + metrics]);
    assert_eq!(gateway.metrics().flush(), 0, "nothing is written twice");
}

#[test]
fn dimensions_sets_and_high_resolution_are_written_as_cloudwatch_wants_them() {
    let (gateway, output) = gateway();
    gateway
        .metrics()
        .set_default_dimensions([("stage", "prod")])
        .expect("dimensions");
    let metric = Metric::new("latency", 1.0, Unit::Seconds)
        .dimension("region", "eu")
        .dimension("region", "eu")
        .high_resolution();
    gateway
        .metrics()
        .record_metric(metric.another_set().dimension("stage", "test"))
        .expect_err("one document, one value");
    let metric = Metric::new("latency", 1.0, Unit::Seconds)
        .dimension("region", "eu")
        .dimension("region", "eu")
        .high_resolution();
    gateway
        .metrics()
        .record_metric(metric.another_set().another_set())
        .expect("a metric");
    gateway.metrics().flush();
    let metrics = r#"{"Name":"latency","Unit":"Seconds","StorageResolution":1}]}]},"service":"shop","region":"eu","stage":"prod","latency":1}"#;
    assert_eq!(
        output.lines(),
        [head(r#"["service","region","stage"],["service","stage"]"#) + metrics]
    );
}

#[tokio::test]
async fn the_end_of_an_invocation_writes_what_it_recorded_even_if_it_panics() {
    let (gateway, output) = gateway();
    let inside = gateway.clone();
    let panics = crate::invocation::spawn(async move {
        let work = async {
            inside.metrics().increment("orders", 1.0).expect("a metric");
            assert!(inside.metrics().list().is_empty(), "broken");
            Ok::<(), ()>(())
        };
        inside.invoke(Context::default(), work).await
    });
    assert!(panics.await.is_err_and(|error| error.is_panic()));
    assert_eq!(documents(&output).len(), 1);
    assert_eq!(documents(&output)[0]["orders"], 1);
}

#[tokio::test]
async fn two_invocations_at_once_do_not_mix() {
    let (gateway, output) = gateway();
    let run = async |name: &str, times: usize| {
        let work = async {
            for _ in 0..times {
                gateway.metrics().increment(name, 1.0)?;
                tokio::task::yield_now().await;
            }
            assert_eq!(gateway.metrics().get(name), [times as f64]);
            assert_eq!(gateway.metrics().list().len(), 1);
            Ok::<_, MetricsError>(())
        };
        gateway.invoke(Context::default(), work).await
    };
    let (a, b) = tokio::join!(run("a", 3), run("b", 5));
    assert_eq!((a, b), (Ok(()), Ok(())));
    let mut seen: Vec<_> = documents(&output)
        .iter()
        .map(|line| (line["a"].clone(), line["b"].clone()))
        .collect();
    seen.sort_by_key(|(a, _)| !a.is_null());
    assert_eq!(seen, [(Value::Null, json!(5)), (json!(3), Value::Null)]);
}

#[test]
fn a_hundred_and_one_metrics_or_values_are_two_documents() {
    let (gateway, output) = gateway_with(&[("metrics.max_series", json!(200))]);
    for n in 0..101 {
        gateway
            .metrics()
            .record(&format!("m{n}"), f64::from(n), Unit::None)
            .expect("a metric");
    }
    assert_eq!(gateway.metrics().flush(), 2);
    for n in 0..101 {
        gateway
            .metrics()
            .record("one", f64::from(n), Unit::None)
            .expect("a metric");
    }
    assert_eq!(gateway.metrics().flush(), 2);
    let counts: Vec<_> = documents(&output)
        .iter()
        .map(|line| {
            line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
                .as_array()
                .map_or(0, Vec::len)
        })
        .collect();
    assert_eq!(counts, [100, 1, 1, 1]);
    assert_eq!(documents(&output)[2]["one"].as_array().map(Vec::len), Some(100));
    assert_eq!(documents(&output)[3]["one"], 100);
}

#[tokio::test]
async fn the_eleventh_series_is_refused_counted_and_said_once() {
    let (gateway, output) = gateway();
    let record = |name: &str, region: &str| {
        gateway
            .metrics()
            .record_metric(Metric::new(name, 1.0, Unit::Count).dimension("region", region))
            .expect("a metric")
    };
    // Five names with two values of one dimension are ten series.
    let taken: Vec<bool> = (0..5)
        .flat_map(|n| [record(&format!("m{n}"), "eu"), record(&format!("m{n}"), "us")])
        .collect();
    assert_eq!(taken, [true; 10]);
    assert!(!record("m5", "eu") && !record("m0", "asia"));
    assert!(record("m0", "eu"), "an admitted series goes on");
    let stats = call(&gateway, "stats", json!({})).await.expect("answers");
    let expected =
        json!({ "recorded": 11, "refused": 2, "dropped": 0, "documents": 0, "series": 10, "max_series": 10 });
    assert_eq!(stats, expected);
    assert_eq!(
        warnings(&output),
        [
            "metric `m5` would be series 11 and is refused: 10 series are allowed (10 per account are free, and each combination \
          of dimension values is one); `ZEROBILL_METRICS_MAX_SERIES` sets the limit"
        ]
    );
    let health = gateway.debug().health(&gateway);
    assert_eq!(
        health.interfaces["metrics"].reasons,
        ["2 values were refused: 10 series are allowed"]
    );
}

#[test]
fn what_is_no_number_is_dropped_and_said_once() {
    let (gateway, output) = gateway();
    for value in [f64::NAN, f64::INFINITY, 1e109] {
        assert_eq!(gateway.metrics().record("latency", value, Unit::None), Ok(false));
    }
    assert_eq!(
        warnings(&output),
        ["metric `latency` is no number that CloudWatch takes and is dropped"]
    );
    assert_eq!(
        (gateway.metrics().stats().dropped, gateway.metrics().stats().series),
        (3, 0)
    );
    assert_eq!(gateway.metrics().flush(), 0);
}

#[test]
fn numbers_keep_their_value() {
    let (gateway, output) = gateway();
    let numbers = [0.0, -1.0, 0.1, 1e100, -2.5e-7, 9_007_199_254_740_993.0, 1e21];
    for number in numbers {
        gateway.metrics().record("n", number, Unit::None).expect("a metric");
    }
    gateway.metrics().flush();
    let written: Vec<f64> = serde_json::from_value(documents(&output)[0]["n"].clone()).expect("numbers");
    assert_eq!(written, numbers);
}

#[tokio::test]
async fn operations_do_what_the_typed_calls_do() {
    let (gateway, output) = gateway();
    let record = json!({ "name": "latency", "value": 3, "unit": "Count/Second", "dimensions": { "region": "eu" }, "high_resolution": true });
    assert_eq!(call(&gateway, "record", record).await.expect("answers"), true);
    assert_eq!(
        call(&gateway, "increment", json!({ "name": "orders" }))
            .await
            .expect("answers"),
        true
    );
    assert_eq!(
        call(&gateway, "get", json!({ "name": "latency" }))
            .await
            .expect("answers"),
        json!([3.0])
    );
    assert_eq!(
        call(&gateway, "list", json!({})).await.expect("answers"),
        json!([
            { "name": "latency", "unit": "Count/Second", "dimensions": [[["region", "eu"]]], "values": [3.0] },
            { "name": "orders", "unit": "Count", "dimensions": [[]], "values": [1.0] },
        ])
    );
    assert_eq!(call(&gateway, "flush", json!({})).await.expect("answers"), 2);
    assert_eq!(documents(&output).len(), 2);
}

#[tokio::test]
async fn a_cold_start_is_a_document_of_its_own_and_only_when_asked_for() {
    for (asked, count) in [(false, 0), (true, 1)] {
        let (gateway, output) = gateway_with(&[("metrics.cold_start", json!(asked))]);
        for _ in 0..2 {
            let mut context = Context::default();
            let config = lambda_runtime::Config {
                function_name: "cart".to_owned(),
                ..Default::default()
            };
            context.env_config = Arc::new(config);
            let result: Result<(), ()> = gateway.invoke(context, async { Ok(()) }).await;
            assert_eq!(result, Ok(()));
        }
        let expected = head(r#"["service","function_name"]"#)
            + r#"{"Name":"ColdStart","Unit":"Count"}]}]},"service":"shop","function_name":"cart","ColdStart":1}"#;
        assert_eq!(output.lines(), vec![expected; count]);
    }
}

#[test]
fn without_a_namespace_there_is_one_warning_and_ours() {
    let output = Output::captured();
    let gateway = Gateway::builder()
        .output(output.clone())
        .environment(Environment::default())
        .build()
        .expect("valid");
    gateway.metrics().increment("a", 1.0).expect("a metric");
    gateway.metrics().increment("b", 1.0).expect("a metric");
    gateway.metrics().flush();
    let text = "no metrics namespace is set, `zerobill` is used; `POWERTOOLS_METRICS_NAMESPACE` sets it";
    assert_eq!(warnings(&output), [text]);
    assert_eq!(
        documents(&output)[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "zerobill"
    );
}

#[test]
fn switched_off_it_takes_and_writes_nothing() {
    let (gateway, output) = gateway_with(&[("metrics.disabled", json!(true))]);
    assert_eq!(gateway.metrics().increment("orders", 1.0), Ok(false));
    assert_eq!((gateway.metrics().flush(), output.lines().len()), (0, 0));
    gateway
        .metrics()
        .increment("", 1.0)
        .expect_err("a wrong name is wrong all the same");
}

#[test]
fn ten_thousand_values_do_not_wait_for_the_end() {
    let (gateway, output) = gateway();
    for _ in 0..10_000 {
        gateway.metrics().record("n", 1.0, Unit::None).expect("a metric");
    }
    assert_eq!(documents(&output).len(), 100);
    assert!(gateway.metrics().list().is_empty());
}
