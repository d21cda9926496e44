//! Data on standard output, talk on standard error. A reader that is gone is no error: `zerobill ops | head` ends quietly.

use std::{
    borrow::Cow,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use crate::failure::{Failure, Kind};

/// Colours, where there is a terminal that is not told to have none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(bool);

impl Paint {
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self(false);
    #[cfg(test)]
    pub(crate) const COLOURED: Self = Self(true);

    pub(crate) fn of_stdout() -> Self {
        Self::on(std::io::stdout().is_terminal())
    }

    fn on(terminal: bool) -> Self {
        Self(terminal && zerobill::environment::Environment::process().get("NO_COLOR").is_none())
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with(31, text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.with(32, text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.with(33, text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(2, text)
    }

    fn with(self, code: u8, text: &str) -> String {
        if self.0 && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A line of data. What would steer a terminal is shown as it is written in Rust: files that are read can hold anything.
pub(crate) fn data(text: &str) {
    _ = writeln!(std::io::stdout().lock(), "{}", visible(text, &['\n', '\t']));
}

/// A name from a file, on one line.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    visible(text, &[])
}

/// The text without control characters, but for those in `kept`.
pub(crate) fn visible<'a>(text: &'a str, kept: &[char]) -> Cow<'a, str> {
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

/// A line of data; whether somebody took it.
pub(crate) fn taken(text: &str) -> bool {
    writeln!(std::io::stdout().lock(), "{text}").is_ok()
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
    let paint = Paint::on(std::io::stderr().is_terminal());
    let causes: Vec<String> = failure.error.chain().map(ToString::to_string).collect();
    let causes = causes.join(": ");
    note(&format!("{} {}", paint.red("error:"), visible(&causes, &['\n', '\t'])));
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
