//! The month in dollars: what was used, and what a whole month like the time since the start would use.

use serde::Serialize;
use zerobill_free_tier::{Architecture, Forecast, Month, Row, Traffic};

/// A shorter time says nothing of a month.
const LEAST_MS: u64 = 10_000;

/// How many days logs are taken to be kept.
const RETENTION_DAYS: u64 = 30;

/// The month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Outlook {
    month: String,
    /// What was used since the start, as if nothing else were in the month.
    so_far: MonthView,
    /// A whole month like the time since the start; none before there is something to go by.
    pace: Option<MonthView>,
}

/// What a month uses and costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct MonthView {
    requests: u64,
    /// In dollars and cents, rounded up.
    cost: String,
    /// The same if AWS does not grant the free logs, which no bill proves.
    cost_at_worst: String,
    cost_usd: f64,
    rows: Vec<RowView>,
}

/// One allowance.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct RowView {
    id: &'static str,
    what: &'static str,
    unit: &'static str,
    used: f64,
    free: Option<u64>,
    share: Option<f64>,
    /// The date of the first unit beyond the free ones.
    ends_on: Option<String>,
    cost: Option<String>,
    proven: bool,
}

impl Outlook {
    /// The month that it is at `now_ms`, with the traffic since `started_ms`.
    pub(super) fn of(traffic: Traffic, started_ms: u64, now_ms: u64) -> Option<Self> {
        let month = month_at(now_ms)?;
        let elapsed_ms = now_ms.saturating_sub(started_ms);
        let pace = (elapsed_ms >= LEAST_MS && traffic.requests > 0)
            .then(|| traffic.scaled(month.ms(), elapsed_ms))
            .flatten();
        Some(Self {
            month: month.to_string(),
            so_far: MonthView::of(traffic, month),
            pace: pace.map(|traffic| MonthView::of(traffic, month)),
        })
    }
}

impl MonthView {
    fn of(traffic: Traffic, month: Month) -> Self {
        let architecture = match std::env::consts::ARCH {
            "aarch64" => Architecture::Arm64,
            _ => Architecture::X86_64,
        };
        let forecast = Forecast::of(month, &traffic.uses(architecture, month, RETENTION_DAYS));
        let row = |row: &Row| RowView {
            id: row.offer.id,
            what: row.offer.what,
            unit: row.offer.unit,
            used: row.used.to_f64(),
            free: row.offer.free_units(),
            share: row.share(),
            ends_on: row.exhausted_on(month),
            cost: row.cost.map(zerobill_free_tier::NanoDollars::in_cents),
            proven: row.offer.proven,
        };
        Self {
            requests: traffic.requests,
            cost: forecast.cost().in_cents(),
            cost_at_worst: forecast.cost_at_worst().in_cents(),
            cost_usd: forecast.cost().usd(),
            rows: forecast.rows.iter().map(row).collect(),
        }
    }
}

fn month_at(epoch_ms: u64) -> Option<Month> {
    let now = jiff::Timestamp::from_millisecond(i64::try_from(epoch_ms).ok()?).ok()?;
    let date = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    Month::new(u16::try_from(date.year()).ok()?, u8::try_from(date.month()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-25T00:00:00Z.
    const NOW: u64 = 1_795_564_800_000;

    #[test]
    fn a_month_like_the_last_minute_ends_its_requests_on_a_day() {
        // One a second, of 100 ms at 128 MB: 2,592,000 in November.
        let traffic = Traffic::steady(60, 100, 128, 400);
        let outlook = Outlook::of(traffic, NOW - 60_000, NOW).unwrap();
        assert_eq!(outlook.month, "2026-11");
        assert_eq!((outlook.so_far.requests, outlook.so_far.cost.as_str()), (60, "$0.00"));
        let pace = outlook.pace.unwrap();
        let requests = &pace.rows[0];
        assert_eq!((pace.requests, requests.id), (2_592_000, "lambda.requests"));
        assert_eq!(requests.ends_on.as_deref(), Some("2026-11-12"));
        assert_eq!((pace.cost.as_str(), pace.rows[1].ends_on.as_deref()), ("$0.32", None));
    }

    #[test]
    fn there_is_no_pace_before_there_is_something_to_go_by() {
        let outlook = |requests, elapsed| Outlook::of(Traffic::steady(requests, 1, 128, 1), NOW - elapsed, NOW);
        assert_eq!(outlook(5, LEAST_MS - 1).unwrap().pace, None);
        assert_eq!(outlook(0, LEAST_MS).unwrap().pace, None);
        assert!(outlook(1, LEAST_MS).unwrap().pace.is_some());
    }
}
