//! From the files of a module to its resources.

use std::{collections::HashMap, sync::Arc};

use hcl_edit::{
    Span,
    expr::Expression,
    structure::{Block, Body, Structure},
};

use super::{
    convert::{self, Written},
    evaluate::Scope,
};
use crate::{
    node::{Entry, Node, Value},
    resource::Contents,
    syntax::Lines,
};

/// A file of a module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a> {
    pub(crate) file: &'a Arc<str>,
    pub(crate) body: &'a Body,
    pub(crate) lines: &'a Lines,
}

/// The modules in other folders that a module uses, with what their variables are set to.
pub(crate) fn calls(parts: &[Part<'_>]) -> Vec<(String, Vec<Entry>)> {
    let scope = scope(parts, &[]);
    let mut found = Vec::new();
    for part in parts {
        for block in part.body.get_blocks("module") {
            let values = body(&scope, part, &block.body);
            if let Some(source) = local_source(&values) {
                found.push((source, values.entries().to_vec()));
            }
        }
    }
    found
}

fn local_source(call: &Node) -> Option<String> {
    let source = call.get("source").and_then(Node::as_text)?;
    source.starts_with('.').then(|| source.to_owned())
}

/// The resources of a module in a folder. `is_read` says which other folders are audited too.
pub(crate) fn read(folder: &Arc<str>, parts: &[Part<'_>], given: &[Entry], is_read: impl Fn(&str) -> bool) -> Contents {
    let scope = scope(parts, given);
    let mut contents = Contents::default();
    for part in parts {
        for block in part.body.blocks() {
            let line = line(part, block.span());
            match (block.ident.as_str(), block.labels.as_slice()) {
                ("resource", [kind, name]) => {
                    let values = body(&scope, part, &block.body);
                    convert::add(
                        &mut contents,
                        Written {
                            address: &format!("{}.{}", kind.as_str(), name.as_str()),
                            kind: kind.as_str(),
                            line,
                            count: count(&values),
                            values,
                            file: part.file,
                            scope: folder,
                        },
                    );
                }
                ("module", [name]) => {
                    let values = body(&scope, part, &block.body);
                    if !local_source(&values).is_some_and(|source| is_read(&source)) {
                        let reason = format!(
                            "the module `{}` is not read; `terraform show -json` of a plan has its resources",
                            name.as_str()
                        );
                        contents.cannot_judge(part.file, line, reason);
                    }
                    contents.blocks.push(line);
                }
                _ => {}
            }
        }
    }
    contents
}

/// How many of a resource there are, by `count` or `for_each`; one where that is not known.
fn count(values: &Node) -> u32 {
    let by_count = values.get("count").and_then(|count| {
        let most = count
            .possibilities()
            .into_iter()
            .filter_map(Node::as_number)
            .reduce(f64::max)?;
        u32::try_from(crate::rules::count(most)).ok()
    });
    let by_keys = values.get("for_each").and_then(|keys| match &keys.value {
        Value::List(items) => u32::try_from(items.len()).ok(),
        Value::Map(entries) => u32::try_from(entries.len()).ok(),
        _ => None,
    });
    by_count.or(by_keys).unwrap_or(1)
}

fn scope<'a>(parts: &[Part<'a>], given: &[Entry]) -> Scope<'a> {
    let mut variables: HashMap<&str, &Expression> = HashMap::new();
    let mut locals: HashMap<&str, &Expression> = HashMap::new();
    let (values, code): (Vec<&Part<'_>>, Vec<&Part<'_>>) = parts
        .iter()
        .partition(|part| part.file.trim_end_matches(".json").ends_with(".tfvars"));
    for part in code {
        for block in part.body.blocks() {
            match (block.ident.as_str(), block.labels.as_slice()) {
                ("variable", [name]) => {
                    if let Some(default) = block.body.get_attribute("default") {
                        variables.insert(name.as_str(), &default.value);
                    }
                }
                ("locals", _) => {
                    locals.extend(block.body.attributes().map(|local| (local.key.as_str(), &local.value)));
                }
                _ => {}
            }
        }
    }
    for part in values {
        variables.extend(part.body.attributes().map(|value| (value.key.as_str(), &value.value)));
    }
    Scope::new(
        variables,
        locals,
        given
            .iter()
            .map(|entry| (entry.key.clone(), entry.value.clone()))
            .collect(),
    )
}

fn line(part: &Part<'_>, span: Option<std::ops::Range<usize>>) -> usize {
    span.map_or(0, |span| part.lines.at(span.start))
}

/// A body as a map: attributes and blocks by name, a name that stands several times as a list.
fn body(scope: &Scope<'_>, part: &Part<'_>, body: &Body) -> Node {
    let mut entries: Vec<Entry> = Vec::new();
    for structure in body {
        let (key, line, value) = match structure {
            Structure::Attribute(attribute) => {
                let line = line(part, attribute.span());
                (attribute.key.as_str(), line, scope.evaluate(&attribute.value, line))
            }
            Structure::Block(block) => {
                let line = line(part, block.span());
                let (name, inner) = written_out(block);
                (name, line, self::body(scope, part, inner))
            }
        };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                let mut items = entry.value.items().to_vec();
                items.push(value);
                entry.value = Node::new(entry.line, Value::List(items));
            }
            None => entries.push(Entry {
                key: key.to_owned(),
                line,
                value,
            }),
        }
    }
    Node::new(0, Value::Map(entries))
}

/// A block's name and body; of `dynamic "name" { content { … } }` those that it makes.
fn written_out(block: &Block) -> (&str, &Body) {
    let content = block.body.get_blocks("content").next();
    match (block.ident.as_str(), block.labels.first(), content) {
        ("dynamic", Some(name), Some(content)) => (name.as_str(), &content.body),
        (name, ..) => (name, &block.body),
    }
}
