//! JSON with the lines of its values. Comments are let through: some tools write them, and they can hold suppressions.

use std::collections::HashSet;

use jsonc_parser::{CollectOptions, ParseOptions, ast, common::Ranged, parse_to_ast};

use super::{Document, Fault, Lines};
use crate::node::{Entry, Node, Value};

pub(super) fn parse(text: &str) -> Result<Document, Fault> {
    let options = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let lines = Lines::of(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let message = format!("not JSON: {}", error.kind())
            .to_lowercase()
            .replace("json", "JSON");
        Fault::new(lines.at(error.range().start), message)
    })?;
    let mut reader = Reader {
        lines,
        faults: Vec::new(),
    };
    let root = parsed.value.map(|value| reader.node(value));
    Ok(Document {
        roots: root.into_iter().collect(),
        faults: reader.faults,
    })
}

struct Reader {
    lines: Lines,
    faults: Vec<Fault>,
}

impl Reader {
    fn node(&mut self, value: ast::Value<'_>) -> Node {
        let line = self.lines.at(value.start());
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::NumberLit(literal) => match literal.value.parse() {
                Ok(number) => Value::Number(number),
                Err(_) => Value::Text(literal.value.to_owned()),
            },
            ast::Value::StringLit(literal) => Value::Text(literal.value.into_owned()),
            ast::Value::Array(array) => {
                Value::List(array.elements.into_iter().map(|element| self.node(element)).collect())
            }
            ast::Value::Object(object) => self.map(object),
        };
        Node::new(line, value)
    }

    fn map(&mut self, object: ast::Object<'_>) -> Value {
        let mut seen = HashSet::new();
        let mut entries = Vec::with_capacity(object.properties.len());
        for property in object.properties {
            let line = self.lines.at(property.range.start);
            let key = property.name.into_string();
            if !seen.insert(key.clone()) {
                self.faults.push(Fault::new(
                    line,
                    format!("the key `{key}` stands here twice; both are audited"),
                ));
            }
            let value = self.node(property.value);
            entries.push(Entry { key, line, value });
        }
        Value::Map(entries)
    }
}
