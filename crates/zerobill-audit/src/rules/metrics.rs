//! Metrics of one's own: ten are free in the whole account.

use std::collections::HashSet;

use super::{Check, Hit, Rule, beyond_free, count, sum, units};
use crate::{finding::Severity, node::Node, resource::Resource, run::Run};

const FILTER: &[&str] = &["AWS::Logs::MetricFilter"];

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "custom-metrics",
        severity: Severity::Limit,
        title: "10 custom metrics are free in the whole account, counted by name and dimension set.",
        fix: "drop the metrics you do not look at; Lambda's own metrics are free",
        assumes: "each metric has data all month; nothing else makes metrics",
        offers: &["cw.custom_metrics"],
        linters: &[],
        check: Check::All(FILTER, custom_metrics),
    },
    Rule {
        id: "metric-dimensions",
        severity: Severity::Trap,
        title: "Each value of a dimension is a metric of its own, and 10 are free.",
        fix: "leave the dimension out, and look into the logs for it",
        assumes: "",
        offers: &["cw.custom_metrics"],
        linters: &[],
        check: Check::Each(FILTER, |_, filter| {
            let found = filter
                .values("MetricTransformations.Dimensions")
                .into_iter()
                .find(|node| !node.is_null());
            found.map(|node| Hit::free().at(node)).into_iter().collect()
        }),
    },
    Rule {
        id: "metric-stream",
        severity: Severity::Paid,
        title: "A metric stream is billed for each update, and Firehose with it.",
        fix: "read the few metrics you need with GetMetricStatistics: 1,000,000 calls are free",
        assumes: "100 metrics, one update a minute",
        offers: &["cw.metric_streams"],
        linters: &[],
        check: Check::Each(&["AWS::CloudWatch::MetricStream"], |_, _| {
            Hit::costs(units(
                "cw.metric_streams",
                100 * 60 * zerobill_free_tier::offers::HOURS_PER_MONTH,
            ))
            .only()
        }),
    },
    Rule {
        id: "canary",
        severity: Severity::Limit,
        title: "100 runs of canaries are free each month; one every five minutes makes 8,640.",
        fix: "run it twice a day at most, or let a schedule call the function",
        assumes: "the rate in its schedule; Lambda, logs and S3 not counted",
        offers: &["cw.synthetics"],
        linters: &[],
        check: Check::Each(&["AWS::Synthetics::Canary"], |_, canary| {
            let Some(runs) = canary
                .first("Schedule.Expression")
                .and_then(Node::as_text)
                .and_then(runs_per_month)
            else {
                return Hit::unknown("how often the canary runs is not known; 100 runs a month are free").only();
            };
            let reason = format!("{} runs a month, of which 100 are free", super::grouped(runs));
            let hit = Hit::costs(beyond_free("cw.synthetics", runs)).because(reason);
            if runs > 100 {
                hit.severity(Severity::Paid).only()
            } else {
                hit.only()
            }
        }),
    },
];

/// The metrics that filters make, each name once. A filter of which nothing is known makes at least one.
fn custom_metrics<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let mut names = HashSet::new();
    let mut metrics = Vec::new();
    for filter in run.of(FILTER) {
        let transformations = filter.values("MetricTransformations");
        let unknown = usize::from(transformations.is_empty());
        let new = transformations.into_iter().filter(|transformation| {
            let part = |key| {
                let text = transformation.get(key).and_then(Node::to_text);
                text.filter(|text| !text.contains("${"))
            };
            part("MetricNamespace")
                .zip(part("MetricName"))
                .is_none_or(|name| names.insert(name))
        });
        let new = u64::try_from(new.count() + unknown).unwrap_or(u64::MAX);
        metrics.push((filter, new.saturating_mul(u64::from(filter.count))));
    }
    sum(metrics, 10, "cw.custom_metrics", "custom metrics")
}

/// How often `rate(5 minutes)` happens in a month of 30 days. A canary at `rate(0 minute)` runs once.
pub(super) fn runs_per_month(expression: &str) -> Option<u64> {
    let inside = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = inside.trim().split_once(' ')?;
    let number = count(number.parse().ok()?);
    let per_month: u64 = match unit.trim_end_matches('s') {
        "minute" => 30 * 24 * 60,
        "hour" => 30 * 24,
        "day" => 30,
        _ => return None,
    };
    Some(per_month.checked_div(number).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::runs_per_month;

    #[test]
    fn a_rate_makes_runs() {
        assert_eq!(runs_per_month("rate(5 minutes)"), Some(8_640));
        assert_eq!(runs_per_month("rate(1 hour)"), Some(720));
        assert_eq!(runs_per_month("rate(0 minute)"), Some(1));
        assert_eq!(runs_per_month("cron(0 0 * * ? *)"), None);
    }
}
