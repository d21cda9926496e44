//! Dashboards: three of up to 50 metrics are free in the whole account.

use super::{Check, Hit, Rule, sum, units};
use crate::{
    finding::Severity,
    node::{Node, Value},
    resource::Resource,
    run::Run,
};

const DASHBOARD: &[&str] = &["AWS::CloudWatch::Dashboard"];

/// More metrics than this, and a dashboard is not free at all.
const DASHBOARD_METRICS: usize = 50;

pub(super) const RULES: &[Rule] = &[
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
];

fn dashboards<'r>(run: &Run<'r>) -> Vec<(&'r Resource, Hit)> {
    let mut small = run.of(DASHBOARD);
    small.retain(|dashboard| dashboard_metrics(dashboard) <= DASHBOARD_METRICS);
    let dashboards = small
        .into_iter()
        .map(|dashboard| (dashboard, u64::from(dashboard.count)));
    sum(dashboards, 3, "cw.dashboards", "dashboards")
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
