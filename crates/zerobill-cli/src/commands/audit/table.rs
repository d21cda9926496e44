//! The audit for people: dollars first.

use std::fmt::Write as _;

use zerobill_audit::{Difference, Finding, Report, Severity};
use zerobill_free_tier::offers;

use crate::printer;

/// Prints the findings, what could not be judged, and the total.
pub(super) fn print(report: &Report, difference: Option<&Difference>, known: usize, explain: bool) {
    match difference {
        Some(difference) => {
            for finding in &difference.new {
                print_finding("+", finding, explain);
            }
            for finding in &difference.gone {
                print_finding("-", finding, false);
            }
        }
        None => {
            for finding in &report.findings {
                print_finding("", finding, explain);
            }
        }
    }
    for unknown in report.unknown.iter().filter(|unknown| !unknown.unread) {
        let name = match (&unknown.id, &unknown.kind) {
            (Some(id), Some(kind)) => format!("{} ({}): ", printer::name(id), printer::name(kind)),
            _ => String::new(),
        };
        printer::data(&format!(
            "{:>10}  unknown  {}:{}  {name}{}",
            "?",
            unknown.file,
            unknown.line,
            printer::name(&unknown.reason)
        ));
    }
    printer::data(&total(report));
    if let Some(difference) = difference {
        printer::data(&format!(
            "{} a month: {} before, {} now",
            difference.in_cents(),
            difference.before.in_cents(),
            difference.after.in_cents()
        ));
    }
    let counts = counts(report, known);
    printer::data(&counts);
}

fn print_finding(mark: &str, finding: &Finding, explain: bool) {
    let dollars = match finding.monthly {
        None => "?".to_owned(),
        Some(monthly) => monthly.in_cents(),
    };
    let subject = if finding.logical_id.is_empty() {
        "-".into()
    } else {
        printer::name(&finding.logical_id)
    };
    printer::data(&format!(
        "{:>10}  {:5}  {}  {}:{}  {subject}",
        format!("{mark}{dollars}"),
        finding.severity.as_str(),
        finding.rule.id,
        finding.file,
        finding.line
    ));
    print_wrapped(&finding.reason);
    print_wrapped(&format!("fix: {}", finding.rule.fix));
    if explain {
        explain_finding(finding);
    }
}

/// How wide lines of text are, with their indent.
const WIDTH: usize = 120;
const INDENT: usize = 12;

/// Prints a text below its finding, broken between words.
fn print_wrapped(text: &str) {
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && INDENT + line.chars().count() + 1 + word.chars().count() > WIDTH {
            printer::data(&format!("{:INDENT$}{line}", ""));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    printer::data(&format!("{:INDENT$}{line}", ""));
}

/// What the estimate assumes, and how sure the facts are.
fn explain_finding(finding: &Finding) {
    if !finding.rule.assumes.is_empty() {
        print_wrapped(&format!("assumes: {}", finding.rule.assumes));
    }
    for offer in finding.rule.offers.iter().filter_map(|id| offers::find(id)) {
        print_wrapped(&format!(
            "fact: {} ({} confidence: {}; seen {} at {})",
            offer.id,
            offer.confidence.as_str(),
            offer.because,
            offer.seen,
            offer.source
        ));
    }
    for linter in finding.rule.linters {
        print_wrapped(&format!("conflicts with Checkov: {linter}"));
    }
}

fn total(report: &Report) -> String {
    let unpriced = match report.without_price() {
        0 => String::new(),
        1 => ", and one finding without a price".to_owned(),
        more => format!(", and {more} findings without a price"),
    };
    format!("{:>10}  a month in us-east-1{unpriced}", report.total().in_cents())
}

fn counts(report: &Report, known: usize) -> String {
    let of = |severity| {
        report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let mut counts = format!(
        "{} paid, {} trap, {} limit, {} info, {} unknown in {} {}",
        of(Severity::Paid),
        of(Severity::Trap),
        of(Severity::Limit),
        of(Severity::Info),
        report.unknown.len(),
        report.files,
        if report.files == 1 { "file" } else { "files" }
    );
    if report.allowed > 0 {
        _ = write!(counts, "; {} allowed", report.allowed);
    }
    if known > 0 {
        _ = write!(counts, "; {known} in the baseline");
    }
    counts
}
