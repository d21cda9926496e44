//! Faults that were found by reading, each by its symptom.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::{documents, gateway, gateway_with, warnings};
use crate::{
    gateway::Gateway,
    metrics::{Metric, MetricsError, Unit},
};

fn taken(name: &str) -> MetricsError {
    MetricsError::NameTaken(name.to_owned())
}

#[test]
fn a_sum_that_overflows_is_no_broken_line() {
    let (gateway, output) = gateway_with(&[]);
    let large = f64::from_bits((1_023 + 360) << 52);
    for _ in 0..3 {
        assert_eq!(gateway.metrics().increment("n", large), Ok(true));
    }
    gateway.metrics().flush();
    assert!(documents(&output)[0]["n"].is_f64());
}

#[test]
fn metadata_and_a_later_dimension_of_one_name_are_no_duplicate_member() {
    let (gateway, _) = gateway();
    gateway.metrics().add_metadata("region", &"eu").expect("metadata");
    let metric = Metric::new("n", 1.0, Unit::None).dimension("region", "us");
    assert_eq!(gateway.metrics().record_metric(metric), Err(taken("region")));
    gateway
        .metrics()
        .set_default_dimensions([("region", "us")])
        .expect("dimensions");
    assert_eq!(gateway.metrics().increment("n", 1.0), Err(taken("region")));
}

#[test]
fn a_dimension_named_service_is_refused_rather_than_lost() {
    let (gateway, _) = gateway();
    let metric = Metric::new("n", 1.0, Unit::None).dimension("service", "db");
    assert_eq!(gateway.metrics().record_metric(metric), Err(taken("service")));
    assert_eq!(
        gateway.metrics().set_default_dimensions([("service", "db")]),
        Err(taken("service"))
    );
}

#[test]
fn wrong_default_dimensions_leave_the_former_ones() {
    let (gateway, output) = gateway();
    gateway
        .metrics()
        .set_default_dimensions([("stage", "prod")])
        .expect("dimensions");
    gateway
        .metrics()
        .set_default_dimensions([("stage", "")])
        .expect_err("an empty value is none");
    gateway.metrics().increment("n", 1.0).expect("a metric");
    gateway.metrics().flush();
    assert_eq!(documents(&output)[0]["stage"], "prod");
}

#[test]
fn increments_and_values_of_one_name_stay_apart() {
    let (gateway, _) = gateway();
    gateway.metrics().record("n", 5.0, Unit::Count).expect("a metric");
    gateway.metrics().increment("n", 2.0).expect("a metric");
    gateway.metrics().increment("n", 1.0).expect("a metric");
    assert_eq!(gateway.metrics().get("n"), [5.0, 3.0]);
}

#[test]
fn metadata_that_records_a_metric_while_it_is_written_does_not_hang() {
    struct Counting(Gateway);
    impl Serialize for Counting {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.metrics().increment("seen", 1.0).expect("a metric");
            serializer.serialize_str("counted")
        }
    }
    let (gateway, _) = gateway();
    gateway
        .metrics()
        .add_metadata("order", &Counting(gateway.clone()))
        .expect("metadata");
    assert_eq!(gateway.metrics().get("seen"), [1.0]);
}

#[test]
fn a_dimension_named_like_a_secret_is_refused() {
    let (gateway, _) = gateway();
    let metric = Metric::new("n", 1.0, Unit::None).dimension("access_token", "zbsecret-dimension");
    let error = gateway.metrics().record_metric(metric).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "dimension `access_token` has the name of a secret, and its values would be printed"
    );
}

#[test]
fn a_metric_that_fails_takes_no_place_among_the_series() {
    let (gateway, _) = gateway();
    gateway.metrics().add_metadata("order", &7).expect("metadata");
    gateway
        .metrics()
        .increment("order", 1.0)
        .expect_err("the name is taken");
    assert_eq!(gateway.metrics().stats().series, 0);
}

#[test]
fn a_namespace_that_cloudwatch_rejects_is_replaced_and_said() {
    let (gateway, output) = gateway_with(&[("metrics.namespace", json!("größe"))]);
    gateway.metrics().increment("n", 1.0).expect("a metric");
    gateway.metrics().flush();
    assert_eq!(
        documents(&output)[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"],
        "zerobill"
    );
    let text = "the metrics namespace is not 1 to 255 printable ASCII characters, `zerobill` is used; \
                `POWERTOOLS_METRICS_NAMESPACE` sets it";
    assert_eq!(warnings(&output), [text]);
}

#[test]
fn messages_do_not_repeat_megabytes() {
    let long = "u".repeat(4 << 20);
    assert!(Unit::parse(&long).expect_err("no unit").to_string().len() < 100);
}

#[tokio::test]
async fn a_task_that_outlives_its_invocation_loses_no_value() {
    let (gateway, output) = gateway();
    let (go, gone) = tokio::sync::oneshot::channel::<()>();
    let inside = gateway.clone();
    let work = async {
        Ok::<_, ()>(crate::invocation::spawn(async move {
            gone.await.expect("released");
            inside.metrics().increment("late", 1.0)
        }))
    };
    let task = gateway
        .invoke(lambda_runtime::Context::default(), work)
        .await
        .expect("ends");
    go.send(()).expect("somebody waits");
    assert_eq!(task.await.expect("no panic"), Ok(true));
    assert_eq!(gateway.metrics().flush(), 1);
    assert_eq!(documents(&output)[0]["late"], 1);
}

#[test]
fn no_document_is_larger_than_cloudwatch_takes() {
    let (gateway, output) = gateway_with(&[("metrics.max_series", 1_000.into())]);
    let metrics = gateway.metrics();
    let longest = |index: usize| format!("{index:0>255}");
    for index in 0..100 {
        // A hundred each would be written at once.
        for _ in 0..99 {
            metrics
                .record(&longest(index), 1.234_567_890_123_456_7e-100, Unit::BytesPerSecond)
                .expect("recorded");
        }
    }
    let value = "x".repeat(60 << 10);
    for key in ["a", "b", "c", "d"] {
        metrics.add_metadata(key, &value).expect("it fits");
    }
    metrics
        .add_metadata("d", &value)
        .expect("it takes the place of the former");
    let error = metrics.add_metadata("e", &value).expect_err("it does not fit");
    assert!(
        matches!(&error, MetricsError::MetadataTooLarge { key, max_bytes: 262_144, .. } if key == "e"),
        "{error}"
    );
    assert_eq!(crate::Error::from(error).code(), "too_large");
    metrics.flush();
    let largest = output.lines().iter().map(String::len).max().unwrap_or_default();
    assert!((500_000..1 << 20).contains(&largest), "{largest}");
}
