//! What each operation takes inside the live function: the examples of the tables, called by name beside the live gateway.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::prepared;
use crate::{
    error::{Error, INVALID_PARAMETER, Result},
    gateway::{Gateway, find_interface, find_operation, qualified},
    interfaces::CATALOGUE,
    lazy::microseconds,
};

/// What the invocation is left with.
const RESERVE: Duration = Duration::from_millis(500);

/// How long a benchmark may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Calls of each operation, from 1 to 100,000.
    pub iterations: u64,
    /// Time in all, from 1 ms to a minute. In an invocation it also ends half a second before that is ended.
    pub time: Duration,
}

/// A hundred calls of each, and a second in all.
impl Default for Bounds {
    fn default() -> Self {
        Self {
            iterations: 100,
            time: Duration::from_secs(1),
        }
    }
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Benchmark {
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// What reading the clock takes, in nanoseconds: so much of each figure is the measurement's own.
    pub clock_ns: u64,
    /// The operations by name.
    pub measured: BTreeMap<String, Measured>,
    /// Those that were not measured, with the reason.
    pub unmeasured: BTreeMap<String, Unmeasured>,
}

/// What one call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Measured {
    /// Calls that were timed.
    pub calls: usize,
    /// The quickest, in nanoseconds.
    pub min_ns: u64,
    /// The median, in nanoseconds.
    pub median_ns: u64,
}

/// Why an operation was not measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unmeasured {
    /// It would send a request.
    SendsRequests,
    /// It calls the others itself.
    CallsOthers,
    /// The library was built without its cargo feature.
    FeatureDisabled,
    /// Its example does not work with the settings of this function.
    Failed,
    /// The time was up before its turn.
    NoTimeLeft,
}

/// A benchmark that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BenchmarkError {
    /// The number of iterations.
    #[error("parameter `iterations`: {0} is not from 1 to 100000")]
    Iterations(u64),
    /// The time.
    #[error("parameter `max_ms`: {0} is not from 1 to 60000")]
    Time(u128),
}

impl From<BenchmarkError> for Error {
    fn from(error: BenchmarkError) -> Self {
        Self::new(INVALID_PARAMETER, error.to_string()).with_source(error)
    }
}

impl Bounds {
    fn check(self) -> Result<Self, BenchmarkError> {
        match (self.iterations, self.time.as_millis()) {
            (1..=100_000, 1..=60_000) => Ok(self),
            (1..=100_000, ms) => Err(BenchmarkError::Time(ms)),
            (iterations, _) => Err(BenchmarkError::Iterations(iterations)),
        }
    }
}

/// A row to measure.
struct Target {
    interface: &'static str,
    operation: &'static str,
    name: String,
    example: &'static str,
}

/// The rows of `of`: an interface, an operation as `interface.operation`, or all.
fn targets(of: Option<&str>) -> Result<Vec<Target>> {
    let (interface, operation) = match of.map(|of| of.split_once('.').unwrap_or((of, ""))) {
        None => (None, ""),
        Some((interface, operation)) => (Some(find_interface(interface)?.name), operation),
    };
    if let (Some(interface), false) = (interface, operation.is_empty()) {
        find_operation(interface, operation)?;
    }
    let rows = CATALOGUE
        .iter()
        .filter(|row| interface.is_none_or(|name| name == row.name));
    let rows = rows.flat_map(|row| row.operations.iter().map(move |operation| (row, *operation)));
    let named = |name: &str| operation.is_empty() || operation == name;
    Ok(rows
        .filter(|(_, operation)| named(operation.description().name))
        .map(|(row, operation)| Target {
            interface: row.name,
            operation: operation.description().name,
            name: qualified(row, operation),
            example: operation.description().example,
        })
        .collect())
}

/// Measures the rows of `of`, on gateways of their own.
pub(super) async fn run(live: &Gateway, of: Option<&str>, bounds: Bounds) -> Result<Benchmark> {
    let (targets, bounds) = (targets(of)?, bounds.check()?);
    let clock = &live.base().clock;
    let started = clock.monotonic();
    let left = live.lambda().remaining_time();
    let budget = left.map_or(bounds.time, |left| bounds.time.min(left.saturating_sub(RESERVE)));
    let deadline = started + budget;
    let mut scratch: Option<(&str, Gateway)> = None;
    let (mut measured, mut unmeasured) = (BTreeMap::new(), BTreeMap::new());
    for (index, target) in targets.iter().enumerate() {
        // An interface begins on a fresh gateway, where its examples work.
        let gateway = match scratch.take() {
            Some((interface, gateway)) if interface == target.interface => gateway,
            _ => prepared::gateway(live)?,
        };
        let now = clock.monotonic();
        // One that is slow leaves the others their share.
        let share = deadline.saturating_sub(now) / u32::try_from(targets.len() - index).unwrap_or(u32::MAX);
        let result = match excuse(target) {
            Some(excuse) => Err(excuse),
            None if now >= deadline => Err(Unmeasured::NoTimeLeft),
            None => measure(&gateway, target, bounds.iterations, now + share).await,
        };
        match result {
            Ok(figures) => _ = measured.insert(target.name.clone(), figures),
            Err(reason) => _ = unmeasured.insert(target.name.clone(), reason),
        }
        scratch = Some((target.interface, gateway));
        // Other invocations of this process get their turn.
        tokio::task::yield_now().await;
    }
    Ok(Benchmark {
        took_us: microseconds(clock.monotonic().saturating_sub(started)),
        clock_ns: clock_ns(live),
        measured,
        unmeasured,
    })
}

/// Why a row is not tried at all.
fn excuse(target: &Target) -> Option<Unmeasured> {
    match (target.interface, target.operation) {
        ("http_client", _) if cfg!(feature = "http") => Some(Unmeasured::SendsRequests),
        ("debug", "self_test" | "benchmark") => Some(Unmeasured::CallsOthers),
        _ => None,
    }
}

/// Calls one row at least once, and until it has had its calls or its time.
async fn measure(gateway: &Gateway, target: &Target, calls: u64, until: Duration) -> Result<Measured, Unmeasured> {
    let parameters = prepared::parameters(gateway, &target.name, target.example).map_err(|_| Unmeasured::Failed)?;
    let call = async |parameters: Value| {
        gateway
            .execute_operation(target.interface, target.operation, parameters)
            .await
    };
    // The first call builds what is heavy, and shows whether the example works here.
    call(parameters.clone()).await.map_err(|error| match error.code() {
        crate::error::FEATURE_DISABLED => Unmeasured::FeatureDisabled,
        _ => Unmeasured::Failed,
    })?;
    let clock = &gateway.base().clock;
    let mut samples = Vec::new();
    for _ in 0..calls {
        let parameters = parameters.clone();
        let started = clock.monotonic();
        let answer = call(parameters).await;
        let ended = clock.monotonic();
        drop(answer);
        samples.push(nanoseconds(ended.saturating_sub(started)));
        if ended >= until {
            break;
        }
    }
    samples.sort_unstable();
    Ok(Measured {
        calls: samples.len(),
        min_ns: samples.first().copied().unwrap_or_default(),
        median_ns: samples.get(samples.len() / 2).copied().unwrap_or_default(),
    })
}

/// The least time between two readings of the clock.
fn clock_ns(live: &Gateway) -> u64 {
    let clock = &live.base().clock;
    let readings = (0..100).map(|_| {
        let started = clock.monotonic();
        nanoseconds(clock.monotonic().saturating_sub(started))
    });
    readings.min().unwrap_or_default()
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
