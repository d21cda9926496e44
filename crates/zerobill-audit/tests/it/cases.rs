//! Each file or folder of `cases/` is a case: it says itself which findings it has, exactly. `UPDATE_EXPECT=1` writes them anew.

use std::{
    fs,
    path::{Path, PathBuf},
};

use zerobill_audit::{Options, Report, Rule, audit_paths, rules};
use zerobill_free_tier::NanoDollars;

use crate::is_writing;

/// Where a folder says what is found in it.
const EXPECTED: &str = "expected.txt";

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

/// A line for each finding and for each thing not judged: `paid nat-gateway Gateway:3 $32.85`.
fn found(report: &Report, case: &Path) -> Vec<String> {
    let folder = if case.is_dir() { case } else { case.parent().unwrap() };
    let place = |file: &str, line: usize| {
        let file = Path::new(file).strip_prefix(folder).unwrap().display().to_string();
        if case.is_dir() {
            format!("{file}:{line}")
        } else {
            format!("{line}")
        }
    };
    let findings = report.findings.iter().map(|finding| {
        let dollars = finding.monthly.map_or("$?".to_owned(), NanoDollars::in_cents);
        let place = place(&finding.file, finding.line);
        let id = if finding.logical_id.is_empty() {
            "-"
        } else {
            &finding.logical_id
        };
        format!("{} {} {id} {place} {dollars}", finding.severity, finding.rule.id)
    });
    let unknown = report.unknown.iter().map(|unknown| {
        let place = place(&unknown.file, unknown.line);
        format!(
            "unknown {} {place} {}",
            unknown.id.as_deref().unwrap_or("-"),
            unknown.reason
        )
    });
    findings.chain(unknown).collect()
}

/// A case's own comment lines, and the mark that begins them.
fn expected(case: &Path) -> (Vec<String>, String, String) {
    if case.is_dir() {
        let text = fs::read_to_string(case.join(EXPECTED)).unwrap_or_default();
        return (text.lines().map(str::to_owned).collect(), String::new(), String::new());
    }
    let text = fs::read_to_string(case).unwrap();
    let mark = if case.extension().unwrap() == "json" {
        "// "
    } else {
        "# "
    };
    let head: Vec<&str> = text.lines().take_while(|line| line.starts_with(mark)).collect();
    let rest = lines_of(text.lines().skip(head.len()).map(str::to_owned));
    let lines = head.iter().map(|line| line.trim_start_matches(mark).to_owned());
    (lines.collect(), mark.to_owned(), rest)
}

fn lines_of(lines: impl Iterator<Item = String>) -> String {
    lines.fold(String::new(), |text, line| text + &line + "\n")
}

#[test]
fn every_case_has_exactly_its_findings() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let report = audit_paths(std::slice::from_ref(case), &Options::default()).unwrap();
        let (expected, mark, rest) = expected(case);
        let found = found(&report, case);
        if is_writing() {
            let lines = lines_of(found.iter().map(|line| format!("{mark}{line}")));
            if case.is_dir() {
                fs::write(case.join(EXPECTED), lines).unwrap();
            } else {
                fs::write(case, lines + &rest).unwrap();
            }
        } else if found != expected {
            wrong.push(format!(
                "{}:\n  found    {}\n  expected {}",
                case.display(),
                found.join("\n           "),
                expected.join("\n           ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_rule_has_a_case_that_it_finds() {
    let expected: Vec<String> = cases().iter().flat_map(|case| expected(case).0).collect();
    let found = |rule: &Rule| expected.iter().any(|line| line.split(' ').nth(1) == Some(rule.id));
    let missing: Vec<&str> = rules::all().filter(|rule| !found(rule)).map(|rule| rule.id).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}
