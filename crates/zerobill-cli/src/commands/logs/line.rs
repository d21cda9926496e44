//! One log line: its level, and how it is shown to people.

use std::fmt::{self, Write};

use clap::ValueEnum;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::printer::{self, Paint};

/// What Lambda's own lines say of what failed, in both of its formats.
const FAILURES: &[&str] = &[
    "Status: ",
    "Error: ",
    "Task timed out",
    r#""status":"error""#,
    r#""status":"timeout""#,
    r#""status":"failure""#,
];

/// What the engine sends.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Record {
    /// Lines that this reader missed.
    Missed {
        /// How many.
        missed: u64,
    },
    /// A line.
    Line(Line),
}

/// A line of a function or of Lambda itself.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    time_ms: i64,
    pub(super) function: String,
    environment: u64,
    source: String,
    pub(super) request_id: Option<String>,
    text: String,
}

/// How bad a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Level {
    /// For whoever looks for a fault in detail
    Trace,
    /// For whoever looks for a fault
    Debug,
    /// What goes on
    Info,
    /// What may go wrong
    #[value(alias = "warning")]
    Warn,
    /// What went wrong
    Error,
    /// What keeps everything from going on
    #[value(alias = "fatal")]
    Critical,
}

impl Level {
    fn of(word: &str) -> Option<Self> {
        Self::from_str(word, true).ok()
    }

    /// Its name, five letters wide, and its colour.
    fn painted(self, paint: Paint) -> String {
        match self {
            Self::Trace => paint.dim("TRACE"),
            Self::Debug => paint.dim("DEBUG"),
            Self::Info => paint.green("INFO "),
            Self::Warn => paint.yellow("WARN "),
            Self::Error => paint.red("ERROR"),
            Self::Critical => paint.red("CRIT "),
        }
    }
}

impl Line {
    /// Its level: what a JSON line says, ERROR where Lambda says that something failed, INFO where the function says nothing of it.
    /// Lambda's other lines have none.
    pub(super) fn level(&self) -> Option<Level> {
        if self.source == "platform" {
            let failed = FAILURES.iter().any(|words| self.text.contains(words));
            return failed.then_some(Level::Error);
        }
        let level = self
            .document()
            .and_then(|document| Level::of(document.get("level")?.as_str()?));
        Some(level.unwrap_or(Level::Info))
    }

    /// For people: time, environment, level, message, and what else a JSON line has.
    pub(super) fn painted(&self, paint: Paint) -> String {
        let time = jiff::Timestamp::from_millisecond(self.time_ms).unwrap_or_default();
        let place = match self.environment {
            0 => self.function.clone(),
            number => format!("{}#{number}", self.function),
        };
        let head = paint.dim(&format!("{} {place}", time.strftime("%H:%M:%S%.3f")));
        let text = visible(&self.text);
        if self.source == "platform" {
            let text = match self.level() {
                Some(_) => paint.red(&text),
                None => paint.dim(&text),
            };
            return format!("{head} {text}");
        }
        match (self.level(), self.message()) {
            (Some(level), Some((message, rest))) => {
                format!("{head} {} {message}{}", level.painted(paint), paint.dim(&rest))
            }
            _ => format!("{head} {text}"),
        }
    }

    /// The message of a JSON line, and its other members.
    fn message(&self) -> Option<(String, String)> {
        let document = self.document()?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let message = text(document.get("message")?);
        let mut rest = String::new();
        // The level is shown, and the time is when the engine had the line.
        let shown = ["level", "message", "timestamp"];
        for (name, value) in document.0.iter().filter(|(name, _)| !shown.contains(&name.as_str())) {
            // Writing to a text cannot fail.
            _ = write!(rest, " {name}={}", text(value));
        }
        Some((visible(&message), visible(&rest)))
    }

    fn document(&self) -> Option<Members> {
        self.text
            .starts_with('{')
            .then(|| serde_json::from_str(&self.text).ok())?
    }
}

/// The members of a JSON object, in their order.
struct Members(Vec<(String, Value)>);

impl Members {
    fn get(&self, wanted: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == wanted).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

/// The text with its control characters written out: what a function logs must not steer the terminal.
fn visible(text: &str) -> String {
    printer::visible(&text.replace('\t', "  "), &[]).into_owned()
}
