//! The byte bound, and a comparison with the simplest cache there is.

use std::{collections::HashMap, time::Duration};

use proptest::prelude::*;

use super::gateway;
use crate::error::TOO_LARGE;

#[test]
fn what_is_used_least_makes_room_and_is_counted() {
    let (gateway, _) = gateway([("ZEROBILL_CACHE_MAX_BYTES", "1024")]);
    let value = "x".repeat(100);
    for n in 0..50 {
        gateway.cache().set(&format!("key-{n:02}"), &value, None).unwrap();
        let stats = gateway.cache().stats();
        assert!(stats.bytes <= 1_024, "{stats:?}");
        // Six letters of key, 102 of JSON, and the overhead.
        assert_eq!(stats.bytes, stats.entries * (6 + 102 + 96));
        assert_eq!(stats.entries + stats.evictions, n + 1);
    }
    assert_eq!(gateway.cache().stats().entries, 5);
}

#[test]
fn a_value_too_large_is_an_error_and_takes_the_old_one_away() {
    let (gateway, _) = gateway([("ZEROBILL_CACHE_MAX_BYTES", "1024")]);
    gateway.cache().set("key", &1, None).unwrap();
    let error = gateway.cache().set("key", &"x".repeat(1_000), None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value for `key` takes 1101 bytes and one entry may take 960; `cache.max_bytes` sets the limit"
    );
    assert_eq!(crate::Error::from(error).code(), TOO_LARGE);
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), None);
    let error = gateway
        .cache()
        .set_shared("key", std::sync::Arc::new(1), usize::MAX, None)
        .unwrap_err();
    assert!(
        error.to_string().contains("takes 18446744073709551615 bytes"),
        "{error}"
    );
}

#[test]
fn the_largest_entry_that_is_taken_is_really_there() {
    for max in [1_024, 1_025, 1_039, 4_096, 65_537] {
        let (gateway, _) = gateway([("ZEROBILL_CACHE_MAX_BYTES", max.to_string().as_str())]);
        let largest = max - usize::div_ceil(max, 16);
        let value = "x".repeat(largest - 96 - 3 - 2);
        assert!(gateway.cache().set("key", &value, None).unwrap(), "{max}");
        assert_eq!(gateway.cache().get::<String>("key").unwrap(), Some(value), "{max}");
        let stats = gateway.cache().stats();
        assert_eq!((stats.bytes, stats.evictions), (largest as u64, 0));
    }
}

#[test]
fn a_bound_set_lower_holds_at_once() {
    let (gateway, _) = gateway([]);
    for n in 0..100 {
        gateway.cache().set(&n.to_string(), &"x".repeat(100), None).unwrap();
    }
    gateway.config().set("cache.max_bytes", 2_048).unwrap();
    let stats = gateway.cache().stats();
    assert_eq!(stats.max_bytes, 2_048);
    assert!(stats.bytes <= 2_048 && stats.entries > 5, "{stats:?}");
    assert_eq!(stats.entries + stats.evictions, 100);
    let largest = "x".repeat(2_048 - 128 - 96 - 3 - 2);
    assert!(gateway.cache().set("key", &largest, None).unwrap());
    assert_eq!(gateway.cache().get::<String>("key").unwrap(), Some(largest));
}

#[test]
fn unloading_forgets_everything_and_the_next_use_builds_again() {
    let (gateway, _) = gateway([]);
    assert!(!gateway.unload("cache").unwrap());
    gateway.cache().set("key", &1, None).unwrap();
    assert!(gateway.unload("cache").unwrap());
    assert_eq!(gateway.cache().stats().entries, 0);
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), None);
    assert!(gateway.cache().set("key", &2, None).unwrap());
    assert_eq!(gateway.cache().get::<u8>("key").unwrap(), Some(2));
}

/// One step of a user of the cache.
#[derive(Clone, Debug)]
enum Step {
    Set(u8, usize, Option<u16>),
    Get(u8),
    Contains(u8),
    Delete(u8),
    Cleanup,
    Clear,
    Unload,
    Advance(u16),
    Freeze(u16),
    SetBack(u16),
}

fn any_step() -> impl Strategy<Value = Step> {
    let key = 0_u8..12;
    prop_oneof![
        6 => (key.clone(), 0_usize..700, prop::option::of(0_u16..5_000)).prop_map(|(key, size, ttl)| Step::Set(key, size, ttl)),
        6 => key.clone().prop_map(Step::Get),
        2 => key.clone().prop_map(Step::Contains),
        1 => key.prop_map(Step::Delete),
        1 => Just(Step::Cleanup),
        1 => Just(Step::Clear),
        1 => Just(Step::Unload),
        2 => (0_u16..3_000).prop_map(Step::Advance),
        // Shorter freezes are noise to the clock, and are tested beside it.
        1 => (101_u16..3_000).prop_map(Step::Freeze),
        1 => (101_u16..60_000).prop_map(Step::SetBack),
    ]
}

/// The value under `key` that has not ended `now`.
fn live(model: &HashMap<u8, (String, u64)>, now: u64, key: u8) -> Option<String> {
    let found = model.get(&key).filter(|(_, ends)| *ends > now);
    found.map(|(value, _)| value.clone())
}

proptest! {
    #[test]
    fn what_is_found_is_what_the_simplest_cache_holds(steps in prop::collection::vec(any_step(), 1..120)) {
        let (gateway, hand) = gateway([("ZEROBILL_CACHE_MAX_BYTES", "2048")]);
        let cache = gateway.cache();
        // The model: key -> (value, when it ends), in milliseconds that have passed.
        let (mut model, mut now) = (HashMap::<u8, (String, u64)>::new(), 0_u64);
        let mut wall = super::noon();
        let (mut found, mut asked, mut stored) = (0, 0, 0_u64);
        for (number, step) in steps.into_iter().enumerate() {
            let name = |key: u8| format!("key-{key}");
            match step {
                Step::Set(key, size, ttl) => {
                    let value = format!("{number}{}", "x".repeat(size));
                    let ttl = ttl.map(u64::from);
                    let was_stored = cache.set(&name(key), &value, ttl.map(Duration::from_millis)).unwrap();
                    prop_assert_eq!(was_stored, ttl != Some(0));
                    if was_stored {
                        stored += 1;
                        model.insert(key, (value, ttl.map_or(u64::MAX, |ttl| now + ttl)));
                    } else {
                        model.remove(&key);
                    }
                }
                Step::Get(key) => {
                    asked += 1;
                    if let Some(value) = cache.get::<String>(&name(key)).unwrap() {
                        found += 1;
                        prop_assert_eq!(Some(value), live(&model, now, key));
                    }
                }
                Step::Contains(key) => {
                    prop_assert!(!cache.contains(&name(key)) || live(&model, now, key).is_some());
                }
                Step::Delete(key) => {
                    prop_assert!(!cache.delete(&name(key)) || live(&model, now, key).is_some());
                    model.remove(&key);
                }
                Step::Cleanup => {
                    cache.cleanup();
                    prop_assert!(cache.stats().entries <= model.values().filter(|(_, ends)| *ends > now).count() as u64);
                }
                Step::Clear => {
                    cache.clear();
                    model.clear();
                }
                Step::Unload => {
                    gateway.unload("cache").unwrap();
                    model.clear();
                }
                Step::Advance(ms) => {
                    hand.advance(Duration::from_millis(ms.into()));
                    (now, wall) = (now + u64::from(ms), wall + Duration::from_millis(ms.into()));
                }
                Step::Freeze(ms) => {
                    hand.freeze(Duration::from_millis(ms.into()));
                    (now, wall) = (now + u64::from(ms), wall + Duration::from_millis(ms.into()));
                }
                Step::SetBack(ms) => {
                    wall -= Duration::from_millis(ms.into());
                    hand.set(wall);
                    // The clock sees a step only when it is read, as a busy function does all the time.
                    cache.stats();
                }
            }
            gateway.base().clock.age();
            let stats = cache.stats();
            prop_assert!(stats.bytes <= 2_048);
            prop_assert_eq!((stats.hits, stats.misses), (found, asked - found));
            prop_assert!(stats.evictions + stats.expired <= stored);
            // Where nothing was dropped to make room, nothing that lives is missing.
            if stats.evictions == 0 {
                for key in 0..12 {
                    let lives = live(&model, now, key).is_some();
                    prop_assert_eq!(cache.contains(&name(key)), lives, "key {}", key);
                }
            }
        }
    }
}
