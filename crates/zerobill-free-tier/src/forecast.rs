//! What a month uses of each allowance, which one ends first and when, and what it costs.

use std::cmp::Reverse;

use crate::{Architecture, MbMs, Month, NanoDollars, Offer, Quantity, free_invocations, month_cost, offers};

/// The invocations of a month, or of another time from which a month is scaled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many there are; failed ones count.
    pub requests: u64,
    /// Their billed milliseconds together.
    pub billed_ms: u128,
    /// Memory times billed time.
    pub mb_ms: MbMs,
    /// Bytes that they log, with the 26 bytes by which `CloudWatch` counts each event longer.
    pub log_bytes: u128,
}

impl Traffic {
    /// So many requests of the same billed duration, memory and log.
    pub fn steady(requests: u64, billed_ms: u64, memory_mb: u64, log_bytes: u64) -> Self {
        let each = |amount: u64| u128::from(requests).saturating_mul(amount.into());
        Self {
            requests,
            billed_ms: each(billed_ms),
            mb_ms: MbMs::of(requests, memory_mb, billed_ms),
            log_bytes: each(log_bytes),
        }
    }

    /// The same times `numerator / denominator`, rounded up; `None` where that exceeds every number or the denominator is 0.
    #[must_use]
    pub fn scaled(self, numerator: u64, denominator: u64) -> Option<Self> {
        let scale = |amount: u128| {
            let product = amount.checked_mul(numerator.into())?;
            (denominator > 0).then(|| product.div_ceil(denominator.into()))
        };
        Some(Self {
            requests: scale(self.requests.into())?.try_into().ok()?,
            billed_ms: scale(self.billed_ms)?,
            mb_ms: MbMs(scale(self.mb_ms.0)?),
            log_bytes: scale(self.log_bytes)?,
        })
    }

    /// What it uses: requests, GB-seconds, logs taken in, and logs kept for `retention_days` in a month of `month`'s days. Logs
    /// are kept compressed, which is not taken off.
    pub fn uses(self, architecture: Architecture, month: Month, retention_days: u64) -> Vec<(Offer, Quantity)> {
        const REQUESTS: Offer = offers::named("lambda.requests");
        const X86_64: Offer = offers::named("lambda.gb_seconds.x86_64");
        const ARM64: Offer = offers::named("lambda.gb_seconds.arm64");
        const INGEST: Offer = offers::named("logs.ingest_lambda_standard");
        const STORAGE: Offer = offers::named("logs.storage");
        let gb_seconds = match architecture {
            Architecture::Arm64 => ARM64,
            Architecture::X86_64 => X86_64,
        };
        let kept = self.log_bytes.saturating_mul(retention_days.into());
        vec![
            (REQUESTS, Quantity::whole(self.requests)),
            (gb_seconds, Quantity::gb_seconds(self.mb_ms)),
            (INGEST, Quantity::gb(self.log_bytes)),
            (STORAGE, Quantity::gb(kept.div_ceil(month.days().into()))),
        ]
    }

    /// What the same requests cost at other memory sizes, if their durations stay as they are.
    pub fn by_memory(self, architecture: Architecture, sizes_mb: &[u64]) -> Vec<MemoryCost> {
        let average = self.billed_ms.checked_div(self.requests.into()).unwrap_or_default();
        let average = u64::try_from(average).unwrap_or(u64::MAX);
        let at = |memory_mb: u64| {
            let mb_ms = MbMs(self.billed_ms.saturating_mul(memory_mb.into()));
            MemoryCost {
                memory_mb,
                mb_ms,
                free_invocations: free_invocations(memory_mb, average.max(1)),
                cost: month_cost(architecture, self.requests, mb_ms).total(),
            }
        };
        sizes_mb.iter().copied().map(at).collect()
    }
}

/// A memory size and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryCost {
    /// Memory in MB.
    pub memory_mb: u64,
    /// Memory times billed time.
    pub mb_ms: MbMs,
    /// How many such invocations a month has free.
    pub free_invocations: u64,
    /// What the requests and their duration cost beyond the free tier.
    pub cost: NanoDollars,
}

/// A month.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forecast {
    /// Which one.
    pub month: Month,
    /// Each offer that is used.
    pub rows: Vec<Row>,
}

/// One offer and what the month uses of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The offer.
    pub offer: Offer,
    /// How much is used.
    pub used: Quantity,
    /// After how many milliseconds of the month the free amount is used up, if it is.
    pub ends_after_ms: Option<u64>,
    /// What is beyond it costs; `None` where the price is not known.
    pub cost: Option<NanoDollars>,
    /// What it costs if the free amount, which is not proven, is not granted.
    pub at_worst: Option<NanoDollars>,
}

impl Forecast {
    /// The month in which these are used evenly.
    ///
    /// ```
    /// use zerobill_free_tier::{Architecture, Forecast, Month, Traffic};
    /// let month: Month = "2026-11".parse()?;
    /// // Two million requests of 100 ms at 128 MB, with 400 bytes of log.
    /// let traffic = Traffic::steady(2_000_000, 100, 128, 400);
    /// let forecast = Forecast::of(month, &traffic.uses(Architecture::X86_64, month, 30));
    /// let first = forecast.first_to_end().unwrap();
    /// assert_eq!((first.offer.id, first.exhausted_on(month).as_deref()), ("lambda.requests", Some("2026-11-16")));
    /// assert_eq!(forecast.cost().in_cents(), "$0.20");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(month: Month, uses: &[(Offer, Quantity)]) -> Self {
        let row = |&(offer, used): &(Offer, Quantity)| Row {
            offer,
            used,
            ends_after_ms: ends_after_ms(month, offer, used),
            cost: offer.month_cost(used),
            at_worst: if offer.proven { None } else { offer.price.of(used) },
        };
        Self {
            month,
            rows: uses.iter().map(row).collect(),
        }
    }

    /// The row whose free amount is used up first.
    pub fn first_to_end(&self) -> Option<&Row> {
        let ending = self.rows.iter().filter(|row| row.ends_after_ms.is_some());
        ending.min_by_key(|row| row.ends_after_ms)
    }

    /// The row of which the largest share is used.
    pub fn nearest_to_end(&self) -> Option<&Row> {
        let rows = self.rows.iter().filter(|row| row.share().is_some());
        rows.min_by_key(|row| Reverse(row.share_ppm()))
    }

    /// All costs that are known together.
    pub fn cost(&self) -> NanoDollars {
        self.rows.iter().filter_map(|row| row.cost).sum()
    }

    /// The same if free amounts that are not proven are not granted.
    pub fn cost_at_worst(&self) -> NanoDollars {
        self.rows.iter().filter_map(|row| row.at_worst.or(row.cost)).sum()
    }
}

impl Row {
    /// The used share of the free amount, 1 for all of it; `None` where nothing or everything is free.
    pub fn share(&self) -> Option<f64> {
        let free = self.offer.free_units().filter(|free| *free > 0)?;
        Some(self.used.to_f64() / free as f64)
    }

    fn share_ppm(&self) -> Option<u128> {
        let free = self.offer.free_units().filter(|free| *free > 0)?;
        Some(self.used.of(free, 1_000_000))
    }

    /// The date of the first unit beyond the free amount; `None` where the free amount lasts, or nothing is free.
    pub fn exhausted_on(&self, month: Month) -> Option<String> {
        let day = self.ends_after_ms? / (24 * 60 * 60 * 1_000) + 1;
        Some(month.date(u8::try_from(day).unwrap_or(month.days()).min(month.days())))
    }
}

fn ends_after_ms(month: Month, offer: Offer, used: Quantity) -> Option<u64> {
    let free = offer.free_units().filter(|free| *free > 0)?;
    if used.beyond(free).is_zero() {
        return None;
    }
    Some(used.reaches(free, month.ms()))
}

#[cfg(test)]
mod tests;
