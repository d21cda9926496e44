//! The one home of the clock. Time is that of the wall: an environment may be frozen for hours, and other clocks may stand still.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use zerobill_free_tier::Month;

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub(crate) fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// The month of that time, in UTC; none for times that have no four-digit year.
pub(crate) fn month(epoch_ms: u64) -> Option<Month> {
    timestamp(epoch_ms).get(..7)?.parse().ok()
}

/// A moment as it is written in logs: `2026-01-02T03:04:05.678Z`.
pub(crate) fn timestamp(epoch_ms: u64) -> String {
    format(epoch_ms, "%Y-%m-%dT%H:%M:%S%.3fZ")
}

/// A moment as it is signed: `20260102T030405Z`.
pub(crate) fn basic_timestamp(epoch_ms: u64) -> String {
    format(epoch_ms, "%Y%m%dT%H%M%SZ")
}

fn format(epoch_ms: u64, pattern: &str) -> String {
    let moment = i64::try_from(epoch_ms)
        .ok()
        .and_then(|ms| Timestamp::from_millisecond(ms).ok());
    moment
        .map(|moment| moment.strftime(pattern).to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_at_midnight_in_utc() {
        assert_eq!(timestamp(1_767_323_045_678), "2026-01-02T03:04:05.678Z");
        assert_eq!(basic_timestamp(1_767_323_045_678), "20260102T030405Z");
        let text = |epoch_ms| month(epoch_ms).map(|month| month.to_string());
        assert_eq!(text(1_796_083_199_999).as_deref(), Some("2026-11"));
        assert_eq!(text(1_796_083_200_000).as_deref(), Some("2026-12"));
        assert_eq!(month(u64::MAX), None);
    }
}
