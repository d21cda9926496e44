//! Every recorded value against a plain list of them.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{documents, gateway_with};
use crate::metrics::{Metric, Unit};

/// Numbers that a decimal text holds exactly, since the parser used here is not exact to the last bit.
fn eighths() -> impl Strategy<Value = f64> {
    (-8_000_000..8_000_000_i32).prop_map(|eighths| f64::from(eighths) / 8.0)
}

proptest! {
    #[test]
    fn every_value_is_in_exactly_one_document(recorded in prop::collection::vec((0_usize..130, 0_u8..3, eighths()), 0..400)) {
        let (gateway, output) = gateway_with(&[("metrics.max_series", json!(10_000))]);
        for (name, region, value) in &recorded {
            let metric = Metric::new(format!("m{name}"), *value, Unit::None).dimension("region", format!("r{region}"));
            prop_assert_eq!(gateway.metrics().record_metric(metric), Ok(true));
        }
        let written = gateway.metrics().flush();
        let documents = documents(&output);
        prop_assert_eq!(written, documents.len() as u64);
        let mut found = Vec::new();
        for document in &documents {
            let listed = document["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().cloned().unwrap_or_default();
            prop_assert!(!listed.is_empty() && listed.len() <= 100);
            for metric in &listed {
                let name = metric["Name"].as_str().unwrap_or_default();
                let values: Vec<f64> = match &document[name] {
                    Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
                    value => value.as_f64().into_iter().collect(),
                };
                prop_assert!(!values.is_empty() && values.len() <= 100);
                let region = document["region"].as_str().unwrap_or_default();
                found.extend(values.into_iter().map(|value| (name.to_owned(), region.to_owned(), value.to_bits())));
            }
        }
        let mut expected: Vec<_> = recorded.iter().map(|(name, region, value)| (format!("m{name}"), format!("r{region}"), value.to_bits())).collect();
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
