//! A value read from a template, with the line it stands on, whatever the format was.

/// A value and its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Counted from 1; 0 where there is none.
    pub line: usize,
    /// What stands there.
    pub value: Value,
}

/// What can stand in a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, also where a template says that a property is left out.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(f64),
    /// Text. What refers to another resource inside it stands as `${Name}` or `${Name.Attribute}`.
    Text(String),
    /// Values in order.
    List(Vec<Node>),
    /// Named values in order. A key may stand twice in a faulty template; both count.
    Map(Vec<Entry>),
    /// Another resource, or an attribute of it: `Bucket`, `Bucket.Arn`.
    Reference(String),
    /// One of these; which one is decided when it is deployed.
    Either(Vec<Node>),
    /// What cannot be known from the files.
    Unknown,
}

/// A named value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// The line of the name.
    pub line: usize,
    /// The value.
    pub value: Node,
}

impl Node {
    /// A value at a line.
    pub const fn new(line: usize, value: Value) -> Self {
        Self { line, value }
    }

    /// A text at a line.
    pub fn text(line: usize, text: impl Into<String>) -> Self {
        Self::new(line, Value::Text(text.into()))
    }

    /// A map with one entry.
    pub(crate) fn single(line: usize, key: impl Into<String>, value: Self) -> Self {
        let key = key.into();
        Self::new(line, Value::Map(vec![Entry { key, line, value }]))
    }

    /// The named values, of a map.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The last value of this name, of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The last entry of this name, of a map, or of the first of several possible maps that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Either(nodes) => nodes.iter().find_map(|node| node.entry(key)),
            _ => self.entries().iter().rev().find(|entry| entry.key == key),
        }
    }

    /// The values of a list; a value that is no list is the only one of it, and nothing is none.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// What it may come to: the value itself, or each that it may be.
    pub fn possibilities(&self) -> Vec<&Self> {
        match &self.value {
            Value::Either(nodes) => nodes.iter().flat_map(Self::possibilities).collect(),
            _ => vec![self],
        }
    }

    /// All that stands at a path of names with dots between, through each item of a list and each of several possibilities.
    pub fn values(&self, path: &str) -> Vec<&Self> {
        let mut found = vec![self];
        for key in path.split('.') {
            found = found
                .into_iter()
                .flat_map(Self::leaves)
                .flat_map(|node| node.entries().iter().filter(|entry| entry.key == key))
                .map(|entry| &entry.value)
                .collect();
        }
        found.into_iter().flat_map(Self::leaves).collect()
    }

    /// The items of lists and the possibilities, down to what is neither.
    fn leaves(&self) -> Vec<&Self> {
        match &self.value {
            Value::List(nodes) | Value::Either(nodes) => nodes.iter().flat_map(Self::leaves).collect(),
            _ => vec![self],
        }
    }

    /// The text, if it is one. A number or a switch is none.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, also of a text that is one.
    pub fn as_number(&self) -> Option<f64> {
        match &self.value {
            Value::Number(number) => Some(*number),
            Value::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// The switch, also of a text that is one.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(on) => Some(*on),
            Value::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A scalar as it stands in a text; a reference as `${Name}`.
    pub(crate) fn to_text(&self) -> Option<String> {
        match &self.value {
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(on) => Some(on.to_string()),
            Value::Reference(name) => Some(format!("${{{name}}}")),
            _ => None,
        }
    }

    /// Whether it may come to nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// Whether the resource of this name, or an attribute of it, is named anywhere inside.
    pub fn mentions(&self, name: &str) -> bool {
        match &self.value {
            Value::Reference(reference) => refers(reference, name),
            Value::Text(text) => text
                .match_indices("${")
                .filter_map(|(start, _)| text[start + 2..].split('}').next())
                .any(|reference| refers(reference, name)),
            Value::List(nodes) | Value::Either(nodes) => nodes.iter().any(|node| node.mentions(name)),
            Value::Map(entries) => entries.iter().any(|entry| entry.value.mentions(name)),
            _ => false,
        }
    }

    /// How deep its values are nested; 1 for a scalar.
    pub(crate) fn depth(&self) -> usize {
        1 + match &self.value {
            Value::List(nodes) | Value::Either(nodes) => nodes.iter().map(Self::depth).max().unwrap_or_default(),
            Value::Map(entries) => entries
                .iter()
                .map(|entry| entry.value.depth())
                .max()
                .unwrap_or_default(),
            _ => 0,
        }
    }

    /// How many values it is made of.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.value {
            Value::List(nodes) | Value::Either(nodes) => nodes.iter().map(Self::size).sum(),
            Value::Map(entries) => entries.iter().map(|entry| entry.value.size()).sum(),
            _ => 0,
        }
    }
}

/// Whether a reference is to this resource or to an attribute of it.
fn refers(reference: &str, name: &str) -> bool {
    reference
        .strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
