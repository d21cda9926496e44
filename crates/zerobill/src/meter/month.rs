//! The month in which is counted, by the wall clock.

use jiff::{Timestamp, civil::Time, tz::TimeZone};
use zerobill_free_tier::Month;

/// A clock that is set back by less than this across the begin of a month does not open the old month again.
const SET_BACK_MS: u64 = 24 * 60 * 60 * 1_000;

/// A month and when it is, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) month: Month,
    pub(crate) start_ms: u64,
    /// The first millisecond of the next month.
    pub(crate) end_ms: u64,
}

impl Span {
    /// The month of that time, in UTC; the first one of all for times that have no four-digit year.
    pub(crate) fn at(epoch_ms: u64) -> Self {
        Self::of(epoch_ms).unwrap_or(Self {
            month: Month::EPOCH,
            start_ms: 0,
            end_ms: Month::EPOCH.ms(),
        })
    }

    fn of(epoch_ms: u64) -> Option<Self> {
        let time = Timestamp::from_millisecond(i64::try_from(epoch_ms).ok()?).ok()?;
        let first = TimeZone::UTC.to_datetime(time).date().first_of_month();
        let month = Month::new(first.year().try_into().ok()?, first.month().try_into().ok()?)?;
        let start = TimeZone::UTC.to_timestamp(first.to_datetime(Time::midnight())).ok()?;
        let start_ms = u64::try_from(start.as_millisecond()).ok()?;
        Some(Self {
            month,
            start_ms,
            end_ms: start_ms + month.ms(),
        })
    }

    /// The month in which to count at that time, when it was this one until now.
    pub(crate) fn then(self, epoch_ms: u64) -> Self {
        let is_set_back = epoch_ms < self.start_ms && self.start_ms - epoch_ms < SET_BACK_MS;
        if is_set_back || (self.start_ms..self.end_ms).contains(&epoch_ms) {
            self
        } else {
            Self::at(epoch_ms)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEBRUARY_2028_MS: u64 = 1_832_976_000_000;

    #[test]
    fn a_month_begins_and_ends_to_the_millisecond() {
        for (epoch_ms, month) in [
            (FEBRUARY_2028_MS - 1, "2028-01"),
            (FEBRUARY_2028_MS, "2028-02"),
            (FEBRUARY_2028_MS + 29 * 86_400_000 - 1, "2028-02"),
            (FEBRUARY_2028_MS + 29 * 86_400_000, "2028-03"),
            (0, "1970-01"),
        ] {
            let span = Span::at(epoch_ms);
            assert_eq!(span.month.to_string(), month);
            assert!((span.start_ms..span.end_ms).contains(&epoch_ms), "{span:?}");
        }
    }

    #[test]
    fn a_time_beyond_all_months_does_not_panic() {
        assert_eq!(Span::at(u64::MAX).month.to_string(), "1970-01");
    }

    #[test]
    fn a_clock_set_back_by_an_hour_stays_in_the_new_month_and_one_set_right_leaves_it() {
        let february = Span::at(FEBRUARY_2028_MS);
        assert_eq!(february.then(FEBRUARY_2028_MS - 3_600_000), february);
        assert_eq!(
            february.then(FEBRUARY_2028_MS - 86_400_000).month.to_string(),
            "2028-01"
        );
        assert_eq!(february.then(february.end_ms).month.to_string(), "2028-03");
    }
}
