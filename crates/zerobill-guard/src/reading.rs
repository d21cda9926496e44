//! A reading: the account's figures of the month, and each function's where they moved.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use zerobill_free_tier::{Architecture, Month};

use crate::{
    account::{Account, Billed, Metric},
    evaluate::leaps,
    ledger::{FunctionTotals, State, Totals},
    month,
    pace::drills,
    policy::Policy,
};

/// So many functions are asked for at the same time.
const AT_ONCE: usize = 8;

/// When and in which month is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) month: Month,
    pub(crate) now_ms: u64,
}

impl Moment {
    /// From the month's begin on, in seconds since 1970. A clock that is behind it reads the first hour.
    fn span_s(self) -> (u64, u64) {
        let start = month::start_s(self.month);
        (start, (self.now_ms / 1_000).max(start + 3_600))
    }

    /// The share of the month that is over, in parts of a thousand.
    fn elapsed(self) -> u64 {
        let (start, now) = self.span_s();
        (now - start) * 1_000_000 / self.month.ms()
    }
}

/// Brings `state` up to date; `all` asks for each function if the calls of the month allow it.
///
/// Figures never go back within a month: what `CloudWatch` has shown once was used.
///
/// # Errors
/// What the account did not answer.
pub(crate) async fn read(
    account: &dyn Account,
    policy: &Policy,
    state: &mut State,
    at: Moment,
    all: bool,
) -> Result<(), String> {
    let span = at.span_s();
    state.calls += 2;
    let now = totals(account, None, span).await?;
    state.account = most(state.account, now);
    state.read_ms = at.now_ms;
    let known = state.functions.len() as u64;
    let leaps = all || leaps(policy, state);
    if !drills(state, at.now_ms, at.elapsed(), known, leaps) {
        return Ok(());
    }
    let functions = account.functions().await?;
    state.calls += 2 * functions.len() as u64;
    let asked = functions.into_iter().map(|function| async move {
        let totals = totals(account, Some(&function.name), span).await?;
        Ok::<_, String>((function, totals))
    });
    let asked: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).try_collect().await?;
    for (function, totals) in asked {
        let before = state.functions.get(&function.name).copied().unwrap_or_default();
        state
            .functions
            .insert(function.name.clone(), used(&function, before, totals));
    }
    // What a removed function used stays used.
    state.drilled = state.account;
    state.drilled_ms = at.now_ms;
    Ok(())
}

fn used(function: &Billed, before: FunctionTotals, totals: Totals) -> FunctionTotals {
    let totals = most(before.totals, totals);
    FunctionTotals {
        totals,
        memory_mb: function.memory_mb,
        is_arm: function.architecture == Architecture::Arm64,
        grown: totals.requests - before.totals.requests,
    }
}

async fn totals(account: &dyn Account, function: Option<&str>, (from_s, to_s): (u64, u64)) -> Result<Totals, String> {
    let requests = whole(account.sum(Metric::Invocations, function, from_s, to_s).await?);
    let duration = whole(account.sum(Metric::Duration, function, from_s, to_s).await?);
    // Each request is billed in whole milliseconds: at most one more than it took.
    let duration_ms = duration.saturating_add(requests);
    Ok(Totals { requests, duration_ms })
}

/// A figure as a whole number, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a float ends at the limits of its type, and what is no number becomes 0"
)]
fn whole(figure: f64) -> u64 {
    figure.ceil() as u64
}

fn most(one: Totals, other: Totals) -> Totals {
    Totals {
        requests: one.requests.max(other.requests),
        duration_ms: one.duration_ms.max(other.duration_ms),
    }
}
