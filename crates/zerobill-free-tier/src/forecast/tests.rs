//! The forecast against a simulation that goes from invocation to invocation.

use proptest::prelude::*;

use super::*;

const MONTH: Month = match Month::new(2026, 11) {
    Some(month) => month,
    None => unreachable!(),
};

fn steady(requests: u64, billed_ms: u64, memory_mb: u64) -> Forecast {
    let traffic = Traffic::steady(requests, billed_ms, memory_mb, 400);
    Forecast::of(MONTH, &traffic.uses(Architecture::X86_64, MONTH, 30))
}

fn row<'a>(forecast: &'a Forecast, id: &str) -> &'a Row {
    forecast.rows.iter().find(|row| row.offer.id == id).unwrap()
}

#[test]
fn a_month_within_all_allowances_costs_nothing_and_ends_nothing() {
    let forecast = steady(1_000_000, 100, 128);
    assert_eq!(forecast.first_to_end(), None);
    assert_eq!(forecast.cost(), NanoDollars::ZERO);
    let shares: Vec<_> = forecast.rows.iter().map(|row| (row.offer.id, row.share())).collect();
    assert_eq!(
        shares,
        [
            ("lambda.requests", Some(1.0)),
            ("lambda.gb_seconds.x86_64", Some(0.031_25)),
            ("logs.ingest_lambda_standard", Some(0.08)),
            ("logs.storage", Some(0.08)),
        ]
    );
    assert_eq!(
        forecast.nearest_to_end().map(|row| row.offer.id),
        Some("lambda.requests")
    );
}

#[test]
fn logs_may_not_be_free_and_the_forecast_says_what_then() {
    let forecast = steady(1_000_000, 100, 128);
    let logs = row(&forecast, "logs.ingest_lambda_standard");
    // 0.4 GB at $0.50.
    assert_eq!(
        (logs.cost, logs.at_worst),
        (Some(NanoDollars::ZERO), Some(NanoDollars(200_000_000)))
    );
    assert_eq!(forecast.cost_at_worst(), NanoDollars(200_000_000));
}

#[test]
fn the_allowance_that_ends_first_is_named_with_its_day() {
    // 2,000,000 requests: half of the month. 1,000,000 GB-seconds: two fifths of it.
    let forecast = steady(2_000_000, 500, 1_024);
    let ends: Vec<_> = forecast.rows.iter().map(|row| row.exhausted_on(MONTH)).collect();
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(ends, [day("2026-11-16"), day("2026-11-13"), None, None]);
    assert_eq!(
        forecast.first_to_end().map(|row| row.offer.id),
        Some("lambda.gb_seconds.x86_64")
    );
    assert_eq!(
        forecast.cost(),
        NanoDollars(200_000_000 + 600_000 * 16_667 - 600_000 * 3 / 10)
    );
}

#[test]
fn the_last_day_has_its_end_too() {
    let forecast = steady(1_000_001, 1, 128);
    assert_eq!(
        row(&forecast, "lambda.requests").exhausted_on(MONTH).as_deref(),
        Some("2026-11-30")
    );
    assert_eq!(forecast.cost(), NanoDollars(200));
}

#[test]
fn what_has_no_free_amount_costs_and_never_ends() {
    let secret = offers::named("secrets.secret");
    let rule = offers::named("eb.rules_schedule");
    let forecast = Forecast::of(MONTH, &[(secret, Quantity::whole(1)), (rule, Quantity::whole(43_200))]);
    assert_eq!(forecast.cost().in_cents(), "$0.40");
    assert!(
        forecast
            .rows
            .iter()
            .all(|row| row.share().is_none() && row.ends_after_ms.is_none())
    );
}

#[test]
fn more_than_can_be_counted_is_no_small_number() {
    let forecast = steady(u64::MAX, u64::MAX, 10_240);
    assert_eq!(forecast.cost(), NanoDollars::MAX);
    assert_eq!(Traffic::steady(u64::MAX, 1, 128, 0).scaled(2, 1), None);
    assert_eq!(Traffic::steady(1, 1, 128, 0).scaled(1, 0), None);
}

#[test]
fn logs_kept_longer_are_more() {
    let traffic = Traffic::steady(3_000_000, 1, 128, 1_000);
    let kept = |days| traffic.uses(Architecture::Arm64, MONTH, days)[3].1;
    assert_eq!(kept(1), Quantity::gb(100_000_000));
    assert_eq!(kept(90), Quantity::gb(9_000_000_000));
}

#[test]
fn each_memory_size_has_its_cost() {
    let costs = Traffic::steady(1_000_000, 1_000, 128, 0).by_memory(Architecture::X86_64, &[128, 512, 1_024]);
    let costs: Vec<_> = costs
        .iter()
        .map(|row| (row.free_invocations, row.cost.in_cents()))
        .collect();
    let cost = |free, text: &str| (free, text.to_owned());
    assert_eq!(
        costs,
        [
            cost(1_000_000, "$0.00"),
            cost(800_000, "$1.67"),
            cost(400_000, "$10.01")
        ]
    );
}

/// One invocation after the other, spread evenly over the month, each of them drawing on what is still free.
struct Simulated {
    traffic: Traffic,
    /// Paid MB-milliseconds and requests.
    paid: (u128, u64),
    /// When the first MB-millisecond and the first request had to be paid.
    first_paid_ms: (Option<u64>, Option<u64>),
}

fn simulate(invocations: &[(u64, u64)], repeated: u64) -> Simulated {
    let count = invocations.len() as u64 * repeated;
    let (mut free_mb_ms, mut free_requests) = (400_000_u128 * 1_024 * 1_000, 1_000_000_u64);
    let mut simulated = Simulated {
        traffic: Traffic::default(),
        paid: (0, 0),
        first_paid_ms: (None, None),
    };
    for index in 0..count {
        let (billed_ms, memory_mb) = invocations[usize::try_from(index % invocations.len() as u64).unwrap()];
        let at_ms = u64::try_from(u128::from(MONTH.ms()) * u128::from(index) / u128::from(count)).unwrap();
        let used = u128::from(billed_ms) * u128::from(memory_mb);
        let beyond = used.saturating_sub(free_mb_ms);
        free_mb_ms = free_mb_ms.saturating_sub(used);
        if beyond > 0 {
            simulated.paid.0 += beyond;
            simulated.first_paid_ms.0.get_or_insert(at_ms);
        }
        if free_requests == 0 {
            simulated.paid.1 += 1;
            simulated.first_paid_ms.1.get_or_insert(at_ms);
        }
        free_requests = free_requests.saturating_sub(1);
        simulated.traffic.requests += 1;
        simulated.traffic.billed_ms += u128::from(billed_ms);
        simulated.traffic.mb_ms = simulated.traffic.mb_ms + MbMs(used);
    }
    simulated
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_forecast_is_the_sum_over_simulated_invocations(
        invocations in prop::collection::vec((1_u64..=3_000, 128_u64..=2_048), 1..40),
        total in 1_000_u64..1_500_000,
    ) {
        let repeated = (total / invocations.len() as u64).max(1);
        let simulated = simulate(&invocations, repeated);
        let once = invocations.iter().fold(Traffic::default(), |sum, &(billed_ms, memory_mb)| {
            let one = Traffic::steady(1, billed_ms, memory_mb, 0);
            Traffic {
                requests: sum.requests + 1,
                billed_ms: sum.billed_ms + one.billed_ms,
                mb_ms: sum.mb_ms + one.mb_ms,
                log_bytes: 0,
            }
        });
        let scaled = once.scaled(repeated, 1).unwrap();
        prop_assert_eq!(scaled, simulated.traffic);
        let forecast = Forecast::of(MONTH, &scaled.uses(Architecture::X86_64, MONTH, 30));
        // $16.6667 for a million GB-seconds, $0.20 for a million requests; nobody gets to the second step of a price here.
        let pico_mb_ms = simulated.paid.0 * 16_666_700;
        prop_assert_eq!(forecast.rows[1].cost, Some(NanoDollars(pico_mb_ms.div_ceil(1_024_000 * 1_000))));
        prop_assert_eq!(forecast.rows[0].cost, Some(NanoDollars(u128::from(simulated.paid.1) * 200)));
        // The simulation pays in whole invocations and in an uneven order: within the time of one round.
        let round_ms = MONTH.ms() / repeated + 1;
        let both = [(0, simulated.first_paid_ms.1), (1, simulated.first_paid_ms.0)];
        for (row, paid_at) in both {
            let ends = forecast.rows[row].ends_after_ms;
            prop_assert_eq!(ends.is_some(), paid_at.is_some());
            if let (Some(ends), Some(paid_at)) = (ends, paid_at) {
                prop_assert!(ends.abs_diff(paid_at) <= round_ms, "{ends} and {paid_at}");
            }
        }
    }

    #[test]
    fn scaling_never_makes_less_and_is_exact_where_it_divides(
        requests in 0_u64..1_000_000_000, billed in 1_u64..900_000, factor in 1_u64..1_000, part in 1_u64..1_000,
    ) {
        let traffic = Traffic::steady(requests, billed, 128, 300);
        prop_assert_eq!(traffic.scaled(factor * part, part), traffic.scaled(factor, 1));
        let scaled = traffic.scaled(factor, part).unwrap();
        prop_assert!(u128::from(scaled.requests) * u128::from(part) >= u128::from(requests) * u128::from(factor));
        prop_assert!(scaled.mb_ms.0 * u128::from(part) - traffic.mb_ms.0 * u128::from(factor) < u128::from(part));
    }
}
