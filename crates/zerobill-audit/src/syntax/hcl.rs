//! HCL, kept as its syntax tree: expressions are evaluated once all files of a module are read.

mod json;

use hcl_edit::structure::Body;

use super::{Fault, Lines};

/// Reads a file, with the lines of its text.
pub(crate) fn parse(text: &str) -> Result<(Body, Lines), Fault> {
    read(text, Lines::of(text))
}

/// Reads a file in the JSON syntax: a module, or values of variables.
pub(crate) fn parse_json(text: &str, is_variables: bool) -> Result<(Body, Lines), Fault> {
    let document = super::json::parse(text)?;
    if let Some(fault) = document.faults.first() {
        return Err(Fault::new(
            fault.line,
            "a name stands here twice, which Terraform refuses",
        ));
    }
    let root = document
        .roots
        .first()
        .ok_or_else(|| Fault::new(0, "the file is empty"))?;
    let (text, lines) = json::written_out(root, is_variables)?;
    read(&text, lines)
}

fn read(text: &str, lines: Lines) -> Result<(Body, Lines), Fault> {
    let body = text.parse().map_err(|error: hcl_edit::parser::Error| {
        let message = format!("not HCL: {}", error.message().replace('\n', "; "));
        Fault::new(lines.number(error.location().line()), message)
    });
    body.map(|body| (body, lines))
}
