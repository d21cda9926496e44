//! The month that a reading belongs to, whatever the clock does.

use jiff::{Timestamp, civil::Date, tz::Offset};
use zerobill_free_tier::Month;

/// So far may a clock be set back over the begin of a month and still count as being in it.
const SET_BACK_MS: u64 = 3 * 24 * 60 * 60 * 1_000;

/// The month of a time in milliseconds since 1970; none for years that have not four digits.
pub(crate) fn of(epoch_ms: u64) -> Option<Month> {
    let time = Timestamp::from_millisecond(epoch_ms.try_into().ok()?).ok()?;
    let date = Offset::UTC.to_datetime(time).date();
    Month::new(date.year().try_into().ok()?, date.month().try_into().ok()?)
}

/// Its first second, since 1970.
pub(crate) fn start_s(month: Month) -> u64 {
    let first = month.date(1).parse::<Date>().ok();
    let start = first.and_then(|date| Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok());
    start.map_or(0, |start| start.as_second().unsigned_abs())
}

/// The month to read in at `now_ms`, when the last reading was in `last` at `last_ms`.
///
/// A clock that was set back does not bring an old month back. One that is far behind the last reading shows that the last
/// reading was ahead of time.
pub(crate) fn current(now_ms: u64, last: Option<(Month, u64)>) -> Option<Month> {
    let month = of(now_ms)?;
    match last {
        Some((last, last_ms)) if last > month && last_ms.saturating_sub(now_ms) <= SET_BACK_MS => Some(last),
        _ => Some(month),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECEMBER: u64 = 1_796_083_200;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_begins_at_midnight_in_utc() {
        assert_eq!(of(DECEMBER * 1_000), Some(month("2026-12")));
        assert_eq!(of(DECEMBER * 1_000 - 1), Some(month("2026-11")));
        assert_eq!(start_s(month("2026-12")), DECEMBER);
        assert_eq!(start_s(month("2024-03")), 1_709_251_200);
        assert_eq!(of(u64::MAX), None);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_bring_the_old_month_back() {
        let last = Some((month("2026-12"), DECEMBER * 1_000 + 60_000));
        assert_eq!(current(DECEMBER * 1_000 - 60_000, last), Some(month("2026-12")));
        assert_eq!(current(DECEMBER * 1_000 + 120_000, last), Some(month("2026-12")));
        // The last reading was a year ahead: that was the wrong one.
        let ahead = Some((month("2027-12"), (DECEMBER + 365 * 86_400) * 1_000));
        assert_eq!(current(DECEMBER * 1_000, ahead), Some(month("2026-12")));
        assert_eq!(current(DECEMBER * 1_000, None), Some(month("2026-12")));
    }
}
