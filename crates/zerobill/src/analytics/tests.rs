//! What is counted as used, and that it is bounded and adds up.

mod cost;
mod merging;
mod reading;
mod schedule;
mod stress;

use std::{
    future::Future,
    time::{Duration, SystemTime},
};

use lambda_runtime::Context;
use serde_json::{Value, json};

use super::{Histogram, InterfaceUse, Tally};
use crate::{
    BuildRecord,
    clock::{Clock, ClockHand},
    environment::Environment,
    error::{Error, INTERNAL},
    event::Event,
    gateway::Gateway,
    handler::{Handler, Handlers, ReplyFuture},
    invocation::{self, Invocation},
    output::Output,
};

fn gateway<const N: usize>(variables: [(&str, &str); N]) -> (Gateway, ClockHand, Output) {
    let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
    let output = Output::captured();
    let builder = Gateway::builder().clock(clock).output(output.clone());
    let builder = builder.environment(Environment::from_pairs(variables));
    (builder.build().unwrap(), hand, output)
}

/// One request that does this.
async fn request<T>(gateway: &Gateway, work: impl Future<Output = T>) {
    let work = async {
        work.await;
        Ok::<_, Error>(())
    };
    gateway.invoke(Context::default(), work).await.unwrap();
}

fn counts<const N: usize>(counts: [(&str, u64); N]) -> std::collections::BTreeMap<String, u64> {
    counts.map(|(name, count)| (name.to_owned(), count)).into()
}

/// Each interface with its requests, and those of them that were first.
fn uses<'a>(tally: &'a Tally) -> Vec<(&'a str, u64, u64)> {
    let one =
        |(name, interface): (&'a String, &InterfaceUse)| (name.as_str(), interface.requests, interface.first_requests);
    tally.interfaces.iter().map(one).collect()
}

#[tokio::test]
async fn what_a_request_asks_the_gateway_for_is_used_and_what_is_merely_built_is_not() {
    let (gateway, _, _) = gateway([]);
    gateway.cache().set("built outside of requests", &1, None).unwrap();
    request(&gateway, async {
        gateway.utility().generate_correlation_id();
        gateway.utility().generate_correlation_id();
    })
    .await;
    let tally = gateway.analytics().tally;
    assert_eq!(uses(&tally), [("cache", 0, 0), ("utility", 1, 1)]);
    assert_eq!(tally.combinations, counts([("utility", 1)]));
    let cache = &tally.interfaces["cache"];
    assert_eq!((cache.built_in_init, cache.built_in_requests), (1, 0));
    assert!(tally.is_hot("utility") && tally.is_cold("cache") && tally.is_cold("no such interface"));
}

#[tokio::test]
async fn each_request_counts_once_with_all_that_it_used() {
    let (gateway, _, _) = gateway([]);
    for round in 0..4_u8 {
        request(&gateway, async {
            gateway.cache().contains("a");
            gateway.cache().contains("b");
            if round % 2 == 0 {
                gateway.logging().info("even", ());
            }
        })
        .await;
    }
    request(&gateway, async {}).await;
    let failed = gateway.invoke(Context::default(), async { Err::<(), _>(Error::new(INTERNAL, "down")) });
    failed.await.unwrap_err();
    let tally = gateway.analytics().tally;
    assert_eq!((tally.requests, tally.first_requests, tally.failed), (6, 1, 1));
    assert_eq!(
        tally.combinations,
        counts([("cache", 2), ("logging+cache", 2), ("none", 2)])
    );
    assert_eq!(uses(&tally), [("cache", 4, 1), ("logging", 2, 1)]);
    assert!(tally.is_hot("cache") && !tally.is_hot("logging") && !tally.is_cold("logging"));
}

#[tokio::test]
async fn what_the_library_does_by_itself_is_no_use() {
    let (gateway, _, output) = gateway([("ZEROBILL_ANALYTICS_REQUESTS", "1"), ("ZEROBILL_LOG_EVENT", "true")]);
    request(&gateway, async {
        gateway.log_event(Event::new(serde_json::value::to_raw_value(&json!({})).unwrap()).payload());
        let subscriber =
            tracing_subscriber::layer::SubscriberExt::with(tracing_subscriber::registry(), crate::logging::layer());
        tracing::subscriber::with_default(subscriber, || tracing::trace!("left out"));
    })
    .await;
    assert_eq!(output.lines().len(), 2, "{:?}", output.lines());
    assert_eq!(gateway.analytics().tally.combinations, counts([("none", 1)]));
}

#[tokio::test]
async fn requests_at_the_same_time_do_not_mix_and_their_tasks_belong_to_them() {
    let (gateway, _, _) = gateway([]);
    let (first, second) = (tokio::sync::Notify::new(), tokio::sync::Notify::new());
    let one = request(&gateway, async {
        gateway.cache().contains("a");
        second.notify_one();
        first.notified().await;
        let own = gateway.clone();
        invocation::spawn(async move { own.utility().generate_correlation_id() })
            .await
            .unwrap();
    });
    let two = request(&gateway, async {
        second.notified().await;
        gateway.singleton().list();
        first.notify_one();
    });
    tokio::join!(one, two);
    assert_eq!(
        gateway.analytics().tally.combinations,
        counts([("singleton", 1), ("utility+cache", 1)])
    );
}

#[tokio::test]
async fn another_gateway_used_in_a_request_is_not_counted() {
    let (own, _, _) = gateway([]);
    let (other, _, _) = gateway([]);
    request(&own, async { other.cache().contains("a") }).await;
    assert_eq!(own.analytics().tally.combinations, counts([("none", 1)]));
    assert_eq!(other.analytics().tally, Tally::default());
}

#[tokio::test]
async fn the_first_use_is_timed_from_the_start_of_the_request() {
    let (gateway, hand, _) = gateway([]);
    for _ in 0..17 {
        request(&gateway, async {
            hand.advance(Duration::from_micros(250));
            gateway.cache().contains("a");
            hand.advance(Duration::from_secs(9));
            gateway.cache().contains("a");
            gateway.utility().generate_correlation_id();
        })
        .await;
    }
    let tally = gateway.analytics().tally;
    // The first and the seventeenth are timed.
    assert_eq!(
        tally.interfaces["cache"].first_use,
        Histogram::of([0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    );
    assert_eq!(
        tally.interfaces["utility"].first_use,
        Histogram::of([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
    );
    assert_eq!(tally.interfaces["cache"].first_use.percentile_us(50), Some(300));
    assert_eq!(tally.interfaces["utility"].first_use.percentile_us(50), None);
    assert_eq!(Histogram::default().percentile_us(50), None);
}

#[tokio::test]
async fn what_is_built_while_a_request_waits_is_told_from_what_init_built() {
    let (gateway, _, _) = gateway([]);
    request(&gateway, async { gateway.cache().set("a", &1, None).unwrap() }).await;
    let cache = gateway.analytics().tally.interfaces["cache"].clone();
    assert_eq!((cache.built_in_requests, cache.built_in_init), (1, 0));
    assert!(gateway.stats().built[0].in_request);
    gateway.unload("cache").unwrap();
    gateway.preload("cache").unwrap();
    let cache = gateway.analytics().tally.interfaces["cache"].clone();
    assert_eq!((cache.built_in_requests, cache.built_in_init), (0, 1));
}

#[test]
fn bytes_on_the_heap_add_up_in_an_environment_and_the_most_of_all_is_kept() {
    let part = |heap_bytes| BuildRecord {
        name: "part",
        at_ms: 0,
        took_us: 1,
        built: true,
        in_request: false,
        heap_bytes,
    };
    let tally = |parts: &[Option<u64>]| {
        let mut cache = InterfaceUse::default();
        for bytes in parts {
            cache.count_build(&part(*bytes));
        }
        let mut tally = Tally::default();
        tally.interfaces.insert("cache".to_owned(), cache);
        tally
    };
    let mut all = tally(&[Some(700), None, Some(50)]);
    all.add(&tally(&[Some(749)]));
    assert_eq!(all.interfaces["cache"].heap_bytes, 750);
    let uncounted = serde_json::to_value(&tally(&[None]).interfaces["cache"]).unwrap();
    assert_eq!(uncounted.get("heap_bytes"), None);
}

struct Shop;

impl Handler for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn answers(&self) -> &'static str {
        "schedules"
    }
    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        event.kind() == crate::EventKind::Assist
    }
    fn handle<'a>(&'a self, _gateway: &'a Gateway, _event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async { Err(Error::new(INTERNAL, "sold out")) })
    }
}

#[tokio::test]
async fn the_kind_and_the_handler_of_each_request_are_counted() {
    let (gateway, _, _) = gateway([]);
    let handlers = Handlers::new(vec![Box::new(Shop)]);
    for document in [json!({ "text": "t", "language": "en" }), json!({}), json!({})] {
        let event = Event::new(serde_json::value::to_raw_value(&document).unwrap());
        request(&gateway, handlers.dispatch(&gateway, &event)).await;
    }
    request(&gateway, async { Invocation::current().unwrap().set_kind("nightly") }).await;
    request(&gateway, async {}).await;
    let tally = gateway.analytics().tally;
    assert_eq!(
        tally.kinds,
        counts([("assist", 1), ("nightly", 1), ("none", 1), ("unknown", 2)])
    );
    assert_eq!(tally.handlers, counts([("none", 4), ("shop", 1)]));
}

#[tokio::test]
async fn the_operation_and_the_statistics_say_the_same() {
    let (gateway, _, _) = gateway([("AWS_LAMBDA_FUNCTION_NAME", "shop")]);
    request(&gateway, async { gateway.cache().contains("a") }).await;
    let export = serde_json::to_value(gateway.analytics()).unwrap();
    assert_eq!((&export["function"], &export["requests"]), (&json!("shop"), &json!(1)));
    let said = |operation| {
        let gateway = gateway.clone();
        async move {
            gateway
                .execute_operation("debug", operation, Value::Null)
                .await
                .unwrap()
        }
    };
    assert_eq!(said("analytics").await, export);
    assert_eq!(said("stats").await["analytics"], export);
}
