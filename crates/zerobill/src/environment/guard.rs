//! The variables of the guard.

use super::Variable;

/// The table of the guard.
pub const GUARD_TABLE: Variable = Variable::new(
    &["ZEROBILL_GUARD_TABLE"],
    "The DynamoDB table in which the guard keeps what it has stopped and said; not set means there is no guard. `bootstrap` needs the feature `guard` for it.",
);
