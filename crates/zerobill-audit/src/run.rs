//! All resources of an audit, as the rules look at them.

use std::collections::HashMap;

use crate::{node::Node, resource::Resource};

/// What the rules look at.
#[derive(Debug)]
pub(crate) struct Run<'r> {
    resources: &'r [Resource],
    by_kind: HashMap<&'r str, Vec<&'r Resource>>,
    /// How many requests a month the estimates assume.
    pub(crate) requests: u64,
}

/// The two types of a function.
pub(crate) const FUNCTIONS: &[&str] = &["AWS::Lambda::Function", "AWS::Serverless::Function"];

impl<'r> Run<'r> {
    pub(crate) fn new(resources: &'r [Resource], requests: u64) -> Self {
        let mut by_kind: HashMap<&str, Vec<&Resource>> = HashMap::new();
        for resource in resources {
            by_kind.entry(resource.kind.as_str()).or_default().push(resource);
        }
        Self {
            resources,
            by_kind,
            requests,
        }
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
        let mut found = self.each(kinds);
        found.retain(|resource| resource.scope == from.scope && node.mentions(&resource.id));
        found
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
