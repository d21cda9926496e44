//! What was used, as shares of budgets.

use zerobill_free_tier::{
    Architecture, Budget, GB_SECONDS_PER_MONTH, MbMs, NanoDollars, REQUESTS_PER_MONTH, month_cost,
};

use crate::{
    ledger::{FunctionTotals, State, Totals},
    pace::growth,
    policy::{Policy, unit},
};

/// All functions together, as a subject.
pub(crate) const ACCOUNT: &str = "the account";

/// The memory that is assumed where no function is known yet.
const MOST_MB: u64 = 10_240;

/// How much of a budget was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// [`ACCOUNT`], or a function.
    pub(crate) subject: String,
    pub(crate) budget: Budget,
    pub(crate) percent: u64,
    /// What was used, of the same unit.
    pub(crate) used: Budget,
}

impl Share {
    /// What tells it from others.
    pub(crate) fn key(&self) -> String {
        format!("{}/{}", self.subject, unit(self.budget))
    }
}

/// The shares of all budgets, the account's first.
pub(crate) fn shares(policy: &Policy, state: &State) -> Vec<Share> {
    let mut all = Vec::new();
    let account = (state.account.requests, account_mb_ms(state));
    for budget in &policy.account {
        // Beyond what is free; the dearer processor, since it is not known which used what.
        let dollars = month_cost(Architecture::X86_64, account.0, account.1).total();
        all.push(share(ACCOUNT, *budget, account, dollars));
    }
    for function in &policy.functions {
        let Some(used) = state.functions.get(&function.name) else {
            continue;
        };
        let amount = (used.totals.requests, mb_ms(used));
        for budget in &function.budgets {
            all.push(share(&function.name, *budget, amount, list_price(used)));
        }
    }
    all
}

/// GB-seconds of all functions: of each as it was asked for, and what came since as if of the one with most memory.
pub(crate) fn account_mb_ms(state: &State) -> MbMs {
    let known = state.functions.values().map(mb_ms).fold(MbMs(0), |all, one| all + one);
    let since = growth(state.account, state.drilled);
    let most_mb = state
        .functions
        .values()
        .map(|one| one.memory_mb)
        .max()
        .unwrap_or(MOST_MB);
    known + MbMs::of(since.duration_ms, most_mb, 1)
}

fn mb_ms(function: &FunctionTotals) -> MbMs {
    MbMs::of(function.totals.duration_ms, function.memory_mb, 1)
}

/// What a function's use costs where nothing is free: others may have used that up.
fn list_price(function: &FunctionTotals) -> NanoDollars {
    let architecture = if function.is_arm {
        Architecture::Arm64
    } else {
        Architecture::X86_64
    };
    let requests = REQUESTS_PER_MONTH.saturating_add(function.totals.requests);
    let free = MbMs::of(GB_SECONDS_PER_MONTH, 1_024, 1_000);
    month_cost(architecture, requests, free + mb_ms(function)).total()
}

fn share(subject: &str, budget: Budget, (requests, mb_ms): (u64, MbMs), dollars: NanoDollars) -> Share {
    /// A GB-second in MB and milliseconds, and a cent in nano-dollars.
    const GB_SECOND: u128 = 1_024_000;
    const CENT: u128 = 10_000_000;
    let whole = |amount: u128| u64::try_from(amount).unwrap_or(u64::MAX);
    // A budget of nothing is used up by the first of its unit, and each further one is a hundredth more.
    let (used, amount, limit, one) = match budget {
        Budget::Requests(limit) => (Budget::Requests(requests), requests.into(), limit.into(), 1),
        Budget::GbSeconds(limit) => {
            let used = Budget::GbSeconds(whole(mb_ms.0.div_ceil(GB_SECOND)));
            (used, mb_ms.0, u128::from(limit) * GB_SECOND, GB_SECOND)
        }
        Budget::Dollars(limit) => (Budget::Dollars(dollars), dollars.0, limit.0, CENT),
    };
    let percent = match (limit, amount) {
        (0, 0) => 0,
        (0, amount) => 100 + whole(amount / one),
        (limit, amount) => whole(amount.saturating_mul(100) / limit),
    };
    Share {
        subject: subject.to_owned(),
        budget,
        percent,
        used,
    }
}

/// Whether what came since each function was asked for is a hundredth of a budget or more, or the account's budget is near its
/// end, so that it must be known what runs.
pub(crate) fn leaps(policy: &Policy, state: &State) -> bool {
    let near = |share: &Share| share.subject == ACCOUNT && share.percent >= policy.trip_at;
    if shares(policy, state).iter().any(near) {
        return true;
    }
    let Totals { requests, duration_ms } = growth(state.account, state.drilled);
    let most_mb = state
        .functions
        .values()
        .map(|one| one.memory_mb)
        .max()
        .unwrap_or(MOST_MB);
    let since = FunctionTotals {
        totals: Totals { requests, duration_ms },
        memory_mb: most_mb,
        ..FunctionTotals::default()
    };
    let own = policy.functions.iter().flat_map(|function| &function.budgets);
    policy
        .account
        .iter()
        .chain(own)
        .any(|budget| share(ACCOUNT, *budget, (requests, mb_ms(&since)), list_price(&since)).percent >= 1)
}
