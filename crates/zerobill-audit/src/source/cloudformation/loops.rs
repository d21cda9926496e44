//! `Fn::ForEach` of `AWS::LanguageExtensions`, written out.

use super::{resolve::Resolver, text};
use crate::node::{Entry, Node, Value};

/// The entries of a section with its loops written out.
pub(super) fn expand(resolver: &mut Resolver<'_>, section: &[Entry]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in section {
        if entry.key.starts_with("Fn::ForEach::") {
            entries.extend(rounds(resolver, &entry.value));
        } else {
            entries.push(entry.clone());
        }
    }
    entries
}

/// What a loop `[names, values, {key: value}]` writes out. With several names a value is a list, or a key with its value.
pub(super) fn rounds(resolver: &mut Resolver<'_>, arguments: &Node) -> Vec<Entry> {
    let [names, values, body] = arguments.items() else {
        resolver.fault(arguments.line, "a loop without its three arguments is not written out");
        return Vec::new();
    };
    let names: Vec<String> = names
        .items()
        .iter()
        .filter_map(|name| resolver.resolve(name).to_text())
        .collect();
    let values = resolver.resolve(values);
    let mut entries = Vec::new();
    for value in values.possibilities().into_iter().flat_map(each) {
        if resolver.exhausted() {
            break;
        }
        let outer = resolver.loops.len();
        resolver.loops.extend(names.iter().cloned().zip(value));
        let known = resolver.loops[outer..].to_vec();
        for entry in expand(resolver, body.entries()) {
            let size = entry.value.size();
            entries.push(Entry {
                key: replaced(&entry.key, &known),
                line: entry.line,
                value: with(&entry.value, &known),
            });
            // What is there is kept, so that too large a template is not passed as an empty one.
            if !resolver.spend(size) {
                break;
            }
        }
        resolver.loops.truncate(outer);
    }
    entries
}

/// The values of each round. A loop over what is not known runs once: it makes at least one thing.
fn each(values: &Node) -> Vec<Vec<Node>> {
    match &values.value {
        Value::Map(entries) => {
            let round = |entry: &Entry| vec![Node::text(entry.line, entry.key.as_str()), entry.value.clone()];
            entries.iter().map(round).collect()
        }
        _ => values.items().iter().map(|value| value.items().to_vec()).collect(),
    }
}

/// The node with a loop's names replaced everywhere, in `${Name}`, `&{Name}` and `{"Ref": "Name"}`.
fn with(node: &Node, known: &[(String, Node)]) -> Node {
    let value = match &node.value {
        Value::Text(text) => Value::Text(replaced(text, known)),
        Value::List(items) => Value::List(items.iter().map(|item| with(item, known)).collect()),
        Value::Map(entries) => {
            if let [only] = entries.as_slice()
                && only.key == "Ref"
                && let Some((_, value)) = known.iter().find(|(name, _)| only.value.as_text() == Some(name))
            {
                return value.clone();
            }
            let entries = entries.iter().map(|entry| Entry {
                key: replaced(&entry.key, known),
                line: entry.line,
                value: with(&entry.value, known),
            });
            Value::Map(entries.collect())
        }
        other => other.clone(),
    };
    Node::new(node.line, value)
}

fn replaced(text: &str, known: &[(String, Node)]) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    known.iter().fold(text.to_owned(), |text, (name, value)| {
        let word = value.to_text().unwrap_or_else(|| text::UNKNOWN.to_owned());
        let plain: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
        text.replace(&format!("${{{name}}}"), &word)
            .replace(&format!("&{{{name}}}"), &plain)
    })
}
