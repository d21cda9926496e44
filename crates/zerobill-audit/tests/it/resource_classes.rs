//! Every type of the table, by itself and without properties, is judged as its class says.

use zerobill_audit::{
    Options, Report, Severity, SourceFile, audit_files,
    classes::{self, Class},
};

fn audit(kind: &str) -> Report {
    let file = SourceFile {
        path: "a.yaml".into(),
        bytes: format!("Resources: {{A: {{Type: {kind}}}}}\n").into(),
        named: true,
    };
    audit_files(vec![file], &Options::default(), |_| None)
}

#[test]
fn a_type_is_judged_by_its_class() {
    let mut wrong = Vec::new();
    for (kind, row) in classes::all() {
        let report = audit(kind);
        let severities: Vec<Severity> = report.findings.iter().map(|finding| finding.severity).collect();
        let worst = severities.iter().max().copied();
        let right = match row.class {
            Class::Paid => worst == Some(Severity::Paid),
            // What starts others may say so.
            Class::Free => worst.is_none_or(|worst| worst == Severity::Info) && report.unknown.is_empty(),
            Class::Unknown => severities.is_empty() && report.unknown.len() == 1,
            Class::Limit => severities.contains(&Severity::Limit) || report.unknown.len() == 1,
            Class::Depends => true,
        };
        if !right {
            wrong.push(format!(
                "{kind} ({:?}, {}): {severities:?}, {} unknown",
                row.class,
                row.note,
                report.unknown.len()
            ));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
