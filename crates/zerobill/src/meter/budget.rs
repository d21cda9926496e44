//! What a month may use, and how far it has come: exact, in the smallest units.

use std::fmt;

use serde::Serialize;
use zerobill_free_tier::{Architecture, GB_SECONDS_PER_MONTH, MbMs, NanoDollars, REQUESTS_PER_MONTH, month_cost};

use super::batch::Totals;

/// A GB-second in MB-milliseconds.
const MB_MS_PER_GB_SECOND: u64 = 1_024 * 1_000;

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dimension {
    /// Invocations.
    Requests,
    /// Memory times billed time.
    GbSeconds,
    /// What Lambda bills for both, beyond the free tier.
    Usd,
    /// Bytes logged.
    LogBytes,
    /// Metric series.
    Series,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Requests, Self::GbSeconds, Self::Usd, Self::LogBytes, Self::Series];

    /// Its name in settings and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::GbSeconds => "gb_seconds",
            Self::Usd => "usd",
            Self::LogBytes => "log_bytes",
            Self::Series => "series",
        }
    }

    /// `amount` in the unit in which it is shown.
    pub(crate) fn shown(self, amount: u128) -> f64 {
        match self {
            Self::GbSeconds => MbMs(amount).gb_seconds(),
            Self::Usd => NanoDollars(amount).usd(),
            Self::Requests | Self::LogBytes | Self::Series => amount as f64,
        }
    }

    /// `amount` for people.
    pub(crate) fn text(self, amount: u128) -> String {
        match self {
            Self::Requests => format!("{amount} requests"),
            Self::GbSeconds => format!("{:.3} GB-seconds", MbMs(amount).gb_seconds()),
            Self::Usd => NanoDollars(amount).in_cents(),
            Self::LogBytes => format!("{amount} bytes of log"),
            Self::Series => format!("{amount} metric series"),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the functions that share it may use in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Its name: functions of the same one share it.
    pub name: String,
    /// The architecture by which dollars are reckoned.
    pub architecture: Architecture,
    /// Invocations; none is no limit, as in all that follow.
    pub requests: Option<u64>,
    /// GB-seconds.
    pub gb_seconds: Option<u64>,
    /// Dollars for requests and duration.
    pub usd: Option<NanoDollars>,
    /// Bytes logged.
    pub log_bytes: Option<u64>,
    /// Metric series.
    pub series: Option<u64>,
}

impl Budget {
    /// A budget of what Lambda has free in a month: requests and GB-seconds.
    #[must_use]
    pub fn free_tier(name: impl Into<String>, architecture: Architecture) -> Self {
        Self {
            name: name.into(),
            architecture,
            requests: Some(REQUESTS_PER_MONTH),
            gb_seconds: Some(GB_SECONDS_PER_MONTH),
            usd: None,
            log_bytes: None,
            series: None,
        }
    }

    /// How much of `dimension` there is, in its smallest unit.
    pub(crate) fn limit(&self, dimension: Dimension) -> Option<u128> {
        match dimension {
            Dimension::Requests => self.requests.map(u128::from),
            Dimension::GbSeconds => self
                .gb_seconds
                .map(|seconds| u128::from(seconds) * u128::from(MB_MS_PER_GB_SECOND)),
            Dimension::Usd => self.usd.map(|usd| usd.0),
            Dimension::LogBytes => self.log_bytes.map(u128::from),
            Dimension::Series => self.series.map(u128::from),
        }
    }

    /// How much of `dimension` these totals are, in its smallest unit.
    pub(crate) fn used(&self, dimension: Dimension, totals: &Totals) -> u128 {
        match dimension {
            Dimension::Requests => totals.requests.into(),
            Dimension::GbSeconds => totals.mb_ms.into(),
            Dimension::Usd => {
                month_cost(self.architecture, totals.requests, MbMs(totals.mb_ms.into()))
                    .total()
                    .0
            }
            Dimension::LogBytes => totals.log_bytes.into(),
            Dimension::Series => totals.series.into(),
        }
    }

    /// Whether so many percent of the limit of `dimension` are used. A limit of nothing is reached by the first use.
    pub(crate) fn reaches(&self, dimension: Dimension, totals: &Totals, percent: u8) -> bool {
        let used = self.used(dimension, totals);
        self.limit(dimension)
            .is_some_and(|limit| used > 0 && used.saturating_mul(100) >= limit.saturating_mul(percent.into()))
    }
}
