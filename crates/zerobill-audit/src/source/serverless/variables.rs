//! `${self:…}`, `${opt:…}`, `${param:…}` and their defaults. What comes from elsewhere is not known.

use std::cell::Cell;

use crate::node::{Entry, Node, Value};

/// How deep values may refer to each other.
const DEEPEST: usize = 20;

/// How many values the variables of a file may come to: they can multiply each other.
const BUDGET: usize = 1_000_000;

/// How long a text may become.
const LONGEST_TEXT: usize = 100_000;

/// The file with its variables resolved.
pub(super) fn resolve(root: &Node) -> Node {
    let left = Cell::new(BUDGET);
    Resolver {
        root,
        left: &left,
        depth: 0,
    }
    .node(root)
}

/// Resolves variables from the whole file.
#[derive(Clone, Copy)]
struct Resolver<'a> {
    root: &'a Node,
    left: &'a Cell<usize>,
    depth: usize,
}

impl<'a> Resolver<'a> {
    fn node(self, node: &Node) -> Node {
        if self.depth > 0 {
            let Some(left) = self.left.get().checked_sub(1) else {
                return Node::new(node.line, Value::Unknown);
            };
            self.left.set(left);
        }
        let value = match &node.value {
            Value::Text(text) if text.contains("${") => return self.text(text, node.line),
            Value::List(items) => Value::List(items.iter().map(|item| self.node(item)).collect()),
            Value::Map(entries) => {
                let resolved = entries.iter().map(|entry| Entry {
                    key: entry.key.clone(),
                    line: entry.line,
                    value: self.node(&entry.value),
                });
                Value::Map(resolved.collect())
            }
            other => other.clone(),
        };
        Node::new(node.line, value)
    }

    /// A value that a variable stands for.
    fn deeper(self, node: &Node) -> Node {
        let depth = self.depth + 1;
        Self { depth, ..self }.node(node)
    }

    /// A text with its variables filled in, the innermost first: `${self:custom.${self:stage}}`.
    fn text(self, text: &str, line: usize) -> Node {
        let (mut text, mut from) = (text.to_owned(), 0);
        while let Some(end) = text[from..].find('}').map(|end| from + end) {
            let Some(start) = text[..end].rfind("${") else {
                from = end + 1;
                continue;
            };
            let inner = &text[start + 2..end];
            if !is_variable(inner) {
                // CloudFormation's own, for `Fn::Sub`.
                from = end + 1;
                continue;
            }
            let value = self.variable(inner, line);
            // A value that is nothing but a variable keeps its kind.
            if start == 0 && end + 1 == text.len() {
                return value;
            }
            let filled = value.to_text().unwrap_or_else(|| "${?}".to_owned());
            if text.len() + filled.len() > LONGEST_TEXT {
                return Node::new(line, Value::Unknown);
            }
            text.replace_range(start..=end, &filled);
            // What was filled in is not looked at again.
            from = start + filled.len();
        }
        Node::text(line, text)
    }

    /// The first source that has a value, as in `${opt:stage, self:provider.stage, 'dev'}`.
    fn variable(self, inner: &str, line: usize) -> Node {
        let unknown = Node::new(line, Value::Unknown);
        if self.depth >= DEEPEST || self.left.get() == 0 {
            return unknown;
        }
        for source in inner.split(',').map(str::trim) {
            if let Some(path) = source.strip_prefix("self:") {
                let found = path.split('.').try_fold(self.root, |node, key| node.get(key));
                if let Some(node) = found {
                    return self.deeper(node);
                }
            } else if let Some(name) = source.strip_prefix("param:") {
                if let Some(node) = self.parameter(name, line) {
                    return self.deeper(node);
                }
            } else if source == "sls:stage" {
                return self.stage(line);
            } else if source.starts_with("file(") || source.starts_with("ssm:") || source.starts_with("cf") {
                return unknown;
            } else if let Some(literal) = literal(source, line) {
                return literal;
            }
        }
        unknown
    }

    /// The parameter of the stage that is deployed without further ado, or of all stages.
    fn parameter(self, name: &str, line: usize) -> Option<&'a Node> {
        let stage = self.stage(line).to_text().unwrap_or_default();
        let of = |stage: &str| {
            let of_all = self.root.get("params").and_then(|params| params.get(stage));
            let of_stage = || self.root.get("stages")?.get(stage)?.get("params");
            of_all.or_else(of_stage).and_then(|params| params.get(name))
        };
        of(&stage).or_else(|| of("default"))
    }

    /// The stage that is deployed without further ado.
    fn stage(self, line: usize) -> Node {
        let given = self.root.get("provider").and_then(|provider| provider.get("stage"));
        given.map_or_else(|| Node::text(line, "dev"), |stage| self.deeper(stage))
    }
}

fn is_variable(inner: &str) -> bool {
    const SOURCES: &[&str] = &[
        "self:",
        "opt:",
        "env:",
        "file(",
        "ssm:",
        "cf:",
        "cf(",
        "sls:",
        "aws:",
        "param:",
        "s3:",
        "git:",
        "terraform:",
    ];
    SOURCES.iter().any(|source| inner.trim_start().starts_with(source))
}

fn literal(source: &str, line: usize) -> Option<Node> {
    let quoted = |quote: char| source.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(text) = quoted('\'').or_else(|| quoted('"')) {
        return Some(Node::text(line, text));
    }
    match source {
        "true" | "false" => Some(Node::new(line, Value::Bool(source == "true"))),
        _ => source.parse().ok().map(|number| Node::new(line, Value::Number(number))),
    }
}
