//! What counting costs a request.

use lambda_runtime::Context;

use crate::{clock::Clock, environment::Environment, gateway::Gateway, invocation::Invocation, output::Output};

/// A request of four interfaces, each used twice, may cost so much; code that is not optimised much more.
const LIMIT_NS: u128 = if cfg!(debug_assertions) { 20_000 } else { 100 };

const REQUESTS: u32 = 20_000;
const ROUNDS: usize = 10;

/// The shortest time that one call took in any round: whatever else the machine does makes it longer.
fn best_ns(clock: &Clock, mut call: impl FnMut()) -> u128 {
    let round = |_| {
        let started = clock.monotonic();
        for _ in 0..REQUESTS {
            call();
        }
        clock.monotonic().saturating_sub(started).as_nanos()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default() / u128::from(REQUESTS)
}

#[test]
fn a_request_of_four_interfaces_costs_less_than_its_budget() {
    let clock = Clock::system();
    let builder = Gateway::builder().output(Output::captured());
    let gateway = builder.environment(Environment::default()).build().unwrap();
    let base = gateway.base();
    let count = best_ns(&clock, || {
        let request = base.analytics.begin();
        request.set_kind("http-v2");
        request.set_handler("shop");
        std::hint::black_box(base.analytics.record(&request, false, false, &base.clock));
    });
    // The marks, and first uses that are timed, need an invocation.
    let invocations: Vec<_> = (0..REQUESTS as usize * ROUNDS)
        .map(|_| Invocation::begin(gateway.clone(), Context::default()))
        .collect();
    let mut left = invocations.iter();
    let mark = best_ns(&clock, || {
        left.next().unwrap().enter(|| {
            for _ in 0..2 {
                std::hint::black_box((
                    gateway.cache(),
                    gateway.utility(),
                    gateway.security(),
                    gateway.http_client(),
                ));
            }
        });
    });
    // Entering is not counting.
    let mut left = invocations.iter();
    let enter = best_ns(&clock, || left.next().unwrap().enter(|| std::hint::black_box(())));
    let cost = count + mark.saturating_sub(enter);
    assert!(cost < LIMIT_NS, "{count} + {mark} - {enter} = {cost} ns");
}
