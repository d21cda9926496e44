//! The guard: watches what the functions of a region use in a month, in any language, says so in time, and stops those it may stop.
//!
//! [`Guard`] is a handler for a schedule of one minute, for alarms of `CloudWatch` (directly, by SNS or by `EventBridge`), and for
//! the direct event `{"zerobill":"guard"}`. It acts once the setting `guard.table` names its table.
//!
//! Each reading is the whole month's, so that a guard that was down has missed nothing. The account's figures are two calls;
//! each function is asked for only when they moved, and the calls of a month stay below [`CALLS_PER_MONTH`].
//! `docs/guard.md` says what it can and cannot do.

mod account;
mod alarm;
mod aws;
mod evaluate;
mod handler;
mod ledger;
mod month;
mod notice;
mod pace;
mod policy;
mod reading;
mod report;
mod settings;
mod verdict;
mod watch;

#[cfg(test)]
mod tests;

pub use self::{
    handler::Guard,
    pace::CALLS_PER_MONTH,
    policy::{FunctionPolicy, Policy, PolicyError},
};
