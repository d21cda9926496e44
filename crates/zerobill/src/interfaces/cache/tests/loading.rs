//! Loading: one of many loads, and whatever becomes of it the others go on.

use std::{
    cell::Cell,
    future::Future,
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use futures_util::future::join_all;

use super::{gateway, seconds};
use crate::{Error, cache::CacheError, error::NOT_FOUND};

#[tokio::test]
async fn twenty_at_once_load_once() {
    let (gateway, _) = gateway([]);
    let loads = Cell::new(0);
    let load = async || {
        loads.set(loads.get() + 1);
        for _ in 0..5 {
            tokio::task::yield_now().await;
        }
        Ok::<_, CacheError>(vec![loads.get()])
    };
    let all = join_all((0..20).map(|_| gateway.cache().get_or_load("key", Some(seconds(60)), load))).await;
    assert!(all.iter().all(|result| result.as_ref().unwrap() == &[1]));
    assert_eq!(loads.get(), 1);
    let stats = gateway.cache().stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (0, 20, 1));
    assert_eq!(gateway.cache().get_or_load("key", None, load).await.unwrap(), [1]);
    assert_eq!((loads.get(), gateway.cache().stats().hits), (1, 1));
}

#[test]
fn twenty_threads_load_once() {
    let (gateway, _) = gateway([]);
    let (loads, barrier) = (std::sync::atomic::AtomicU32::new(0), std::sync::Barrier::new(20));
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                barrier.wait();
                let value = runtime.block_on(gateway.cache().get_or_load("key", None, async || {
                    tokio::task::yield_now().await;
                    Ok::<_, CacheError>(loads.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
                }));
                assert_eq!(value.unwrap(), 0);
            });
        }
    });
    assert_eq!(loads.into_inner(), 1);
}

#[tokio::test]
async fn a_load_that_fails_lets_the_next_one_try() {
    let (gateway, _) = gateway([]);
    let loads = Cell::new(0);
    let load = async || {
        loads.set(loads.get() + 1);
        tokio::task::yield_now().await;
        match loads.get() {
            1 | 2 => Err(Error::new(NOT_FOUND, "the shop is closed")),
            number => Ok(number),
        }
    };
    let all = join_all((0..4).map(|_| gateway.cache().get_or_load("key", None, load))).await;
    let failed = all.iter().filter(|result| result.is_err()).count();
    assert_eq!((failed, loads.get()), (2, 3));
    assert!(all.into_iter().flatten().all(|value| value == 3));
}

#[test]
fn a_load_that_is_dropped_lets_the_next_one_try() {
    let (gateway, _) = gateway([]);
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting = {
        let never = async || std::future::pending::<Result<u8, CacheError>>().await;
        let mut dropped = Box::pin(gateway.cache().get_or_load("key", None, never));
        assert!(dropped.as_mut().poll(&mut context).is_pending());
        let mut waiting = Box::pin(
            gateway
                .cache()
                .get_or_load("key", None, async || Ok::<_, CacheError>(7)),
        );
        assert!(
            waiting.as_mut().poll(&mut context).is_pending(),
            "the first one is still loading"
        );
        waiting
    };
    assert_eq!(
        waiting.as_mut().poll(&mut context).map(Result::unwrap),
        std::task::Poll::Ready(7)
    );
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), Some(7));
}

#[tokio::test]
async fn a_load_that_panics_lets_the_next_one_try() {
    let (gateway, _) = gateway([]);
    let inner = gateway.clone();
    let panicking = crate::invocation::spawn(async move {
        let load = async || -> Result<u8, CacheError> { panic!("a load that panics, as the test wants") };
        inner.cache().get_or_load("key", None, load).await
    });
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(
        gateway
            .cache()
            .get_or_load("key", None, async || Ok::<_, CacheError>(7))
            .await
            .unwrap(),
        7
    );
}

#[tokio::test]
async fn a_time_to_live_of_zero_loads_each_time_and_drops_nothing_else() {
    let (gateway, _) = gateway([]);
    gateway.cache().set("other", &1, None).unwrap();
    for number in 0..3 {
        let load = async || Ok::<_, CacheError>(number);
        let value = gateway
            .cache()
            .get_or_load("key", Some(Duration::ZERO), load)
            .await
            .unwrap();
        assert_eq!(value, number);
    }
    let stats = gateway.cache().stats();
    assert_eq!((stats.entries, stats.hits, stats.misses, stats.evictions), (1, 0, 3, 0));
}

#[tokio::test]
async fn a_loaded_value_that_expired_is_loaded_again() {
    let (gateway, hand) = gateway([]);
    for number in 0..3 {
        let load = async || Ok::<_, CacheError>(number);
        assert_eq!(
            gateway
                .cache()
                .get_or_load("key", Some(seconds(60)), load)
                .await
                .unwrap(),
            number
        );
        assert_eq!(
            gateway
                .cache()
                .get_or_load("key", Some(seconds(60)), load)
                .await
                .unwrap(),
            number
        );
        hand.freeze(Duration::from_secs(60));
    }
    let stats = gateway.cache().stats();
    assert_eq!((stats.hits, stats.misses, stats.expired), (3, 3, 2));
}

#[tokio::test]
async fn a_loaded_value_too_large_to_keep_is_handed_out_all_the_same() {
    let (gateway, _) = gateway([("ZEROBILL_CACHE_MAX_BYTES", "1024")]);
    let load = async || Ok::<_, CacheError>("x".repeat(1_010));
    let value = gateway.cache().get_or_load("key", None, load).await.unwrap();
    assert_eq!(value.len(), 1_010);
    assert_eq!(gateway.cache().stats().entries, 0);
}

#[test]
fn what_is_set_while_loading_stays() {
    let (gateway, _) = gateway([]);
    let mut context = Context::from_waker(Waker::noop());
    let gate = Cell::new(false);
    let load = async || {
        while !gate.get() {
            tokio::task::yield_now().await;
        }
        Ok::<_, CacheError>(1)
    };
    for ttl in [None, Some(Duration::ZERO)] {
        for step in 0..4 {
            let (cache, key) = (gateway.cache(), format!("key-{step}-{ttl:?}"));
            gate.set(false);
            let mut loading = pin!(cache.get_or_load(&key, ttl, load));
            assert!(loading.as_mut().poll(&mut context).is_pending());
            match step {
                0 => assert!(cache.set(&key, &2, None).unwrap()),
                1 => assert!(!cache.delete(&key)),
                2 => assert_eq!(cache.clear(), 1),
                _ => assert!(gateway.unload("cache").unwrap()),
            }
            gate.set(true);
            assert_eq!(
                loading.as_mut().poll(&mut context).map(Result::unwrap),
                std::task::Poll::Ready(1)
            );
            if step == 0 {
                assert_eq!(cache.get::<u8>(&key).unwrap(), Some(2), "{ttl:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_wrong_type_is_told_to_who_asked() {
    let (gateway, _) = gateway([]);
    gateway.cache().set("key", "text", None).unwrap();
    let error = gateway
        .cache()
        .get_or_load("key", None, async || Ok::<u8, CacheError>(1))
        .await
        .unwrap_err();
    assert!(matches!(error, CacheError::WrongType { .. }));
}
