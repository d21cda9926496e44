//! Data on standard output, talk on standard error. A reader that is gone is no error: `zerobill ops | head` ends quietly.

use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
};

use crate::failure::{Failure, Kind};

/// A line of data.
pub(crate) fn data(text: &str) {
    _ = writeln!(std::io::stdout().lock(), "{text}");
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
    note(&format!("{on}error:{off} {}", causes.join(": ")));
    if let Some(hint) = &failure.hint {
        note(&format!("hint: {hint}"));
    }
    ExitCode::from(failure.kind.exit_code())
}
