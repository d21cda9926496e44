//! The variables of the meter and of budgets.

use super::Variable;

/// The name of the budget.
pub const BUDGET: Variable = Variable::new(
    &["ZEROBILL_BUDGET"],
    "The name of the month's budget, which all functions of the same name share; not set means the function's own name.",
);
/// How many requests a month may have.
pub const BUDGET_REQUESTS: Variable = Variable::new(
    &["ZEROBILL_BUDGET_REQUESTS"],
    "How many requests the budget has in a month; 0 means no limit.",
);
/// How many GB-seconds a month may have.
pub const BUDGET_GB_SECONDS: Variable = Variable::new(
    &["ZEROBILL_BUDGET_GB_SECONDS"],
    "How many GB-seconds the budget has in a month; 0 means no limit.",
);
/// How many dollars a month may cost.
pub const BUDGET_USD: Variable = Variable::new(
    &["ZEROBILL_BUDGET_USD"],
    "How many dollars requests and duration may cost in a month, beyond what is free; not set means no limit.",
);
/// How many bytes a month may log.
pub const BUDGET_LOG_BYTES: Variable = Variable::new(
    &["ZEROBILL_BUDGET_LOG_BYTES"],
    "How many bytes of log the budget has in a month, as CloudWatch counts them; 0 means no limit.",
);
/// How many metric series a month may have.
pub const BUDGET_SERIES: Variable = Variable::new(
    &["ZEROBILL_BUDGET_SERIES"],
    "How many metric series the functions of the budget may write in a month, all together; 0 means no limit.",
);
/// What is done at half of a budget.
pub const BUDGET_ON_50: Variable = Variable::new(
    &["ZEROBILL_BUDGET_ON_50"],
    "What is done at 50 % of the budget: `nothing`, `note`, `shed` or `trip`, or one for each dimension, as in `note, requests=trip`.",
);
/// What is done at four fifths of a budget.
pub const BUDGET_ON_80: Variable = Variable::new(&["ZEROBILL_BUDGET_ON_80"], "The same at 80 %.");
/// What is done near the end of a budget.
pub const BUDGET_ON_95: Variable = Variable::new(&["ZEROBILL_BUDGET_ON_95"], "The same at 95 %.");
/// Where the meter's file is.
pub const METER_FOLDER: Variable = Variable::new(
    &["ZEROBILL_METER_FOLDER"],
    "The folder in which the functions of this machine add up what they use (`meter.json`) and keep who was stopped (`trips.json`); not set means each execution environment counts alone.",
);
/// How often the meter's store is told.
pub const METER_SECONDS: Variable = Variable::new(
    &["ZEROBILL_METER_SECONDS"],
    "After how many seconds an execution environment adds what it counted to the budget.",
);
/// After how many requests the meter's store is told.
pub const METER_REQUESTS: Variable = Variable::new(
    &["ZEROBILL_METER_REQUESTS"],
    "After how many requests an execution environment does so earlier.",
);
/// How long an invocation waits for the meter's store.
pub const METER_WAIT_MS: Variable = Variable::new(
    &["ZEROBILL_METER_WAIT_MS"],
    "How many milliseconds an invocation waits for the answer then; what comes later serves the next one.",
);
/// How many environments may run at once.
pub const METER_CONCURRENCY: Variable = Variable::new(
    &["ZEROBILL_METER_CONCURRENCY"],
    "How many execution environments may run at once, for the overshoot that `lambda.usage` says; new accounts have 10.",
);
