//! Where lines go: standard output, one write per line, or a list that a test reads.

use std::{
    io::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A sink of whole lines.
///
/// A sink that fails is never an error for whoever logs: a closed standard output is counted and ignored.
#[derive(Clone, Debug)]
pub struct Output(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sink: Sink,
    failures: AtomicU64,
    logged_bytes: AtomicU64,
}

/// By so many bytes CloudWatch counts each event longer than its text.
const EVENT_BYTES: u64 = 26;

#[derive(Debug)]
enum Sink {
    Stdout,
    Captured(Mutex<Vec<String>>),
    Nowhere,
}

impl Output {
    /// The process's standard output, which Lambda sends to CloudWatch Logs.
    #[must_use]
    pub fn stdout() -> Self {
        Self::of(Sink::Stdout)
    }

    /// Keeps every line, for tests; [`lines`](Self::lines) hands them out.
    #[must_use]
    pub fn captured() -> Self {
        Self::of(Sink::Captured(Mutex::default()))
    }

    /// Drops every line, for measurements.
    pub(crate) fn nowhere() -> Self {
        Self::of(Sink::Nowhere)
    }

    fn of(sink: Sink) -> Self {
        Self(Arc::new(Inner {
            sink,
            failures: AtomicU64::new(0),
            logged_bytes: AtomicU64::new(0),
        }))
    }

    /// The lines kept by a [`captured`](Self::captured) output, without their line ends; none of a real one.
    pub fn lines(&self) -> Vec<String> {
        match &self.0.sink {
            Sink::Captured(lines) => lines.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            Sink::Stdout | Sink::Nowhere => Vec::new(),
        }
    }

    /// How many lines could not be written.
    pub fn failures(&self) -> u64 {
        self.0.failures.load(Ordering::Relaxed)
    }

    /// How many bytes of log that were, as CloudWatch counts them: the text of each line and 26 more.
    pub fn logged_bytes(&self) -> u64 {
        self.0.logged_bytes.load(Ordering::Relaxed)
    }

    /// Writes `line`, which ends in a line feed, in one go.
    pub(crate) fn write_line(&self, line: &[u8]) {
        debug_assert_eq!(line.last(), Some(&b'\n'), "a line ends in a line feed");
        let bytes = (line.len() as u64).saturating_sub(1) + EVENT_BYTES;
        self.0.logged_bytes.fetch_add(bytes, Ordering::Relaxed);
        match &self.0.sink {
            Sink::Stdout => {
                if std::io::stdout().lock().write_all(line).is_err() {
                    self.0.failures.fetch_add(1, Ordering::Relaxed);
                }
            }
            Sink::Captured(lines) => {
                let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line)).into_owned();
                lines.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            }
            Sink::Nowhere => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_captured_output_keeps_lines_in_order() {
        let output = Output::captured();
        output.write_line(b"one\n");
        output.write_line("zwei: ü\n".as_bytes());
        assert_eq!(output.lines(), ["one", "zwei: ü"]);
        assert_eq!(output.failures(), 0);
        assert_eq!(output.logged_bytes(), 3 + 8 + 2 * 26);
    }
}
