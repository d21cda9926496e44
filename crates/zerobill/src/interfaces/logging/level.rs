//! The levels of log lines.

use std::fmt;

/// How much a line matters. Its number is the one dashboards know: 6, 8, 12, 16, 20, 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Every step.
    Trace = 6,
    /// What helps to find a fault.
    Debug = 8,
    /// What happened.
    Info = 12,
    /// What may go wrong soon.
    Warn = 16,
    /// What went wrong.
    Error = 20,
    /// What stops the whole.
    Critical = 24,
}

/// The words of the levels, and those that mean the same.
pub(crate) const WORDS: &[&str] = &[
    "TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "FATAL",
];

impl Level {
    /// The word that is printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }

    /// The level of a word in any case; `WARNING` and `FATAL` are read too.
    pub fn parse(word: &str) -> Option<Self> {
        let levels = [
            Self::Trace,
            Self::Debug,
            Self::Info,
            Self::Warn,
            Self::Error,
            Self::Critical,
        ];
        let same = |other: &str| word.trim().eq_ignore_ascii_case(other);
        match levels.into_iter().find(|level| same(level.as_str())) {
            None if same("WARNING") => Some(Self::Warn),
            None if same("FATAL") => Some(Self::Critical),
            found => found,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<tracing::Level> for Level {
    fn from(level: tracing::Level) -> Self {
        match level {
            tracing::Level::TRACE => Self::Trace,
            tracing::Level::DEBUG => Self::Debug,
            tracing::Level::INFO => Self::Info,
            tracing::Level::WARN => Self::Warn,
            tracing::Level::ERROR => Self::Error,
        }
    }
}
