//! A gateway for these tests, and what it logs.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::{Clock, ClockHand, Gateway, Random, environment::Environment, output::Output};

/// A gateway with these settings that logs at DEBUG, the hand of its clock and what it logs.
pub(super) struct Bench {
    pub(super) gateway: Gateway,
    pub(super) hand: ClockHand,
    pub(super) output: Output,
}

impl Bench {
    pub(super) fn new<const N: usize>(settings: [(&str, Value); N]) -> Self {
        Self::with(settings, [])
    }

    pub(super) fn with<const N: usize, const M: usize>(
        settings: [(&str, Value); N],
        variables: [(&str, &str); M],
    ) -> Self {
        let (clock, hand) = Clock::manual(noon());
        let output = Output::captured();
        let mut builder = Gateway::builder()
            .clock(clock)
            .random(Random::seeded(7))
            .output(output.clone())
            .environment(Environment::from_pairs(variables))
            .setting("logging.level", "DEBUG");
        for (key, value) in settings {
            builder = builder.setting(key, value);
        }
        let gateway = builder.build().expect("valid");
        Self { gateway, hand, output }
    }

    /// The lines at `level`, as JSON.
    pub(super) fn lines(&self, level: &str) -> Vec<Value> {
        let lines = self.output.lines();
        let lines = lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("a line is JSON"));
        lines.filter(|line: &Value| line["level"] == level).collect()
    }
}

pub(super) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + seconds(1_800_000_000)
}

pub(super) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) const fn milliseconds(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
