//! A month of a billion invocations: even, with a daily curve, refused in part, and a loop that fills every environment.
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use zerobill_free_tier::{Loop, Month, Plan, simulate};

fn plans() -> [(&'static str, Plan); 4] {
    let month: Month = "2026-11".parse().expect("that is a month");
    let even = Plan {
        requests: 1_000_000_000,
        ..Plan::of(month)
    };
    let mut day = [1; 24];
    for (hour, weight) in day.iter_mut().enumerate() {
        *weight += u64::try_from(hour.min(24 - hour)).unwrap_or_default();
    }
    let curve = Plan { day, ..even.clone() };
    let refused = Plan {
        concurrency: 20,
        ..even.clone()
    };
    let runaway = Some(Loop {
        start: 0,
        events: 1,
        sends: 2,
    });
    let looping = Plan {
        concurrency: 40,
        runaway,
        ..Plan::of(month)
    };
    [
        ("even", even),
        ("daily curve", curve),
        ("half refused", refused),
        ("loop", looping),
    ]
}

fn month(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("simulate a billion");
    group.sample_size(10);
    for (name, plan) in plans() {
        let total = simulate(&plan).expect("the plan is within its limits").total;
        assert!(total.requests() + total.throttled >= 1_000_000_000, "{total:?}");
        group.bench_function(name, |bencher| bencher.iter(|| simulate(black_box(&plan))));
    }
    group.finish();
}

criterion_group!(benches, month);
criterion_main!(benches);
