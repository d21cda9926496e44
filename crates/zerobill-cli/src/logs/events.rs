//! The events of an export: lines of text or JSON, answers of the `CloudWatch` Logs API, and tables of Logs Insights.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::times;

/// One log event.
#[derive(Debug)]
pub(crate) struct Event<'a> {
    pub(crate) message: Cow<'a, str>,
    /// Milliseconds since 1970, if the export says.
    pub(crate) time_ms: Option<u64>,
}

/// Calls `take` with each event and the line, or the number, at which it stands.
pub(crate) fn for_each(text: &str, mut take: impl FnMut(usize, Event<'_>)) {
    if let Some(events) = document(text) {
        for (index, event) in events.into_iter().enumerate() {
            take(index + 1, event);
        }
    } else if !table(text, &mut take) {
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let message = Cow::Borrowed(line);
            take(index + 1, Event { message, time_ms: None });
        }
    }
}

/// The answers of `filter-log-events`, `get-log-events` and `get-query-results`, or their lists alone.
fn document(text: &str) -> Option<Vec<Event<'static>>> {
    #[derive(Deserialize)]
    struct Message {
        message: String,
        timestamp: Option<u64>,
    }
    #[derive(Deserialize)]
    struct Field {
        field: String,
        value: String,
    }
    // A log of JSON lines is no document: it goes on after its first value.
    let value: Value = serde_json::from_str(text).ok()?;
    let list = |value: Value| match value {
        Value::Object(mut object) => object.remove("events").or_else(|| object.remove("results")),
        list @ Value::Array(_) => Some(list),
        _ => None,
    };
    let list = list(value)?;
    if let Ok(messages) = Vec::<Message>::deserialize(&list) {
        let event = |one: Message| Event {
            message: one.message.into(),
            time_ms: one.timestamp,
        };
        return Some(messages.into_iter().map(event).collect());
    }
    let rows = Vec::<Vec<Field>>::deserialize(&list).ok()?;
    let event = |row: Vec<Field>| {
        let find = |name: &str| {
            row.iter()
                .find(|field| field.field == name)
                .map(|field| field.value.clone())
        };
        Some(Event {
            message: find("@message")?.into(),
            time_ms: find("@timestamp").and_then(|text| times::read(&text)),
        })
    };
    Some(rows.into_iter().filter_map(event).collect())
}

/// A table with a column `@message`, as Logs Insights exports it; says whether it is one.
fn table(text: &str, take: &mut impl FnMut(usize, Event<'_>)) -> bool {
    let first = text.lines().next().unwrap_or_default();
    if !first.contains("@message") {
        return false;
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let Ok(headers) = reader.headers().cloned() else {
        return false;
    };
    let column = |name: &str| headers.iter().position(|header| header.trim() == name);
    let Some(message_at) = column("@message") else {
        return false;
    };
    let time_at = column("@timestamp");
    for record in reader.into_records().flatten() {
        let line = record.position().map_or(0, csv::Position::line);
        let Some(message) = record.get(message_at) else {
            continue;
        };
        let time = time_at.and_then(|at| record.get(at)).and_then(times::read);
        let event = Event {
            message: Cow::Borrowed(message),
            time_ms: time,
        };
        take(usize::try_from(line).unwrap_or_default(), event);
    }
    true
}
