//! What a request costs in memory, counted by the allocator. A program by itself: other tests would be counted with it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use lambda_runtime::Context;
use stats_alloc::INSTRUMENTED_SYSTEM;
use zerobill::{Error, Gateway, Invocation, environment::Environment, error::INTERNAL, output::Output};

// With this feature the library has it in place.
#[cfg(not(feature = "memory-profile"))]
#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

/// More names than are told apart.
const NAMES: usize = 1_000;

/// Allocations that `work` makes, and by how many bytes the heap is larger after it.
async fn counted(work: impl Future<Output = ()>) -> (usize, isize) {
    let before = INSTRUMENTED_SYSTEM.stats();
    work.await;
    let made = INSTRUMENTED_SYSTEM.stats() - before;
    let bytes = |bytes: usize| isize::try_from(bytes).unwrap();
    (
        made.allocations + made.reallocations,
        bytes(made.bytes_allocated) - bytes(made.bytes_deallocated),
    )
}

/// Requests of all kinds there can be: each set of four interfaces and each name.
async fn requests(
    gateway: &Gateway,
    contexts: Vec<Context>,
    kinds: &[&'static str],
    outcome: fn(usize) -> Result<(), Error>,
) {
    for (n, context) in contexts.into_iter().enumerate() {
        let work = async {
            Invocation::current().unwrap().set_kind(kinds[n % kinds.len()]);
            let uses: [fn(&Gateway); 4] = [
                |gateway| _ = gateway.cache(),
                |gateway| _ = gateway.utility(),
                |gateway| _ = gateway.security(),
                |gateway| _ = gateway.singleton(),
            ];
            for (_, with) in uses.iter().enumerate().filter(|(place, _)| n & (1 << place) != 0) {
                (0..2).for_each(|_| with(gateway));
            }
            outcome(n)
        };
        _ = gateway.invoke(context, work).await;
    }
}

#[tokio::test]
async fn counting_a_request_allocates_nothing_and_memory_is_bounded_whatever_comes() {
    let builder = Gateway::builder().environment(Environment::default());
    let gateway = builder.output(Output::captured()).build().unwrap();
    let names = (0..2 * NAMES).map(|n| &*Box::leak(format!("kind {n}").into_boxed_str()));
    let names: Vec<&'static str> = names.collect();
    let (names, later) = names.split_at(NAMES);
    let contexts = || vec![Context::default(); 1_000];
    // Everything has its place by then.
    requests(&gateway, contexts(), names, |_| Ok(())).await;
    let made = contexts();
    let (allocations, _) = counted(requests(&gateway, made, names, |_| Ok(()))).await;
    let each = allocations / 1_000;
    assert_eq!(
        each, 2,
        "the scope of a request, and what is logged with it: {allocations}"
    );
    let (_, grown) = counted(async {
        for _ in 0..100 {
            let fails = |n: usize| {
                if n.is_multiple_of(7) {
                    Err(Error::new(INTERNAL, "down"))
                } else {
                    Ok(())
                }
            };
            requests(&gateway, contexts(), later, fails).await;
        }
    })
    .await;
    assert_eq!(grown, 0, "bytes more after 100,000 requests");
    assert_eq!(gateway.analytics().tally.requests, 102_000);
}
