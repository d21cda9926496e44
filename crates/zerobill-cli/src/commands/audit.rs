//! `zerobill audit`: what in templates will be billed.

mod table;

use std::{path::Path, process::ExitCode};

use zerobill_audit::{Baseline, Options, Report, Severity, audit_paths};

use crate::{
    cli::{Audit, AuditFormat, FailOn},
    failure::{Failure, Kind},
    printer,
};

pub(crate) fn run(arguments: &Audit) -> Result<ExitCode, Failure> {
    let options = Options::default().with_requests(arguments.requests);
    let mut report = audit_paths(&arguments.paths, &options).map_err(unreadable)?;
    if let Some(file) = &arguments.write_baseline {
        let text = Baseline::write(&report);
        std::fs::write(file, text)
            .map_err(|error| Failure::user(format!("cannot write `{}`: {error}", file.display())))?;
        printer::note(&format!(
            "{} findings written to `{}`",
            report.findings.len(),
            file.display()
        ));
    }
    let known = match &arguments.baseline {
        Some(file) => report.retain_new(&baseline(file)?),
        None => 0,
    };
    let difference = match &arguments.base {
        Some(base) => {
            let before = audit_paths(std::slice::from_ref(base), &options).map_err(unreadable)?;
            let root = arguments
                .paths
                .first()
                .map(|path| path.display().to_string())
                .unwrap_or_default();
            Some(report.since(&before, &root, &base.display().to_string()))
        }
        None => None,
    };
    match arguments.format {
        AuditFormat::Table => table::print(&report, difference.as_ref(), known, arguments.explain),
        AuditFormat::Sarif => printer::data(&format!("{:#}", report.to_sarif())),
        AuditFormat::Json => {
            let mut json = report.to_json();
            if let (Some(difference), Some(object)) = (&difference, json.as_object_mut()) {
                object.insert("difference".to_owned(), difference.to_json());
            }
            printer::data(&format!("{json:#}"));
        }
    }
    for unread in report.unread() {
        let place = if unread.line == 0 {
            String::new()
        } else {
            format!(":{}", unread.line)
        };
        printer::note(&format!(
            "cannot read `{}{place}`: {}",
            unread.file,
            printer::name(&unread.reason)
        ));
    }
    let findings = difference.map_or(report.findings.clone(), |difference| difference.new);
    let worst = findings.iter().map(|finding| finding.severity).max();
    let failed = worst >= Some(fails_at(arguments.fail_on)) && arguments.fail_on != FailOn::None;
    let passed = !failed && report.unread().next().is_none() && said_something(&report);
    Ok(ExitCode::from(if passed { 0 } else { Kind::User.exit_code() }))
}

/// Nothing audited is nothing passed.
fn said_something(report: &Report) -> bool {
    if report.files == 0 {
        printer::note("nothing to audit: no template and no list of dependencies was found");
    }
    report.files > 0
}

const fn fails_at(fail_on: FailOn) -> Severity {
    match fail_on {
        FailOn::Paid | FailOn::None => Severity::Paid,
        FailOn::Trap => Severity::Trap,
        FailOn::Limit => Severity::Limit,
    }
}

fn unreadable(error: zerobill_audit::WalkError) -> Failure {
    Failure::new(Kind::User, error)
}

fn baseline(file: &Path) -> Result<Baseline, Failure> {
    let wrong = |problem: String| {
        Failure::usage(format!("cannot read the baseline `{}`: {problem}", file.display()))
            .hint("`--write-baseline FILE` writes one")
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    Baseline::read(&text).map_err(|error| wrong(error.to_string()))
}
