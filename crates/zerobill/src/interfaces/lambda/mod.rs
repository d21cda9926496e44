//! `lambda`: the invocation, its time, its memory, and what it costs.

mod memory;
mod operations;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    memory::Memory,
    service::{Allowance, CostEstimate, InvocationContext, Lambda, LambdaError, LambdaStats, UsageReport},
};
use super::config::Setting;
pub use zerobill_free_tier::Architecture;

/// What the interface is for.
pub(crate) const DOC: &str = "The invocation, its time, its memory, and what it costs.";

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[];
