//! Calendar months, in which AWS counts what is free.

use std::{fmt, str::FromStr};

/// A month of a year, in UTC. It prints as `2026-11`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: u16,
    month: u8,
}

/// A text that is no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a month such as `2026-11`")]
pub struct NotAMonth(String);

impl Month {
    /// The month from which times are counted: 1970-01.
    pub const EPOCH: Self = Self { year: 1_970, month: 1 };

    /// The month of that number from 1 to 12; `None` for any other, and for years that have not four digits.
    pub const fn new(year: u16, month: u8) -> Option<Self> {
        if year < 1_000 || year > 9_999 || month < 1 || month > 12 {
            return None;
        }
        Some(Self { year, month })
    }

    /// How many days it has.
    pub const fn days(self) -> u8 {
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if self.is_in_leap_year() => 29,
            2 => 28,
            _ => 31,
        }
    }

    /// Its length in milliseconds.
    pub const fn ms(self) -> u64 {
        self.days() as u64 * 24 * 60 * 60 * 1_000
    }

    /// A day of it as a date: `2026-11-16`.
    pub fn date(self, day: u8) -> String {
        format!("{self}-{day:02}")
    }

    const fn is_in_leap_year(self) -> bool {
        self.year.is_multiple_of(4) && !self.year.is_multiple_of(100) || self.year.is_multiple_of(400)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let wrong = || NotAMonth(text.to_owned());
        let plain = text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let (year, month) = text.split_once('-').filter(|_| plain).ok_or_else(wrong)?;
        let numbers = year.parse().ok().zip(month.parse().ok());
        numbers
            .and_then(|(year, month)| Self::new(year, month))
            .ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_have_their_days() {
        let days = |text: &str| text.parse::<Month>().unwrap().days();
        assert_eq!((days("2026-11"), days("2026-12"), days("2026-02")), (30, 31, 28));
        assert_eq!((days("2028-02"), days("2100-02"), days("2000-02")), (29, 28, 29));
        assert_eq!("2026-11".parse::<Month>().unwrap().date(6), "2026-11-06");
    }

    #[test]
    fn what_is_no_month_says_so() {
        for wrong in [
            "",
            "2026",
            "2026-13",
            "2026-00",
            "26-11",
            "2026-1",
            "+026-11",
            "2026-11-01",
            "novem-b",
        ] {
            let error = wrong.parse::<Month>().unwrap_err();
            assert_eq!(error.to_string(), format!("`{wrong}` is not a month such as `2026-11`"));
        }
    }
}
