//! From bytes to values: YAML with CloudFormation's short tags, JSON, and HCL.

pub(crate) mod hcl;
mod json;
mod yaml;

use crate::node::Node;

/// How deep values may be nested. CloudFormation itself stops far earlier.
pub(crate) const DEEPEST: usize = 200;

/// How many values a file may come to, aliases and loops written out.
pub(crate) const MOST_VALUES: usize = 2_000_000;

/// Why a file, or a part of it, could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    /// Counted from 1; 0 where it is about the whole file.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { line, message }
    }
}

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// Its documents; JSON has one, YAML may have several.
    pub(crate) roots: Vec<Node>,
    /// What is wrong in it, though it could be read.
    pub(crate) faults: Vec<Fault>,
}

/// The text of a file, without a byte order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let line = before.lines().count().max(1);
        Fault::new(line, "the file is not UTF-8")
    })?;
    Ok(text.trim_start_matches('\u{feff}'))
}

/// Reads JSON or YAML. What begins with a bracket is taken for JSON first, since tabs and long lines are no trouble there.
pub(crate) fn parse(text: &str, is_json: bool) -> Result<Document, Fault> {
    if is_json {
        return json::parse(text);
    }
    if text.trim_start().starts_with(['{', '['])
        && let Ok(document) = json::parse(text)
    {
        return Ok(document);
    }
    yaml::parse(text)
}

/// The lines of a text by byte offset.
#[derive(Debug)]
pub(crate) struct Lines {
    ends: Vec<usize>,
    /// For each line the one that it came from, where the text was written out of another.
    origins: Vec<usize>,
}

impl Lines {
    pub(crate) fn of(text: &str) -> Self {
        Self {
            ends: text.match_indices('\n').map(|(offset, _)| offset).collect(),
            origins: Vec::new(),
        }
    }

    /// The lines of a text that was written out of another: where each came from.
    pub(crate) fn from(self, origins: Vec<usize>) -> Self {
        Self { origins, ..self }
    }

    /// The line of a byte, counted from 1.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.number(self.ends.partition_point(|end| *end < offset) + 1)
    }

    /// The line that this one, counted from 1, came from.
    pub(crate) fn number(&self, line: usize) -> usize {
        self.origins.get(line.saturating_sub(1)).copied().unwrap_or(line)
    }
}
