//! The counters to which every invocation adds: plain atomics, and a lock only where a month turns.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use zerobill_free_tier::{Month, billed_ms};

use super::{
    batch::{Amounts, Batch},
    ledger::Ledger,
};
use crate::output::Output;

/// What Lambda itself logs of an invocation (START, END and REPORT), in bytes: 300 of text, and the 26 by which CloudWatch counts
/// each event longer.
const PLATFORM_LOG_BYTES: u64 = 300 + 3 * 26;

/// So many series are told to the store by one execution environment; more are no news to a budget of ten.
const MOST_SERIES: usize = 200;

/// INIT is ended by Lambda after so long, and an invocation after so long.
const MOST_INIT_US: u64 = 10_000_000;
const MOST_INVOCATION_MS: u64 = 900_000;

const UNKNOWN: u64 = u64::MAX;

/// The counters of one gateway.
#[derive(Clone, Debug)]
pub(crate) struct Meter(Arc<Counters>);

#[derive(Debug)]
struct Counters {
    started: AtomicBool,
    invocations: AtomicU64,
    in_flight: AtomicU64,
    errors: AtomicU64,
    duration_us: AtomicU64,
    billed_ms: AtomicU64,
    operations: AtomicU64,
    operation_errors: AtomicU64,
    /// What is counted and not yet in the ledger.
    requests: AtomicU64,
    mb_ms: AtomicI64,
    series: Mutex<BTreeSet<u64>>,
    memory_mb: u64,
    output: Output,
    /// How much of what `output` wrote is in the ledger.
    logged_bytes: AtomicU64,
    /// How long INIT took; [`UNKNOWN`] until somebody says so.
    init_us: AtomicU64,
    /// The time that the first invocation was given.
    timeout_ms: AtomicU64,
    /// Whether amounts of a month that ended wait for the store.
    turned: AtomicBool,
    /// When the month of the ledger begins and ends.
    month_start_ms: AtomicU64,
    month_end_ms: AtomicU64,
    ledger: Mutex<Ledger>,
    /// Whether DEBUG lines and metrics are left out.
    sheds: AtomicBool,
}

/// A reading of the counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// Invocations begun; counted at their start, so that one that is lost still counts.
    pub invocations: u64,
    /// Invocations running now, the one that asks among them.
    pub in_flight: u64,
    /// Invocations that ended in an error.
    pub errors: u64,
    /// Time inside ended invocations, in microseconds.
    pub duration_us: u64,
    /// What those are billed, in milliseconds, each rounded up.
    pub billed_ms: u64,
    /// Dynamic operations called.
    pub operations: u64,
    /// Dynamic operations that answered with an error.
    pub operation_errors: u64,
}

/// What an invocation is charged, and in which month.
#[derive(Debug)]
pub(crate) struct Charge {
    /// Whether it is the first invocation of the execution environment.
    pub(crate) cold_start: bool,
    /// INIT's part of the bill.
    init_us: u64,
    month_start_ms: u64,
    billed_ms: AtomicU64,
}

impl Meter {
    /// Counters of a function of so many MB, whose log is `output`. `writer` names the execution environment among all others.
    pub(crate) fn new(memory_mb: u64, output: Output, writer: u32, now_ms: u64) -> Self {
        let ledger = Ledger::new(writer, now_ms);
        Self(Arc::new(Counters {
            started: AtomicBool::default(),
            invocations: AtomicU64::default(),
            in_flight: AtomicU64::default(),
            errors: AtomicU64::default(),
            duration_us: AtomicU64::default(),
            billed_ms: AtomicU64::default(),
            operations: AtomicU64::default(),
            operation_errors: AtomicU64::default(),
            requests: AtomicU64::default(),
            mb_ms: AtomicI64::default(),
            series: Mutex::default(),
            memory_mb,
            logged_bytes: AtomicU64::new(output.logged_bytes()),
            output,
            init_us: AtomicU64::new(UNKNOWN),
            timeout_ms: AtomicU64::default(),
            turned: AtomicBool::default(),
            month_start_ms: AtomicU64::new(ledger.span().start_ms),
            month_end_ms: AtomicU64::new(ledger.span().end_ms),
            ledger: Mutex::new(ledger),
            sheds: AtomicBool::default(),
        }))
    }

    /// Whether both are the same counters.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The function's memory in MB.
    pub(crate) fn memory_mb(&self) -> u64 {
        self.0.memory_mb
    }

    /// The time that the first invocation was given, in milliseconds; 0 until there was one with a deadline.
    pub(crate) fn timeout_ms(&self) -> u64 {
        self.0.timeout_ms.load(Relaxed)
    }

    /// Says how long INIT took, which the first invocation is charged.
    pub(crate) fn set_init(&self, init_us: u64) {
        self.0.init_us.store(init_us.min(MOST_INIT_US), Relaxed);
    }

    /// Counts an invocation's start, and charges it up to its deadline; a deadline of 0 is none, and charges nothing yet. The first
    /// one is charged INIT too: `process_us`, the age of the process, where nobody said when INIT ended.
    pub(crate) fn begin(&self, now_ms: u64, deadline_ms: u64, process_us: u64) -> Charge {
        let counters = &self.0;
        let month_start_ms = counters.month_start_ms.load(Relaxed);
        if !(month_start_ms..counters.month_end_ms.load(Relaxed)).contains(&now_ms) {
            self.turn(now_ms);
            counters.turned.store(true, Relaxed);
        }
        counters.invocations.fetch_add(1, Relaxed);
        counters.in_flight.fetch_add(1, Relaxed);
        counters.requests.fetch_add(1, Relaxed);
        let cold_start = !counters.started.swap(true, Relaxed);
        let left_ms = deadline_ms.saturating_sub(now_ms).min(MOST_INVOCATION_MS);
        let mut init_us = 0;
        if cold_start {
            counters.timeout_ms.store(left_ms, Relaxed);
            init_us = match counters.init_us.load(Relaxed) {
                UNKNOWN => process_us.min(MOST_INIT_US),
                known => known,
            };
        }
        let charge = Charge {
            cold_start,
            init_us,
            month_start_ms: counters.month_start_ms.load(Relaxed),
            billed_ms: AtomicU64::new(0),
        };
        self.charge(&charge, left_ms + charge.init_us.div_ceil(1_000));
        charge
    }

    /// Charges what an invocation has really taken so far.
    pub(crate) fn correct(&self, charge: &Charge, duration_us: u64) {
        self.charge(charge, billed_ms(duration_us, charge.init_us));
    }

    fn charge(&self, charge: &Charge, billed_ms: u64) {
        let counters = &self.0;
        let before = charge.billed_ms.swap(billed_ms, Relaxed);
        let memory_mb = counters.memory_mb.cast_signed();
        let mb_ms = billed_ms
            .cast_signed()
            .wrapping_sub(before.cast_signed())
            .saturating_mul(memory_mb);
        if charge.month_start_ms == counters.month_start_ms.load(Relaxed) {
            counters.mb_ms.fetch_add(mb_ms, Relaxed);
        } else {
            self.ledger().correct(charge.month_start_ms, mb_ms);
        }
    }

    /// Counts an invocation's end.
    pub(crate) fn end(&self, charge: &Charge, duration_us: u64, failed: bool) {
        let counters = &self.0;
        counters.in_flight.fetch_sub(1, Relaxed);
        counters.errors.fetch_add(u64::from(failed), Relaxed);
        counters.duration_us.fetch_add(duration_us, Relaxed);
        counters.billed_ms.fetch_add(billed_ms(duration_us, 0), Relaxed);
        self.correct(charge, duration_us);
    }

    /// How many dynamic operations were called.
    pub(crate) fn operations(&self) -> u64 {
        self.0.operations.load(Relaxed)
    }

    /// Counts a dynamic operation; says how many there were before.
    pub(crate) fn operation(&self, failed: bool) -> u64 {
        if failed {
            self.0.operation_errors.fetch_add(1, Relaxed);
        }
        self.0.operations.fetch_add(1, Relaxed)
    }

    /// Counts metric series that were admitted, by a number each.
    pub(crate) fn series(&self, numbers: impl IntoIterator<Item = u64>) {
        let mut series = self.0.series.lock().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_SERIES.saturating_sub(series.len());
        series.extend(numbers.into_iter().take(room));
    }

    /// Whether DEBUG lines and metrics are left out, to save what is left of a budget.
    pub(crate) fn sheds(&self) -> bool {
        self.0.sheds.load(Relaxed)
    }

    /// Leaves DEBUG lines and metrics out, or no longer; says whether that is new.
    pub(crate) fn shed(&self, sheds: bool) -> bool {
        self.0.sheds.swap(sheds, Relaxed) != sheds
    }

    /// The counters now.
    pub(crate) fn usage(&self) -> Usage {
        let counters = &self.0;
        Usage {
            invocations: counters.invocations.load(Relaxed),
            in_flight: counters.in_flight.load(Relaxed),
            errors: counters.errors.load(Relaxed),
            duration_us: counters.duration_us.load(Relaxed),
            billed_ms: counters.billed_ms.load(Relaxed),
            operations: counters.operations.load(Relaxed),
            operation_errors: counters.operation_errors.load(Relaxed),
        }
    }

    /// Whether so many invocations are in no batch yet, or any of a month that ended.
    pub(crate) fn has_waiting(&self, requests: u64) -> bool {
        self.0.requests.load(Relaxed) >= requests || self.0.turned.load(Relaxed)
    }

    /// The batch that the store is to be told of now; none if nothing was counted.
    pub(crate) fn next_batch(&self, budget: &str, now_ms: u64) -> Option<Batch> {
        self.turn(now_ms);
        self.0.turned.store(false, Relaxed);
        self.ledger().next(budget)
    }

    /// Forgets the batch of that number: the store has it.
    pub(crate) fn settle(&self, id: u64) {
        self.ledger().settle(id);
    }

    /// The running month, and what of it the store has not acknowledged.
    pub(crate) fn unsettled(&self) -> (Month, Amounts) {
        let ledger = self.ledger();
        let mut amounts = ledger.unsettled();
        let counters = &self.0;
        let requests = counters.requests.load(Relaxed);
        let logged_before = counters.logged_bytes.load(Relaxed);
        amounts.add(Amounts {
            requests,
            mb_ms: counters.mb_ms.load(Relaxed),
            log_bytes: log_bytes(counters.output.logged_bytes().saturating_sub(logged_before), requests),
            series: counters.series.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        });
        (ledger.span().month, amounts)
    }

    /// Begins the month of that time, if it is another one.
    fn turn(&self, now_ms: u64) {
        let mut ledger = self.ledger();
        ledger.add(self.take());
        ledger.turn(now_ms);
        self.0.month_start_ms.store(ledger.span().start_ms, Relaxed);
        self.0.month_end_ms.store(ledger.span().end_ms, Relaxed);
    }

    /// Takes what was counted out of the counters.
    fn take(&self) -> Amounts {
        let counters = &self.0;
        let requests = counters.requests.swap(0, Relaxed);
        let logged = counters.output.logged_bytes();
        let logged_before = counters.logged_bytes.swap(logged, Relaxed);
        Amounts {
            requests,
            mb_ms: counters.mb_ms.swap(0, Relaxed),
            log_bytes: log_bytes(logged.saturating_sub(logged_before), requests),
            series: std::mem::take(&mut *counters.series.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the function logged, and what Lambda did beside it.
fn log_bytes(own: u64, requests: u64) -> u64 {
    own.saturating_add(requests.saturating_mul(PLATFORM_LOG_BYTES))
}
