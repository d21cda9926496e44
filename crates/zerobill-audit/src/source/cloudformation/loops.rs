//! `Fn::ForEach` of `AWS::LanguageExtensions`, written out.

use super::{resolve::Resolver, text};
use crate::node::{Entry, Node, Value};

/// The entries of a section with its loops written out.
pub(super) fn expand(resolver: &mut Resolver<'_>, section: &Node) -> Vec<Entry> {
    let mut entries = Vec::new();
    for entry in section.entries() {
        if entry.key.starts_with("Fn::ForEach::") {
            entries.extend(rounds(resolver, &entry.value));
        } else {
            entries.push(entry.clone());
        }
    }
    entries
}

/// What a loop `[name, values, {key: value}]` writes out.
pub(super) fn rounds(resolver: &mut Resolver<'_>, arguments: &Node) -> Vec<Entry> {
    let [name, values, body] = arguments.items() else {
        return Vec::new();
    };
    let Some(name) = name.as_text() else {
        return Vec::new();
    };
    let values = resolver.resolve(values);
    let mut entries = Vec::new();
    for value in values.items() {
        if resolver.exhausted() {
            break;
        }
        // A loop over what is not known runs once: it makes at least one kind of thing.
        let word = value.to_text().unwrap_or_else(|| text::UNKNOWN.to_owned());
        resolver
            .loops
            .push((name.to_owned(), Node::text(value.line, word.clone())));
        for entry in expand(resolver, body) {
            let size = entry.value.size();
            entries.push(Entry {
                key: replaced(&entry.key, name, &word),
                line: entry.line,
                value: with(&entry.value, name, &word),
            });
            // What is there is kept, so that too large a template is not passed as an empty one.
            if !resolver.spend(size) {
                break;
            }
        }
        resolver.loops.pop();
    }
    entries
}

/// The node with a loop's name replaced everywhere, in `${Name}`, `&{Name}` and `{"Ref": "Name"}`.
fn with(node: &Node, name: &str, word: &str) -> Node {
    let value = match &node.value {
        Value::Text(text) => Value::Text(replaced(text, name, word)),
        Value::List(items) => Value::List(items.iter().map(|item| with(item, name, word)).collect()),
        Value::Map(entries) => match entries.as_slice() {
            [only] if only.key == "Ref" && only.value.as_text() == Some(name) => Value::Text(word.to_owned()),
            _ => Value::Map(
                entries
                    .iter()
                    .map(|entry| Entry {
                        key: replaced(&entry.key, name, word),
                        line: entry.line,
                        value: with(&entry.value, name, word),
                    })
                    .collect(),
            ),
        },
        other => other.clone(),
    };
    Node::new(node.line, value)
}

fn replaced(text: &str, name: &str, word: &str) -> String {
    let alphanumeric: String = word.chars().filter(|letter| letter.is_alphanumeric()).collect();
    text.replace(&format!("${{{name}}}"), word)
        .replace(&format!("&{{{name}}}"), &alphanumeric)
}
