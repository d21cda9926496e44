//! Cron expressions of EventBridge: minutes, hours, day of the month, month, day of the week, year; in UTC.

use std::str::FromStr;

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use super::field::{Field, Range};

const MINUTE: Range = range("minute", 0, 59, &[]);
const HOUR: Range = range("hour", 0, 23, &[]);
const DAY: Range = range("day of the month", 1, 31, &[]);
const MONTH: Range = range(
    "month",
    1,
    12,
    &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
);
const WEEKDAY: Range = range(
    "day of the week",
    1,
    7,
    &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
);
const YEAR: Range = range("year", 1970, 2199, &[]);

const fn range(name: &'static str, first: u16, last: u16, names: &'static [&'static str]) -> Range {
    Range {
        name,
        first,
        last,
        names,
    }
}

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Field,
    hours: Field,
    days: Days,
    months: Field,
    years: Field,
}

/// Which days of a month are taken; the other one of the two fields for days is `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    Of(Field),
    /// `L`.
    Last,
    /// `LW`: the last one from Monday to Friday.
    LastWorkday,
    /// `15W`: the one from Monday to Friday that is nearest to that day, within the month.
    Workday(u16),
    Weekdays(Field),
    /// `6L`: the last such day of the week.
    LastWeekday(u16),
    /// `6#3`: the third such day of the week.
    NthWeekday(u16, u16),
}

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, day, months, weekday, years] = fields[..] else {
            let count = fields.len();
            return Err(format!(
                "a cron expression has six fields and this one has {count}: minutes, hours, day of the month, month, day of the \
                 week, year"
            ));
        };
        let days = match (day, weekday) {
            ("?", "?") => return Err("only one of the day of the month and the day of the week can be `?`".to_owned()),
            (day, "?") => Days::of_month(day)?,
            ("?", weekday) => Days::of_week(weekday)?,
            _ => return Err("the day of the month or the day of the week must be `?`".to_owned()),
        };
        Ok(Self {
            minutes: MINUTE.parse(minutes)?,
            hours: HOUR.parse(hours)?,
            days,
            months: MONTH.parse(months)?,
            years: YEAR.parse(years)?,
        })
    }
}

impl Days {
    fn of_month(text: &str) -> Result<Self, String> {
        Ok(match (text, text.strip_suffix('W')) {
            ("L", _) => Self::Last,
            ("LW", _) => Self::LastWorkday,
            (_, Some(day)) => Self::Workday(DAY.value(day)?),
            _ => Self::Of(DAY.parse(text)?),
        })
    }

    fn of_week(text: &str) -> Result<Self, String> {
        if let Some((weekday, nth)) = text.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            let nth = nth.ok_or_else(|| format!("`{text}` has no number from 1 to 5 after `#`"))?;
            return Ok(Self::NthWeekday(WEEKDAY.value(weekday)?, nth));
        }
        Ok(match text.strip_suffix('L') {
            // The last day of the week.
            Some("") => Self::Weekdays(WEEKDAY.parse("SAT")?),
            Some(weekday) => Self::LastWeekday(WEEKDAY.value(weekday)?),
            None => Self::Weekdays(WEEKDAY.parse(text)?),
        })
    }

    fn have(&self, date: Date) -> bool {
        let (day, last) = (number(date.day()), number(date.days_in_month()));
        let weekday = number(date.weekday().to_sunday_one_offset());
        match self {
            Self::Of(days) => days.has(day),
            Self::Last => day == last,
            Self::LastWorkday => workday(date, last) == Some(day),
            Self::Workday(nearest) => workday(date, *nearest) == Some(day),
            Self::Weekdays(weekdays) => weekdays.has(weekday),
            Self::LastWeekday(wanted) => weekday == *wanted && day + 7 > last,
            Self::NthWeekday(wanted, nth) => weekday == *wanted && (day - 1) / 7 + 1 == *nth,
        }
    }
}

/// The day from Monday to Friday that is nearest to `day` in the month of `date`; none where the month has no such day.
fn workday(date: Date, day: u16) -> Option<u16> {
    let target = Date::new(date.year(), date.month(), i8::try_from(day).ok()?).ok()?;
    let last = number(date.days_in_month());
    Some(match target.weekday() {
        // Never over the month's end.
        Weekday::Saturday if day == 1 => 3,
        Weekday::Saturday => day - 1,
        Weekday::Sunday if day == last => day - 2,
        Weekday::Sunday => day + 1,
        _ => day,
    })
}

/// A part of a date, which is never negative.
fn number(part: i8) -> u16 {
    part.unsigned_abs().into()
}

impl Cron {
    /// The first moment after this one, in milliseconds since 1970.
    pub(super) fn next_after(&self, epoch_ms: u64) -> Option<u64> {
        let after = Timestamp::from_millisecond(i64::try_from(epoch_ms).ok()?).ok()?;
        let after = TimeZone::UTC.to_datetime(after);
        let (today, now) = (after.date(), (number(after.hour()), number(after.minute())));
        let mut date = today;
        while date.year().unsigned_abs() <= YEAR.last {
            if self.has(date) {
                let hours = (0..24).filter(|hour| self.hours.has(*hour));
                let mut times = hours.flat_map(|hour| (0..60).map(move |minute| (hour, minute)));
                let found = times.find(|time| self.minutes.has(time.1) && (date > today || *time > now));
                if let Some((hour, minute)) = found {
                    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
                    let moment = TimeZone::UTC.to_timestamp(date.at(hour, minute, 0, 0)).ok()?;
                    return u64::try_from(moment.as_millisecond()).ok();
                }
            }
            date = date.tomorrow().ok()?;
        }
        None
    }

    fn has(&self, date: Date) -> bool {
        self.years.has(date.year().unsigned_abs()) && self.months.has(number(date.month())) && self.days.have(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first three moments after a moment.
    fn next(cron: &str, after: &str) -> Vec<String> {
        let cron: Cron = cron.parse().unwrap();
        let mut at = u64::try_from(after.parse::<Timestamp>().unwrap().as_millisecond()).unwrap();
        let mut found = Vec::new();
        while let (Some(next), true) = (cron.next_after(at), found.len() < 3) {
            at = next;
            let moment = Timestamp::from_millisecond(i64::try_from(next).unwrap()).unwrap();
            found.push(moment.strftime("%a %Y-%m-%dT%H:%M").to_string());
        }
        found
    }

    #[test]
    fn the_examples_of_the_eventbridge_manual_come_when_it_says() {
        let from = "2026-01-01T12:00:00Z"; // A Thursday.
        for (cron, expected) in [
            (
                "0 10 * * ? *",
                ["Fri 2026-01-02T10:00", "Sat 2026-01-03T10:00", "Sun 2026-01-04T10:00"],
            ),
            (
                "15 12 * * ? *",
                ["Thu 2026-01-01T12:15", "Fri 2026-01-02T12:15", "Sat 2026-01-03T12:15"],
            ),
            (
                "0 18 ? * MON-FRI *",
                ["Thu 2026-01-01T18:00", "Fri 2026-01-02T18:00", "Mon 2026-01-05T18:00"],
            ),
            (
                "0 8 1 * ? *",
                ["Sun 2026-02-01T08:00", "Sun 2026-03-01T08:00", "Wed 2026-04-01T08:00"],
            ),
            (
                "0/15 * * * ? *",
                ["Thu 2026-01-01T12:15", "Thu 2026-01-01T12:30", "Thu 2026-01-01T12:45"],
            ),
            (
                "0/5 8-17 ? * MON-FRI *",
                ["Thu 2026-01-01T12:05", "Thu 2026-01-01T12:10", "Thu 2026-01-01T12:15"],
            ),
            (
                "0 9 ? * 2#1 *",
                ["Mon 2026-01-05T09:00", "Mon 2026-02-02T09:00", "Mon 2026-03-02T09:00"],
            ),
            (
                "0 0 L * ? *",
                ["Sat 2026-01-31T00:00", "Sat 2026-02-28T00:00", "Tue 2026-03-31T00:00"],
            ),
            (
                "0 0 LW * ? *",
                ["Fri 2026-01-30T00:00", "Fri 2026-02-27T00:00", "Tue 2026-03-31T00:00"],
            ),
            (
                "0 0 3W * ? *",
                ["Fri 2026-01-02T00:00", "Tue 2026-02-03T00:00", "Tue 2026-03-03T00:00"],
            ),
            (
                "0 0 1W * ? *",
                ["Mon 2026-02-02T00:00", "Mon 2026-03-02T00:00", "Wed 2026-04-01T00:00"],
            ),
            (
                "0 0 31W * ? *",
                ["Fri 2026-01-30T00:00", "Tue 2026-03-31T00:00", "Fri 2026-05-29T00:00"],
            ),
            (
                "0 0 ? * 6L *",
                ["Fri 2026-01-30T00:00", "Fri 2026-02-27T00:00", "Fri 2026-03-27T00:00"],
            ),
            (
                "0 0 ? * L *",
                ["Sat 2026-01-03T00:00", "Sat 2026-01-10T00:00", "Sat 2026-01-17T00:00"],
            ),
            (
                "0 0 29 FEB ? *",
                ["Tue 2028-02-29T00:00", "Sun 2032-02-29T00:00", "Fri 2036-02-29T00:00"],
            ),
            (
                "30 23 ? JAN,JUL sun 2026-2027",
                ["Sun 2026-01-04T23:30", "Sun 2026-01-11T23:30", "Sun 2026-01-18T23:30"],
            ),
        ] {
            assert_eq!(next(cron, from), expected, "{cron}");
        }
        assert_eq!(
            next("0 0 1 1 ? 2027", from),
            ["Fri 2027-01-01T00:00"],
            "there is no other"
        );
        assert_eq!(next("0 0 1 1 ? 2025", from), [""; 0], "it is over");
        assert_eq!(next("0 0 31 FEB ? *", from), [""; 0], "it never comes");
    }

    #[test]
    fn a_moment_is_not_its_own_next() {
        assert_eq!(
            next("0 12 * * ? *", "2026-01-01T12:00:59.999Z")[0],
            "Fri 2026-01-02T12:00"
        );
        assert_eq!(
            next("0 12 * * ? *", "2026-01-01T11:59:59.999Z")[0],
            "Thu 2026-01-01T12:00"
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (cron, problem) in [
            ("0 10 * *", "a cron expression has six fields and this one has 4"),
            (
                "0 10 * * * *",
                "the day of the month or the day of the week must be `?`",
            ),
            (
                "0 10 ? * ? *",
                "only one of the day of the month and the day of the week can be `?`",
            ),
            ("60 10 * * ? *", "`60` is no minute, which is from 0 to 59"),
            ("0 24 * * ? *", "`24` is no hour, which is from 0 to 23"),
            ("0 0 32 * ? *", "`32` is no day of the month, which is from 1 to 31"),
            ("0 0 ? * 0 *", "`0` is no day of the week, which is from 1 to 7"),
            ("0 0 ? * 2#6 *", "`2#6` has no number from 1 to 5 after `#`"),
            ("0 0 1 * ? 1969", "`1969` is no year, which is from 1970 to 2199"),
        ] {
            let error = cron.parse::<Cron>().unwrap_err();
            assert!(error.starts_with(problem), "{cron}: {error}");
        }
    }
}
