//! Log lines on their way from functions and from Lambda itself to whoever shows them.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use zerobill_runtime_api::names::MAX_TAIL_BYTES;

/// One line of a function's log.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogLine<'a> {
    /// The function.
    pub function: &'a str,
    /// The number of its execution environment, from 1.
    pub environment: u64,
    /// Who wrote it.
    pub kind: LineKind,
    /// The line, without its end.
    pub text: &'a str,
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// The function, on standard output.
    Stdout,
    /// The function, on standard error.
    Stderr,
    /// Lambda itself: `INIT_START`, START, END, REPORT and what went wrong.
    Platform,
}

/// Takes log lines. It is called from many tasks and must be quick.
pub trait LogSink: Send + Sync {
    /// Takes one line.
    fn line(&self, line: LogLine<'_>);
}

impl<F: Fn(LogLine<'_>) + Send + Sync> LogSink for F {
    fn line(&self, line: LogLine<'_>) {
        self(line);
    }
}

/// The log of one execution environment: every line goes to the sink, and the end of the running invocation's is kept.
pub(crate) struct EnvironmentLog {
    function: Arc<str>,
    environment: u64,
    sink: Arc<dyn LogSink>,
    tail: Mutex<VecDeque<u8>>,
    /// Whoever begins or ends an invocation: no line of the next one comes between the last lines of one.
    turn: Mutex<()>,
}

impl EnvironmentLog {
    pub(crate) fn new(function: Arc<str>, environment: u64, sink: Arc<dyn LogSink>) -> Self {
        Self {
            function,
            environment,
            sink,
            tail: Mutex::default(),
            turn: Mutex::default(),
        }
    }

    pub(crate) fn write(&self, kind: LineKind, text: &str) {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = text.as_bytes();
        tail.extend(&bytes[bytes.len().saturating_sub(MAX_TAIL_BYTES)..]);
        tail.push_back(b'\n');
        let surplus = tail.len().saturating_sub(MAX_TAIL_BYTES);
        tail.drain(..surplus);
        drop(tail);
        self.sink.line(LogLine {
            function: &self.function,
            environment: self.environment,
            kind,
            text,
        });
    }

    pub(crate) fn platform(&self, text: &str) {
        self.write(LineKind::Platform, text);
    }

    /// Forgets the end of the last invocation's log.
    pub(crate) fn begin_invocation(&self) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.tail.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Writes the last lines of an invocation once `release` was called, so that whoever reads them finds free what it has
    /// released; gives the invocation's tail.
    pub(crate) fn end_invocation(&self, lines: &[String], release: impl FnOnce()) -> Vec<u8> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        release();
        for line in lines {
            self.platform(line);
        }
        self.tail()
    }

    /// The last 4 KB of the running invocation's log.
    pub(crate) fn tail(&self) -> Vec<u8> {
        let tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, second) = tail.as_slices();
        [first, second].concat()
    }
}

impl fmt::Debug for EnvironmentLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentLog")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
