//! Counting, months, batches and budgets, against figures that were reckoned by hand.

mod counting;
mod policies;
mod property;
mod stores;

use std::collections::BTreeSet;

use zerobill_free_tier::Month;

use super::{
    batch::{Amounts, Batch},
    counters::{Charge, Meter},
};
use crate::output::Output;

/// 2026-11-30T23:59:59.000Z and the begin of the month after.
const LAST_SECOND_MS: u64 = 1_796_083_199_000;
const DECEMBER_MS: u64 = 1_796_083_200_000;

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// Counters of a function of 256 MB at that time.
fn meter(now_ms: u64) -> Meter {
    Meter::new(256, Output::captured(), 7, now_ms)
}

fn amounts(requests: u64, mb_ms: i64, log_bytes: u64, series: &[u64]) -> Amounts {
    Amounts {
        requests,
        mb_ms,
        log_bytes,
        series: series.iter().copied().collect::<BTreeSet<_>>(),
    }
}

fn batch(id: u64, amounts: Amounts) -> Batch {
    Batch {
        id,
        budget: "shop".to_owned(),
        month: month("2026-11"),
        amounts,
    }
}

/// What the store is told, and acknowledges.
fn told(meter: &Meter, now_ms: u64) -> Batch {
    let batch = meter.next_batch("shop", now_ms).expect("something was counted");
    meter.settle(batch.id);
    batch
}

/// An invocation that begins at that time, has no deadline and takes so long.
fn invoke(meter: &Meter, now_ms: u64, duration_us: u64) -> Charge {
    let charge = meter.begin(now_ms, 0, 0);
    meter.end(&charge, duration_us, false);
    charge
}
