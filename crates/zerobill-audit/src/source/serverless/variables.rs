//! `${self:…}`, `${opt:…}` and their defaults. What comes from elsewhere is not known.

use crate::node::{Entry, Node, Value};

/// How deep values may refer to each other.
const DEEPEST: usize = 20;

/// How long a text may become.
const LONGEST_TEXT: usize = 100_000;

/// The node with its variables resolved from the whole file.
pub(super) fn resolve(node: &Node, root: &Node, depth: usize) -> Node {
    let value = match &node.value {
        Value::Text(text) if text.contains("${") => return text_of(text, node.line, root, depth),
        Value::List(items) => Value::List(items.iter().map(|item| resolve(item, root, depth)).collect()),
        Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| Entry {
                    key: entry.key.clone(),
                    line: entry.line,
                    value: resolve(&entry.value, root, depth),
                })
                .collect(),
        ),
        other => other.clone(),
    };
    Node::new(node.line, value)
}

/// A text with its variables filled in, the innermost first: `${self:custom.${self:stage}}`.
fn text_of(text: &str, line: usize, root: &Node, depth: usize) -> Node {
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
        let value = variable(inner, line, root, depth);
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

/// The first source that has a value, as in `${opt:stage, self:provider.stage, 'dev'}`.
fn variable(inner: &str, line: usize, root: &Node, depth: usize) -> Node {
    let unknown = Node::new(line, Value::Unknown);
    if depth >= DEEPEST {
        return unknown;
    }
    for source in inner.split(',').map(str::trim) {
        if let Some(path) = source.strip_prefix("self:") {
            let found = path.split('.').try_fold(root, |node, key| node.get(key));
            if let Some(node) = found {
                return resolve(node, root, depth + 1);
            }
        } else if source.starts_with("file(") || source.starts_with("ssm:") || source.starts_with("cf") {
            return unknown;
        } else if let Some(literal) = literal(source, line) {
            return literal;
        }
    }
    unknown
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
