//! CloudFormation's intrinsic functions, as far as they can be known before a deployment.

use std::collections::{HashMap, HashSet};

use super::text;
use crate::{
    node::{Entry, Node, Value},
    rules::count,
};

/// How many values one template may come to; loops and tables can multiply.
const BUDGET: usize = 3_000_000;

/// What is known about a template when its functions are resolved.
pub(super) struct Resolver<'a> {
    parameters: HashMap<&'a str, Node>,
    mappings: Option<&'a Node>,
    pub(super) conditions: Option<&'a Node>,
    /// What each condition came to; one that is being decided is not known yet.
    pub(super) decided: HashMap<String, Option<bool>>,
    /// How many conditions are being decided.
    pub(super) deciding: usize,
    resources: HashSet<String>,
    /// Names that loops gave values, the innermost last.
    pub(super) loops: Vec<(String, Node)>,
    left: usize,
    /// What could not be written out, by line.
    faults: Vec<(usize, &'static str)>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(root: &'a Node, given: Option<&Node>) -> Self {
        let declared = root.get("Parameters").map(Node::entries).unwrap_or_default();
        let parameters = declared
            .iter()
            .map(|parameter| (parameter.key.as_str(), value(parameter, given)));
        Self {
            parameters: parameters.collect(),
            mappings: root.get("Mappings"),
            conditions: root.get("Conditions"),
            decided: HashMap::new(),
            deciding: 0,
            resources: HashSet::new(),
            loops: Vec::new(),
            left: BUDGET,
            faults: Vec::new(),
        }
    }

    /// Remembers which resources there are.
    pub(super) fn know(&mut self, resources: &[Entry]) {
        self.resources = resources.iter().map(|entry| entry.key.clone()).collect();
    }

    /// Whether values were left out because there are too many.
    pub(super) const fn exhausted(&self) -> bool {
        self.left == 0
    }

    pub(super) fn fault(&mut self, line: usize, reason: &'static str) {
        self.faults.push((line, reason));
    }

    /// What could not be written out.
    pub(super) fn faults(&mut self) -> Vec<(usize, &'static str)> {
        std::mem::take(&mut self.faults)
    }

    /// Takes so many values from the budget; false if they are not left.
    pub(super) const fn spend(&mut self, values: usize) -> bool {
        self.left = self.left.saturating_sub(values);
        self.left > 0
    }

    /// The value with its functions resolved. What cannot be known is [`Value::Unknown`].
    pub(super) fn resolve(&mut self, node: &Node) -> Node {
        if !self.spend(1) {
            return Node::new(node.line, Value::Unknown);
        }
        let value = match &node.value {
            Value::List(items) => {
                let items = items.iter().map(|item| self.resolve(item));
                Value::List(items.filter(|item| !item.is_null()).collect())
            }
            Value::Map(entries) => match entries.as_slice() {
                [only] if only.key == "Ref" || only.key.starts_with("Fn::") => {
                    if only.key.starts_with("Fn::ForEach::") {
                        Value::Map(self.map(entries))
                    } else {
                        return self.function(only, node.line);
                    }
                }
                _ => Value::Map(self.map(entries)),
            },
            // What stands in the Parameter Store or in a secret is not in the file.
            Value::Text(text) if text.contains("{{resolve:") => Value::Unknown,
            other => other.clone(),
        };
        Node::new(node.line, value)
    }

    fn map(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.starts_with("Fn::ForEach::") {
                let expanded = super::loops::rounds(self, &entry.value);
                resolved.extend(self.map(&expanded));
                continue;
            }
            let value = self.resolve(&entry.value);
            if !value.is_null() {
                resolved.push(Entry {
                    key: entry.key.clone(),
                    line: entry.line,
                    value,
                });
            }
        }
        resolved
    }

    fn function(&mut self, call: &Entry, line: usize) -> Node {
        let argument = &call.value;
        match call.key.as_str() {
            "Ref" => self.reference(argument, line),
            "Fn::GetAtt" => self.attribute(argument, line),
            "Fn::Sub" => self.substitute(argument, line),
            "Fn::Join" => self.join(argument, line),
            "Fn::If" => self.branch(argument, line),
            "Fn::FindInMap" => self.look_up(argument, line),
            "Fn::Select" => self.select(argument, line),
            "Fn::Split" => self.split(argument, line),
            "Fn::Base64" | "Fn::ToJsonString" => self.resolve(argument),
            "Fn::Length" => match self.resolve(argument).value {
                Value::List(items) => Node::new(line, Value::Number(items.len() as f64)),
                _ => Node::new(line, Value::Unknown),
            },
            _ => Node::new(line, Value::Unknown),
        }
    }

    fn reference(&mut self, argument: &Node, line: usize) -> Node {
        let Some(name) = argument.as_text() else {
            return Node::new(line, Value::Unknown);
        };
        if name == "AWS::NoValue" {
            return Node::new(line, Value::Null);
        }
        self.named(name, line)
    }

    /// What a name stands for: a loop's value, a parameter's, or a resource.
    pub(super) fn named(&self, name: &str, line: usize) -> Node {
        if let Some((_, value)) = self.loops.iter().rev().find(|(known, _)| known == name) {
            return value.clone();
        }
        if let Some(value) = self.parameters.get(name) {
            return Node::new(line, value.value.clone());
        }
        let resource = name.split('.').next().unwrap_or(name);
        if self.resources.contains(resource) || name.starts_with("AWS::") {
            return Node::new(line, Value::Reference(name.to_owned()));
        }
        Node::new(line, Value::Unknown)
    }

    fn attribute(&mut self, argument: &Node, line: usize) -> Node {
        let parts: Option<Vec<String>> = argument
            .items()
            .iter()
            .map(|part| self.resolve(part).to_text())
            .collect();
        match parts {
            Some(parts) if !parts.is_empty() => Node::new(line, Value::Reference(parts.join("."))),
            _ => Node::new(line, Value::Unknown),
        }
    }

    fn substitute(&mut self, argument: &Node, line: usize) -> Node {
        let (template, names) = match &argument.value {
            Value::List(parts) => (parts.first(), parts.get(1)),
            _ => (Some(argument), None),
        };
        let Some(template) = template.and_then(Node::as_text) else {
            return Node::new(line, Value::Unknown);
        };
        let names: Vec<(String, Node)> = names
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| (entry.key.clone(), self.resolve(&entry.value)))
            .collect();
        let filled = text::fill(template, |name| match names.iter().find(|(known, _)| known == name) {
            Some((_, value)) => value.to_text(),
            None => self.named(name, line).to_text(),
        });
        Node::text(line, filled)
    }

    fn join(&mut self, argument: &Node, line: usize) -> Node {
        let [separator, parts] = argument.items() else {
            return Node::new(line, Value::Unknown);
        };
        let (separator, parts) = (separator.to_text().unwrap_or_default(), self.resolve(parts));
        let parts: Vec<String> = parts
            .items()
            .iter()
            .map(|part| part.to_text().unwrap_or_else(|| text::UNKNOWN.to_owned()))
            .collect();
        Node::text(line, parts.join(&separator))
    }

    fn branch(&mut self, argument: &Node, line: usize) -> Node {
        let [condition, then, otherwise] = argument.items() else {
            return Node::new(line, Value::Unknown);
        };
        match condition.as_text().and_then(|name| self.condition(name)) {
            Some(true) => self.resolve(then),
            Some(false) => self.resolve(otherwise),
            None => either(line, vec![self.resolve(then), self.resolve(otherwise)]),
        }
    }

    fn look_up(&mut self, argument: &Node, line: usize) -> Node {
        let keys: Vec<Node> = argument.items().iter().map(|key| self.resolve(key)).collect();
        let [map, first, second, rest @ ..] = keys.as_slice() else {
            return Node::new(line, Value::Unknown);
        };
        // A key that is not known may be any of them.
        let (mut found, mut is_known): (Vec<&Node>, bool) = (self.mappings.into_iter().collect(), true);
        for key in [map, first, second] {
            let key = key
                .as_text()
                .map(str::to_owned)
                .or_else(|| key.as_number().map(|number| number.to_string()));
            is_known &= key.is_some();
            found = found
                .into_iter()
                .flat_map(Node::entries)
                .filter(|entry| key.as_ref().is_none_or(|key| *key == entry.key))
                .map(|entry| &entry.value)
                .collect();
        }
        let mut found: Vec<Node> = found.into_iter().cloned().collect();
        if found.is_empty() || !is_known {
            found.extend(rest.iter().filter_map(|option| option.get("DefaultValue").cloned()));
        }
        either(line, found)
    }

    fn select(&mut self, argument: &Node, line: usize) -> Node {
        let [index, list] = argument.items() else {
            return Node::new(line, Value::Unknown);
        };
        let (index, list) = (self.resolve(index), self.resolve(list));
        match (index.as_number(), &list.value) {
            (Some(index), Value::List(items)) => {
                let selected = usize::try_from(count(index)).ok().and_then(|index| items.get(index));
                selected.cloned().unwrap_or(Node::new(line, Value::Unknown))
            }
            _ => Node::new(line, Value::Unknown),
        }
    }

    fn split(&mut self, argument: &Node, line: usize) -> Node {
        let [separator, whole] = argument.items() else {
            return Node::new(line, Value::Unknown);
        };
        match (separator.as_text(), self.resolve(whole).as_text()) {
            (Some(separator), Some(whole)) if !separator.is_empty() => Node::new(
                line,
                Value::List(whole.split(separator).map(|part| Node::text(line, part)).collect()),
            ),
            _ => Node::new(line, Value::Unknown),
        }
    }
}

/// One of several, or the only one, or nothing known.
fn either(line: usize, mut nodes: Vec<Node>) -> Node {
    nodes.dedup();
    match nodes.len() {
        0 => Node::new(line, Value::Unknown),
        1 => nodes.swap_remove(0),
        _ => Node::new(line, Value::Either(nodes)),
    }
}

/// A parameter's value: what it is given, or its default.
fn value(parameter: &Entry, given: Option<&Node>) -> Node {
    let set = given.and_then(|given| given.get(&parameter.key));
    let Some(value) = set.or_else(|| parameter.value.get("Default")) else {
        return Node::new(parameter.line, Value::Unknown);
    };
    let kind = parameter.value.get("Type").and_then(Node::as_text).unwrap_or_default();
    // The value of a parameter in the Parameter Store is not in the file.
    if kind.starts_with("AWS::SSM::Parameter::Value") {
        return Node::new(value.line, Value::Unknown);
    }
    match value.as_text() {
        Some(text) if kind == "CommaDelimitedList" || kind.starts_with("List<") => {
            let items = text.split(',').map(|item| Node::text(value.line, item.trim()));
            Node::new(value.line, Value::List(items.collect()))
        }
        // An empty default stands for nothing, which is a text and not an absence.
        _ if value.is_null() => Node::text(value.line, ""),
        _ => value.clone(),
    }
}
