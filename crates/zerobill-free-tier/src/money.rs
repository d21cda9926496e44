//! Money in whole nano-dollars, so that nothing is lost in sums.

use std::{fmt, iter::Sum, ops::Add, str::FromStr};

/// US dollars in billionths. It prints as dollars with nine decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NanoDollars(pub u128);

impl NanoDollars {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// More than can be counted. Sums that would exceed it stay there, and it prints as such.
    pub const MAX: Self = Self(u128::MAX);

    /// The difference, or nothing where `other` is more.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// So many times as much.
    #[must_use]
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor as u128))
    }

    /// With a sign and two decimals, for people: `$32.85`. What is not nothing but less than a cent is `<$0.01`; other parts
    /// of a cent are rounded up.
    pub fn in_cents(self) -> String {
        const CENT: u128 = 10_000_000;
        match self.0 {
            u128::MAX => self.to_string(),
            nano if 0 < nano && nano < CENT => "<$0.01".to_owned(),
            nano => {
                let cents = nano.div_ceil(CENT);
                format!("${}.{:02}", cents / 100, cents % 100)
            }
        }
    }

    /// In dollars, for JSON; nothing is computed with it.
    pub fn usd(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// A text that is no amount of dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDollars;

impl fmt::Display for NotDollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not dollars such as `1.50`, with at most nine decimals")
    }
}

impl std::error::Error for NotDollars {}

/// Dollars such as `1.50`, exact to the last of up to nine decimals.
impl FromStr for NanoDollars {
    type Err = NotDollars;

    fn from_str(text: &str) -> Result<Self, NotDollars> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || part.len() > 9 {
            return Err(NotDollars);
        }
        let number = |text: &str| text.parse::<u64>().map(u128::from).map_err(|_| NotDollars);
        Ok(Self(number(whole)? * 1_000_000_000 + number(&format!("{part:0<9}"))?))
    }
}

impl Add for NanoDollars {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for NanoDollars {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for NanoDollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::MAX {
            return f.write_str("more than can be counted");
        }
        write!(f, "{}.{:09}", self.0 / 1_000_000_000, self.0 % 1_000_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_to_the_last_digit() {
        assert_eq!("1.50".parse(), Ok(NanoDollars(1_500_000_000)));
        assert_eq!("0.000000001".parse(), Ok(NanoDollars(1)));
        assert_eq!(
            "18446744073709551615".parse(),
            Ok(NanoDollars(u128::from(u64::MAX) * 1_000_000_000))
        );
        for text in [
            "",
            ".5",
            "1.",
            "-1",
            "+1",
            "1.+5",
            "1.0000000001",
            "1e3",
            "$1",
            "18446744073709551616",
        ] {
            assert_eq!(text.parse::<NanoDollars>(), Err(NotDollars), "{text}");
        }
    }

    #[test]
    fn cents_are_rounded_up_and_less_than_one_is_not_nothing() {
        let cents = |nano| NanoDollars(nano).in_cents();
        assert_eq!(cents(0), "$0.00");
        assert_eq!(cents(1), "<$0.01");
        assert_eq!(cents(10_000_000), "$0.01");
        assert_eq!(cents(32_850_000_001), "$32.86");
        assert_eq!(cents(123_456_000_000_000), "$123456.00");
    }

    #[test]
    fn what_cannot_be_counted_stays_so_and_says_so() {
        let sum: NanoDollars = [NanoDollars::MAX, NanoDollars(1)].into_iter().sum();
        assert_eq!(
            (sum, sum.in_cents()),
            (NanoDollars::MAX, "more than can be counted".to_owned())
        );
        assert_eq!(NanoDollars(u128::MAX / 2).times(3), NanoDollars::MAX);
    }

    #[test]
    fn a_difference_is_never_negative() {
        assert_eq!(NanoDollars(5).saturating_sub(NanoDollars(3)), NanoDollars(2));
        assert_eq!(NanoDollars(3).saturating_sub(NanoDollars(5)), NanoDollars::ZERO);
    }
}
