//! The report of an audit: JSON, SARIF, baselines and differences.

mod sarif;

use std::collections::HashSet;

use serde_json::{Value, json};
use zerobill_free_tier::NanoDollars;

use crate::{
    finding::{Finding, Severity},
    resource::Unknown,
};

/// What an audit found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The findings, the dearest first.
    pub findings: Vec<Finding>,
    /// What could not be judged.
    pub unknown: Vec<Unknown>,
    /// How many files were audited.
    pub files: usize,
    /// How many findings were suppressed.
    pub allowed: usize,
}

impl Report {
    /// What a month costs together. Findings without a price are not in it.
    pub fn total(&self) -> NanoDollars {
        self.findings.iter().filter_map(|finding| finding.monthly).sum()
    }

    /// How many findings have no price.
    pub fn without_price(&self) -> usize {
        self.findings.iter().filter(|finding| finding.monthly.is_none()).count()
    }

    /// Whether any finding is at least this bad.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings.iter().any(|finding| finding.severity >= severity)
    }

    /// The parts of files that could not be read at all.
    pub fn unread(&self) -> impl Iterator<Item = &Unknown> {
        self.unknown.iter().filter(|unknown| unknown.unread)
    }

    /// As JSON: `findings`, `unknown` and `files`.
    pub fn to_json(&self) -> Value {
        json!({
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "unknown": self.unknown.iter().map(unknown).collect::<Vec<_>>(),
            "files": self.files,
        })
    }

    /// As SARIF 2.1.0, for code scanning.
    pub fn to_sarif(&self) -> Value {
        sarif::log(self)
    }

    /// Without the findings that the baseline has.
    pub fn retain_new(&mut self, baseline: &Baseline) -> usize {
        let before = self.findings.len();
        self.findings
            .retain(|finding| !baseline.known.contains(&finding.fingerprint()));
        before - self.findings.len()
    }

    /// What changed since another audit. Files are compared by their path below `root` and `base_root`.
    pub fn since(&self, base: &Self, root: &str, base_root: &str) -> Difference {
        let names = |report: &Self, root: &str| -> HashSet<String> {
            report.findings.iter().map(|finding| below(finding, root)).collect()
        };
        let (before, after) = (names(base, base_root), names(self, root));
        let new = self
            .findings
            .iter()
            .filter(|finding| !before.contains(&below(finding, root)));
        let gone = base
            .findings
            .iter()
            .filter(|finding| !after.contains(&below(finding, base_root)));
        Difference {
            new: new.cloned().collect(),
            gone: gone.cloned().collect(),
            before: base.total(),
            after: self.total(),
        }
    }
}

/// A finding's name with its path taken from below a root.
fn below(finding: &Finding, root: &str) -> String {
    let file = finding
        .file
        .strip_prefix(root)
        .unwrap_or(&finding.file)
        .trim_start_matches('/');
    format!("{} {file} {}", finding.rule.id, finding.logical_id)
}

/// What changed between two audits.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Findings that were not there before.
    pub new: Vec<Finding>,
    /// Findings that are not there any more.
    pub gone: Vec<Finding>,
    /// What a month cost.
    pub before: NanoDollars,
    /// What a month costs.
    pub after: NanoDollars,
}

impl Difference {
    /// The difference in dollars a month, such as `+$32.85`.
    pub fn in_cents(&self) -> String {
        if self.after >= self.before {
            format!("+{}", self.after.saturating_sub(self.before).in_cents())
        } else {
            format!("-{}", self.before.saturating_sub(self.after).in_cents())
        }
    }

    /// As JSON: the dollars before and after, and what is new and gone.
    pub fn to_json(&self) -> Value {
        json!({
            "monthly_usd_before": self.before.usd(),
            "monthly_usd_after": self.after.usd(),
            "new": self.new.iter().map(finding).collect::<Vec<_>>(),
            "gone": self.gone.iter().map(finding).collect::<Vec<_>>(),
        })
    }
}

/// Findings that are known and accepted.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    known: HashSet<String>,
}

impl Baseline {
    /// Reads what [`Baseline::write`] wrote.
    ///
    /// # Errors
    ///
    /// If the text is not JSON with a list `findings` of texts.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            findings: HashSet<String>,
        }
        let Written { findings } = serde_json::from_str(text)?;
        Ok(Self { known: findings })
    }

    /// The findings of a report as a baseline.
    pub fn write(report: &Report) -> String {
        let mut known: Vec<String> = report.findings.iter().map(Finding::fingerprint).collect();
        known.sort();
        known.dedup();
        format!("{:#}\n", json!({ "findings": known }))
    }
}

fn finding(finding: &Finding) -> Value {
    json!({
        "id": finding.rule.id,
        "severity": finding.severity.as_str(),
        "logical_id": finding.logical_id,
        "resource_type": finding.resource_type,
        "file": &*finding.file,
        "line": finding.line,
        "reason": finding.reason,
        "fix": finding.rule.fix,
        "monthly_usd": finding.monthly.map(NanoDollars::usd),
    })
}

fn unknown(unknown: &Unknown) -> Value {
    json!({
        "logical_id": unknown.id,
        "resource_type": unknown.kind,
        "file": &*unknown.file,
        "line": unknown.line,
        "reason": unknown.reason,
        "unread": unknown.unread,
    })
}
