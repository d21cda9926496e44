//! The one home of the clock. Time is that of the wall: an environment may be frozen for hours, and other clocks may stand still.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zerobill_free_tier::Month;

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
pub(crate) fn epoch_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// When several calls together have to be over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End(u64);

impl End {
    /// So long from now on.
    pub(crate) fn after(limit: Duration) -> Self {
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        Self(epoch_ms().saturating_add(limit_ms))
    }

    /// What is left until then.
    pub(crate) fn left(self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(epoch_ms()))
    }
}

/// The month of that time, in UTC; none for times that have no four-digit year.
pub(crate) fn month(epoch_ms: u64) -> Option<Month> {
    let date = Date::at(epoch_ms);
    Month::new(date.year.try_into().ok()?, date.month.try_into().ok()?)
}

/// A moment as it is written in logs: `2026-01-02T03:04:05.678Z`.
pub(crate) fn timestamp(epoch_ms: u64) -> String {
    let Date { year, month, day, .. } = Date::at(epoch_ms);
    let [hour, minute, second] = Date::at(epoch_ms).time;
    let ms = epoch_ms % 1_000;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// A moment as it is signed: `20260102T030405Z`.
pub(crate) fn basic_timestamp(epoch_ms: u64) -> String {
    let Date { year, month, day, .. } = Date::at(epoch_ms);
    let [hour, minute, second] = Date::at(epoch_ms).time;
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// A date of the Gregorian calendar and a time of day, in UTC.
struct Date {
    year: u64,
    month: u64,
    day: u64,
    /// Hour, minute, second.
    time: [u64; 3],
}

impl Date {
    fn at(epoch_ms: u64) -> Self {
        let seconds = epoch_ms / 1_000;
        // Years that begin in March, so that the leap day is the last one; the first of March of the year 0 is 719,468 days before 1970.
        let days = seconds / 86_400 + 719_468;
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let year = year + cycle * 400;
        let (year, month) = if month < 10 {
            (year, month + 3)
        } else {
            (year + 1, month - 9)
        };
        let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60];
        Self { year, month, day, time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_ends_at_midnight_in_utc() {
        let text = |epoch_ms| month(epoch_ms).map(|month| month.to_string());
        assert_eq!(text(1_796_083_199_999).as_deref(), Some("2026-11"));
        assert_eq!(text(1_796_083_200_000).as_deref(), Some("2026-12"));
        assert_eq!(month(u64::MAX), None);
    }

    #[test]
    fn moments_are_those_of_the_calendar() {
        assert_eq!(timestamp(1_767_323_045_678), "2026-01-02T03:04:05.678Z");
        for day in 0..100_000 {
            let ms = day * 86_400_000 + day;
            let moment = jiff::Timestamp::from_millisecond(i64::try_from(ms).unwrap()).unwrap();
            assert_eq!(timestamp(ms), moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
            assert_eq!(basic_timestamp(ms), moment.strftime("%Y%m%dT%H%M%SZ").to_string());
        }
    }
}
