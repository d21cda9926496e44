//! The variables of the guard.

use super::Variable;

/// The table of the guard.
pub const GUARD_TABLE: Variable = Variable::new(
    &["ZEROBILL_GUARD_TABLE"],
    "The DynamoDB table in which the guard keeps what it has stopped and said; not set means there is no guard. `bootstrap` needs the feature `guard` for it.",
);
/// The account's budget.
pub const GUARD_BUDGET: Variable = Variable::new(
    &["ZEROBILL_GUARD_BUDGET"],
    "What all functions of the region may use in a month: `requests=N`, `gb-seconds=N` and `usd=N` beyond what is free, or some of them.",
);
/// The functions' policies.
pub const GUARD_FUNCTIONS: Variable = Variable::new(
    &["ZEROBILL_GUARD_FUNCTIONS"],
    "Functions with a policy of their own, as `reports: requests=100000, trip; checkout: never`. Only those with `trip` are ever stopped, for the account's sake in this order; `usd` of a function counts as if nothing were free.",
);
/// When the guard speaks.
pub const GUARD_NOTIFY_AT: Variable = Variable::new(
    &["ZEROBILL_GUARD_NOTIFY_AT"],
    "At which percentages of a budget the guard sends a notice, once in a month.",
);
/// When the guard stops.
pub const GUARD_TRIP_AT: Variable = Variable::new(
    &["ZEROBILL_GUARD_TRIP_AT"],
    "At which percentage of a budget the guard stops functions.",
);
/// What an alarm of the account does.
pub const GUARD_ON_ALARM: Variable = Variable::new(
    &["ZEROBILL_GUARD_ON_ALARM"],
    "What an alarm of the whole account does: `read` looks at once, `trip` also stops what runs and may be stopped.",
);
/// Where notices go.
pub const GUARD_TOPIC: Variable = Variable::new(
    &["ZEROBILL_GUARD_TOPIC"],
    "The ARN of the SNS topic that takes the guard's notices.",
);
/// Where else notices go.
pub const GUARD_WEBHOOK: Variable = Variable::new(
    &["ZEROBILL_GUARD_WEBHOOK_SECRET_URL"],
    "The URL of a webhook that takes the guard's notices as `{\"text\":…}`; it is a secret.",
);
/// Whether the guard only speaks.
pub const GUARD_DRY_RUN: Variable = Variable::new(
    &["ZEROBILL_GUARD_DRY_RUN"],
    "Whether the guard only says what it would stop.",
);
