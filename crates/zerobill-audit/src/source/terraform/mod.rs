//! Terraform modules: all files of a folder together, with variables' defaults and locals resolved.

pub(crate) mod convert;
mod evaluate;
mod functions;
mod module;

pub(crate) use self::module::{Part, calls, read};

/// Whether a text without the usual extension is Terraform.
pub(super) fn looks_like(text: &str) -> bool {
    let block = |line: &str| {
        ["resource \"", "module \"", "provider \"", "terraform {"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    text.lines().any(block)
}
