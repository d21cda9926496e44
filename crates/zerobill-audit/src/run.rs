//! All resources of an audit, as the rules look at them.

use std::collections::{HashMap, HashSet};

use crate::{node::Node, resource::Resource};

/// What the rules look at.
#[derive(Debug)]
pub(crate) struct Run<'r> {
    resources: &'r [Resource],
    by_kind: HashMap<&'r str, Vec<&'r Resource>>,
    /// By template and type, since names mean the same only within a template.
    by_scope: HashMap<&'r str, HashMap<&'r str, Vec<&'r Resource>>>,
    /// The names of log groups whose whole name is known, in all templates.
    log_groups: HashSet<&'r str>,
    /// How many requests a month the estimates assume.
    pub(crate) requests: u64,
}

/// What gives a log group its retention: CDK has a type of its own for it.
pub(crate) const LOG_GROUPS: &[&str] = &["AWS::Logs::LogGroup", "Custom::LogRetention"];

/// The two types of a function.
pub(crate) const FUNCTIONS: &[&str] = &["AWS::Lambda::Function", "AWS::Serverless::Function"];

impl<'r> Run<'r> {
    pub(crate) fn new(resources: &'r [Resource], requests: u64) -> Self {
        let mut run = Self {
            resources,
            by_kind: HashMap::new(),
            by_scope: HashMap::new(),
            log_groups: HashSet::new(),
            requests,
        };
        for resource in resources {
            let kind = resource.kind.as_str();
            run.by_kind.entry(kind).or_default().push(resource);
            let scope = run.by_scope.entry(&resource.scope).or_default();
            scope.entry(kind).or_default().push(resource);
            if LOG_GROUPS.contains(&kind) {
                let name = resource.first("LogGroupName").and_then(Node::as_text);
                run.log_groups.extend(name.filter(|name| !name.contains("${")));
            }
        }
        run
    }

    /// The resources of these types in the order of the files, those that a condition leaves out by default too.
    pub(crate) fn each(&self, kinds: &[&str]) -> Vec<&'r Resource> {
        let mut found: Vec<&Resource> = kinds
            .iter()
            .filter_map(|kind| self.by_kind.get(kind))
            .flatten()
            .copied()
            .collect();
        if kinds.len() > 1 {
            found.sort_by(|one, other| (&one.file, one.line).cmp(&(&other.file, other.line)));
        }
        found
    }

    /// The resources of these types that exist by default.
    pub(crate) fn of(&self, kinds: &[&str]) -> Vec<&'r Resource> {
        let mut found = self.each(kinds);
        found.retain(|resource| resource.off_by.is_none());
        found
    }

    /// The resources that a node names, among those of the same template.
    pub(crate) fn named_by(&self, node: &Node, from: &Resource, kinds: &[&str]) -> Vec<&'r Resource> {
        let mut found = self.beside(from, kinds);
        found.retain(|resource| node.mentions(&resource.id));
        found
    }

    /// The resources of these types in the same template.
    pub(crate) fn beside(&self, from: &Resource, kinds: &[&str]) -> Vec<&'r Resource> {
        let scope = self.by_scope.get(&*from.scope);
        let found = kinds.iter().filter_map(|kind| scope?.get(kind));
        found.flatten().copied().collect()
    }

    /// Whether any template has a log group of this name.
    pub(crate) fn has_log_group(&self, name: &str) -> bool {
        self.log_groups.contains(name)
    }

    /// Whether any resource has this type.
    pub(crate) fn has(&self, kind: &str) -> bool {
        self.by_kind.contains_key(kind)
    }

    /// All of them.
    pub(crate) const fn resources(&self) -> &'r [Resource] {
        self.resources
    }
}
