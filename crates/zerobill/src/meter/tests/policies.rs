//! What follows from how much is used.

use zerobill_free_tier::{Architecture, NanoDollars};

use super::{
    super::{
        batch::{Account, Totals},
        budget::{Budget, Dimension},
        policy::{Action, Crossing, Policy, Verdict},
    },
    *,
};

fn budget() -> Budget {
    Budget::free_tier("shop", Architecture::X86_64)
}

fn policy(on_50: &str, on_80: &str, on_95: &str) -> Policy {
    let (policy, faults) = Policy::parse([on_50, on_80, on_95]);
    assert_eq!(faults, []);
    policy
}

/// What follows once so many requests are used, of which the last batch brought so many.
fn after(policy: &Policy, requests: u64, last: u64, tripped_at: Option<u64>) -> Verdict {
    let totals = |requests| Totals::new(requests, 0, 0, 0);
    let account = Account::new(totals(requests), tripped_at.map(totals));
    policy.judge(&budget(), &account, &batch(1, amounts(last, 0, 0, &[])))
}

fn crossing(dimension: Dimension, percent: u8, action: Action) -> Crossing {
    Crossing {
        dimension,
        percent,
        action,
    }
}

#[test]
fn a_threshold_is_crossed_by_exactly_one_batch() {
    let notes = policy("", "", "");
    let note = |percent| crossing(Dimension::Requests, percent, Action::Note);
    for (requests, last, crossed) in [
        (499_999, 499_999, vec![]),
        (500_000, 1, vec![note(50)]),
        (500_001, 1, vec![]),
        (800_000, 1, vec![note(80)]),
        (800_001, 2, vec![note(80)]),
        (950_000, 900_000, vec![note(95)]),
        (2_000_000, 1, vec![]),
    ] {
        let verdict = after(&notes, requests, last, None);
        assert_eq!(verdict.crossed, crossed, "{requests}");
        assert_eq!((verdict.sheds, verdict.trips), (false, None));
    }
}

#[test]
fn shedding_and_tripping_hold_for_as_long_as_the_month_is_beyond_their_threshold() {
    let strict = policy("nothing", "shed", "trip");
    let verdict = |requests| after(&strict, requests, 0, None);
    assert_eq!(verdict(799_999), Verdict::default());
    assert_eq!((verdict(800_000).sheds, verdict(800_000).trips), (true, None));
    let trips = Some(crossing(Dimension::Requests, 95, Action::Trip));
    assert_eq!((verdict(949_999).trips, verdict(950_000).trips), (None, trips));
    assert_eq!(verdict(5_000_000).trips, trips);
}

#[test]
fn the_strictest_action_holds_even_if_a_later_threshold_asks_for_less() {
    let early = policy("requests=trip", "note", "note");
    let verdict = after(&early, 960_000, 960_000, None);
    assert_eq!(verdict.trips, Some(crossing(Dimension::Requests, 50, Action::Trip)));
    assert_eq!(verdict.crossed, [crossing(Dimension::Requests, 95, Action::Note)]);
}

#[test]
fn a_function_that_was_released_may_use_five_percent_more() {
    let strict = policy("", "", "trip");
    let trips = |requests, tripped_at| after(&strict, requests, 0, Some(tripped_at)).trips.is_some();
    assert!(!trips(950_000, 950_000));
    assert!(!trips(999_999, 950_000));
    assert!(trips(1_000_000, 950_000));
    assert!(!trips(1_049_999, 1_000_000));
    assert!(trips(1_050_000, 1_000_000));
}

#[test]
fn each_dimension_has_its_own_action_and_its_own_exact_limit() {
    let mut budget = budget();
    budget.usd = Some(NanoDollars(1_000_000_000));
    budget.log_bytes = Some(1_000);
    budget.series = Some(10);
    let policy = policy("nothing", "nothing", "note, usd = trip, series=shed");
    let verdict = |totals: Totals| {
        let account = Account::new(totals, None);
        let all = Amounts {
            requests: totals.requests,
            mb_ms: totals.mb_ms.cast_signed(),
            log_bytes: totals.log_bytes,
            series: (0..totals.series).collect(),
        };
        let verdict = policy.judge(&budget, &account, &batch(1, all));
        (verdict.crossed, verdict.sheds, verdict.trips)
    };
    // 95 % of 400,000 GB-seconds are 389,120,000,000 MB-milliseconds.
    let gb_seconds = crossing(Dimension::GbSeconds, 95, Action::Note);
    assert_eq!(verdict(Totals::new(0, 389_119_999_999, 0, 0)), (vec![], false, None));
    assert_eq!(
        verdict(Totals::new(0, 389_120_000_000, 0, 0)),
        (vec![gb_seconds], false, None)
    );
    let log_bytes = crossing(Dimension::LogBytes, 95, Action::Note);
    assert_eq!(verdict(Totals::new(0, 0, 950, 0)), (vec![log_bytes], false, None));
    let series = crossing(Dimension::Series, 95, Action::Shed);
    assert_eq!(verdict(Totals::new(0, 0, 0, 9)), (vec![], false, None));
    assert_eq!(verdict(Totals::new(0, 0, 0, 10)), (vec![series], true, None));
    // 4,750,000 requests beyond the free million cost $0.95.
    let usd = crossing(Dimension::Usd, 95, Action::Trip);
    assert_eq!(verdict(Totals::new(5_749_999, 0, 0, 0)).2, None);
    assert_eq!(verdict(Totals::new(5_750_000, 0, 0, 0)).2, Some(usd));
}

#[test]
fn a_limit_that_is_not_set_is_never_reached() {
    let mut budget = budget();
    (budget.requests, budget.gb_seconds) = (None, None);
    let account = Account::new(Totals::new(u64::MAX, u64::MAX, u64::MAX, u64::MAX), None);
    let verdict = policy("trip", "trip", "trip").judge(&budget, &account, &batch(1, amounts(1, 1, 1, &[])));
    assert_eq!(verdict, Verdict::default());
}

#[test]
fn what_is_no_policy_says_what_is() {
    for (text, fault) in [
        ("tripp", "`tripp` is no action; did you mean `trip`?"),
        ("request=trip", "`request` is no dimension; did you mean `requests`?"),
        (
            "requests=stop",
            "`stop` is no action; there are `nothing`, `note`, `shed`, `trip`",
        ),
        (
            "note, trip",
            "`trip` is a second action for all dimensions; write `requests=trip` for one",
        ),
    ] {
        let (policy, faults) = Policy::parse(["note", text, "note"]);
        assert_eq!(policy, Policy::NOTES, "the default holds");
        let faults: Vec<_> = faults
            .iter()
            .map(|(number, fault)| (*number, fault.to_string()))
            .collect();
        assert_eq!(faults, [(1, fault.to_owned())]);
    }
}
