//! Lambda's bill: what an invocation is billed, what a month has free, and what lies beyond.

use std::{iter::Sum, ops::Add};

use crate::{Architecture, NanoDollars, Offer, Price, Quantity, offers};

/// Requests that are free each month, for all regions and accounts of an organization together.
pub const REQUESTS_PER_MONTH: u64 = free(REQUESTS);

/// GB-seconds that are free each month; both architectures share them.
pub const GB_SECONDS_PER_MONTH: u64 = free(X86_64);

/// Their tables are read at compile time: what of them a binary does not use is not in it.
const REQUESTS: Offer = offers::named("lambda.requests");
const X86_64: Offer = offers::named("lambda.gb_seconds.x86_64");
const ARM64: Offer = offers::named("lambda.gb_seconds.arm64");

const fn free(offer: Offer) -> u64 {
    match offer.free_units() {
        Some(units) => units,
        None => u64::MAX,
    }
}

/// A GB-second in MB-milliseconds.
const MB_MS_PER_GB_SECOND: u128 = 1_024 * 1_000;

/// Memory times time, exact: megabytes times billed milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MbMs(pub u128);

impl MbMs {
    /// That of `invocations` of `billed_ms` milliseconds at `memory_mb` MB.
    pub const fn of(invocations: u64, memory_mb: u64, billed_ms: u64) -> Self {
        // Three factors of at most 2^64 can exceed 2^128; no bill comes near.
        Self(
            (invocations as u128)
                .saturating_mul(memory_mb as u128)
                .saturating_mul(billed_ms as u128),
        )
    }

    /// The same in GB-seconds, for showing.
    pub fn gb_seconds(self) -> f64 {
        self.0 as f64 / MB_MS_PER_GB_SECOND as f64
    }
}

impl Add for MbMs {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for MbMs {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// What an invocation is billed in milliseconds: INIT and duration together, rounded up, and at least 1.
///
/// INIT is billed since 2025-08-01.
pub const fn billed_ms(duration_us: u64, init_us: u64) -> u64 {
    let billed = duration_us.saturating_add(init_us).div_ceil(1_000);
    if billed == 0 { 1 } else { billed }
}

/// The memory times time of one invocation.
pub const fn invocation_mb_ms(memory_mb: u64, duration_us: u64, init_us: u64) -> MbMs {
    MbMs::of(1, memory_mb, billed_ms(duration_us, init_us))
}

/// How many invocations of `billed_ms` milliseconds at `memory_mb` MB are free in a month: a million, or as many as 400,000
/// GB-seconds hold.
pub fn free_invocations(memory_mb: u64, billed_ms: u64) -> u64 {
    let free = u128::from(GB_SECONDS_PER_MONTH) * MB_MS_PER_GB_SECOND;
    let by_time = free.checked_div(MbMs::of(1, memory_mb, billed_ms).0);
    by_time
        .and_then(|invocations| u64::try_from(invocations).ok())
        .map_or(REQUESTS_PER_MONTH, |by_time| by_time.min(REQUESTS_PER_MONTH))
}

/// What a month costs beyond the free tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MonthCost {
    /// For requests.
    pub requests: NanoDollars,
    /// For duration.
    pub duration: NanoDollars,
}

impl MonthCost {
    /// Both together.
    pub fn total(self) -> NanoDollars {
        self.requests + self.duration
    }
}

/// What `requests` and `used` cost in a month in us-east-1, the free tier taken off. Parts of a nano-dollar are rounded up.
pub fn month_cost(architecture: Architecture, requests: u64, used: MbMs) -> MonthCost {
    const PRICES: [Price; 3] = [REQUESTS.price, ARM64.price, X86_64.price];
    let [request, arm64, x86_64] = PRICES;
    let gb_second = match architecture {
        Architecture::Arm64 => arm64,
        Architecture::X86_64 => x86_64,
    };
    // All three prices are known.
    let cost = |price: Price, paid| price.of(paid).unwrap_or(NanoDollars::MAX);
    MonthCost {
        requests: cost(request, Quantity::whole(requests).beyond(REQUESTS_PER_MONTH)),
        duration: cost(gb_second, Quantity::gb_seconds(used).beyond(GB_SECONDS_PER_MONTH)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gb_seconds(amount: u128) -> MbMs {
        MbMs(amount * MB_MS_PER_GB_SECOND)
    }

    #[test]
    fn billed_time_is_rounded_up_and_holds_init() {
        assert_eq!(billed_ms(0, 0), 1);
        assert_eq!(billed_ms(1_000, 0), 1);
        assert_eq!(billed_ms(1_001, 0), 2);
        // A line that Lambda printed: 1655.10 ms and 322.04 ms of INIT are billed 1978 ms.
        assert_eq!(billed_ms(1_655_100, 322_040), 1_978);
    }

    #[test]
    fn a_month_within_the_allowances_costs_nothing() {
        for architecture in [Architecture::Arm64, Architecture::X86_64] {
            assert_eq!(
                month_cost(architecture, 1_000_000, gb_seconds(400_000)).total(),
                NanoDollars::ZERO
            );
        }
    }

    #[test]
    fn beyond_it_the_list_price_holds() {
        let cost = month_cost(Architecture::X86_64, 2_000_000, gb_seconds(1_400_000));
        assert_eq!(
            (cost.requests.to_string(), cost.duration.to_string()),
            ("0.200000000".into(), "16.666700000".into())
        );
        let cost = month_cost(Architecture::Arm64, 0, gb_seconds(1_400_000));
        assert_eq!(cost.duration.to_string(), "13.333400000");
    }

    #[test]
    fn tiers_apply_to_what_lies_in_them() {
        // 6,000,000,000 at the first price and 1,000,000 at the second.
        let cost = month_cost(Architecture::X86_64, 0, gb_seconds(6_000_000_000 + 1_000_000 + 400_000));
        assert_eq!(cost.duration.to_string(), "100015.200000000");
    }

    #[test]
    fn the_smaller_allowance_ends_first() {
        assert_eq!(free_invocations(128, 1), 1_000_000);
        assert_eq!(free_invocations(128, 3_200), 1_000_000);
        assert_eq!(free_invocations(128, 3_201), 999_687);
        assert_eq!(free_invocations(10_240, 900_000), 44);
    }

    proptest! {
        #[test]
        fn free_invocations_are_free_and_one_more_is_not(memory_mb in 128_u64..=10_240, billed in 1_u64..=900_000) {
            let free = free_invocations(memory_mb, billed);
            let cost = |n| month_cost(Architecture::Arm64, n, MbMs::of(n, memory_mb, billed)).total();
            prop_assert_eq!(cost(free), NanoDollars::ZERO);
            prop_assert!(cost(free + 1) > NanoDollars::ZERO);
        }

        #[test]
        fn more_never_costs_less(a in 0_u64..1_000_000_000_000, b in 0_u64..1_000_000_000_000) {
            let cost = |seconds: u64| month_cost(Architecture::X86_64, 0, gb_seconds(seconds.into())).total();
            prop_assert!(cost(a.min(b)) <= cost(a.max(b)));
        }
    }
}
