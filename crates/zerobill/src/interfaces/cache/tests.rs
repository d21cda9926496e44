//! What `cache` promises: nothing outlives its time, no bound is passed, and one of many loads.

mod bounds;
mod level;
mod lives;
mod loading;
mod stale;
mod values;

use std::time::{Duration, SystemTime};

use crate::{Clock, ClockHand, Gateway, environment::Environment, output::Output};

/// A gateway with these variables, and the hand of its clock.
fn gateway<const N: usize>(variables: [(&str, &str); N]) -> (Gateway, ClockHand) {
    let (clock, hand) = Clock::manual(noon());
    let builder = Gateway::builder().clock(clock).output(Output::captured());
    let gateway = builder.environment(Environment::from_pairs(variables)).build().unwrap();
    (gateway, hand)
}

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
