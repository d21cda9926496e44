//! Log lines on their way from functions and from Lambda itself to whoever shows them.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Deserialize;
use zerobill_runtime_api::names::MAX_TAIL_BYTES;

use crate::{
    dashboard::{Journal, Place, Record},
    environment::{Stream, Telemetry, envelope},
    log_settings::{LogFormat, LogLevel, LogSettings},
    platform::PlatformEvent,
    settings::FunctionSettings,
};

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
    /// An external extension.
    Extension,
    /// Lambda itself: `INIT_START`, START, END, REPORT and what went wrong, or the same in JSON.
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
    settings: LogSettings,
    sink: Arc<dyn LogSink>,
    journal: Arc<Journal>,
    current: Mutex<Vec<Current>>,
    /// Whether several invocations may run at once.
    shared: bool,
    /// Whoever begins or ends an invocation: no line of the next one comes between the last lines of one.
    turn: Mutex<()>,
    pub(crate) telemetry: Telemetry,
}

/// A running invocation, or the last one where only one runs at once.
struct Current {
    place: Place,
    tail: VecDeque<u8>,
}

impl EnvironmentLog {
    /// The log of environment `environment`, which is started for the invocation that `record` is of.
    pub(crate) fn new(
        function: Arc<str>,
        environment: u64,
        settings: &FunctionSettings,
        sink: Arc<dyn LogSink>,
        journal: Arc<Journal>,
        record: &Record,
    ) -> Self {
        journal.environment_starts(&function, environment);
        let (shared, settings) = (settings.environment_concurrency > 1, settings.log);
        Self {
            function,
            environment,
            settings,
            sink,
            journal,
            current: Mutex::new(vec![Current::new(record)]),
            shared,
            turn: Mutex::default(),
            telemetry: Telemetry::new(settings.format == LogFormat::Json),
        }
    }

    /// Takes a line of the function or of an extension.
    pub(crate) fn write(&self, kind: LineKind, text: &str) {
        if self.settings.format == LogFormat::Text || level_of(text) >= self.settings.application_level {
            self.keep(kind, text);
        }
        match kind {
            LineKind::Stdout | LineKind::Stderr => self.telemetry.line(Stream::Function, text),
            LineKind::Extension => self.telemetry.line(Stream::Extension, text),
            LineKind::Platform => {}
        }
    }

    /// Takes an event of Lambda's own, and writes it as the settings say.
    pub(crate) fn event(&self, event: &PlatformEvent<'_>) {
        match self.settings.format {
            LogFormat::Text => {
                let text = event.text();
                for line in text.iter().flat_map(|text| text.lines()) {
                    self.keep(LineKind::Platform, line);
                }
            }
            LogFormat::Json if event.level() >= self.settings.system_level => {
                let line = envelope(event.name(), event.record());
                self.keep(LineKind::Platform, &String::from_utf8_lossy(&line));
            }
            LogFormat::Json => {}
        }
        self.telemetry.platform(event);
    }

    /// Writes a line of Lambda's own that is the same in every format.
    pub(crate) fn platform(&self, text: &str) {
        self.keep(LineKind::Platform, text);
    }

    fn keep(&self, kind: LineKind, text: &str) {
        let mut running = self.current();
        let current = Current::of(&mut running, text);
        let place = current.as_ref().map(|current| &current.place);
        self.journal.line(&self.function, self.environment, kind, place, text);
        if let Some(current) = current {
            current.keep(text);
        }
        drop(running);
        self.sink.line(LogLine {
            function: &self.function,
            environment: self.environment,
            kind,
            text,
        });
    }

    /// The environment's number, from 1.
    pub(crate) fn environment(&self) -> u64 {
        self.environment
    }

    /// Forgets the end of the last invocation's log: what comes now is of the one that `record` is of.
    pub(crate) fn begin_invocation(&self, record: &Record) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = self.current();
        match running.as_mut_slice() {
            [last] if !self.shared => last.begin(record),
            several => match several.iter_mut().find(|current| current.place == record.place()) {
                Some(started) => started.begin(record),
                None => running.push(Current::new(record)),
            },
        }
    }

    /// Writes the last lines of an invocation once `release` was called, so that whoever reads them finds free what it has
    /// released; gives the invocation's tail.
    pub(crate) fn end_invocation(
        &self,
        record: &Record,
        fault: Option<&str>,
        report: &PlatformEvent<'_>,
        release: impl FnOnce(),
    ) -> Vec<u8> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        release();
        if let Some(fault) = fault {
            self.platform(fault);
        }
        self.event(report);
        let tail = self.tail(record);
        if self.shared {
            self.current().retain(|current| current.place != record.place());
        }
        tail
    }

    /// The last 4 KB of the log of the running invocation that `record` is of.
    pub(crate) fn tail(&self, record: &Record) -> Vec<u8> {
        let place = record.place();
        let running = self.current();
        let current = running.iter().find(|current| current.place == place);
        let (first, second) = current.map(|current| current.tail.as_slices()).unwrap_or_default();
        [first, second].concat()
    }

    fn current(&self) -> MutexGuard<'_, Vec<Current>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn new(record: &Record) -> Self {
        Self {
            place: record.place(),
            tail: VecDeque::new(),
        }
    }

    fn begin(&mut self, record: &Record) {
        self.tail.clear();
        self.place = record.place();
    }

    /// The one that a line belongs to: the only one, or the one whose request id the line has.
    fn of<'a>(running: &'a mut [Self], text: &str) -> Option<&'a mut Self> {
        match running {
            [only] => Some(only),
            several => several
                .iter_mut()
                .find(|current| text.contains(current.place.request_id())),
        }
    }

    fn keep(&mut self, text: &str) {
        let (tail, bytes) = (&mut self.tail, text.as_bytes());
        tail.extend(&bytes[bytes.len().saturating_sub(MAX_TAIL_BYTES)..]);
        tail.push_back(b'\n');
        let surplus = tail.len().saturating_sub(MAX_TAIL_BYTES);
        tail.drain(..surplus);
    }
}

impl Drop for EnvironmentLog {
    fn drop(&mut self) {
        self.journal.environment_ends(&self.function, self.environment);
    }
}

impl fmt::Debug for EnvironmentLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnvironmentLog")
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// The level that a line names; one that names none is information.
fn level_of(line: &str) -> LogLevel {
    #[derive(Deserialize)]
    struct Levelled {
        #[serde(alias = "logLevel")]
        level: String,
    }
    serde_json::from_str(line)
        .ok()
        .and_then(|Levelled { level }| LogLevel::named(&level))
        .unwrap_or(LogLevel::Info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_of_the_level_it_names() {
        assert_eq!(level_of(r#"{"level":"debug","msg":"m"}"#), LogLevel::Debug);
        assert_eq!(level_of(r#"{"level":"WARNING"}"#), LogLevel::Warn);
        for line in [
            "text",
            r#"{"level":"loud"}"#,
            r#"{"level":30}"#,
            r#"{"message":"m"}"#,
            "[]",
        ] {
            assert_eq!(level_of(line), LogLevel::Info, "{line}");
        }
    }
}
