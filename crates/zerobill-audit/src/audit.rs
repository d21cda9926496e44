//! An audit from files to a report.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use zerobill_free_tier::NanoDollars;

use crate::{
    classes::{self, Class},
    finding::{Finding, Severity},
    node::Entry,
    report::Report,
    resource::{Contents, Resource, Unknown},
    rules::{self, Check, Hit, Rule},
    run::Run,
    source::{self, Parsed, SourceFile, terraform, walk},
    suppression::{self, Suppressions},
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
    Ok(audit_files(walk::collect(paths)?, options, walk::load))
}

/// Audits these files. `load` reads a file that one of them deploys with it, by its path.
pub fn audit_files(files: Vec<SourceFile>, options: &Options, load: impl Fn(&str) -> Option<Vec<u8>>) -> Report {
    let mut sources = Sources::default();
    for file in files {
        sources.add(file);
    }
    let contents = sources.contents(load);
    let run = Run::new(&contents.resources, options.requests);
    let (mut findings, mut unknown) = judge(&run);
    unknown.extend(contents.unknown);
    let allowed = suppression::apply(&sources.suppressions, &mut findings);
    findings.sort_by(|one, other| {
        // Dollars first, and what has no price before what costs nothing.
        let dear = |finding: &Finding| (finding.monthly.unwrap_or(NanoDollars(1)), finding.severity);
        let place = |finding: &Finding| {
            (
                finding.file.clone(),
                finding.line,
                finding.rule.id,
                finding.logical_id.clone(),
            )
        };
        dear(other).cmp(&dear(one)).then_with(|| place(one).cmp(&place(other)))
    });
    unknown.sort_by(|one, other| (&one.file, one.line, &one.reason).cmp(&(&other.file, other.line, &other.reason)));
    Report {
        findings,
        unknown,
        files: sources.audited,
        allowed,
    }
}

/// All that was read, by file and in order.
#[derive(Default)]
struct Sources {
    parsed: BTreeMap<Arc<str>, Parsed>,
    unread: Vec<Unknown>,
    suppressions: Suppressions,
    audited: usize,
}

impl Sources {
    fn add(&mut self, file: SourceFile) {
        match source::parse(&file) {
            Ok(Parsed::Nothing) => {}
            Ok(parsed) => {
                self.audited += 1;
                self.suppressions.read(&file);
                self.parsed.insert(file.path, parsed);
            }
            Err(fault) => {
                self.audited += 1;
                self.unread.push(Unknown {
                    id: None,
                    kind: None,
                    file: file.path,
                    line: fault.line,
                    reason: fault.message,
                    unread: true,
                });
            }
        }
    }

    /// What the files come to. A template that another one deploys gets its parameters from there.
    fn contents(&mut self, load: impl Fn(&str) -> Option<Vec<u8>>) -> Contents {
        let plain = self
            .parsed
            .iter()
            .map(|(path, parsed)| (path.clone(), source::read(parsed, path, None)));
        let mut by_file: BTreeMap<Arc<str>, Contents> = plain.collect();
        let nested = |path: &Arc<str>, contents: &Contents| {
            let found = contents
                .nested
                .iter()
                .map(|nested| (beside(path, &nested.path), nested.clone()));
            found.collect::<Vec<_>>()
        };
        let mut waiting: Vec<_> = by_file
            .iter()
            .flat_map(|(path, contents)| nested(path, contents))
            .collect();
        // A template may deploy itself in a circle; each is read once with parameters.
        let mut deployed = HashSet::new();
        while let Some((inner, by)) = waiting.pop() {
            let inner: Arc<str> = inner.into();
            if !self.parsed.contains_key(&inner)
                && let Some(bytes) = load(&inner)
            {
                let (path, named) = (inner.clone(), true);
                self.add(SourceFile { path, bytes, named });
            }
            match self.parsed.get(&inner) {
                Some(parsed) if deployed.insert(inner.clone()) => {
                    let contents = source::read(parsed, &inner, Some(&by.parameters));
                    waiting.extend(nested(&inner, &contents));
                    by_file.insert(inner, contents);
                }
                Some(_) => {}
                None => {
                    let reason = format!("the template it deploys, `{}`, cannot be read", by.path);
                    self.unread.push(Unknown::of(&by.resource, reason));
                }
            }
        }
        by_file.extend(self.modules());
        let mut all = Contents::default();
        for (path, contents) in by_file {
            self.suppressions.place(&path, &contents);
            all.append(contents);
        }
        all.unknown.append(&mut self.unread);
        all
    }

    /// The Terraform modules, a folder each. A module that another one uses gets its variables from there.
    fn modules(&self) -> Vec<(Arc<str>, Contents)> {
        let mut folders: BTreeMap<Arc<str>, Vec<terraform::Part<'_>>> = BTreeMap::new();
        for (file, parsed) in &self.parsed {
            if let Parsed::Terraform(body, lines) = parsed {
                let folder: Arc<str> = file.rsplit_once('/').map_or(".", |(folder, _)| folder).into();
                folders
                    .entry(folder)
                    .or_default()
                    .push(terraform::Part { file, body, lines });
            }
        }
        let mut given: HashMap<String, Vec<Entry>> = HashMap::new();
        for (folder, parts) in &folders {
            for (source, variables) in terraform::calls(parts) {
                given
                    .entry(beside(&format!("{folder}/-"), &source))
                    .or_insert(variables);
            }
        }
        let read = |(folder, parts): (&Arc<str>, &Vec<terraform::Part<'_>>)| {
            let variables = given.get(&**folder).map(Vec::as_slice).unwrap_or_default();
            let is_read = |source: &str| folders.contains_key(beside(&format!("{folder}/-"), source).as_str());
            terraform::read(folder, parts, variables, is_read)
        };
        let mut modules = Vec::new();
        for module in &folders {
            let contents = read(module);
            // By file, so that suppressions find their lines.
            for part in module.1 {
                let of = |file: &Arc<str>| file == part.file;
                modules.push((
                    part.file.clone(),
                    Contents {
                        resources: contents.resources.iter().filter(|one| of(&one.file)).cloned().collect(),
                        unknown: contents.unknown.iter().filter(|one| of(&one.file)).cloned().collect(),
                        ..Contents::default()
                    },
                ));
            }
        }
        modules
    }
}

/// The path of a file beside another one.
fn beside(file: &str, path: &str) -> String {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|_| !folder.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| !["..", ""].contains(last)) => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What the rules say, and what they cannot say.
fn judge(run: &Run<'_>) -> (Vec<Finding>, Vec<Unknown>) {
    let (mut findings, mut unknown) = (Vec::new(), Vec::new());
    let mut add = |rule: &'static Rule, resource: &Resource, hit: Hit| {
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
    for resource in run
        .resources()
        .iter()
        .filter(|resource| !judged.contains(resource.kind.as_str()))
    {
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
    let (id, monthly) = match row.class {
        Class::Free => return Ok(None),
        Class::Unknown => return Err(format!("what the type costs is not known ({})", row.note)),
        Class::Paid => ("paid-service", None),
        Class::Limit => ("free-within-limit", Some(NanoDollars::ZERO)),
        Class::Depends => ("depends-on-use", Some(NanoDollars::ZERO)),
    };
    let hit = Hit::costs(monthly).because(row.note);
    Ok(rules::find(id).map(|rule| (rule, hit)))
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
    let title = title.trim_end_matches('.');
    match title.split_once(' ') {
        Some((
            article @ ("A" | "An" | "Each" | "Anyone" | "The" | "What" | "Logs" | "Requests" | "Events" | "Rules"
            | "Images" | "Data"),
            rest,
        )) => {
            format!("{} {rest}", article.to_lowercase())
        }
        _ => title.to_owned(),
    }
}
