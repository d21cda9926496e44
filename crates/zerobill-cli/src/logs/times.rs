//! Times as exports write them, in milliseconds since 1970.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// An instant, or a date and time in UTC without a zone: `2026-10-08T07:30:29.470Z`, `2026-10-08 07:30:29.470`.
pub(super) fn read(text: &str) -> Option<u64> {
    let text = text.trim();
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let date: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(date).ok()
    })?;
    u64::try_from(instant.as_millisecond()).ok()
}

/// The time at the beginning of a line of text, or under `time` or `timestamp` of a JSON object.
pub(super) fn in_message(message: &str) -> Option<u64> {
    if message.starts_with('{') {
        let after = ["\"time\":", "\"timestamp\":"]
            .iter()
            .find_map(|key| message.split_once(key))?
            .1;
        return read(after.trim_start().strip_prefix('"')?.split('"').next()?);
    }
    // The name of the log stream may stand before it.
    let mut words = message.split_whitespace().take(2);
    words.find_map(|word| word.contains(':').then(|| read(word)).flatten())
}
