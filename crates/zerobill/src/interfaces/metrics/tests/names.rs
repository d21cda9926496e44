//! Names, dimensions and units that CloudWatch would drop.

use serde_json::json;

use super::{call, gateway};
use crate::{
    error::Error,
    metrics::{Metric, MetricsError, Unit},
};

#[tokio::test]
async fn what_cloudwatch_would_drop_is_an_error_that_says_why() {
    let (gateway, _) = gateway();
    let metrics = gateway.metrics();
    metrics.record("latency", 1.0, Unit::Seconds).expect("a metric");
    metrics.add_metadata("order", &7).expect("metadata");
    let long = "m".repeat(256);
    let many = (0..30).fold(Metric::new("m", 1.0, Unit::None), |metric, n| {
        metric.dimension(format!("d{n}"), "v")
    });
    let dimension = |name: &str, value: &str| Metric::new("m", 1.0, Unit::None).dimension(name, value);
    for (metric, text) in [
        (
            Metric::new("", 1.0, Unit::None),
            "metric `` is not 1 to 255 printable ASCII characters".to_owned(),
        ),
        (
            Metric::new(&long, 1.0, Unit::None),
            format!("metric `{}` is not 1 to 255 printable ASCII characters", &long[..40]),
        ),
        (
            Metric::new("größe", 1.0, Unit::None),
            "metric `größe` is not 1 to 255 printable ASCII characters".to_owned(),
        ),
        (
            Metric::new("service", 1.0, Unit::None),
            "metric `service` has the name of a dimension or of metadata".to_owned(),
        ),
        (
            Metric::new("order", 1.0, Unit::None),
            "metric `order` has the name of a dimension or of metadata".to_owned(),
        ),
        (
            dimension("m", "v"),
            "metric `m` has the name of a dimension or of metadata".to_owned(),
        ),
        (
            dimension("d", " "),
            "value of dimension ` ` is not 1 to 1024 printable ASCII characters".to_owned(),
        ),
        (
            dimension(":d", "v"),
            "dimension `:d` is not 1 to 255 printable ASCII characters that do not begin with a colon".to_owned(),
        ),
        (
            dimension("d", "1").dimension("d", "2"),
            "dimension `d` has two values".to_owned(),
        ),
        (many, "31 dimensions, `service` among them, are more than 30".to_owned()),
        (
            Metric::new("latency", 1.0, Unit::Count),
            "metric `latency` was recorded in Seconds and cannot be recorded in Count".to_owned(),
        ),
    ] {
        let error = Error::from(metrics.record_metric(metric).expect_err(&text));
        assert_eq!((error.code(), error.to_string()), ("invalid_parameter", text));
    }
    assert_eq!(
        metrics.add_metadata("latency", &1),
        Err(MetricsError::NameTaken("latency".to_owned()))
    );
    let error = call(
        &gateway,
        "record",
        json!({ "name": "m", "value": 1, "unit": "Milisecond" }),
    )
    .await
    .expect_err("no unit");
    assert_eq!(
        error.to_string(),
        "`Milisecond` is no unit of CloudWatch; did you mean `Milliseconds`?"
    );
}
