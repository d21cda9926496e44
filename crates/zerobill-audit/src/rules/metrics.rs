//! Metrics, alarms and dashboards. Ten metrics, ten alarm metrics and three dashboards are free in the whole account.

use std::collections::HashSet;

use super::{Check, Hit, Rule, beyond_free, count, units};
use crate::{
    finding::Severity,
    node::{Node, Value},
    resource::Resource,
    run::Run,
};

const ALARM: &[&str] = &["AWS::CloudWatch::Alarm"];
const FILTER: &[&str] = &["AWS::Logs::MetricFilter"];
const DASHBOARD: &[&str] = &["AWS::CloudWatch::Dashboard"];

/// More metrics than this, and a dashboard is not free at all.
const DASHBOARD_METRICS: usize = 50;

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
        id: "alarms",
        severity: Severity::Limit,
        title: "10 alarm metrics are free in the whole account.",
        fix: "keep the alarms that wake you up",
        assumes: "all month; the account has no other alarms",
        offers: &["cw.alarms_standard"],
        linters: &[],
        check: Check::All(ALARM, alarms),
    },
    Rule {
        id: "high-resolution-alarm",
        severity: Severity::Paid,
        title: "An alarm with a period below a minute is $0.30 a month for each metric.",
        fix: "set `Period: 60` or more",
        assumes: "one month",
        offers: &["cw.alarms_highres"],
        linters: &[],
        check: Check::Each(ALARM, |_, alarm| {
            let period = fast_period(alarm);
            let hit = |node| Hit::costs(units("cw.alarms_highres", alarm_metrics(alarm))).at(node);
            period.map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "anomaly-alarm",
        severity: Severity::Trap,
        title: "An alarm on an anomaly band counts as three of the ten free ones.",
        fix: "set a fixed threshold",
        assumes: "",
        offers: &["cw.alarms_anomaly"],
        linters: &[],
        check: Check::Each(ALARM, |_, alarm| {
            let hit = |node| Hit::free().at(node);
            expression(alarm, "ANOMALY_DETECTION_BAND")
                .map(hit)
                .into_iter()
                .collect()
        }),
    },
    Rule {
        id: "metrics-insights-alarm",
        severity: Severity::Paid,
        title: "An alarm on a query is $0.10 a month for each metric that the query matches.",
        fix: "name the metric",
        assumes: "one metric matched",
        offers: &["cw.alarms_metrics_insights"],
        linters: &[],
        check: Check::Each(ALARM, |_, alarm| {
            let hit = |node| Hit::costs(units("cw.alarms_metrics_insights", 1)).at(node);
            expression(alarm, "SELECT ").map(hit).into_iter().collect()
        }),
    },
    Rule {
        id: "composite-alarm",
        severity: Severity::Paid,
        title: "A composite alarm is $0.50 a month, and the alarms in it count as well.",
        fix: "use metric math in one alarm, or send all alarms to one topic",
        assumes: "one month",
        offers: &["cw.alarms_composite"],
        linters: &[],
        check: Check::Each(&["AWS::CloudWatch::CompositeAlarm"], |_, _| {
            Hit::costs(units("cw.alarms_composite", 1)).only()
        }),
    },
    Rule {
        id: "dashboards",
        severity: Severity::Limit,
        title: "3 dashboards of up to 50 metrics are free in the whole account; each further one is $3.00 a month.",
        fix: "look at the dashboards that CloudWatch makes by itself, which are free",
        assumes: "the account has no other dashboards",
        offers: &["cw.dashboards"],
        linters: &[],
        check: Check::All(DASHBOARD, dashboards),
    },
    Rule {
        id: "dashboard-metrics",
        severity: Severity::Paid,
        title: "A dashboard of more than 50 metrics is $3.00 a month, the first too.",
        fix: "show at most 50 metrics on it",
        assumes: "one month",
        offers: &["cw.dashboards_large"],
        linters: &[],
        check: Check::Each(DASHBOARD, |_, dashboard| {
            let metrics = dashboard_metrics(dashboard);
            if metrics <= DASHBOARD_METRICS {
                return Vec::new();
            }
            let reason =
                format!("the dashboard shows {metrics} metrics; with more than {DASHBOARD_METRICS} none is free");
            Hit::costs(units("cw.dashboards_large", 1)).because(reason).only()
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

fn custom_metrics<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    const FREE: u64 = 10;
    let (mut names, mut metrics, mut crossing) = (HashSet::new(), 0, None);
    for filter in run.of(FILTER) {
        for transformation in filter.values("MetricTransformations") {
            let part = |key| {
                transformation
                    .get(key)
                    .and_then(Node::to_text)
                    .filter(|text| !text.contains("${"))
            };
            let new = part("MetricNamespace")
                .zip(part("MetricName"))
                .is_none_or(|name| names.insert(name));
            metrics += u64::from(new) * u64::from(filter.count);
            if metrics > FREE && crossing.is_none() {
                crossing = Some(filter);
            }
        }
    }
    sum(
        run.of(FILTER),
        crossing,
        metrics,
        FREE,
        "cw.custom_metrics",
        "custom metrics",
    )
}

fn alarms<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    const FREE: u64 = 10;
    let mut standard = run.of(ALARM);
    // Those have prices of their own.
    standard.retain(|alarm| fast_period(alarm).is_none() && expression(alarm, "SELECT ").is_none());
    let (mut metrics, mut crossing) = (0, None);
    for alarm in &standard {
        metrics += alarm_metrics(alarm) * u64::from(alarm.count);
        if metrics > FREE && crossing.is_none() {
            crossing = Some(*alarm);
        }
    }
    sum(standard, crossing, metrics, FREE, "cw.alarms_standard", "alarm metrics")
}

fn dashboards<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    const FREE: u64 = 3;
    let mut small = run.of(DASHBOARD);
    small.retain(|dashboard| dashboard_metrics(dashboard) <= DASHBOARD_METRICS);
    let (mut dashboards, mut crossing) = (0, None);
    for dashboard in &small {
        dashboards += u64::from(dashboard.count);
        if dashboards > FREE && crossing.is_none() {
            crossing = Some(*dashboard);
        }
    }
    sum(small, crossing, dashboards, FREE, "cw.dashboards", "dashboards")
}

/// One finding for all: where the limit is crossed, or at the first of them.
fn sum<'r>(
    all: Vec<&'r Resource>,
    crossing: Option<&'r Resource>,
    used: u64,
    free: u64,
    offer: &str,
    what: &str,
) -> Vec<(&'r Resource, Hit)> {
    let Some(first) = all.first().filter(|_| used > 0) else {
        return Vec::new();
    };
    let reason = format!("{used} {what}, of which {free} are free in the whole account");
    let hit = Hit::costs(beyond_free(offer, used)).because(reason);
    match crossing {
        Some(crossing) => vec![(crossing, hit.severity(Severity::Paid))],
        None => vec![(first, hit)],
    }
}

/// How many metrics an alarm watches: one, each of its math, or three with an anomaly band.
fn alarm_metrics(alarm: &Resource) -> u64 {
    if expression(alarm, "ANOMALY_DETECTION_BAND").is_some() {
        return 3;
    }
    let metrics = alarm.values("Metrics.MetricStat").len();
    u64::try_from(metrics).unwrap_or(u64::MAX).max(1)
}

fn expression<'r>(alarm: &'r Resource, word: &str) -> Option<&'r Node> {
    let expressions = alarm.values("Metrics.Expression");
    expressions.into_iter().find(|node| {
        node.as_text()
            .is_some_and(|text| text.to_uppercase().trim_start().contains(word))
    })
}

/// A period that is not at least a minute.
fn fast_period(alarm: &Resource) -> Option<&Node> {
    let periods = alarm
        .values("Period")
        .into_iter()
        .chain(alarm.values("Metrics.MetricStat.Period"));
    let mut fast = periods.filter(|node| node.as_number().is_some_and(|period| period < 60.0));
    fast.next()
}

/// How many metrics a dashboard shows: entries of `metrics` lists in its body.
fn dashboard_metrics(dashboard: &Resource) -> usize {
    let bodies = dashboard.values("DashboardBody");
    bodies.into_iter().map(metrics_in).sum()
}

fn metrics_in(node: &Node) -> usize {
    match &node.value {
        Value::Text(text) if text.trim_start().starts_with('{') => match crate::syntax::parse(text, true) {
            Ok(document) => document.roots.iter().map(metrics_in).sum(),
            Err(_) => 0,
        },
        Value::List(items) => items.iter().map(metrics_in).sum(),
        Value::Map(entries) => entries
            .iter()
            .map(|entry| match entry.key.as_str() {
                "metrics" => entry.value.items().len(),
                _ => metrics_in(&entry.value),
            })
            .sum(),
        _ => 0,
    }
}

/// How often `rate(5 minutes)` happens in a month of 30 days. A canary at `rate(0 minute)` runs once.
fn runs_per_month(expression: &str) -> Option<u64> {
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
