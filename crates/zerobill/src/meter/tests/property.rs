//! Whatever happens in whatever order, nothing is lost and nothing is counted twice.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    /// An invocation of so many microseconds begins and ends.
    Invoke(u64),
    /// One begins with a deadline so many milliseconds away.
    Begin(u64),
    /// The oldest that runs ends after so many microseconds.
    End(u64),
    /// The store is told, and the answer comes or is lost.
    Tell(bool),
    /// The wall clock moves on, or is set back.
    Move(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0_u64..5_000_000).prop_map(Step::Invoke),
        (0_u64..900_000).prop_map(Step::Begin),
        (0_u64..5_000_000).prop_map(Step::End),
        any::<bool>().prop_map(Step::Tell),
        (-3_600_000_i64..20 * 86_400_000).prop_map(Step::Move),
    ]
}

proptest! {
    #[test]
    fn a_store_that_recognizes_a_number_is_exact(steps in prop::collection::vec(step(), 0..60)) {
        let mut now_ms = LAST_SECOND_MS;
        let meter = meter(now_ms);
        let mut running = std::collections::VecDeque::new();
        let (mut requests, mut billed_ms) = (0, 0);
        // The store: batches by number, so that one that comes twice is there once.
        let mut stored: BTreeMap<u64, Batch> = BTreeMap::new();
        let end = |charge: Charge, duration_us: u64, billed_ms: &mut u64| {
            meter.end(&charge, duration_us, false);
            *billed_ms += duration_us.div_ceil(1_000).max(1);
        };
        for step in steps {
            match step {
                Step::Invoke(duration_us) => {
                    end(meter.begin(now_ms, 0, 0), duration_us, &mut billed_ms);
                    requests += 1;
                }
                Step::Begin(left_ms) => {
                    running.push_back(meter.begin(now_ms, now_ms + left_ms, 0));
                    requests += 1;
                }
                Step::End(duration_us) => {
                    if let Some(charge) = running.pop_front() {
                        end(charge, duration_us, &mut billed_ms);
                    }
                }
                Step::Tell(is_answered) => {
                    if let Some(batch) = meter.next_batch("shop", now_ms) {
                        let known = stored.entry(batch.id).or_insert_with(|| batch.clone());
                        prop_assert_eq!(&*known, &batch, "a number means one batch");
                        if is_answered {
                            meter.settle(batch.id);
                        }
                    }
                }
                Step::Move(by_ms) => now_ms = now_ms.saturating_add_signed(by_ms),
            }
        }
        for charge in running.drain(..) {
            end(charge, 1_000, &mut billed_ms);
        }
        while let Some(batch) = meter.next_batch("shop", now_ms) {
            meter.settle(batch.id);
            stored.insert(batch.id, batch);
        }
        let sum = |of: fn(&Amounts) -> i64| stored.values().map(|batch| of(&batch.amounts)).sum::<i64>();
        prop_assert_eq!(sum(|amounts| amounts.requests.cast_signed()), requests);
        prop_assert_eq!(sum(|amounts| amounts.mb_ms), billed_ms.cast_signed() * 256);
    }
}
