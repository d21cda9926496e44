//! Invocations as they are counted and charged.

use super::*;

#[test]
fn only_the_first_invocation_is_cold_and_each_is_billed_rounded_up() {
    let meter = meter(DECEMBER_MS);
    assert!(invoke(&meter, DECEMBER_MS, 1_001).cold_start);
    let charge = meter.begin(DECEMBER_MS, 0, 0);
    assert!(!charge.cold_start);
    meter.end(&charge, 0, true);
    let usage = meter.usage();
    assert_eq!((usage.invocations, usage.in_flight, usage.errors), (2, 0, 1));
    assert_eq!((usage.duration_us, usage.billed_ms), (1_001, 3));
}

#[test]
fn an_invocation_is_charged_until_its_deadline_until_its_time_is_known() {
    let meter = meter(DECEMBER_MS);
    let charge = meter.begin(DECEMBER_MS, DECEMBER_MS + 3_000, 0);
    assert_eq!(told(&meter, DECEMBER_MS).amounts, amounts(1, 3_000 * 256, 378, &[]));
    meter.correct(&charge, 1_500);
    meter.end(&charge, 2_500, false);
    assert_eq!(told(&meter, DECEMBER_MS).amounts, amounts(0, (3 - 3_000) * 256, 0, &[]));
    assert_eq!(meter.next_batch("shop", DECEMBER_MS), None, "nothing is told twice");
}

#[test]
fn init_is_charged_to_the_first_invocation_whether_or_not_somebody_says_how_long_it_took() {
    let said = meter(DECEMBER_MS);
    said.set_init(12_300);
    invoke(&said, DECEMBER_MS, 1_000);
    invoke(&said, DECEMBER_MS, 1_000);
    assert_eq!(
        told(&said, DECEMBER_MS).amounts.mb_ms,
        (14 + 1) * 256,
        "13.3 ms and 1 ms"
    );
    let unsaid = meter(DECEMBER_MS);
    let charge = unsaid.begin(DECEMBER_MS, 0, 4_000);
    unsaid.end(&charge, 1_000, false);
    assert_eq!(told(&unsaid, DECEMBER_MS).amounts.mb_ms, 5 * 256);
    let waited = meter(DECEMBER_MS);
    let charge = waited.begin(DECEMBER_MS, 0, 3_600_000_000);
    waited.end(&charge, 1_000, false);
    assert_eq!(
        told(&waited, DECEMBER_MS).amounts.mb_ms,
        10_001 * 256,
        "an environment that waits for its first event is not in INIT"
    );
}

#[test]
fn a_deadline_beyond_all_limits_charges_a_quarter_of_an_hour() {
    let meter = meter(DECEMBER_MS);
    let charge = meter.begin(DECEMBER_MS, u64::MAX, 0);
    assert_eq!(told(&meter, DECEMBER_MS).amounts.mb_ms, 900_000 * 256);
    meter.end(&charge, 1, false);
}

#[test]
fn log_lines_count_with_what_cloudwatch_adds_and_what_lambda_writes() {
    let output = Output::captured();
    let meter = Meter::new(128, output.clone(), 1, DECEMBER_MS);
    output.write_line(b"0123456789\n");
    invoke(&meter, DECEMBER_MS, 1);
    assert_eq!(told(&meter, DECEMBER_MS).amounts.log_bytes, 10 + 26 + 378);
    output.write_line(b"\n");
    assert_eq!(told(&meter, DECEMBER_MS).amounts.log_bytes, 26);
}

#[test]
fn a_batch_that_was_not_acknowledged_comes_again_unchanged_under_the_same_number() {
    let meter = meter(DECEMBER_MS);
    invoke(&meter, DECEMBER_MS, 1);
    let first = meter.next_batch("shop", DECEMBER_MS).expect("a batch");
    assert_eq!(first.id, 7 << 32 | 1);
    invoke(&meter, DECEMBER_MS, 1);
    assert_eq!(meter.next_batch("shop", DECEMBER_MS).as_ref(), Some(&first));
    let (_, unsettled) = meter.unsettled();
    assert_eq!((unsettled.requests, unsettled.mb_ms), (2, 2 * 256));
    meter.settle(first.id);
    let second = told(&meter, DECEMBER_MS);
    assert_eq!((second.id, second.amounts.requests), (7 << 32 | 2, 1));
    meter.settle(first.id);
    assert_eq!(meter.next_batch("shop", DECEMBER_MS), None);
}

#[test]
fn counts_belong_to_the_month_in_which_they_were_made() {
    let meter = meter(LAST_SECOND_MS);
    invoke(&meter, LAST_SECOND_MS, 1);
    assert!(!meter.has_waiting(2));
    invoke(&meter, DECEMBER_MS, 1);
    assert!(meter.has_waiting(u64::MAX), "a month that ended is told at once");
    invoke(&meter, DECEMBER_MS, 1);
    let (november, december) = (told(&meter, DECEMBER_MS), told(&meter, DECEMBER_MS));
    assert_eq!((november.month, november.amounts.requests), (month("2026-11"), 1));
    assert_eq!((december.month, december.amounts.requests), (month("2026-12"), 2));
    assert!(!meter.has_waiting(u64::MAX));
}

#[test]
fn an_invocation_over_midnight_is_corrected_in_the_month_that_it_was_charged_to() {
    let meter = meter(LAST_SECOND_MS);
    let charge = meter.begin(LAST_SECOND_MS, LAST_SECOND_MS + 60_000, 0);
    let november = told(&meter, LAST_SECOND_MS);
    assert_eq!(
        (november.month, november.amounts.mb_ms),
        (month("2026-11"), 60_000 * 256)
    );
    invoke(&meter, DECEMBER_MS, 1_000);
    meter.end(&charge, 2_000_000, false);
    let correction = told(&meter, DECEMBER_MS);
    assert_eq!(
        (correction.month, correction.amounts.mb_ms),
        (month("2026-11"), (2_000 - 60_000) * 256)
    );
    let december = told(&meter, DECEMBER_MS);
    assert_eq!((december.month, december.amounts.mb_ms), (month("2026-12"), 256));
}

#[test]
fn a_clock_that_is_set_back_over_midnight_goes_on_in_the_new_month() {
    let meter = meter(DECEMBER_MS);
    invoke(&meter, LAST_SECOND_MS, 1);
    assert_eq!(told(&meter, LAST_SECOND_MS).month, month("2026-12"));
    // A clock that was wrong by months is followed.
    invoke(&meter, LAST_SECOND_MS - 20 * 86_400_000, 1);
    assert_eq!(told(&meter, LAST_SECOND_MS - 20 * 86_400_000).month, month("2026-11"));
}

#[test]
fn eight_threads_count_exactly() {
    let meter = meter(DECEMBER_MS);
    let mut sum = Amounts::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..10_000 {
                        invoke(&meter, DECEMBER_MS, 1_000);
                    }
                })
            })
            .collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            if let Some(batch) = meter.next_batch("shop", DECEMBER_MS) {
                meter.settle(batch.id);
                sum.add(batch.amounts);
            }
        }
    });
    if let Some(batch) = meter.next_batch("shop", DECEMBER_MS) {
        sum.add(batch.amounts);
    }
    assert_eq!(sum, amounts(80_000, 80_000 * 256, 80_000 * 378, &[]));
}

#[test]
fn series_are_told_once_and_their_number_is_bounded() {
    let meter = meter(DECEMBER_MS);
    meter.series([3, 5]);
    meter.series([5]);
    assert_eq!(told(&meter, DECEMBER_MS).amounts, amounts(0, 0, 0, &[3, 5]));
    meter.series(0..1_000);
    assert_eq!(told(&meter, DECEMBER_MS).amounts.series.len(), 200);
}
