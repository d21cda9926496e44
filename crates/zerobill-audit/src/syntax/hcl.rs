//! HCL, kept as its syntax tree: expressions are evaluated once all files of a module are read.

use hcl_edit::structure::Body;

use super::Fault;

/// Reads a file.
pub(crate) fn parse(text: &str) -> Result<Body, Fault> {
    text.parse().map_err(|error: hcl_edit::parser::Error| {
        let message = format!("not HCL: {}", error.message().replace('\n', "; "));
        Fault::new(error.location().line(), message)
    })
}
