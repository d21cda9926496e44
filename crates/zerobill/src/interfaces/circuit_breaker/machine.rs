//! The states of one breaker and the rules by which it changes them. It knows neither clocks nor calls.

use std::time::Duration;

use serde::Serialize;

/// Whether calls pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// They do.
    Closed,
    /// They do not.
    Open,
    /// One of them does, to see how it goes.
    HalfOpen,
}

/// When a breaker opens, and for how long.
///
/// ```
/// use std::time::Duration;
/// use zerobill::circuit_breaker::Rules;
/// let rules = Rules::default().failures(2).open_for(Duration::from_secs(20 * 60));
/// assert_eq!((rules.failures, rules.failure_rate, rules.open_for.as_secs()), (2, 0.0, 1_200));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Rules {
    /// Opens after this many failures in a row; 0 never does.
    pub failures: u32,
    /// Opens when at least this share of the last 64 calls failed, and at least 20 were made; 0 never does.
    pub failure_rate: f64,
    /// How long it stays open before a probe.
    pub open_for: Duration,
}

impl Default for Rules {
    /// Five failures in a row; 30 s.
    fn default() -> Self {
        Self {
            failures: 5,
            failure_rate: 0.0,
            open_for: Duration::from_secs(30),
        }
    }
}

impl Rules {
    /// Opens after this many failures in a row; 0 never does.
    #[must_use]
    pub const fn failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }

    /// Opens when at least this share of the last 64 calls failed, from 0 to 1, and at least 20 were made; 0 never does.
    #[must_use]
    pub const fn failure_rate(mut self, share: f64) -> Self {
        self.failure_rate = share;
        self
    }

    /// Stays open for so long before a probe.
    #[must_use]
    pub const fn open_for(mut self, time: Duration) -> Self {
        self.open_for = time;
        self
    }
}

/// How many calls the rate rule looks at, and from how many on.
const WINDOW: u32 = 64;
const LEAST_CALLS: u32 = 20;

/// A call that may be made. Its result counts only if the breaker has not changed its state meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Permit {
    pub(super) generation: u64,
    pub(super) probe: bool,
}

#[derive(Debug)]
pub(super) struct Machine {
    rules: Rules,
    state: BreakerState,
    /// Grows with every change of state.
    generation: u64,
    failures_in_a_row: u32,
    /// The last calls, the newest in the lowest bit; 1 is a failure.
    window: u64,
    calls: u32,
    /// When an open breaker lets a probe through.
    opens_until: Duration,
    probing: bool,
}

impl Machine {
    pub(super) fn new(rules: Rules) -> Self {
        Self {
            rules,
            state: BreakerState::Closed,
            generation: 0,
            failures_in_a_row: 0,
            window: 0,
            calls: 0,
            opens_until: Duration::ZERO,
            probing: false,
        }
    }

    pub(super) fn state(&self) -> BreakerState {
        self.state
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn failures_in_a_row(&self) -> u32 {
        self.failures_in_a_row
    }

    /// Whether nothing but successes is on record, so that another success changes nothing.
    pub(super) fn is_spotless(&self) -> bool {
        self.state == BreakerState::Closed && self.failures_in_a_row == 0 && self.rules.failure_rate <= 0.0
    }

    pub(super) fn rules(&self) -> Rules {
        self.rules
    }

    pub(super) fn set_rules(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Whether a call may be made now; otherwise how long until one may.
    pub(super) fn permit(&mut self, now: Duration) -> Result<Permit, Duration> {
        match self.state {
            BreakerState::Open if now >= self.opens_until => self.enter(BreakerState::HalfOpen),
            BreakerState::Open => return Err(self.opens_until.saturating_sub(now)),
            // Another call is the probe; how long it takes nobody knows.
            BreakerState::HalfOpen if self.probing => return Err(Duration::ZERO),
            BreakerState::Closed | BreakerState::HalfOpen => {}
        }
        self.probing = self.state == BreakerState::HalfOpen;
        Ok(Permit {
            generation: self.generation,
            probe: self.probing,
        })
    }

    /// Counts the result of a call.
    pub(super) fn record(&mut self, permit: Permit, failed: bool, now: Duration) {
        if permit.generation != self.generation {
            return;
        }
        if permit.probe {
            if failed {
                self.open(now);
            } else {
                self.enter(BreakerState::Closed);
            }
            return;
        }
        self.failures_in_a_row = if failed {
            self.failures_in_a_row.saturating_add(1)
        } else {
            0
        };
        self.window = self.window << 1 | u64::from(failed);
        self.calls = (self.calls + 1).min(WINDOW);
        let in_a_row = self.rules.failures > 0 && self.failures_in_a_row >= self.rules.failures;
        let share = f64::from(self.window.count_ones()) / f64::from(self.calls);
        let too_many = self.rules.failure_rate > 0.0 && self.calls >= LEAST_CALLS && share >= self.rules.failure_rate;
        if failed && (in_a_row || too_many) {
            self.open(now);
        }
    }

    /// Gives a permit back whose call had no result: another call may be the probe.
    pub(super) fn give_back(&mut self, permit: Permit) {
        if permit.probe && permit.generation == self.generation {
            self.probing = false;
        }
    }

    /// Opens it from now on.
    pub(super) fn open(&mut self, now: Duration) {
        self.open_until(now.saturating_add(self.rules.open_for));
    }

    pub(super) fn open_until(&mut self, until: Duration) {
        self.enter(BreakerState::Open);
        self.opens_until = until;
    }

    pub(super) fn close(&mut self) {
        self.enter(BreakerState::Closed);
    }

    fn enter(&mut self, state: BreakerState) {
        self.state = state;
        self.generation += 1;
        (self.failures_in_a_row, self.window, self.calls, self.probing) = (0, 0, 0, false);
    }
}
