//! Dependencies whose whole purpose is a service that is paid.

use super::{Check, Hit, Rule};
use crate::finding::Severity;

/// The types under which the readers of lock files list what they find.
pub(crate) const PAID_CLIENT: &str = "Package::PaidClient";
pub(crate) const METRICS_CLIENT: &str = "Package::MetricsClient";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "paid-client",
        severity: Severity::Trap,
        title: "A dependency is the client of a service without a free tier.",
        fix: "use a free service for it, or remove the dependency if nothing calls it",
        assumes: "",
        offers: &["secrets.api", "appconfig.requests"],
        linters: &[],
        check: Check::Each(&[PAID_CLIENT], |_, package| {
            let why = package
                .first("Why")
                .and_then(crate::node::Node::as_text)
                .unwrap_or_default();
            Hit::free().because(format!("`{}` calls {why}", package.id)).only()
        }),
    },
    Rule {
        id: "metrics-client",
        severity: Severity::Trap,
        title: "A dependency can poll GetMetricData or send custom metrics; GetMetricData is never free.",
        fix: "use GetMetricStatistics (1,000,000 calls are free), and log metrics instead of sending them, at most 10",
        assumes: "",
        offers: &["cw.get_metric_data", "cw.custom_metrics"],
        linters: &[],
        check: Check::Each(&[METRICS_CLIENT], |_, package| {
            let why = package
                .first("Why")
                .and_then(crate::node::Node::as_text)
                .unwrap_or_default();
            Hit::free().because(format!("`{}` {why}", package.id)).only()
        }),
    },
];
