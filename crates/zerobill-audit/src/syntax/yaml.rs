//! YAML with the lines of its values, and CloudFormation's short tags written out: `!Ref A` becomes `{"Ref": "A"}`.

mod lenient;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use self::lenient::{Dedent, Lenient};
use super::{DEEPEST, Document, Fault, MOST_VALUES};
use crate::node::{Entry, Node, Value};

/// Reads YAML. Where only the indentation inside brackets or quotes is against it, that is mended: other readers let it pass.
pub(super) fn parse(text: &str) -> Result<Document, Fault> {
    let (fault, dedent) = match strict(text) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    let (mut lenient, mut next) = (Lenient::new(text), dedent);
    while let Some(dedent) = next
        && lenient.mend(dedent)
    {
        match strict(lenient.text()) {
            Ok(document) => return Ok(document),
            Err((_, dedent)) => next = dedent,
        }
    }
    Err(fault)
}

fn strict(text: &str) -> Result<Document, (Fault, Option<Dedent>)> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let (marker, info) = (error.marker(), error.info());
            let fault = Fault::new(marker.line(), format!("not YAML: {info}"));
            (fault, Dedent::of(info, marker.line(), marker.index()))
        })?;
        builder.take(event, span.start.line()).map_err(|fault| (fault, None))?;
    }
    Ok(Document {
        roots: builder.roots,
        faults: builder.faults,
    })
}

/// A list or a map that is not closed yet.
struct Open {
    line: usize,
    anchor: usize,
    tag: Option<String>,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        seen: HashSet<String>,
        /// A key that waits for its value.
        key: Option<(String, usize)>,
    },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
    roots: Vec<Node>,
    faults: Vec<Fault>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(Cow::into_owned);
                let value = scalar(&text, style, tag.as_ref());
                let node = tagged(Node::new(line, value), short_name(tag.as_ref()));
                self.keep(anchor, node)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(line, anchor, tag.map(Cow::into_owned), Kind::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Map {
                    entries: Vec::new(),
                    seen: HashSet::new(),
                    key: None,
                };
                self.begin(line, anchor, tag.map(Cow::into_owned), kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                // An alias inside its own anchor has nothing to stand for yet.
                let node = self.anchors.get(&anchor).cloned();
                let node = node.ok_or_else(|| Fault::new(line, "an alias stands inside of what it names"))?;
                if self.open.len() + node.depth() > DEEPEST {
                    return Err(too_deep(line));
                }
                self.count(node.size(), line)?;
                self.place(node);
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn begin(&mut self, line: usize, anchor: usize, tag: Option<Tag>, kind: Kind) -> Result<(), Fault> {
        if self.open.len() >= DEEPEST {
            return Err(too_deep(line));
        }
        let tag = short_name(tag.as_ref());
        self.open.push(Open {
            line,
            anchor,
            tag,
            kind,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.kind {
            Kind::List(items) => Value::List(items),
            Kind::Map { entries, .. } => Value::Map(merged(entries)),
        };
        self.keep(open.anchor, tagged(Node::new(open.line, value), open.tag))
    }

    /// Remembers what an alias may name, and places it.
    fn keep(&mut self, anchor: usize, node: Node) -> Result<(), Fault> {
        self.count(1, node.line)?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.place(node);
        Ok(())
    }

    fn count(&mut self, values: usize, line: usize) -> Result<(), Fault> {
        self.values = self.values.saturating_add(values);
        if self.values > MOST_VALUES {
            return Err(Fault::new(
                line,
                format!("more than {MOST_VALUES} values, aliases written out"),
            ));
        }
        Ok(())
    }

    fn place(&mut self, node: Node) {
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return;
        };
        match &mut open.kind {
            Kind::List(items) => items.push(node),
            Kind::Map { entries, seen, key } => match key.take() {
                None => *key = Some((node.to_text().unwrap_or_default(), node.line)),
                Some((name, line)) => {
                    if name != "<<" && !seen.insert(name.clone()) {
                        let message = format!("the key `{name}` stands here twice; both are audited");
                        self.faults.push(Fault::new(line, message));
                    }
                    entries.push(Entry {
                        key: name,
                        line,
                        value: node,
                    });
                }
            },
        }
    }
}

fn too_deep(line: usize) -> Fault {
    Fault::new(line, format!("nested deeper than {DEEPEST} levels"))
}

/// The entries of `<<` among the others, which win.
fn merged(entries: Vec<Entry>) -> Vec<Entry> {
    if !entries.iter().any(|entry| entry.key == "<<") {
        return entries;
    }
    let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == "<<");
    for merge in merges {
        for source in merge.value.items() {
            for entry in source.entries() {
                if !own.iter().any(|known| known.key == entry.key) {
                    own.push(entry.clone());
                }
            }
        }
    }
    own
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str") {
        return Value::Text(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number),
    }
}

/// A number that prints as it was written: an account `012345678901` or a version `1.10` stays text.
fn number(text: &str) -> Option<f64> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || first == '-') {
        return None;
    }
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite() && number.to_string() == text)
}

fn short_name(tag: Option<&Tag>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.clone())
}

/// A short tag as the long form has it. What other tools mean by a tag of their own is not known.
fn tagged(node: Node, tag: Option<String>) -> Node {
    const FUNCTIONS: &[&str] = &[
        "And",
        "Base64",
        "Cidr",
        "Equals",
        "FindInMap",
        "GetAZs",
        "GetAtt",
        "If",
        "ImportValue",
        "Join",
        "Length",
        "Not",
        "Or",
        "Select",
        "Split",
        "Sub",
        "ToJsonString",
        "Transform",
    ];
    let line = node.line;
    match tag.as_deref() {
        None | Some("") => node,
        Some(name @ ("Ref" | "Condition")) => Node::single(line, name, node),
        Some(name) if FUNCTIONS.contains(&name) => Node::single(line, format!("Fn::{name}"), node),
        Some(_) => Node::new(line, Value::Unknown),
    }
}
