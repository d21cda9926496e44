//! How often each function may be asked for, so that the calls of a month stay free.

use crate::ledger::{State, Totals};

/// The most calls of `CloudWatch` in a month of one guard; a million are free in an account.
pub const CALLS_PER_MONTH: u64 = 600_000;

/// Calls that may be made at once, before the month has gone on.
const BURST: u64 = 20_000;

/// Calls of the month for asking each function now and then.
const STEADY: u64 = 250_000;

/// The minutes of the longest month.
const MINUTES: u64 = 31 * 24 * 60;

/// Whether each of `functions` is to be asked for at a share `elapsed` of the month, in parts of a thousand.
///
/// It is where the account's figures `moved`: at once if by a hundredth of a budget, else after a while that grows with the
/// number of functions. Both end where the calls of the month would be too many.
pub(crate) fn drills(state: &State, now_ms: u64, elapsed: u64, functions: u64, leaps: bool) -> bool {
    if state.account == state.drilled && state.drilled_ms > 0 {
        return false;
    }
    let cost = 2 * functions;
    let allowed = BURST + (CALLS_PER_MONTH - BURST) * elapsed.min(1_000) / 1_000;
    if state.calls + cost > allowed {
        return false;
    }
    let minutes = (cost * MINUTES).div_ceil(STEADY).max(1);
    let age_ms = now_ms.saturating_sub(state.drilled_ms);
    state.drilled_ms == 0 || leaps || age_ms >= minutes * 60_000
}

/// How much more than `before` it is.
pub(crate) fn growth(now: Totals, before: Totals) -> Totals {
    Totals {
        requests: now.requests.saturating_sub(before.requests),
        duration_ms: now.duration_ms.saturating_sub(before.duration_ms),
    }
}
