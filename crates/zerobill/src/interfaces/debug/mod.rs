//! `debug`: how the interfaces are and what the gateway has done, for those who run the function.

mod benchmark;
mod diagnostics;
mod operations;
mod prepared;
mod self_test;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    benchmark::{Benchmark, BenchmarkError, Bounds, Measured, Unmeasured},
    diagnostics::{Diagnostics, Executor, FileDescriptors, Process, TemporarySpace},
    self_test::{Check, SelfTest},
    service::{Debug, HealthReport},
};
pub use crate::traces::{Trace, TraceReport};

use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "How the interfaces are and what the gateway has done.";

/// How many traces are kept.
const TRACES: Setting = Setting::new(
    "debug.traces",
    environment::TRACES,
    SettingKind::Integer(0, 10_000),
    "0",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[TRACES];
