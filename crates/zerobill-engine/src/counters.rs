//! What the functions have used, and what share of the month's free tier that is.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;
use zerobill_free_tier::{GB_SECONDS_PER_MONTH, MbMs, REQUESTS_PER_MONTH, Report};

/// The counters of one function.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    invocations: AtomicU64,
    cold_starts: AtomicU64,
    errors: AtomicU64,
    timeouts: AtomicU64,
    throttles: AtomicU64,
    billed_ms: AtomicU64,
    mb_ms: AtomicU64,
}

/// What one function has used since the engine started.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FunctionState {
    /// The function.
    pub name: String,
    /// Invocations that began.
    pub invocations: u64,
    /// Execution environments that were started.
    pub cold_starts: u64,
    /// Invocations that ended in an error, timeouts among them.
    pub errors: u64,
    /// Invocations that were ended at their limit.
    pub timeouts: u64,
    /// Invocations that were refused because too many were running.
    pub throttles: u64,
    /// Billed milliseconds.
    pub billed_ms: u64,
    /// GB-seconds.
    pub gb_seconds: f64,
    /// Environments that wait for an event.
    pub idle: usize,
    /// Environments that are busy.
    pub running: usize,
    /// Reserved concurrency, if it is set; 0 stops the function.
    pub reserved_concurrency: Option<u32>,
    /// Memory in MB times billed milliseconds, of which the GB-seconds are made.
    pub mb_ms: u64,
}

/// What all functions have used, and what of it is free.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct State {
    /// Each function.
    pub functions: Vec<FunctionState>,
    /// The month's free tier, as if the month had only what the engine has seen.
    pub free_tier: FreeTier,
}

/// The two allowances of Lambda.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FreeTier {
    /// Requests.
    pub requests: Allowance,
    /// GB-seconds.
    pub gb_seconds: Allowance,
}

/// One allowance and what is used of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Allowance {
    /// Used so far.
    pub used: f64,
    /// Free in a month.
    pub free: u64,
    /// The share that is used.
    pub share: f64,
}

impl Counters {
    /// Counts an invocation's start: one that is lost is billed all the same.
    pub(crate) fn begin(&self) {
        self.invocations.fetch_add(1, Relaxed);
    }

    pub(crate) fn cold_start(&self) {
        self.cold_starts.fetch_add(1, Relaxed);
    }

    pub(crate) fn throttle(&self) {
        self.throttles.fetch_add(1, Relaxed);
    }

    pub(crate) fn end(&self, report: &Report, failed: bool, timed_out: bool) {
        self.errors.fetch_add(u64::from(failed), Relaxed);
        self.timeouts.fetch_add(u64::from(timed_out), Relaxed);
        self.billed_ms.fetch_add(report.billed_ms, Relaxed);
        self.mb_ms
            .fetch_add(u64::try_from(report.mb_ms().0).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn state(&self, name: &str, idle: usize, running: usize, reserved: Option<u32>) -> FunctionState {
        let mb_ms = self.mb_ms.load(Relaxed);
        FunctionState {
            name: name.to_owned(),
            invocations: self.invocations.load(Relaxed),
            cold_starts: self.cold_starts.load(Relaxed),
            errors: self.errors.load(Relaxed),
            timeouts: self.timeouts.load(Relaxed),
            throttles: self.throttles.load(Relaxed),
            billed_ms: self.billed_ms.load(Relaxed),
            gb_seconds: MbMs(mb_ms.into()).gb_seconds(),
            idle,
            running,
            reserved_concurrency: reserved,
            mb_ms,
        }
    }
}

impl State {
    pub(crate) fn of(functions: Vec<FunctionState>) -> Self {
        let requests: u64 = functions.iter().map(|function| function.invocations).sum();
        let mb_ms: MbMs = functions.iter().map(|function| MbMs(function.mb_ms.into())).sum();
        let allowance = |used: f64, free: u64| Allowance {
            used,
            free,
            share: used / free as f64,
        };
        let free_tier = FreeTier {
            requests: allowance(requests as f64, REQUESTS_PER_MONTH),
            gb_seconds: allowance(mb_ms.gb_seconds(), GB_SECONDS_PER_MONTH),
        };
        Self { functions, free_tier }
    }
}
