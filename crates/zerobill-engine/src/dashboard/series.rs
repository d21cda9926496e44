//! Which metric series the functions have written as EMF lines: ten of them are free in the whole account.

use std::collections::BTreeSet;

use serde_json::Value;
use zerobill_free_tier::{NanoDollars, Offer, Quantity, offers};

/// How many are remembered.
const MOST: usize = 200;

/// What AWS takes for them.
const OFFER: Offer = offers::named("cw.custom_metrics");

/// The series that were seen.
#[derive(Debug, Default)]
pub(super) struct Series {
    pub(super) names: BTreeSet<String>,
    /// Whether there were more than are remembered.
    pub(super) more: bool,
}

impl Series {
    pub(super) fn add(&mut self, names: Vec<String>) {
        for name in names {
            if self.names.len() < MOST {
                self.names.insert(name);
            } else {
                self.more |= !self.names.contains(&name);
            }
        }
    }
}

/// How many series have no price.
pub(super) fn free() -> u64 {
    OFFER.free_units().unwrap_or_default()
}

/// What so many cost if they are there all month, in dollars and cents.
pub(super) fn month_cost(series: usize) -> String {
    let cost = OFFER.month_cost(Quantity::whole(series as u64));
    cost.map(NanoDollars::in_cents).unwrap_or_default()
}

/// The series in a log line, `namespace name {dimension=value, …}`; none where it is no EMF document.
pub(super) fn series_of(line: &str) -> Vec<String> {
    if !(line.starts_with('{') && line.contains("\"_aws\"")) {
        return Vec::new();
    }
    let document: Value = serde_json::from_str(line).unwrap_or_default();
    let mut series = Vec::new();
    for directive in list(&document["_aws"]["CloudWatchMetrics"]) {
        let namespace = directive["Namespace"].as_str().unwrap_or_default();
        let no_dimensions = [Value::Array(Vec::new())];
        let sets = match list(&directive["Dimensions"]) {
            [] => &no_dimensions,
            sets => sets,
        };
        for set in sets {
            let dimensions = dimensions(&document, set);
            for metric in list(&directive["Metrics"]) {
                let name = metric["Name"].as_str().unwrap_or_default();
                series.push(format!("{namespace} {name}{dimensions}"));
            }
        }
    }
    series
}

/// ` {a=1, b=2}` for the dimensions that `set` names, in the order of their names.
fn dimensions(document: &Value, set: &Value) -> String {
    let names: BTreeSet<&str> = list(set).iter().filter_map(Value::as_str).collect();
    if names.is_empty() {
        return String::new();
    }
    let pair = |name: &&str| match &document[*name] {
        Value::String(value) => format!("{name}={value}"),
        value => format!("{name}={value}"),
    };
    let pairs: Vec<String> = names.iter().map(pair).collect();
    format!(" {{{}}}", pairs.join(", "))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_a_name_with_its_dimension_values() {
        let line = r#"{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Shop",
            "Dimensions":[["service","zone"],["service"]],"Metrics":[{"Name":"Orders"},{"Name":"Paid"}]}]},
            "service":"cart","zone":"b","Orders":1,"Paid":2}"#;
        assert_eq!(
            series_of(line),
            [
                "Shop Orders {service=cart, zone=b}",
                "Shop Paid {service=cart, zone=b}",
                "Shop Orders {service=cart}",
                "Shop Paid {service=cart}",
            ]
        );
        let plain =
            r#"{"_aws":{"CloudWatchMetrics":[{"Namespace":"N","Dimensions":[],"Metrics":[{"Name":"A"}]}]},"A":1}"#;
        assert_eq!(series_of(plain), ["N A"]);
    }

    #[test]
    fn other_lines_have_none() {
        for line in [
            "",
            "plain \"_aws\"",
            r#"{"_aws":7}"#,
            r#"{"_aws""#,
            r#"{"_aws":{"CloudWatchMetrics":[1]}}"#,
        ] {
            assert_eq!(series_of(line), [] as [String; 0], "{line}");
        }
    }

    #[test]
    fn the_eleventh_costs() {
        assert_eq!(free(), 10);
        assert_eq!((month_cost(10).as_str(), month_cost(12).as_str()), ("$0.00", "$0.60"));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut series = Series::default();
        series.add((0..MOST).map(|number| number.to_string()).collect());
        assert!(!series.more);
        series.add(vec!["0".to_owned()]);
        assert!(!series.more, "it is known already");
        series.add(vec!["another".to_owned()]);
        assert_eq!((series.names.len(), series.more), (MOST, true));
    }
}
