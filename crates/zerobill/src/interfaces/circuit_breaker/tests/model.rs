//! Sequences of calls against the same rules, written down plainly.

use std::time::Duration;

use proptest::prelude::*;

use super::SECOND;
use crate::circuit_breaker::{
    BreakerState, Rules,
    machine::{Machine, Permit},
};

/// The same rules, written down plainly.
#[derive(Default)]
struct Model {
    open_until: Option<u64>,
    probing: bool,
    in_a_row: u32,
}

proptest! {
    #[test]
    fn a_sequence_of_calls_goes_as_the_model_says(steps in prop::collection::vec((any::<bool>(), 0_u64..12), 0..200)) {
        let rules = Rules { failures: 3, failure_rate: 0.0, open_for: 10 * SECOND };
        let (mut machine, mut model, mut now) = (Machine::new(rules), Model::default(), 0_u64);
        for (fails, wait) in steps {
            now += wait;
            let at = Duration::from_secs(now);
            let permit = machine.permit(at);
            model.probing = model.open_until.is_some_and(|until| now >= until);
            let refused = model.open_until.filter(|_| !model.probing);
            prop_assert_eq!(permit.err(), refused.map(|until| Duration::from_secs(until - now)));
            let Ok(permit) = permit else { continue };
            prop_assert_eq!(permit.probe, model.probing);
            machine.record(permit, fails, at);
            model.in_a_row = if fails { model.in_a_row + 1 } else { 0 };
            if fails && (model.probing || model.in_a_row == 3) {
                (model.open_until, model.in_a_row) = (Some(now + 10), 0);
            } else if model.probing {
                (model.open_until, model.in_a_row) = (None, 0);
            }
            prop_assert_eq!(machine.state() == BreakerState::Open, model.open_until.is_some());
        }
    }

    #[test]
    fn half_open_never_lets_two_through(results in prop::collection::vec(any::<Option<bool>>(), 1..50)) {
        let mut machine = Machine::new(Rules { open_for: SECOND, ..Rules::default() });
        let mut now = Duration::ZERO;
        machine.open(now);
        for result in results {
            now += SECOND;
            let Ok(permit) = machine.permit(now) else { continue };
            if permit.probe {
                prop_assert_eq!(machine.permit(now), Err(Duration::ZERO));
            }
            match result {
                Some(failed) => machine.record(permit, failed, now),
                None => machine.give_back(permit),
            }
            let stale = Permit { generation: permit.generation, probe: true };
            let before = machine.generation();
            if result.is_some() && permit.probe {
                machine.record(stale, true, now);
                prop_assert_eq!(machine.generation(), before, "a second result of one probe counts for nothing");
            }
        }
    }
}
