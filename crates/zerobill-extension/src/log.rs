//! Lines for the function's log, where Lambda puts what an extension writes.

use std::io::Write as _;

use serde::Serialize;

use crate::clock;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum Level {
    Warn,
    Error,
}

#[derive(Serialize)]
struct Line<'a> {
    level: Level,
    message: &'a str,
    timestamp: &'a str,
    extension: &'static str,
}

/// Writes one JSON line; a log that is closed is ignored.
pub(crate) fn say(level: Level, message: &str) {
    let line = Line {
        level,
        message,
        timestamp: &clock::timestamp(clock::epoch_ms()),
        extension: "zerobill",
    };
    // Text always serializes.
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.push('\n');
    _ = std::io::stdout().lock().write_all(line.as_bytes());
}
