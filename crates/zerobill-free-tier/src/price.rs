//! Tiered prices and the quantities they apply to, exact.

use crate::{MbMs, NanoDollars};

/// A price by the unit, which may fall as more is bought. It is kept in pico-dollars, of which every published price is a
/// whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    tiers: [Tier; MOST_TIERS],
    used: usize,
}

/// One step of a price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tier {
    /// Up to how many paid units in a month it holds; `u64::MAX` for all further ones.
    pub up_to: u64,
    /// Pico-dollars (10⁻¹² dollars) for each.
    pub pico_dollars: u64,
}

const MOST_TIERS: usize = 4;

impl Price {
    /// A price that was not found out.
    pub const UNKNOWN: Self = Self {
        tiers: [Tier {
            up_to: 0,
            pico_dollars: 0,
        }; MOST_TIERS],
        used: 0,
    };

    /// The steps, the dearest first; none if the price is not known.
    pub fn tiers(&self) -> &[Tier] {
        self.tiers.get(..self.used).unwrap_or_default()
    }

    /// What `paid` costs, parts of a nano-dollar rounded up; `None` where the price is not known. What exceeds every number is
    /// [`NanoDollars::MAX`].
    pub fn of(&self, paid: Quantity) -> Option<NanoDollars> {
        if paid.parts == 0 {
            return Some(NanoDollars::ZERO);
        }
        let last = self.tiers().last()?;
        debug_assert_eq!(last.up_to, u64::MAX, "the last step of a price has no end");
        Some(self.pico_parts(paid).map_or(NanoDollars::MAX, |pico_parts| {
            NanoDollars(pico_parts.div_ceil(u128::from(paid.parts_per_unit) * 1_000))
        }))
    }

    /// Pico-dollars times the parts of a unit.
    fn pico_parts(&self, paid: Quantity) -> Option<u128> {
        let (mut left, mut below, mut sum) = (paid.parts, 0, 0_u128);
        for tier in self.tiers() {
            let room = u128::from(tier.up_to - below) * u128::from(paid.parts_per_unit);
            let here = if tier.up_to == u64::MAX { left } else { left.min(room) };
            sum = sum.checked_add(here.checked_mul(tier.pico_dollars.into())?)?;
            left -= here;
            below = tier.up_to;
        }
        Some(sum)
    }

    /// One more step, up to `up_to` units, of which `per` cost `dollars` together. Tables are made of this at compile time, where
    /// a malformed price is an error.
    pub(crate) const fn then(mut self, up_to: u64, per: u64, dollars: &str) -> Self {
        let pico_dollars = pico_dollars(dollars);
        assert!(pico_dollars.is_multiple_of(per), "not a whole number of pico-dollars");
        self.tiers[self.used] = Tier {
            up_to,
            pico_dollars: pico_dollars / per,
        };
        self.used += 1;
        self
    }

    /// The price for each hour as the price for a month of 730 hours, as AWS counts it.
    pub(crate) const fn all_month(mut self) -> Self {
        let mut at = 0;
        while at < self.used {
            self.tiers[at].pico_dollars *= crate::offers::HOURS_PER_MONTH;
            at += 1;
        }
        self
    }
}

/// A decimal number of dollars with up to twelve decimals, in pico-dollars.
const fn pico_dollars(text: &str) -> u64 {
    let (bytes, mut at, mut pico, mut decimals, mut point) = (text.as_bytes(), 0, 0_u64, 0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'.' => point = true,
            digit => {
                assert!(digit.is_ascii_digit(), "not a decimal number");
                pico = pico * 10 + (digit - b'0') as u64;
                decimals += point as u32;
            }
        }
        at += 1;
    }
    assert!(decimals <= 12, "more than twelve decimals");
    pico * 10_u64.pow(12 - decimals)
}

/// How much of something, exact: a number of parts of the unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity {
    parts: u128,
    parts_per_unit: u64,
}

impl Quantity {
    /// So many units.
    pub const fn whole(units: u64) -> Self {
        Self::parts(units as u128, 1)
    }

    /// So many of `parts_per_unit` parts of a unit. A unit has at least one part.
    pub const fn parts(parts: u128, parts_per_unit: u64) -> Self {
        let parts_per_unit = if parts_per_unit == 0 { 1 } else { parts_per_unit };
        Self { parts, parts_per_unit }
    }

    /// GB from bytes. A GB is taken as 10⁹ bytes, the reading in which less of it is free.
    pub const fn gb(bytes: u128) -> Self {
        Self::parts(bytes, 1_000_000_000)
    }

    /// GB-seconds.
    pub const fn gb_seconds(used: MbMs) -> Self {
        Self::parts(used.0, 1_024 * 1_000)
    }

    /// What is left beyond so many free units.
    #[must_use]
    pub const fn beyond(self, units: u64) -> Self {
        let free = units as u128 * self.parts_per_unit as u128;
        Self {
            parts: self.parts.saturating_sub(free),
            ..self
        }
    }

    /// When so many units are reached if the quantity is used evenly in `length`: `length` times `units` by the quantity,
    /// rounded down.
    pub(crate) fn reaches(self, units: u64, length: u64) -> u64 {
        let all = u128::from(units).saturating_mul(self.parts_per_unit.into());
        let reached = all.saturating_mul(length.into()).checked_div(self.parts);
        reached.map_or(length, |reached| u64::try_from(reached).unwrap_or(length).min(length))
    }

    /// The share of `units` that it is, in parts of `scale`.
    pub(crate) fn of(self, units: u64, scale: u64) -> u128 {
        let all = u128::from(units).saturating_mul(self.parts_per_unit.into());
        let scaled = self.parts.saturating_mul(scale.into());
        scaled.checked_div(all).unwrap_or_default()
    }

    /// Whether it is nothing.
    pub const fn is_zero(self) -> bool {
        self.parts == 0
    }

    /// In units, for showing.
    pub fn to_f64(self) -> f64 {
        self.parts as f64 / self.parts_per_unit as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIERED: Price = Price::UNKNOWN
        .then(10, 1, "0.5")
        .then(30, 1, "0.25")
        .then(u64::MAX, 1_000, "0.2");

    fn cost(units: u64) -> Option<u128> {
        TIERED.of(Quantity::whole(units)).map(|cost| cost.0)
    }

    #[test]
    fn each_step_applies_to_what_lies_in_it() {
        assert_eq!(cost(0), Some(0));
        assert_eq!(cost(10), Some(5_000_000_000));
        assert_eq!(cost(11), Some(5_250_000_000));
        assert_eq!(cost(30), Some(10_000_000_000));
        assert_eq!(cost(31), Some(10_000_200_000));
    }

    #[test]
    fn parts_of_a_nano_dollar_are_rounded_up() {
        let price = Price::UNKNOWN.then(u64::MAX, 1, "0.0000166667");
        assert_eq!(price.of(Quantity::whole(1)), Some(NanoDollars(16_667)));
        assert_eq!(price.of(Quantity::whole(10)), Some(NanoDollars(166_667)));
        assert_eq!(price.of(Quantity::gb_seconds(MbMs(1))), Some(NanoDollars(1)));
    }

    #[test]
    fn an_unknown_price_is_no_price_but_nothing_costs_nothing() {
        assert_eq!(Price::UNKNOWN.of(Quantity::whole(1)), None);
        assert_eq!(Price::UNKNOWN.of(Quantity::whole(0)), Some(NanoDollars::ZERO));
    }

    #[test]
    fn what_exceeds_every_number_says_so() {
        let price = Price::UNKNOWN.then(u64::MAX, 1, "1");
        assert_eq!(price.of(Quantity::parts(u128::MAX, 1)), Some(NanoDollars::MAX));
        assert_eq!(
            price.of(Quantity::whole(u64::MAX)),
            Some(NanoDollars(u128::from(u64::MAX) * 1_000_000_000))
        );
    }

    #[test]
    fn an_hourly_price_lasts_730_hours() {
        let price = Price::UNKNOWN.then(u64::MAX, 1, "0.045").all_month();
        assert_eq!(
            price.of(Quantity::whole(1)).map(NanoDollars::in_cents),
            Some("$32.85".into())
        );
    }

    #[test]
    fn what_is_free_is_taken_off_to_the_last_part() {
        assert!(Quantity::gb(5_000_000_000).beyond(5).is_zero());
        assert_eq!(Quantity::gb(5_000_000_001).beyond(5), Quantity::gb(1));
    }
}
