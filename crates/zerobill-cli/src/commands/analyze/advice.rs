//! What follows from the evidence. `docs/analytics.md` has the arithmetic.

use zerobill::analytics::{InterfaceUse, Tally};
use zerobill_free_tier::MbMs;

use super::evidence::{Evidence, Invocations};

/// Memory in MB at which a function has one whole processor.
const WHOLE_PROCESSOR_MB: u64 = 1_769;

/// The least memory that a function can have, and the step in which it is advised, in MB.
const LEAST_MB: u64 = 128;
const STEP_MB: u64 = 64;

/// The memory advised is at least so many percent of what was used.
const HEADROOM_PERCENT: u64 = 130;

/// Memory of which more than so many percent were used is short.
const SHORT_PERCENT: u64 = 90;

/// Past so many requests, what none of them used is not needed.
const ENOUGH_REQUESTS: u64 = 100;

/// What an interface needs of cargo features that can be left out.
const FEATURES: &[(&str, &[&str])] = &[("http_client", &["http"]), ("security", &["jwt", "json-schema"])];

/// What follows from the evidence.
#[derive(Debug)]
pub(super) struct Advice {
    /// Memory in MB that it is for.
    pub(super) memory_mb: u64,
    /// The share of a processor that a function of this memory has after INIT.
    pub(super) cpu_share: f64,
    /// Hot interfaces that have something to build.
    pub(super) preload: Vec<Preload>,
    /// Cold interfaces that were built in INIT.
    pub(super) keep_lazy: Vec<String>,
    /// Cargo features that no request needed, each with its interface.
    pub(super) unused_features: Vec<(&'static str, &'static str)>,
    /// Whether there are too few requests to say what is not needed.
    pub(super) too_few: bool,
    pub(super) memory: Vec<MemoryAdvice>,
}

/// A hot interface, and what building it in INIT saves.
#[derive(Debug)]
pub(super) struct Preload {
    pub(super) name: String,
    /// The share of the requests that used it.
    pub(super) share: f64,
    /// Execution environments in which a request waited for it.
    pub(super) waited: u64,
    /// How long such a request waited, on average; none where none did, because it is built in INIT already.
    pub(super) wait_us: Option<u64>,
    /// How much sooner such a request is answered.
    pub(super) gain_us: u64,
    /// GB-seconds that this would have saved in all that was seen.
    pub(super) gb_seconds: f64,
}

/// What the reports say of one size of memory.
#[derive(Debug)]
pub(super) struct MemoryAdvice {
    pub(super) memory_mb: u64,
    pub(super) invocations: Invocations,
    /// A size that would do, if it is another one.
    pub(super) enough_mb: Option<u64>,
    /// Whether more is advised because little is left.
    pub(super) is_short: bool,
    pub(super) gb_seconds: f64,
    /// The same at that size, if durations stay.
    pub(super) gb_seconds_then: Option<f64>,
}

impl Advice {
    pub(super) fn of(evidence: &Evidence, memory_mb: Option<u64>) -> Self {
        let most_reports = evidence
            .by_memory
            .iter()
            .max_by_key(|(_, invocations)| invocations.count);
        let memory_mb = memory_mb
            .or(most_reports.map(|(memory, _)| *memory))
            .unwrap_or(LEAST_MB);
        let cpu_share = (memory_mb as f64 / WHOLE_PROCESSOR_MB as f64).min(1.0);
        let tally = &evidence.tally;
        let is_built = |interface: &InterfaceUse| interface.built_in_requests + interface.built_in_init > 0;
        let hot = tally
            .interfaces
            .iter()
            .filter(|(name, interface)| tally.is_hot(name) && is_built(interface));
        let lazy = tally
            .interfaces
            .iter()
            .filter(|(name, interface)| tally.is_cold(name) && interface.built_in_init > 0);
        let too_few = tally.requests < ENOUGH_REQUESTS;
        Self {
            memory_mb,
            cpu_share,
            preload: hot
                .map(|(name, _)| Preload::of(name, evidence, memory_mb, cpu_share))
                .collect(),
            keep_lazy: lazy.map(|(name, _)| name.clone()).collect(),
            unused_features: if too_few { Vec::new() } else { unused_features(tally) },
            too_few,
            memory: evidence
                .by_memory
                .iter()
                .map(|(memory, invocations)| MemoryAdvice::of(*memory, *invocations))
                .collect(),
        }
    }
}

impl Preload {
    fn of(name: &str, evidence: &Evidence, memory_mb: u64, cpu_share: f64) -> Self {
        let builds = evidence
            .merged
            .exports()
            .filter_map(|export| export.tally.interfaces.get(name));
        let in_requests = builds.filter(|interface| interface.built_in_requests > 0);
        let (waited, waited_us) = in_requests.fold((0_u64, 0_u64), |(waited, us), interface| {
            (waited + 1, us.saturating_add(interface.built_in_requests_us))
        });
        let wait_us = waited_us.checked_div(waited);
        // In INIT the same work has a whole processor.
        let in_init_us = wait_us.unwrap_or_default() as f64 * cpu_share;
        let environments = evidence.merged.environments() as f64;
        let saved_us = if waited > 0 {
            waited_us as f64 - environments * in_init_us
        } else {
            0.0
        };
        Self {
            name: name.to_owned(),
            share: evidence.tally.share(name),
            waited,
            wait_us,
            gain_us: whole(wait_us.unwrap_or_default() as f64 - in_init_us),
            gb_seconds: saved_us / 1e6 * memory_mb as f64 / 1_024.0,
        }
    }
}

/// A number of microseconds that is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and a cast stays within the type"
)]
fn whole(us: f64) -> u64 {
    us.max(0.0).round() as u64
}

fn unused_features(tally: &Tally) -> Vec<(&'static str, &'static str)> {
    let unused = FEATURES.iter().filter(|(interface, _)| {
        tally
            .interfaces
            .get(*interface)
            .is_none_or(|interface| interface.requests == 0 && interface.built_in_requests == 0)
    });
    unused
        .flat_map(|(interface, features)| features.iter().map(move |feature| (*feature, *interface)))
        .collect()
}

impl MemoryAdvice {
    fn of(memory_mb: u64, invocations: Invocations) -> Self {
        let wanted = invocations.max_used_mb.saturating_mul(HEADROOM_PERCENT).div_ceil(100);
        let enough = wanted.max(LEAST_MB).next_multiple_of(STEP_MB);
        let is_short = invocations.max_used_mb.saturating_mul(100) > memory_mb.saturating_mul(SHORT_PERCENT);
        let enough_mb = (is_short || enough < memory_mb).then_some(enough);
        let gb_seconds = invocations.mb_ms(memory_mb).gb_seconds();
        Self {
            memory_mb,
            invocations,
            enough_mb,
            is_short,
            gb_seconds,
            gb_seconds_then: enough_mb.map(|enough| MbMs::of(1, enough, invocations.billed_ms).gb_seconds()),
        }
    }
}
