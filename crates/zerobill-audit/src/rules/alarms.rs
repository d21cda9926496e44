//! Alarms: ten alarm metrics are free in the whole account.

use super::{Check, Hit, Rule, sum, units};
use crate::{finding::Severity, node::Node, resource::Resource, run::Run};

const ALARM: &[&str] = &["AWS::CloudWatch::Alarm"];

pub(super) const RULES: &[Rule] = &[
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
];

fn alarms<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let mut standard = run.of(ALARM);
    // Those have prices of their own.
    standard.retain(|alarm| fast_period(alarm).is_none() && expression(alarm, "SELECT ").is_none());
    let metrics = standard
        .into_iter()
        .map(|alarm| (alarm, alarm_metrics(alarm) * u64::from(alarm.count)));
    sum(metrics, 10, "cw.alarms_standard", "alarm metrics")
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
