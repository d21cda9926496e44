//! A month of traffic through concurrency, cold starts, throttles and a cap, in whole numbers.
//!
//! Requests of a second arrive evenly, on a grid of milliseconds. A request takes the environment that was used last; where none
//! is idle a new one starts, and where the limit is reached the request is refused. An environment that is not used ends.

mod cap;
mod plan;
mod pool;
mod rate;

use self::{cap::Watch, pool::Pool, rate::Rate};
pub use self::{
    cap::{Budget, Cap, Trip},
    plan::{Burst, Loop, Plan, PlanError},
};
use crate::{GB_SECONDS_PER_MONTH, MbMs, MonthCost, REQUESTS_PER_MONTH, month_cost};

/// What a month, or a part of it, came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests that a running environment served.
    pub warm: u64,
    /// Requests for which an environment was started; their INIT is billed.
    pub cold: u64,
    /// Requests that were refused with 429. They are not billed, and not tried again.
    pub throttled: u64,
    /// The most environments that were busy at once.
    pub peak: u64,
}

impl Counts {
    /// Requests that ran, which are the billed ones.
    pub const fn requests(self) -> u64 {
        self.warm + self.cold
    }

    fn add(&mut self, other: Self) {
        self.warm += other.warm;
        self.cold += other.cold;
        self.throttled += other.throttled;
        self.peak = self.peak.max(other.peak);
    }
}

/// Billed requests and their memory times time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests that ran.
    pub requests: u64,
    /// Memory times billed time.
    pub mb_ms: MbMs,
}

/// What became of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Simulation {
    /// The whole month.
    pub total: Counts,
    /// Each day of it.
    pub days: Vec<Counts>,
    /// What is billed, the free part included.
    pub usage: Usage,
    /// What it costs beyond the free tier in us-east-1: requests and duration, nothing else.
    pub cost: MonthCost,
    /// After how many seconds of the month more than the free requests or GB-seconds were used, if ever.
    pub free_ends: Option<u64>,
    /// What the cap did, if it tripped.
    pub trip: Option<Trip>,
    /// Events of the loop that still wait at the month's end.
    pub waiting: u64,
}

/// Goes through the month of `plan`.
///
/// # Errors
///
/// A value of the plan that is out of its limits.
///
/// ```
/// use zerobill_free_tier::{Plan, simulate};
/// let plan = Plan { requests: 3_000_000, duration_ms: 100, init_ms: 50, ..Plan::of("2026-11".parse()?) };
/// let month = simulate(&plan)?;
/// assert_eq!((month.total.warm, month.total.cold, month.total.throttled), (2_999_999, 1, 0));
/// assert_eq!(month.cost.total().to_string(), "0.400000000");
/// // Ten of thirty days are free.
/// assert_eq!(month.free_ends, Some(864_000));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn simulate(plan: &Plan) -> Result<Simulation, PlanError> {
    plan.check()?;
    let (mut pool, mut rate, mut watch) = (Pool::new(plan), Rate::new(plan), plan.cap.map(Watch::new));
    let (mut total, mut usage, mut free_ends) = (Counts::default(), Usage::default(), None);
    let mut days = vec![Counts::default(); plan.month.days().into()];
    for second in 0..plan.seconds() {
        if let Some(watch) = &mut watch
            && watch.trips(second, usage, plan.architecture)
        {
            pool.close();
        }
        if let Some(events) = plan.runaway.filter(|runaway| runaway.start == second) {
            pool.queue(events.events);
        }
        let counts = pool.second(second, rate.at(second));
        total.add(counts);
        if let Some(day) = usize::try_from(second / SECONDS_PER_DAY)
            .ok()
            .and_then(|day| days.get_mut(day))
        {
            day.add(counts);
        }
        usage.requests += counts.requests();
        let warm = MbMs::of(counts.warm, plan.memory_mb, plan.warm_ms());
        let cold = MbMs::of(counts.cold, plan.memory_mb, plan.cold_ms());
        usage.mb_ms = usage.mb_ms + warm + cold;
        if free_ends.is_none() && (usage.requests > REQUESTS_PER_MONTH || usage.mb_ms > FREE) {
            free_ends = Some(second);
        }
    }
    Ok(Simulation {
        total,
        days,
        usage,
        cost: month_cost(plan.architecture, usage.requests, usage.mb_ms),
        free_ends,
        trip: watch.and_then(|watch| watch.trip(usage, plan)),
        waiting: pool.waiting(),
    })
}

const SECONDS_PER_DAY: u64 = 86_400;
const FREE: MbMs = MbMs::of(GB_SECONDS_PER_MONTH, 1_024, 1_000);

#[cfg(test)]
mod tests;
