//! What is simulated: a function, its traffic and its cap, and the limits of each value.

use crate::{Architecture, Cap, Month};

/// A month of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Which month.
    pub month: Month,
    /// Processors of the function.
    pub architecture: Architecture,
    /// Memory in MB, from 128 to 10,240.
    pub memory_mb: u64,
    /// Billed milliseconds of a warm request, from 1 to 900,000.
    pub duration_ms: u64,
    /// Milliseconds of INIT, which a cold start is billed besides, up to 10,000.
    pub init_ms: u64,
    /// How many environments may be busy at once, up to 10,000,000.
    pub concurrency: u64,
    /// After how many seconds an unused environment ends, from 1 to 86,400. AWS promises no figure.
    pub keep_seconds: u64,
    /// Requests in the month, besides bursts and the loop, up to 10¹⁵.
    pub requests: u64,
    /// How the requests lie over a day: a weight for each hour in UTC, up to 1,000,000; not all may be 0.
    pub day: [u64; 24],
    /// Requests that come in addition, up to 1,000 bursts.
    pub bursts: Vec<Burst>,
    /// Events that cause events.
    pub runaway: Option<Loop>,
    /// What stops the function.
    pub cap: Option<Cap>,
}

/// Requests that come in addition for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The first second of the month.
    pub start: u64,
    /// How many seconds it lasts.
    pub seconds: u64,
    /// Requests in each second, up to 10⁹.
    pub per_second: u64,
}

/// A function that invokes itself: each of these events, when it ends, sends others. Those that find no environment wait, as
/// asynchronous events do, after the requests; none is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The second of the month in which it begins.
    pub start: u64,
    /// With how many events, up to 1,000,000.
    pub events: u64,
    /// How many events each sends, up to 100.
    pub sends: u64,
}

/// A value of a plan that is out of its limits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is {value}, and must be from {least} to {most}")]
pub struct PlanError {
    name: &'static str,
    value: u64,
    least: u64,
    most: u64,
}

impl Plan {
    /// A month without requests, of a function of 128 MB that takes 100 ms and 200 ms of INIT, in an account with the usual limit
    /// of 1,000; unused environments end after ten minutes.
    pub const fn of(month: Month) -> Self {
        Self {
            month,
            architecture: Architecture::X86_64,
            memory_mb: 128,
            duration_ms: 100,
            init_ms: 200,
            concurrency: 1_000,
            keep_seconds: 600,
            requests: 0,
            day: [1; 24],
            bursts: Vec::new(),
            runaway: None,
            cap: None,
        }
    }

    /// The seconds of the month.
    pub const fn seconds(&self) -> u64 {
        self.month.ms() / 1_000
    }

    /// What a warm request is billed and takes, in milliseconds.
    pub(super) const fn warm_ms(&self) -> u64 {
        self.duration_ms
    }

    /// The same of a cold one.
    pub(super) const fn cold_ms(&self) -> u64 {
        self.duration_ms + self.init_ms
    }

    /// Whether each value is within its limits; then no sum exceeds its type.
    pub(super) fn check(&self) -> Result<(), PlanError> {
        let last = self.seconds() - 1;
        within("memory", self.memory_mb, 128, 10_240)?;
        within("duration_ms", self.duration_ms, 1, 900_000)?;
        within("init_ms", self.init_ms, 0, 10_000)?;
        within("concurrency", self.concurrency, 0, 10_000_000)?;
        within("keep_seconds", self.keep_seconds, 1, 86_400)?;
        within("requests", self.requests, 0, 1_000_000_000_000_000)?;
        for weight in self.day {
            within("day", weight, 0, 1_000_000)?;
        }
        within("the sum of day", self.day.iter().sum(), 1, 24_000_000)?;
        within("the number of bursts", self.bursts.len() as u64, 0, 1_000)?;
        for burst in &self.bursts {
            within("burst.start", burst.start, 0, last)?;
            within("burst.seconds", burst.seconds, 1, last + 1)?;
            within("burst.per_second", burst.per_second, 0, 1_000_000_000)?;
        }
        if let Some(runaway) = self.runaway {
            within("loop.start", runaway.start, 0, last)?;
            within("loop.events", runaway.events, 1, 1_000_000)?;
            within("loop.sends", runaway.sends, 0, 100)?;
        }
        if let Some(cap) = self.cap {
            within("cap.every_seconds", cap.every_seconds, 1, 86_400)?;
            within("cap.delay_seconds", cap.delay_seconds, 0, 86_400)?;
        }
        Ok(())
    }
}

const fn within(name: &'static str, value: u64, least: u64, most: u64) -> Result<(), PlanError> {
    if value < least || value > most {
        return Err(PlanError {
            name,
            value,
            least,
            most,
        });
    }
    Ok(())
}
