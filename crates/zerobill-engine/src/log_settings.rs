//! How a log is written, and which lines of it.

/// What Lambda calls a function's logging configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// How Lambda writes its own lines.
    pub format: LogFormat,
    /// The least level of the function's own lines; only where the format is JSON.
    pub application_level: LogLevel,
    /// The least level of Lambda's own lines; only where the format is JSON.
    pub system_level: LogLevel,
}

/// How Lambda writes its own lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines such as START, END and REPORT.
    #[default]
    Text,
    /// One JSON object a line, such as `platform.start` and `platform.report`.
    Json,
}

/// A level of the log, the most talkative first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// What helps to find a fault.
    Debug,
    /// What happens normally.
    Info,
    /// What may become a fault.
    Warn,
    /// What went wrong.
    Error,
    /// What ends the function.
    Fatal,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            application_level: LogLevel::Info,
            system_level: LogLevel::Info,
        }
    }
}

impl LogLevel {
    const ALL: [(Self, &str); 6] = [
        (Self::Trace, "TRACE"),
        (Self::Debug, "DEBUG"),
        (Self::Info, "INFO"),
        (Self::Warn, "WARN"),
        (Self::Error, "ERROR"),
        (Self::Fatal, "FATAL"),
    ];

    /// The level as Lambda writes it.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(level, _)| *level == self)
            .map_or("INFO", |(_, name)| name)
    }

    /// The level that a line of a log or a person names, in any case; other names that libraries use for them too.
    ///
    /// ```
    /// use zerobill_engine::LogLevel;
    /// assert_eq!(LogLevel::named("warning"), Some(LogLevel::Warn));
    /// assert_eq!(LogLevel::named("loud"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        let name = match name.to_ascii_uppercase() {
            name if name == "WARNING" => "WARN".to_owned(),
            name if name == "CRITICAL" => "FATAL".to_owned(),
            name => name,
        };
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(level, _)| *level)
    }
}
