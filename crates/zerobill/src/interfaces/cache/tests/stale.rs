//! Old values: answered only where that was asked for, only for so long, and renewed by one task.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
};

use tokio::sync::Notify;

use super::{gateway, seconds};
use crate::{
    Error, Gateway,
    cache::{CacheError, Freshness},
    error::NOT_FOUND,
};

fn closed() -> Error {
    Error::new(NOT_FOUND, "the shop is closed")
}

#[tokio::test]
async fn an_old_value_serves_while_loading_fails_and_no_longer_than_was_said() {
    let (gateway, hand) = gateway([]);
    let how = Freshness::for_time(seconds(60)).stale_if_error(seconds(30));
    let cache = gateway.cache();
    let fails = async || Err::<u8, _>(closed());
    cache
        .get_or_load("rate", how, async || Ok::<_, Error>(1))
        .await
        .unwrap();
    hand.advance(seconds(89));
    assert_eq!(
        cache.get::<u8>("rate").unwrap(),
        None,
        "a plain look-up gives nothing old"
    );
    assert!(!cache.contains("rate"));
    assert_eq!(cache.get_or_load("rate", how, fails).await.unwrap(), 1);
    assert_eq!(
        cache.get_or_load("rate", how, fails).await.unwrap(),
        1,
        "it was put back"
    );
    assert_eq!(cache.stats().stale, 2);
    let strict = Freshness::for_time(seconds(60));
    assert_eq!(
        cache.get_or_load("rate", strict, fails).await.unwrap_err().code(),
        NOT_FOUND
    );
    assert_eq!(
        cache.get_or_load("rate", how, fails).await.unwrap(),
        1,
        "others' calls do not drop it"
    );
    hand.advance(seconds(1));
    assert_eq!(
        cache.get_or_load("rate", how, fails).await.unwrap_err().code(),
        NOT_FOUND
    );
    assert_eq!(
        cache
            .get_or_load("rate", how, async || Ok::<_, Error>(2))
            .await
            .unwrap(),
        2
    );
    assert_eq!(cache.get::<u8>("rate").unwrap(), Some(2));
}

#[tokio::test]
async fn a_load_that_is_dropped_or_panics_leaves_the_old_value() {
    let (gateway, hand) = gateway([]);
    let how = Freshness::for_time(seconds(60)).stale_if_error(seconds(30));
    gateway
        .cache()
        .get_or_load("rate", how, async || Ok::<_, Error>(1))
        .await
        .unwrap();
    hand.advance(seconds(61));
    {
        let never = async || std::future::pending::<Result<u8, Error>>().await;
        let mut dropped = Box::pin(gateway.cache().get_or_load("rate", how, never));
        assert!(futures_util::poll!(dropped.as_mut()).is_pending());
    }
    let inner = gateway.clone();
    let panicking = crate::invocation::spawn(async move {
        let load = async || -> Result<u8, Error> { panic!("a load that panics, as the test wants") };
        inner.cache().get_or_load("rate", how, load).await
    });
    assert!(panicking.await.unwrap_err().is_panic());
    let value = gateway
        .cache()
        .get_or_load("rate", how, async || Err::<u8, _>(closed()))
        .await;
    assert_eq!(value.unwrap(), 1);
}

#[tokio::test]
async fn nothing_has_a_time_of_its_own() {
    let (gateway, hand) = gateway([]);
    let loads = Cell::new(0);
    let how = Freshness::for_time(seconds(60))
        .nothing_for(seconds(5))
        .stale_if_error(seconds(600));
    let load = async || {
        loads.set(loads.get() + 1);
        Ok::<_, CacheError>((loads.get() > 1).then_some(loads.get()))
    };
    let cache = gateway.cache();
    assert_eq!(cache.get_or_load("user", how, load).await.unwrap(), None);
    hand.advance(seconds(4));
    assert_eq!(cache.get_or_load("user", how, load).await.unwrap(), None);
    hand.advance(seconds(1));
    let failed = cache
        .get_or_load("user", how, async || Err::<Option<u8>, _>(closed()))
        .await;
    assert_eq!(
        failed.unwrap_err().code(),
        NOT_FOUND,
        "nothing is not served for longer"
    );
    assert_eq!(cache.get_or_load("user", how, load).await.unwrap(), Some(2));
    hand.advance(seconds(59));
    assert_eq!(
        cache.get_or_load("user", how, load).await.unwrap(),
        Some(2),
        "something has the full time"
    );
}

/// Asks for the value that counts its loads, each of which waits for the bell.
async fn counted(gateway: &Gateway, loads: &Arc<AtomicU32>, bell: &Arc<Notify>) -> u32 {
    let (loads, bell) = (Arc::clone(loads), Arc::clone(bell));
    let load = move || async move {
        let number = loads.fetch_add(1, SeqCst) + 1;
        bell.notified().await;
        if number == 3 { Err(closed()) } else { Ok(number) }
    };
    let value = gateway
        .cache()
        .get_or_revalidate("rate", seconds(60), seconds(30), load);
    value.await.unwrap()
}

#[tokio::test]
async fn an_old_value_is_answered_at_once_while_one_task_loads_the_new_one() {
    let (gateway, hand) = gateway([]);
    let (loads, bell) = (Arc::new(AtomicU32::new(0)), Arc::new(Notify::new()));
    bell.notify_one();
    assert_eq!(counted(&gateway, &loads, &bell).await, 1);
    hand.advance(seconds(60));
    for _ in 0..3 {
        assert_eq!(counted(&gateway, &loads, &bell).await, 1);
        tokio::task::yield_now().await;
    }
    assert_eq!(loads.load(SeqCst), 2, "three asked, one task loads");
    bell.notify_one();
    while gateway.cache().get::<u32>("rate").unwrap() != Some(2) {
        tokio::task::yield_now().await;
    }
    assert_eq!(counted(&gateway, &loads, &bell).await, 2);
    assert_eq!(gateway.cache().stats().stale, 3);
}

#[tokio::test]
async fn a_failed_task_is_a_warning_and_lets_the_next_one_try() {
    let (gateway, hand) = gateway([]);
    let (loads, bell) = (Arc::new(AtomicU32::new(1)), Arc::new(Notify::new()));
    bell.notify_one();
    assert_eq!(counted(&gateway, &loads, &bell).await, 2);
    hand.advance(seconds(60));
    assert_eq!(counted(&gateway, &loads, &bell).await, 2);
    bell.notify_one();
    let warnings = || {
        let lines = gateway.base().output.lines();
        let said = lines.into_iter().filter(|line| line.contains("could not be refreshed"));
        said.collect::<Vec<_>>()
    };
    while warnings().is_empty() {
        tokio::task::yield_now().await;
    }
    let warnings = warnings();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains(r#""key":"rate""#) && warnings[0].contains("the shop is closed"));
    assert_eq!(counted(&gateway, &loads, &bell).await, 2, "the old one still serves");
    bell.notify_one();
    while gateway.cache().get::<u32>("rate").unwrap() != Some(4) {
        tokio::task::yield_now().await;
    }
    hand.advance(seconds(90));
    bell.notify_one();
    assert_eq!(counted(&gateway, &loads, &bell).await, 5, "too old: it is loaded first");
}

/// A value that is old and that a task loads anew once the bell rings: the second load after so many `before`.
async fn refreshing(before: u32) -> (Gateway, Arc<AtomicU32>, Arc<Notify>) {
    let (gateway, hand) = gateway([]);
    let (loads, bell) = (Arc::new(AtomicU32::new(before)), Arc::new(Notify::new()));
    bell.notify_one();
    counted(&gateway, &loads, &bell).await;
    hand.advance(seconds(60));
    counted(&gateway, &loads, &bell).await;
    tokio::task::yield_now().await;
    (gateway, loads, bell)
}

#[tokio::test]
async fn whoever_needs_a_fresh_value_waits_for_the_task_that_loads_it() {
    let (gateway, loads, bell) = refreshing(0).await;
    let fresh = crate::invocation::spawn({
        let (gateway, loads) = (gateway.clone(), Arc::clone(&loads));
        let load = async move || Ok::<_, Error>(100 + loads.fetch_add(1, SeqCst));
        async move { gateway.cache().get_or_load("rate", seconds(60), load).await }
    });
    tokio::task::yield_now().await;
    bell.notify_one();
    assert_eq!(fresh.await.unwrap().unwrap(), 2);
    assert_eq!(loads.load(SeqCst), 2);
}

#[tokio::test]
async fn whoever_waits_for_a_task_that_fails_loads_or_takes_the_old_value() {
    for (fails, expected) in [(false, 7), (true, 2)] {
        let (gateway, _, bell) = refreshing(1).await;
        let waiting = crate::invocation::spawn({
            let gateway = gateway.clone();
            let how = Freshness::for_time(seconds(60)).stale_if_error(seconds(30));
            let load = async move || if fails { Err(closed()) } else { Ok(7) };
            async move { gateway.cache().get_or_load("rate", how, load).await }
        });
        tokio::task::yield_now().await;
        bell.notify_one();
        assert_eq!(waiting.await.unwrap().unwrap(), expected);
    }
}

#[tokio::test]
async fn what_was_written_or_removed_meanwhile_is_not_overwritten_by_a_task() {
    for is_written in [true, false] {
        let (gateway, _, bell) = refreshing(0).await;
        if is_written {
            gateway.cache().set("rate", &9, None).unwrap();
        } else {
            gateway.cache().delete("rate");
        }
        bell.notify_one();
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gateway.cache().get::<u32>("rate").unwrap(), is_written.then_some(9));
    }
}

#[tokio::test]
async fn a_load_is_only_made_for_the_task_that_starts() {
    let (gateway, _, bell) = refreshing(0).await;
    let made = Cell::new(0);
    for _ in 0..3 {
        let load = || {
            made.set(made.get() + 1);
            std::future::ready(Ok::<_, Error>(5))
        };
        let value = gateway
            .cache()
            .get_or_revalidate("rate", seconds(60), seconds(30), load);
        assert_eq!(value.await.unwrap(), 1);
    }
    assert_eq!(made.get(), 0);
    bell.notify_one();
}
