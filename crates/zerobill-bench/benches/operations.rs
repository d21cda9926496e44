//! Single operations beside what they are built on. Lines go to standard output, so run it with that led to nowhere:
//! `cargo xtask bench` does, and reads the figures that criterion leaves in files.
#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use futures_util::FutureExt;
use lambda_runtime::Context;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt;
use zerobill::{Gateway, gateway::find_operation, operation::Reply, parts};

const KEY: &str = "user:42:profile";
const MINUTE: Duration = Duration::from_secs(60);

fn gateway() -> Gateway {
    Gateway::builder()
        .setting("service", "bench")
        .build()
        .expect("the settings are valid")
}

fn cache(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cache.get");
    let bare = quick_cache::sync::Cache::<String, Arc<u64>>::new(1000);
    bare.insert(KEY.to_owned(), Arc::new(7));
    group.bench_function("quick_cache", |bencher| bencher.iter(|| bare.get(black_box(KEY))));
    let moka = moka::sync::Cache::<String, Arc<u64>>::new(1000);
    moka.insert(KEY.to_owned(), Arc::new(7));
    group.bench_function("moka", |bencher| bencher.iter(|| moka.get(black_box(KEY))));

    let gateway = gateway();
    gateway
        .cache()
        .set_shared(KEY, Arc::new(7_u64), 8, None)
        .expect("it fits");
    group.bench_function("typed", |bencher| {
        bencher.iter(|| gateway.cache().get_shared::<u64>(black_box(KEY)));
    });
    gateway
        .cache()
        .set_shared("expiring", Arc::new(7_u64), 8, Some(MINUTE))
        .expect("it fits");
    group.bench_function("typed with a TTL", |bencher| {
        bencher.iter(|| gateway.cache().get_shared::<u64>(black_box("expiring")));
    });
    gateway.cache().set("json", &7, None).expect("it fits");
    group.bench_function("typed, from JSON", |bencher| {
        bencher.iter(|| gateway.cache().get::<u64>(black_box("json")));
    });
    group.finish();
}

/// The same look-up by name, with JSON there and back, by how much the gateway notes of it.
fn dispatch(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cache.get by name");
    let by_name = |gateway: &Gateway| {
        let call = gateway.execute_operation(
            black_box("cache"),
            black_box("get"),
            json!({ "key": black_box("json") }),
        );
        call.now_or_never().expect("a synchronous operation is ready at once")
    };
    let with = |setting: &str, value: u64| {
        let builder = Gateway::builder().setting("service", "bench").setting(setting, value);
        let gateway = builder.build().expect("the settings are valid");
        gateway.cache().set("json", &7, None).expect("it fits");
        gateway
    };
    // The tables alone: nothing is counted.
    let bare = with("debug.hot_calls", 10);
    group.bench_function("look-up and call", |bencher| {
        bencher.iter(|| {
            let operation = find_operation(black_box("cache"), black_box("get"));
            match operation.map(|operation| operation.call(&bare, json!({ "key": black_box("json") }))) {
                Ok(Reply::Ready(answer)) => answer,
                _ => unreachable!("the operation is there and answers at once"),
            }
        });
    });
    let disabled = with("debug.hot_calls", 10);
    disabled.debug().disable_fast_path();
    group.bench_function("fast path disabled", |bencher| bencher.iter(|| by_name(&disabled)));
    // More calls than the window holds: nothing is ever hot.
    let unpromoted = with("debug.hot_calls", 1_000_000);
    group.bench_function("not promoted", |bencher| bencher.iter(|| by_name(&unpromoted)));
    let promoted = with("debug.hot_calls", 10);
    group.bench_function("promoted", |bencher| bencher.iter(|| by_name(&promoted)));
    let handle = promoted.resolve("cache.get").expect("it is there");
    group.bench_function("promoted, by handle", |bencher| {
        bencher.iter(|| {
            let call = handle.call(json!({ "key": black_box("json") }));
            call.now_or_never().expect("a synchronous operation is ready at once")
        });
    });
    group.bench_function("parameters alone", |bencher| {
        bencher.iter(|| json!({ "key": black_box("json") }));
    });
    group.finish();
}

/// A call that succeeds through a closed breaker.
fn breaker(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("circuit breaker");
    let recloser = recloser::Recloser::default();
    group.bench_function("recloser", |bencher| {
        bencher.iter(|| recloser.call(|| Ok::<_, ()>(black_box(7))));
    });
    let breaker = gateway().circuit_breaker().breaker("shop");
    group.bench_function("typed", |bencher| {
        bencher.iter(|| {
            let call = breaker.call(async { Ok::<_, ()>(black_box(7)) });
            call.now_or_never().expect("the work is ready at once")
        });
    });
    group.finish();
}

/// One line of eight fields; each implementation writes it to standard output.
fn log_line(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("log line");
    let gateway = gateway();
    group.bench_function("typed", |bencher| {
        bencher.iter(|| {
            let fields = json!({
                "order": 4711, "customer": "c-42", "amount": 12.5, "currency": "EUR",
                "items": 3, "paid": true, "country": "DE", "channel": "alexa",
            });
            gateway.logging().info("order placed", black_box(fields));
        });
    });
    group.bench_function("tracing on zerobill", |bencher| {
        let subscriber = tracing_subscriber::registry().with(zerobill::logging::layer().gateway(gateway.clone()));
        tracing::subscriber::with_default(subscriber, || bencher.iter(place_order));
    });
    group.bench_function("tracing-subscriber JSON", |bencher| {
        let subscriber = tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().json());
        tracing::subscriber::with_default(subscriber, || bencher.iter(place_order));
    });
    group.finish();
}

fn place_order() {
    tracing::info!(
        order = 4711,
        customer = "c-42",
        amount = 12.5,
        currency = "EUR",
        items = 3,
        paid = true,
        country = "DE",
        channel = "alexa",
        "order placed"
    );
}

/// One value of one metric; the buffer is written whenever it is full.
fn metric(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("metric");
    let gateway = gateway();
    group.bench_function("typed", |bencher| {
        bencher.iter(|| gateway.metrics().increment(black_box("orders"), 1.0));
    });
    group.finish();
}

/// What an invocation costs beside its work, as a whole and by its parts.
fn invocation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("invocation");
    let gateway = gateway();
    group.bench_function("analytics", |bencher| {
        bencher.iter(|| parts::analytics_of_a_request(black_box(&gateway)));
    });
    group.bench_function("meter", |bencher| {
        bencher.iter(|| parts::meter_of_an_invocation(black_box(&gateway)));
    });
    group.bench_function("whole, without work", |bencher| {
        bencher.iter(|| {
            let invocation = gateway.invoke(Context::default(), async { Ok::<_, Infallible>(black_box(7)) });
            invocation.now_or_never().expect("there is no store to wait for")
        });
    });
    group.finish();
}

criterion_group!(benches, cache, dispatch, breaker, log_line, metric, invocation);
criterion_main!(benches);
