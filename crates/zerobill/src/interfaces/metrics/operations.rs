//! The operations of `metrics`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{error::MetricsError, metric::Metric, unit::Unit};
use crate::operation::{Field, Kind, Nothing, Operation, Parameters, op, op_value};

/// The rows.
pub(crate) const OPERATIONS: &[&dyn Operation] = &[
    &op(
        "record",
        "Records a value and says whether it was taken.",
        |g, p: Record| g.metrics().record_metric(p.metric()?),
    )
    .example(r#"{"name":"latency","value":12.5,"unit":"Milliseconds","dimensions":{"region":"eu"}}"#),
    &op(
        "increment",
        "Adds to a count of this invocation and says whether it was taken.",
        |g, p: Increment| g.metrics().increment(&p.name, p.by.unwrap_or(1.0)),
    )
    .example(r#"{"name":"orders","by":2}"#),
    &op_value(
        "get",
        "Returns the values of a metric that are not yet written.",
        |g, p: Name| g.metrics().get(&p.name),
    )
    .example(r#"{"name":"latency"}"#)
    .read_only(),
    &op_value(
        "list",
        "Lists the metrics that are not yet written.",
        |g, _: Nothing| g.metrics().list(),
    )
    .read_only(),
    &op_value(
        "flush",
        "Writes what was recorded and says how many documents that took.",
        |g, _: Nothing| g.metrics().flush(),
    ),
    &op_value(
        "stats",
        "Returns how many values were taken, refused and dropped, and how many series there are.",
        |g, _: Nothing| g.metrics().stats(),
    )
    .read_only(),
];

#[derive(Debug, Deserialize)]
struct Record {
    name: String,
    value: f64,
    unit: Option<String>,
    dimensions: Option<BTreeMap<String, String>>,
    high_resolution: Option<bool>,
}

impl Parameters for Record {
    const FIELDS: &'static [Field] = &[
        Field::required("name", Kind::String, "the metric's name, 1 to 255 ASCII characters"),
        Field::required("value", Kind::Number, "the value"),
        Field::optional(
            "unit",
            Kind::String,
            "the unit as CloudWatch spells it, such as `Milliseconds`",
        ),
        Field::optional("dimensions", Kind::Object, "dimensions beside `service`, each a text"),
        Field::optional(
            "high_resolution",
            Kind::Boolean,
            "whether single seconds are kept apart",
        ),
    ];
}

impl Record {
    fn metric(self) -> Result<Metric, MetricsError> {
        let unit = self.unit.as_deref().map_or(Ok(Unit::None), Unit::parse)?;
        let metric = Metric::new(self.name, self.value, unit);
        let dimensions = self.dimensions.unwrap_or_default().into_iter();
        let metric = dimensions.fold(metric, |metric, (name, value)| metric.dimension(name, value));
        Ok(if self.high_resolution == Some(true) {
            metric.high_resolution()
        } else {
            metric
        })
    }
}

#[derive(Debug, Deserialize)]
struct Increment {
    name: String,
    by: Option<f64>,
}

impl Parameters for Increment {
    const FIELDS: &'static [Field] = &[
        Field::required("name", Kind::String, "the count's name, 1 to 255 ASCII characters"),
        Field::optional("by", Kind::Number, "how much is added; 1 if it is left out"),
    ];
}

#[derive(Debug, Deserialize)]
struct Name {
    name: String,
}

impl Parameters for Name {
    const FIELDS: &'static [Field] = &[Field::required("name", Kind::String, "the metric's name")];
}
