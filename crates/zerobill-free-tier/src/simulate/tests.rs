//! The simulation against one that follows each request and each environment by itself, and months whose figures can be told.

use proptest::prelude::*;

use super::*;
use crate::{Architecture, Month, NanoDollars};

const MONTH: Month = match Month::new(2026, 11) {
    Some(month) => month,
    None => unreachable!(),
};

/// Environments one by one: the end of the last invocation of each, in milliseconds, and whether that was an event of the loop.
struct OneByOne<'a> {
    plan: &'a Plan,
    environments: Vec<(u64, bool)>,
    waiting: u64,
    open: bool,
}

impl OneByOne<'_> {
    fn second(&mut self, second: u64, arrivals: u64) -> Counts {
        let start = second * 1_000;
        // One that was busy until the end of a second was used in that second, and not in the next.
        let kept = |end: u64| (end - 1) / 1_000 + self.plan.keep_seconds >= second;
        self.environments.retain(|(end, _)| kept(*end));
        let mut requests = (1..=arrivals)
            .map(|number| start + (number * 1_000).div_ceil(arrivals) - 1)
            .peekable();
        let mut counts = Counts::default();
        for now in start..start + 1_000 {
            let sent = self
                .environments
                .iter_mut()
                .filter(|(end, of_loop)| *end == now && *of_loop);
            self.waiting += sent.count() as u64 * self.plan.runaway.map_or(0, |runaway| runaway.sends);
            while requests.next_if_eq(&now).is_some() {
                if !self.start(now, false, &mut counts) {
                    counts.throttled += 1;
                }
            }
            while self.waiting > 0 && self.start(now, true, &mut counts) {
                self.waiting -= 1;
            }
            counts.peak = counts.peak.max(self.busy(now));
        }
        counts
    }

    fn busy(&self, now: u64) -> u64 {
        self.environments.iter().filter(|(end, _)| *end > now).count() as u64
    }

    fn start(&mut self, now: u64, of_loop: bool, counts: &mut Counts) -> bool {
        if !self.open || self.busy(now) >= self.plan.concurrency {
            return false;
        }
        let idle = self.environments.iter_mut().filter(|(end, _)| *end <= now);
        if let Some(used_last) = idle.max_by_key(|(end, _)| *end) {
            *used_last = (now + self.plan.duration_ms, of_loop);
            counts.warm += 1;
        } else {
            self.environments
                .push((now + self.plan.duration_ms + self.plan.init_ms, of_loop));
            counts.cold += 1;
        }
        true
    }
}

proptest! {
    #[test]
    fn numbers_of_environments_equal_environments_one_by_one(
        duration_ms in prop_oneof![1_u64..50, 300_u64..2_500],
        init_ms in 0_u64..1_500,
        concurrency in 0_u64..8,
        keep_seconds in 1_u64..6,
        runs in prop::collection::vec((prop_oneof![Just(0), 1_u64..12, 20_u64..400], 1_usize..9), 1..6),
        (events, sends) in (0_u64..4, 0_u64..3),
        (begins, closes) in (0_u64..30, 10_u64..60),
    ) {
        let runaway = Some(Loop { start: begins, events, sends });
        let plan = Plan { duration_ms, init_ms, concurrency, keep_seconds, runaway, ..Plan::of(MONTH) };
        let mut pool = Pool::new(&plan);
        let mut each = OneByOne { plan: &plan, environments: Vec::new(), waiting: 0, open: true };
        let arrivals = runs.iter().flat_map(|(arrivals, seconds)| std::iter::repeat_n(*arrivals, *seconds));
        for (second, arrivals) in (0..).zip(arrivals) {
            if second == begins {
                pool.queue(events);
                each.waiting += events;
            }
            if second == closes {
                pool.close();
                each.open = false;
            }
            prop_assert_eq!(pool.second(second, arrivals), each.second(second, arrivals), "second {}", second);
            prop_assert_eq!(pool.waiting(), each.waiting, "second {}", second);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_request_of_the_month_comes_once(requests in 0_u64..1_000_000_000_000, day in prop::array::uniform24(1_u64..50)) {
        let plan = Plan { requests, day, ..Plan::of(MONTH) };
        let mut rate = Rate::new(&plan);
        prop_assert_eq!((0..plan.seconds()).map(|second| rate.at(second)).sum::<u64>(), requests);
    }

    #[test]
    fn no_cap_is_exceeded_by_more_than_its_bound(
        (every_seconds, delay_seconds) in (1_u64..120, 0_u64..300),
        (duration_ms, init_ms) in (1_u64..3_000, 0_u64..5_000),
        (concurrency, per_second) in (1_u64..40, 1_u64..3_000),
        kind in 0..3,
    ) {
        let (start, seconds) = (1_000, 2_000);
        let budget = match kind {
            0 => Budget::Requests(500),
            1 => Budget::GbSeconds(100),
            _ => Budget::Dollars(NanoDollars::ZERO),
        };
        let plan = Plan {
            memory_mb: 10_240,
            duration_ms,
            init_ms,
            concurrency,
            bursts: vec![Burst { start, seconds, per_second }],
            cap: Some(Cap { budget, every_seconds, delay_seconds }),
            ..Plan::of(MONTH)
        };
        if let Some(trip) = simulate(&plan).unwrap().trip {
            let amounts = match (trip.over, trip.bound) {
                (Budget::Requests(over), Budget::Requests(bound)) | (Budget::GbSeconds(over), Budget::GbSeconds(bound)) => {
                    (over.into(), bound.into())
                }
                (Budget::Dollars(over), Budget::Dollars(bound)) => (over.0, bound.0),
                _ => unreachable!(),
            };
            prop_assert!(amounts.0 <= amounts.1, "{:?}", trip);
        }
    }
}

#[test]
fn a_billion_requests_are_billed_to_the_last() {
    let plan = Plan {
        requests: 1_000_000_000,
        duration_ms: 120,
        init_ms: 380,
        concurrency: 1_000,
        ..Plan::of(MONTH)
    };
    let month = simulate(&plan).unwrap();
    // 385.8 requests in a second: 386 in 48 of 60 seconds, which need 47 environments; they start within the first half second.
    let Counts {
        warm,
        cold,
        throttled,
        peak,
    } = month.total;
    assert_eq!((warm + cold, throttled), (1_000_000_000, 0));
    assert_eq!(
        month.usage.mb_ms,
        MbMs(128 * (u128::from(warm) * 120 + u128::from(cold) * 500))
    );
    assert_eq!(month.cost.requests, NanoDollars(199_800_000_000));
    assert_eq!(month.days.iter().map(|day| day.requests()).sum::<u64>(), 1_000_000_000);
    assert!((47..=194).contains(&cold) && peak == cold, "{cold} {peak}");
}

#[test]
fn one_environment_serves_as_many_as_it_has_time_for() {
    // 20 requests of 100 ms in each of ten seconds: every second one is refused.
    let plan = Plan {
        concurrency: 1,
        init_ms: 0,
        bursts: vec![Burst {
            start: 3_600,
            seconds: 10,
            per_second: 20,
        }],
        ..Plan::of(MONTH)
    };
    let total = simulate(&plan).unwrap().total;
    assert_eq!(
        total,
        Counts {
            warm: 99,
            cold: 1,
            throttled: 100,
            peak: 1
        }
    );
}

#[test]
fn an_environment_that_is_not_used_ends() {
    let burst = |start| Burst {
        start,
        seconds: 1,
        per_second: 1,
    };
    let cold = |starts: [u64; 2]| {
        let plan = Plan {
            bursts: starts.map(burst).into(),
            ..Plan::of(MONTH)
        };
        simulate(&plan).unwrap().total.cold
    };
    // The request comes at the end of its second, and its environment is busy into the next.
    assert_eq!((cold([100, 701]), cold([100, 702])), (1, 2));
}

#[test]
fn a_loop_that_doubles_fills_all_environments_and_the_cap_stops_it() {
    let runaway = Some(Loop {
        start: 0,
        events: 1,
        sends: 2,
    });
    let cap = Some(Cap {
        budget: Budget::Requests(1_000_000),
        every_seconds: 60,
        delay_seconds: 180,
    });
    let plan = Plan {
        init_ms: 0,
        runaway,
        cap,
        ..Plan::of(MONTH)
    };
    let month = simulate(&plan).unwrap();
    // Every 100 ms: 1, 2, 4, ... 512, and then 1,000; 1,023 in the first second, and 10,000 in each further one. The million is
    // passed in second 100, which is seen at 300.
    let trip = month.trip.unwrap();
    assert_eq!(trip.second, 300);
    assert_eq!(month.usage.requests, 1_023 + 299 * 10_000);
    assert_eq!(
        (trip.over, trip.bound),
        (Budget::Requests(1_991_023), Budget::Requests(2_400_000))
    );
    assert_eq!(
        (month.total.peak, month.total.cold, month.total.throttled),
        (1_000, 1_000, 0)
    );
    // Each event that ran has sent two.
    assert_eq!(month.waiting, 1 + 2 * month.usage.requests - month.usage.requests);
}

#[test]
fn the_day_has_its_curve() {
    let mut day = [0; 24];
    (day[8], day[20]) = (1, 3);
    let plan = Plan {
        requests: 30 * 14_400,
        day,
        ..Plan::of(MONTH)
    };
    let mut rate = Rate::new(&plan);
    let mut hour = |hour: u64| {
        (hour * 3_600..(hour + 1) * 3_600)
            .map(|second| rate.at(second))
            .sum::<u64>()
    };
    assert_eq!(
        [hour(7), hour(8), hour(9), hour(20), hour(24 + 20)],
        [0, 3_600, 0, 10_800, 10_800]
    );
}

#[test]
fn the_free_tier_ends_with_the_first_that_is_beyond_it() {
    let burst = |start, seconds, per_second| Burst {
        start,
        seconds,
        per_second,
    };
    let million = burst(0, 1_000, 1_000);
    let month = simulate(&Plan {
        bursts: vec![million],
        ..Plan::of(MONTH)
    })
    .unwrap();
    assert_eq!((month.free_ends, month.cost.total()), (None, NanoDollars::ZERO));
    let month = simulate(&Plan {
        bursts: vec![million, burst(5_000, 1, 1)],
        ..Plan::of(MONTH)
    })
    .unwrap();
    assert_eq!((month.free_ends, month.cost.total()), (Some(5_000), NanoDollars(200)));
}

#[test]
fn a_value_out_of_its_limits_says_which() {
    let error = |plan: Plan| simulate(&plan).unwrap_err().to_string();
    assert_eq!(
        error(Plan {
            memory_mb: 64,
            ..Plan::of(MONTH)
        }),
        "`memory` is 64, and must be from 128 to 10240"
    );
    assert_eq!(
        error(Plan {
            day: [0; 24],
            ..Plan::of(MONTH)
        }),
        "`the sum of day` is 0, and must be from 1 to 24000000"
    );
    assert_eq!(
        error(Plan {
            runaway: Some(Loop {
                start: 2_592_000,
                events: 1,
                sends: 1
            }),
            ..Plan::of(MONTH)
        }),
        "`loop.start` is 2592000, and must be from 0 to 2591999"
    );
}

#[test]
fn dollars_are_seen_with_the_price_of_the_architecture() {
    // 2,000 GB-seconds in a second; the free 400,000 end with second 200, and the next costs $0.0333334.
    let plan = Plan {
        architecture: Architecture::X86_64,
        memory_mb: 1_024,
        duration_ms: 1_000,
        init_ms: 0,
        concurrency: 2_000,
        bursts: vec![Burst {
            start: 0,
            seconds: 1_000,
            per_second: 2_000,
        }],
        cap: Some(Cap {
            budget: Budget::Dollars(NanoDollars(1)),
            every_seconds: 1,
            delay_seconds: 0,
        }),
        ..Plan::of(MONTH)
    };
    let month = simulate(&plan).unwrap();
    let trip = month.trip.unwrap();
    assert_eq!((trip.second, month.usage.requests), (201, 402_000));
    assert_eq!(month.cost.duration, NanoDollars(33_333_400));
    assert_eq!(trip.over, Budget::Dollars(NanoDollars(33_333_399)));
}
