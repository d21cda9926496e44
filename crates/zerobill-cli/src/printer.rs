//! Data on standard output, talk on standard error. A reader that is gone is no error: `zerobill ops | head` ends quietly.

use std::{
    borrow::Cow,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use crate::failure::{Failure, Kind};

/// A line of data. What would steer a terminal is shown as it is written in Rust: files that are read can hold anything.
pub(crate) fn data(text: &str) {
    _ = writeln!(std::io::stdout().lock(), "{}", visible(text, &['\n', '\t']));
}

/// A name from a file, on one line.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    visible(text, &[])
}

/// The text without control characters, but for those in `kept`.
fn visible<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
    let steers = |letter: char| letter.is_control() && !kept.contains(&letter);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if steers(letter) {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Bytes of data as they are, and a line feed if they end without one.
pub(crate) fn bytes(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    _ = out.write_all(bytes);
    if bytes.last() != Some(&b'\n') {
        _ = out.write_all(b"\n");
    }
    _ = out.flush();
}

/// A line of talk.
pub(crate) fn note(text: &str) {
    _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// What clap says: help and the version are data, a wrong argument is talk and ends with 64.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    _ = error.print();
    if error.use_stderr() {
        ExitCode::from(Kind::Usage.exit_code())
    } else {
        ExitCode::SUCCESS
    }
}

/// The failure with its causes and its hint, and the exit code.
pub(crate) fn failure(failure: &Failure) -> ExitCode {
    let plain = zerobill::environment::Environment::process().get("NO_COLOR").is_some();
    let (on, off) = if std::io::stderr().is_terminal() && !plain {
        ("\u{1b}[31m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    let causes: Vec<String> = failure.error.chain().map(ToString::to_string).collect();
    let causes = causes.join(": ");
    note(&format!("{on}error:{off} {}", visible(&causes, &['\n', '\t'])));
    if let Some(hint) = &failure.hint {
        note(&format!("hint: {hint}"));
    }
    ExitCode::from(failure.kind.exit_code())
}

#[cfg(test)]
mod tests {
    use super::{name, visible};

    #[test]
    fn nothing_that_steers_a_terminal_is_printed() {
        assert_eq!(
            visible("a\u{1b}[31mb\n\tc\u{9b}d", &['\n', '\t']),
            "a\\u{1b}[31mb\n\tc\\u{9b}d"
        );
        assert_eq!(name("a\nb"), "a\\nb");
        assert_eq!(name("Größe"), "Größe");
    }
}
