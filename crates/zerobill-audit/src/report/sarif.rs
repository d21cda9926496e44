//! SARIF 2.1.0, which code scanning shows beside the lines.

use serde_json::{Value, json};

use super::Report;
use crate::{
    finding::{Finding, Severity},
    page,
    resource::Unknown,
    rules::{self, Rule},
};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn log(report: &Report) -> Value {
    let unread: Vec<Value> = report.unread().map(notification).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "zerobill",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules::all().map(rule).collect::<Vec<_>>(),
            }},
            "results": report.findings.iter().map(result).collect::<Vec<_>>(),
            "invocations": [{
                "executionSuccessful": unread.is_empty(),
                "toolExecutionNotifications": unread,
            }],
            "columnKind": "unicodeCodePoints",
        }],
    })
}

fn rule(rule: &Rule) -> Value {
    let help = page::section(rule);
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.title },
        // The page's section itself: it is read where there is no network, and no address of it stays right.
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(finding: &Finding) -> Value {
    let index = rules::all().position(|rule| rule.id == finding.rule.id);
    let dollars = match finding.monthly {
        Some(monthly) if monthly.0 > 0 => format!(" ({} a month)", monthly.in_cents()),
        _ => String::new(),
    };
    json!({
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": format!("{}: {}{dollars}; {}", finding.logical_id, finding.reason, finding.rule.fix) },
        "locations": [location(&finding.file, finding.line)],
        "partialFingerprints": { "zerobill/v1": finding.fingerprint() },
    })
}

fn notification(unknown: &Unknown) -> Value {
    json!({
        "level": "error",
        "message": { "text": unknown.reason },
        "locations": [location(&unknown.file, unknown.line)],
    })
}

fn location(file: &str, line: usize) -> Value {
    let uri: String = file
        .trim_start_matches("./")
        .split('/')
        .map(encoded)
        .collect::<Vec<_>>()
        .join("/");
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri },
        "region": { "startLine": line.max(1) },
    }})
}

/// A part of a path in a URI.
fn encoded(part: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    part.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Paid => "error",
        Severity::Trap => "warning",
        Severity::Limit | Severity::Info => "note",
    }
}
