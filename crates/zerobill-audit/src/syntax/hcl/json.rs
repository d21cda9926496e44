//! Terraform's JSON syntax, written out in its own language, so that all that reads the one reads the other.

use std::fmt::Write as _;

use hcl_edit::{
    Span as _,
    template::{Element, Template},
};

use crate::{
    node::{Entry, Node, Value},
    syntax::{Fault, Lines},
};

/// The blocks that hold resources or what they are made of, and how many labels each has.
const BLOCKS: &[(&str, usize)] = &[("locals", 0), ("module", 1), ("resource", 2), ("variable", 1)];

/// The key of comments.
const COMMENT: &str = "//";

/// Stands for what cannot be read: nothing is known of it.
const UNREAD: &str = "path.unread";

/// The text of a `.tf.json` file, or of a file of variables, in Terraform's own language, and which line came from where.
pub(super) fn written_out(root: &Node, is_variables: bool) -> Result<(String, Lines), Fault> {
    let mut writer = Writer::default();
    for root in root.items() {
        let entries = named(root)?;
        if is_variables {
            writer.attributes(entries)?;
            continue;
        }
        for entry in entries {
            if let Some((_, labels)) = BLOCKS.iter().find(|(name, _)| *name == entry.key) {
                writer.blocks(&entry.key, *labels, entry.line, &entry.value)?;
            }
        }
    }
    let lines = Lines::of(&writer.text).from(writer.lines);
    Ok((writer.text, lines))
}

/// The named values of what must have some.
fn named(node: &Node) -> Result<&[Entry], Fault> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        _ => Err(Fault::new(node.line, "names and values are expected here")),
    }
}

fn without_comments(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries.iter().filter(|entry| entry.key != COMMENT)
}

#[derive(Default)]
struct Writer {
    text: String,
    /// For each line of `text` the line that it came from.
    lines: Vec<usize>,
}

impl Writer {
    fn write(&mut self, text: &str, line: usize) {
        self.text.push_str(text);
        self.lines.extend(text.matches('\n').map(|_| line));
    }

    /// The blocks below a type: a level of names for each label that is left, and lists of blocks anywhere.
    fn blocks(&mut self, head: &str, labels: usize, line: usize, node: &Node) -> Result<(), Fault> {
        for item in node.items() {
            let entries = named(item)?;
            if labels == 0 {
                self.write(&format!("{head} {{\n"), line);
                self.attributes(entries)?;
                self.write("}\n", line);
                continue;
            }
            for entry in without_comments(entries) {
                let head = format!("{head} {}", quoted(&entry.key));
                self.blocks(&head, labels - 1, entry.line, &entry.value)?;
            }
        }
        Ok(())
    }

    fn attributes(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        for entry in without_comments(entries) {
            for (name, value) in made(entry) {
                let is_name = name
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || "_-".contains(letter));
                if !is_name || !name.starts_with(|first: char| first.is_alphabetic() || first == '_') {
                    return Err(Fault::new(entry.line, format!("`{name}` is no name of Terraform")));
                }
                let value = expression(value);
                self.write(&format!("{name} = {value}\n"), entry.line);
            }
        }
        Ok(())
    }
}

/// What an entry makes: itself, or of `"dynamic": {"name": {"content": …}}` what that makes.
fn made(entry: &Entry) -> Vec<(&str, &Node)> {
    let itself = vec![(entry.key.as_str(), &entry.value)];
    if entry.key != "dynamic" {
        return itself;
    }
    let blocks: Vec<&Entry> = entry.value.items().iter().flat_map(Node::entries).collect();
    let made = blocks.iter().map(|block| {
        let content = block.value.items().iter().find_map(|item| item.get("content"))?;
        Some((block.key.as_str(), content))
    });
    made.collect::<Option<Vec<_>>>()
        .filter(|made| !made.is_empty())
        .unwrap_or(itself)
}

fn expression(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(on) => on.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => template(text),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(expression).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let made = without_comments(entries).flat_map(made);
            let entries: Vec<String> = made
                .map(|(name, value)| format!("{} = {}", quoted(name), expression(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Reference(_) | Value::Either(_) | Value::Unknown => UNREAD.to_owned(),
    }
}

/// A text, in which `${…}` is an expression. If there is nothing else in it, it is the value of the expression, of whatever kind.
fn template(text: &str) -> String {
    if !text.contains("${") && !text.contains("%{") {
        return quoted(text);
    }
    let Ok(template) = text.parse::<Template>() else {
        return UNREAD.to_owned();
    };
    let elements: Vec<&Element> = template.iter().collect();
    if let [Element::Interpolation(only)] = elements.as_slice() {
        return format!("({})", only.expr.to_string().trim());
    }
    let mut written = String::from("\"");
    for element in elements {
        match element {
            Element::Literal(literal) => written.push_str(&escaped(literal)),
            Element::Interpolation(_) | Element::Directive(_) => {
                let Some(part) = element.span().and_then(|span| text.get(span)) else {
                    return UNREAD.to_owned();
                };
                written.push_str(part);
            }
        }
    }
    written + "\""
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("${", "$${").replace("%{", "%%{").chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            letter if letter.is_control() => _ = write!(escaped, "\\u{:04x}", u32::from(letter)),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{escaped, template};

    #[test]
    fn a_text_that_is_one_expression_is_its_value() {
        for (json, hcl) in [
            ("plain", r#""plain""#),
            ("${var.size * 2}", "(var.size * 2)"),
            ("a ${var.b} c", r#""a ${var.b} c""#),
            (r#"${var.b == "}" ? 1 : 2}"#, r#"(var.b == "}" ? 1 : 2)"#),
            (r#"say "${var.b}""#, r#""say \"${var.b}\"""#),
            ("$${not}", r#""$${not}""#),
            ("${", "path.unread"),
        ] {
            assert_eq!(template(json), hcl, "{json}");
        }
    }

    #[test]
    fn what_is_escaped_reads_back() {
        let text = "tab\t, \"quote\", back\\slash, line\nend\r, ${x} %{y} \u{7} ü";
        let body: hcl_edit::structure::Body = format!("a = \"{}\"\n", escaped(text)).parse().unwrap();
        let value = &body.get_attribute("a").unwrap().value;
        assert_eq!(value.as_str(), Some(text));
    }
}
