//! An audit from files to a report.

use std::{collections::HashSet, path::PathBuf};

use zerobill_free_tier::NanoDollars;

use crate::{
    classes::{self, Class},
    finding::{Finding, Severity},
    report::Report,
    resource::{Resource, Unknown},
    rules::{self, Check, Hit, Rule},
    run::Run,
    source::{SourceFile, walk},
    sources::Sources,
    suppression,
};

/// What an audit assumes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Requests a month that the estimates are made with, through each resource.
    pub requests: u64,
}

impl Default for Options {
    /// A million requests: as many as Lambda has free.
    fn default() -> Self {
        Self {
            requests: zerobill_free_tier::REQUESTS_PER_MONTH,
        }
    }
}

impl Options {
    /// With so many requests a month.
    #[must_use]
    pub const fn with_requests(mut self, requests: u64) -> Self {
        self.requests = requests;
        self
    }
}

/// Audits files and folders. Nested templates are read where they lie.
///
/// # Errors
///
/// If a path cannot be read. Files that cannot be understood are in [`Report::unknown`].
pub fn audit_paths(paths: &[PathBuf], options: &Options) -> Result<Report, walk::WalkError> {
    let found = walk::collect(paths)?;
    let mut report = audit_files(found.files, options, walk::load);
    report.files += found.unread.len();
    report.unknown.extend(
        found
            .unread
            .into_iter()
            .map(|(file, reason)| Unknown::unread(file, 0, reason)),
    );
    Ok(report)
}

/// Audits these files. `load` reads a file that one of them deploys with it, by its path.
pub fn audit_files(files: Vec<SourceFile>, options: &Options, load: impl Fn(&str) -> Option<Vec<u8>>) -> Report {
    let mut sources = Sources::of(files);
    let contents = sources.contents(load);
    let run = Run::new(&contents.resources, options.requests);
    let (mut findings, mut unknown) = judge(&run);
    unknown.extend(contents.unknown);
    let allowed = suppression::apply(&sources.suppressions, &mut findings);
    // Dollars first, and what has no price before what costs nothing.
    let dear = |finding: &Finding| (finding.monthly.unwrap_or(NanoDollars(1)), finding.severity);
    findings.sort_by(|one, other| {
        let place = (&one.file, one.line, one.rule.id, &one.logical_id);
        dear(other)
            .cmp(&dear(one))
            .then_with(|| place.cmp(&(&other.file, other.line, other.rule.id, &other.logical_id)))
    });
    unknown.sort_by(|one, other| (&one.file, one.line, &one.reason).cmp(&(&other.file, other.line, &other.reason)));
    Report {
        findings,
        unknown,
        files: sources.audited,
        allowed,
    }
}

/// What the rules say, and what they cannot say.
fn judge(run: &Run<'_>) -> (Vec<Finding>, Vec<Unknown>) {
    let (mut findings, mut unknown) = (Vec::new(), Vec::new());
    let mut add = |rule: &'static Rule, resource: &Resource, hit: Hit| {
        let severity = hit.severity.unwrap_or(rule.severity);
        // What is left out by default is worth a word only if it would cost.
        if resource.off_by.is_some() && (hit.unknown || severity < Severity::Paid) {
            return;
        }
        if hit.unknown {
            unknown.push(Unknown::of(resource, hit.reason.unwrap_or_default()));
        } else {
            findings.push(finding(rule, resource, hit));
        }
    };
    let mut judged: HashSet<&str> = rules::QUIET.iter().copied().collect();
    for rule in rules::all() {
        judged.extend(rule.check.kinds());
        match rule.check {
            Check::Each(kinds, check) => {
                for resource in run.each(kinds) {
                    for hit in check(run, resource) {
                        add(rule, resource, times(hit, resource.count));
                    }
                }
            }
            Check::All(_, check) => {
                for (resource, hit) in check(run) {
                    add(rule, resource, hit);
                }
            }
            Check::Elsewhere => {}
        }
    }
    for resource in run.resources() {
        for reason in rules::unknown(resource) {
            add(&rules::UNKNOWN, resource, Hit::unknown(reason));
        }
        if judged.contains(resource.kind.as_str()) {
            continue;
        }
        match by_class(resource) {
            Ok(Some((rule, hit))) => add(rule, resource, hit),
            Ok(None) => {}
            Err(reason) => add(&rules::UNKNOWN, resource, Hit::unknown(reason)),
        }
    }
    (findings, unknown)
}

/// What the table of types says of a resource that no rule knows.
fn by_class(resource: &Resource) -> Result<Option<(&'static Rule, Hit)>, String> {
    let Some(row) = classes::class_of(&resource.kind) else {
        let custom = resource.kind.starts_with("Custom::");
        return Err(if custom {
            "a custom resource can make anything"
        } else {
            "the type is not known"
        }
        .to_owned());
    };
    let (id, monthly, so) = match row.class {
        Class::Free => return Ok(None),
        Class::Unknown => return Err(format!("what the type costs is not known ({})", row.note)),
        Class::Paid => ("paid-service", monthly_in(row.note), "paid from the first unit"),
        Class::Limit => ("free-within-limit", Some(NanoDollars::ZERO), "free within a limit"),
        Class::Depends => ("depends-on-use", Some(NanoDollars::ZERO), "it depends"),
    };
    let hit = Hit::costs(monthly).because(format!("{so}: {}", row.note));
    Ok(rules::find(id).map(|rule| (rule, hit)))
}

/// The price of a month, where a note begins with it: `$400/month`.
fn monthly_in(note: &str) -> Option<NanoDollars> {
    let (dollars, _) = note.strip_prefix('$')?.split_once("/month")?;
    let dollars: u128 = dollars.parse().ok()?;
    Some(NanoDollars(dollars * 1_000_000_000))
}

fn times(mut hit: Hit, count: u32) -> Hit {
    hit.monthly = hit.monthly.map(|monthly| monthly.times(u64::from(count.max(1))));
    hit
}

fn finding(rule: &'static Rule, resource: &Resource, hit: Hit) -> Finding {
    let mut finding = Finding {
        rule,
        severity: hit.severity.unwrap_or(rule.severity),
        logical_id: resource.id.clone(),
        resource_type: resource.written_kind.clone(),
        file: resource.file.clone(),
        line: hit.line.unwrap_or(resource.line),
        reason: hit.reason.unwrap_or_else(|| plain(rule.title)),
        monthly: hit.monthly,
    };
    if let Some(condition) = &resource.off_by {
        finding.severity = Severity::Info;
        finding.monthly = Some(NanoDollars::ZERO);
        finding.reason = format!(
            "only if `{condition}` holds, which by the defaults it does not: {}",
            finding.reason
        );
    }
    finding
}

/// A sentence as a reason: in lower case, unless it begins with a name, and without the period.
fn plain(title: &str) -> String {
    const NAMES: &[&str] = &["Container", "Contributor", "Firehose", "Lambda", "Managed"];
    let title = title.trim_end_matches('.');
    let (first, rest) = title.split_once(' ').unwrap_or((title, ""));
    let inner = first.get(1..).unwrap_or_default();
    let is_name = NAMES.contains(&first) || inner.contains(|letter: char| !letter.is_lowercase() && letter != '-');
    if is_name {
        title.to_owned()
    } else {
        format!("{} {rest}", first.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::{NanoDollars, monthly_in, plain, rules};

    #[test]
    fn a_note_that_begins_with_a_price_of_a_month_has_it() {
        assert_eq!(
            monthly_in("$400/month ($50 short-lived)"),
            Some(NanoDollars(400_000_000_000))
        );
        assert_eq!(monthly_in("$1/rule/month"), None);
        assert_eq!(monthly_in("billed by the hour"), None);
    }

    #[test]
    fn a_title_as_a_reason_keeps_names() {
        assert_eq!(plain("A secret is $0.40."), "a secret is $0.40");
        assert_eq!(
            plain("Point-in-time recovery is paid."),
            "point-in-time recovery is paid"
        );
        assert_eq!(plain("Text messages are billed."), "text messages are billed");
        assert_eq!(plain("CloudFront has 1 TB free."), "CloudFront has 1 TB free");
        assert_eq!(plain("X-Ray has traces free."), "X-Ray has traces free");
        assert_eq!(plain("S3 has no free tier."), "S3 has no free tier");
        assert_eq!(plain("Lambda polls."), "Lambda polls");
        assert!(rules::all().all(|rule| !plain(rule.title).ends_with('.')));
    }
}
