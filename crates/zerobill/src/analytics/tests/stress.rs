//! Requests of every kind that there can be, and memory that does not grow with them.

use std::sync::Arc;

use super::{super::PLACES, gateway};
use crate::{
    analytics::{Export, Request},
    gateway::Gateway,
    interfaces::CATALOGUE,
    random::Random,
};

/// So many requests in CI; `ZEROBILL_SOAK` in the environment takes ten times as many.
const REQUESTS: u64 = 1_000_000;

/// Set in the process that the test starts for itself.
const ALONE: &str = "ZEROBILL_SOAK_ALONE";

/// Names without end, made when the test starts.
fn names() -> Vec<&'static str> {
    (0..1_000)
        .map(|number| &*Box::leak(format!("kind-{number}").into_boxed_str()))
        .collect()
}

/// Counts one random request as an invocation does, and returns what it used.
fn random_request(gateway: &Gateway, random: &Random, names: &[&'static str]) -> u32 {
    let bits = random.bits();
    let base = gateway.base();
    let request: Request = base.analytics.begin();
    let used = u32::try_from(bits % (1 << PLACES)).unwrap();
    for place in (0..PLACES).filter(|place| used & (1 << place) != 0) {
        if request.mark(place) {
            base.analytics.first_use(place, random.bits() >> (bits >> 58));
        }
    }
    let name = |shift: u32| names[usize::try_from(bits >> shift & 0x3ff).unwrap() % names.len()];
    request.set_kind(name(12));
    request.set_handler(name(22));
    base.analytics.record(&request, false, bits >> 63 == 1, &base.clock);
    used
}

fn resident_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or_default() * 4
}

fn total(counts: &std::collections::BTreeMap<String, u64>) -> u64 {
    counts.values().sum()
}

fn assert_bounded(export: &Export, requests: u64) {
    let tally = &export.tally;
    assert_eq!(tally.requests, requests);
    for counts in [&tally.kinds, &tally.handlers, &tally.combinations] {
        assert_eq!((counts.len(), total(counts)), (33, requests), "32 and the others");
    }
    assert!(export.to_json().len() < 12_000, "{} bytes", export.to_json().len());
}

#[test]
fn a_million_requests_of_random_kinds_take_no_more_memory_than_some_thousands() {
    let environment = crate::environment::Environment::process();
    if environment.get(ALONE).is_none() {
        // In a process of its own: other tests take memory meanwhile.
        let own = concat!(
            "analytics::tests::stress::",
            "a_million_requests_of_random_kinds_take_no_more_memory_than_some_thousands"
        );
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", own, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        let measured = printed.find("soak: ").and_then(|start| printed[start..].lines().next());
        println!("{}", measured.unwrap_or_default());
        assert!(
            output.status.success() && measured.is_some(),
            "{printed}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        return;
    }
    let soak = environment.get("ZEROBILL_SOAK").is_some();
    let requests = if soak { 10 * REQUESTS } else { REQUESTS };
    let (gateway, _, _) = gateway([]);
    let (random, names) = (Random::seeded(7), names());
    let mut used = [0_u64; PLACES];
    let mut count = |used_now: u32| {
        for (place, count) in used.iter_mut().enumerate() {
            *count += u64::from(used_now >> place & 1);
        }
    };
    // Every counter has been touched by then.
    for _ in 0..50_000 {
        count(random_request(&gateway, &random, &names));
    }
    let before = (gateway.analytics().to_json().len(), resident_kb());
    for _ in 50_000..requests {
        count(random_request(&gateway, &random, &names));
    }
    let export = gateway.analytics();
    assert_bounded(&export, requests);
    for (row, used) in CATALOGUE.iter().zip(used) {
        assert_eq!(export.tally.interfaces[row.name].requests, used, "{}", row.name);
    }
    let grown = resident_kb().saturating_sub(before.1);
    println!("soak: {requests} requests, {} KiB before, {grown} KiB more", before.1);
    assert!(grown < 1 << 10, "{grown} KiB more");
    assert!(export.to_json().len() < before.0 + 2_000, "only digits are added");
}

#[test]
fn requests_in_many_threads_are_all_counted() {
    let (gateway, _, _) = gateway([]);
    let names: Arc<[&str]> = names().into();
    let used: u64 = std::thread::scope(|scope| {
        let threads = (0..8).map(|seed| {
            let (gateway, names) = (gateway.clone(), Arc::clone(&names));
            scope.spawn(move || {
                let random = Random::seeded(seed);
                let one = |_| u64::from(random_request(&gateway, &random, &names).count_ones());
                (0..10_000).map(one).sum::<u64>()
            })
        });
        let threads: Vec<_> = threads.collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    let export = gateway.analytics();
    assert_bounded(&export, 80_000);
    let interfaces = export.tally.interfaces.values();
    assert_eq!(interfaces.map(|interface| interface.requests).sum::<u64>(), used);
    let timed = export
        .tally
        .interfaces
        .values()
        .map(|interface| interface.first_use.total());
    assert!(timed.max().unwrap() <= 80_000 / super::super::TIMED);
}
