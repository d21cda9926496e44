//! Suppressions: `# zerobill:allow ID reason` in or above a resource, or `Metadata: {zerobill: {allow: [{id, reason}]}}`.

use std::{collections::HashMap, sync::Arc};

use zerobill_free_tier::NanoDollars;

use crate::{
    finding::{Finding, Severity},
    resource::Contents,
    rules,
    source::SourceFile,
};

const WORD: &str = "zerobill:allow";

/// The suppressions of all files.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    files: HashMap<Arc<str>, File>,
}

#[derive(Debug, Default)]
struct File {
    written: Vec<Suppression>,
    /// Where each resource begins, its comments above included.
    starts: Vec<usize>,
    /// Lines that hold nothing but a comment.
    comments: Vec<bool>,
}

#[derive(Debug)]
struct Suppression {
    rule: String,
    reason: String,
    line: usize,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// The resource that has this line.
    Line,
    /// The resource of this name, or what it stands for.
    Resource(String),
    /// The whole file.
    File,
}

impl Suppressions {
    /// Reads the comments of a file.
    pub(crate) fn read(&mut self, file: &SourceFile) {
        let text = String::from_utf8_lossy(&file.bytes);
        if !text.contains(WORD) {
            return;
        }
        let mut found = File::default();
        for (place, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            found.comments.push(trimmed.starts_with(['#', '/']));
            let comment = trimmed
                .split_once(WORD)
                .filter(|(before, _)| before.contains(['#', '/']));
            if let Some((_, rest)) = comment {
                // A comment of Terraform's JSON is the value of a key `//`.
                let rest = if trimmed.starts_with("\"//\"") {
                    rest.trim_end().trim_end_matches(',').trim_end_matches('"')
                } else {
                    rest
                };
                let (rule, reason) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
                found.written.push(Suppression {
                    rule: rule.to_owned(),
                    reason: reason.trim().trim_end_matches("*/").trim().to_owned(),
                    line: place + 1,
                    target: Target::Line,
                });
            }
        }
        self.files.insert(file.path.clone(), found);
    }

    /// Learns where the resources of a file are, and what its metadata allows.
    pub(crate) fn place(&mut self, path: &Arc<str>, contents: &Contents) {
        let metadata = contents.allowed.iter().map(|allowed| Suppression {
            rule: allowed.rule.clone(),
            reason: allowed.reason.trim().to_owned(),
            line: allowed.line,
            target: allowed.resource.clone().map_or(Target::File, Target::Resource),
        });
        let metadata: Vec<Suppression> = metadata.collect();
        if metadata.is_empty() && !self.files.contains_key(path) {
            return;
        }
        let file = self.files.entry(path.clone()).or_default();
        file.written.extend(metadata);
        let lines = contents
            .blocks
            .iter()
            .chain(contents.resources.iter().map(|resource| &resource.line));
        let comments = &file.comments;
        let mut starts: Vec<usize> = lines.map(|line| above(comments, *line)).collect();
        starts.sort_unstable();
        starts.dedup();
        file.starts = starts;
    }
}

/// The first of the comments that stand directly above a line.
fn above(comments: &[bool], mut line: usize) -> usize {
    while line >= 2 && comments.get(line - 2) == Some(&true) {
        line -= 1;
    }
    line
}

impl File {
    /// The resource that has a line, by where it begins.
    fn block(&self, line: usize) -> usize {
        self.starts.partition_point(|start| *start <= line)
    }

    fn covers(&self, suppression: &Suppression, finding: &Finding) -> bool {
        let here = match &suppression.target {
            Target::File => true,
            Target::Resource(id) => finding.logical_id.starts_with(id.as_str()),
            Target::Line => self.block(suppression.line) == self.block(finding.line),
        };
        here && suppression.rule == finding.rule.id && !suppression.reason.is_empty()
    }
}

/// Takes out what is allowed, adds what is wrong with the suppressions themselves, and says how many findings were allowed.
pub(crate) fn apply(suppressions: &Suppressions, findings: &mut Vec<Finding>) -> usize {
    let before = findings.len();
    findings.retain(|finding| {
        let file = suppressions.files.get(&finding.file);
        !file.is_some_and(|file| file.written.iter().any(|suppression| file.covers(suppression, finding)))
    });
    let allowed = before - findings.len();
    let Some(rule) = rules::find("invalid-suppression") else {
        return allowed;
    };
    for (path, file) in &suppressions.files {
        for suppression in &file.written {
            let reason = match () {
                () if rules::find(&suppression.rule).is_none() => format!("`{}` is no finding's id", suppression.rule),
                () if suppression.reason.is_empty() => {
                    format!("the suppression of `{}` gives no reason", suppression.rule)
                }
                () => continue,
            };
            findings.push(Finding {
                rule,
                severity: Severity::Trap,
                logical_id: match &suppression.target {
                    Target::Resource(id) => id.clone(),
                    Target::Line | Target::File => String::new(),
                },
                resource_type: String::new(),
                file: path.clone(),
                line: suppression.line,
                reason,
                monthly: Some(NanoDollars::ZERO),
            });
        }
    }
    allowed
}
