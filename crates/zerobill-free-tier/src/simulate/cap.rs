//! A cap that looks at what was used now and then, and stops the function.

use std::collections::VecDeque;

use super::{Plan, Usage};
use crate::{Architecture, GB_SECONDS_PER_MONTH, MbMs, NanoDollars, REQUESTS_PER_MONTH, month_cost};

/// What stops the function once a budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Of what how much may be used.
    pub budget: Budget,
    /// It looks each time so many seconds have passed, up to 86,400: the schedule of a guard, or the time between two flushes of a
    /// meter.
    pub every_seconds: u64,
    /// How old the figures are that it sees, in seconds up to 86,400; those of `CloudWatch` are minutes old.
    pub delay_seconds: u64,
}

/// An amount that may be used in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Budget {
    /// Requests.
    Requests(u64),
    /// GB-seconds.
    GbSeconds(u64),
    /// Dollars beyond the free tier; with 0, the first that costs.
    Dollars(NanoDollars),
}

/// What a cap did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trip {
    /// The second of the month from which nothing new ran.
    pub second: u64,
    /// How much was used beyond the budget in the end.
    pub over: Budget,
    /// How much it could have been at most, with all environments busy from the moment at which the budget was used up.
    pub bound: Budget,
}

impl Budget {
    /// How much of it that is.
    fn of(self, usage: Usage, architecture: Architecture) -> u128 {
        match self {
            Self::Requests(_) => usage.requests.into(),
            Self::GbSeconds(_) => usage.mb_ms.0,
            Self::Dollars(_) => month_cost(architecture, usage.requests, usage.mb_ms).total().0,
        }
    }

    fn limit(self) -> u128 {
        match self {
            Self::Requests(requests) => requests.into(),
            Self::GbSeconds(gb_seconds) => MbMs::of(gb_seconds, 1_024, 1_000).0,
            Self::Dollars(dollars) => dollars.0,
        }
    }

    /// The same kind of another amount; GB-seconds are rounded up.
    fn with(self, amount: u128) -> Self {
        let whole = |amount| u64::try_from(amount).unwrap_or(u64::MAX);
        match self {
            Self::Requests(_) => Self::Requests(whole(amount)),
            Self::GbSeconds(_) => Self::GbSeconds(whole(amount.div_ceil(1_024_000))),
            Self::Dollars(_) => Self::Dollars(NanoDollars(amount)),
        }
    }
}

impl Cap {
    /// How much of its budget can be used beyond it at most: each environment is busy from the moment at which the budget is used
    /// up to the moment at which that is seen, and what has begun by then goes on to its end.
    pub fn overshoot_bound(&self, plan: &Plan) -> Budget {
        let window_ms = (self.every_seconds + self.delay_seconds) * 1_000;
        let starts = window_ms.div_ceil(plan.warm_ms().max(1));
        let requests = plan.concurrency.saturating_mul(starts);
        let mb_ms = MbMs::of(
            plan.concurrency,
            plan.memory_mb,
            window_ms.saturating_add(plan.cold_ms()),
        );
        let amount = match self.budget {
            Budget::Requests(_) => requests.into(),
            Budget::GbSeconds(_) => mb_ms.0,
            Budget::Dollars(_) => {
                let requests = REQUESTS_PER_MONTH.saturating_add(requests);
                let free = MbMs::of(GB_SECONDS_PER_MONTH, 1_024, 1_000);
                month_cost(plan.architecture, requests, free + mb_ms).total().0
            }
        };
        self.budget.with(amount)
    }
}

/// A cap at work.
pub(super) struct Watch {
    cap: Cap,
    /// What was used by the end of each of the last seconds, as many as the figures are old.
    seen_later: VecDeque<Usage>,
    tripped: Option<u64>,
}

impl Watch {
    pub(super) const fn new(cap: Cap) -> Self {
        Self {
            cap,
            seen_later: VecDeque::new(),
            tripped: None,
        }
    }

    /// Whether it trips at the begin of this second, before which `usage` was used; to be asked in each second.
    pub(super) fn trips(&mut self, second: u64, usage: Usage, architecture: Architecture) -> bool {
        if self.tripped.is_some() {
            return false;
        }
        self.seen_later.push_back(usage);
        let seen = if self.seen_later.len() as u64 > self.cap.delay_seconds {
            self.seen_later.pop_front().unwrap_or_default()
        } else {
            Usage::default()
        };
        let looks = second.is_multiple_of(self.cap.every_seconds);
        let used = if looks {
            self.cap.budget.of(seen, architecture)
        } else {
            0
        };
        let trips = used > 0 && used >= self.cap.budget.limit();
        self.tripped = trips.then_some(second);
        trips
    }

    /// What it did in a month in which `usage` was used.
    pub(super) fn trip(&self, usage: Usage, plan: &Plan) -> Option<Trip> {
        let Cap { budget, .. } = self.cap;
        let over = budget.of(usage, plan.architecture).saturating_sub(budget.limit());
        Some(Trip {
            second: self.tripped?,
            over: budget.with(over),
            bound: self.cap.overshoot_bound(plan),
        })
    }
}
