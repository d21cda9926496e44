//! A resource as the rules see it: CloudFormation's type and property names, whatever format it was written in.

use std::sync::Arc;

use crate::node::Node;

/// One resource of a template.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its name in the template; in Terraform its address.
    pub id: String,
    /// The CloudFormation type, such as `AWS::EC2::NatGateway`.
    pub kind: String,
    /// The type as the file has it, such as `aws_nat_gateway`.
    pub written_kind: String,
    /// The file.
    pub file: Arc<str>,
    /// Where names mean the same: its template, or the folder of its Terraform module.
    pub scope: Arc<str>,
    /// The line of its name, counted from 1.
    pub line: usize,
    /// Its properties under CloudFormation's names, with all that can be resolved resolved.
    pub properties: Node,
    /// How many of it there are.
    pub count: u32,
    /// The condition under which alone it exists, if the defaults of the parameters say that it does not.
    pub off_by: Option<String>,
}

impl Resource {
    /// All that stands at a path of property names; see [`Node::values`].
    pub fn values(&self, path: &str) -> Vec<&Node> {
        self.properties.values(path)
    }

    /// The first node at a path.
    pub fn first(&self, path: &str) -> Option<&Node> {
        self.values(path).into_iter().next()
    }

    /// The first node at a path that has this text, in whatever case.
    pub fn with_text(&self, path: &str, texts: &[&str]) -> Option<&Node> {
        self.values(path).into_iter().find(|node| {
            node.as_text()
                .is_some_and(|found| texts.iter().any(|text| found.eq_ignore_ascii_case(text)))
        })
    }

    /// The first node at a path that is on.
    pub fn switched_on(&self, path: &str) -> Option<&Node> {
        self.values(path).into_iter().find(|node| node.as_bool() == Some(true))
    }

    /// The largest number at a path.
    pub fn largest(&self, path: &str) -> Option<f64> {
        self.values(path)
            .into_iter()
            .filter_map(Node::as_number)
            .reduce(f64::max)
    }

    /// Whether anything at all stands at a path.
    pub fn has(&self, path: &str) -> bool {
        self.values(path).into_iter().any(|node| !node.is_null())
    }
}

/// Something that could not be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The resource, if it is about one.
    pub id: Option<String>,
    /// Its type as the file has it.
    pub kind: Option<String>,
    /// The file.
    pub file: Arc<str>,
    /// Counted from 1; 0 where it is about the whole file.
    pub line: usize,
    /// Why it could not be judged.
    pub reason: String,
    /// Whether the file, or a part of it, could not be read at all.
    pub unread: bool,
}

/// What a source file comes to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    pub(crate) resources: Vec<Resource>,
    pub(crate) unknown: Vec<Unknown>,
    /// Templates in other files that it deploys with it.
    pub(crate) nested: Vec<Nested>,
    /// The lines at which its resources begin, as they are written.
    pub(crate) blocks: Vec<usize>,
    /// Suppressions that stand in metadata: the resource or the whole file, the rule, the reason, the line.
    pub(crate) allowed: Vec<Allowed>,
}

/// A suppression in the metadata of a resource or of a template.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    pub(crate) resource: Option<String>,
    pub(crate) rule: String,
    pub(crate) reason: String,
    pub(crate) line: usize,
}

/// A template that another one deploys.
#[derive(Clone, Debug)]
pub(crate) struct Nested {
    /// The path as it is written.
    pub(crate) path: String,
    /// What its parameters are set to.
    pub(crate) parameters: Node,
    /// The resource that deploys it.
    pub(crate) resource: Resource,
}

impl Contents {
    pub(crate) fn append(&mut self, other: Self) {
        self.resources.extend(other.resources);
        self.unknown.extend(other.unknown);
        self.nested.extend(other.nested);
        self.blocks.extend(other.blocks);
        self.allowed.extend(other.allowed);
    }

    pub(crate) fn cannot_judge(&mut self, file: &Arc<str>, line: usize, reason: impl Into<String>) {
        self.unknown.push(Unknown {
            id: None,
            kind: None,
            file: file.clone(),
            line,
            reason: reason.into(),
            unread: false,
        });
    }
}

impl Unknown {
    /// A file, or a part of it, that could not be read.
    pub(crate) fn unread(file: Arc<str>, line: usize, reason: String) -> Self {
        Self {
            id: None,
            kind: None,
            file,
            line,
            reason,
            unread: true,
        }
    }

    /// What is not known of a resource.
    pub(crate) fn of(resource: &Resource, reason: impl Into<String>) -> Self {
        Self {
            id: Some(resource.id.clone()),
            kind: Some(resource.written_kind.clone()),
            file: resource.file.clone(),
            line: resource.line,
            reason: reason.into(),
            unread: false,
        }
    }
}
