//! How long values live: across freezes, clocks set back, and never longer than they may.

use std::time::Duration;

use super::{gateway, noon, seconds};
use crate::Gateway;

fn lives(gateway: &Gateway) -> bool {
    let found = gateway.cache().contains("key");
    assert_eq!(gateway.cache().get::<u8>("key").unwrap().is_some(), found);
    found
}

#[test]
fn a_value_ends_at_its_time_to_live_and_not_before() {
    let (gateway, hand) = gateway([]);
    assert!(gateway.cache().set("key", &1, Some(seconds(60))).unwrap());
    hand.advance(Duration::from_millis(59_999));
    assert!(lives(&gateway));
    hand.advance(Duration::from_millis(1));
    assert!(!lives(&gateway));
    let stats = gateway.cache().stats();
    assert_eq!(
        (stats.hits, stats.misses, stats.expired, stats.entries, stats.bytes),
        (1, 1, 1, 0, 0)
    );
}

#[test]
fn a_freeze_counts() {
    let (gateway, hand) = gateway([]);
    gateway.cache().set("key", &1, Some(seconds(60))).unwrap();
    hand.freeze(Duration::from_secs(59));
    assert!(lives(&gateway));
    hand.freeze(Duration::from_secs(1));
    assert!(!lives(&gateway));
}

#[test]
fn a_clock_set_back_makes_nothing_live_longer() {
    let (gateway, hand) = gateway([]);
    gateway.cache().set("key", &1, Some(seconds(60))).unwrap();
    hand.advance(Duration::from_secs(59));
    hand.set(noon() - Duration::from_secs(86_400));
    assert!(lives(&gateway));
    hand.advance(Duration::from_secs(1));
    assert!(!lives(&gateway));
    hand.set(noon());
    assert!(!lives(&gateway), "nothing comes back to life");
}

#[test]
fn many_short_freezes_add_up() {
    let (gateway, hand) = gateway([]);
    gateway.cache().set("key", &1, Some(seconds(60))).unwrap();
    for _ in 0..1_001 {
        hand.freeze(Duration::from_millis(60));
        gateway.cache().contains("key");
    }
    assert!(!lives(&gateway), "60.06 s have passed");
}

#[test]
fn without_a_time_to_live_a_value_stays_until_the_setting_says_otherwise() {
    let (forever, hand) = gateway([]);
    forever.cache().set("key", &1, None).unwrap();
    hand.freeze(Duration::from_secs(3_000_000_000));
    assert!(lives(&forever));

    let (short, hand) = gateway([("ZEROBILL_CACHE_TTL_SECONDS", "1.5")]);
    short.cache().set("key", &1, None).unwrap();
    hand.freeze(Duration::from_millis(1_499));
    assert!(lives(&short));
    hand.freeze(Duration::from_millis(101));
    assert!(!lives(&short));
    short.cache().set("key", &1, Some(seconds(60))).unwrap();
    hand.freeze(Duration::from_secs(59));
    assert!(lives(&short), "the call wins over the setting");
}

#[test]
fn a_time_to_live_of_zero_stores_nothing_and_takes_the_old_value_away() {
    let (gateway, _) = gateway([]);
    assert!(gateway.cache().set("key", &1, None).unwrap());
    assert!(!gateway.cache().set("key", &2, Some(Duration::ZERO)).unwrap());
    assert!(!lives(&gateway));
    assert_eq!(gateway.cache().stats().entries, 0);
    let (none, _) = super::gateway([("ZEROBILL_CACHE_TTL_SECONDS", "0")]);
    assert!(!none.cache().set("key", &1, None).unwrap());
}

#[test]
fn the_longest_time_to_live_is_no_overflow() {
    let (gateway, hand) = gateway([]);
    assert!(gateway.cache().set("key", &1, Some(Duration::MAX)).unwrap());
    hand.freeze(Duration::from_secs(3_000_000_000));
    assert!(lives(&gateway));
}

#[test]
fn cleanup_removes_what_has_expired_and_nothing_else() {
    let (gateway, hand) = gateway([]);
    let cache = gateway.cache();
    assert_eq!((cache.cleanup(), cache.clear(), cache.delete("a")), (0, 0, false));
    for (key, ttl) in [
        ("a", Some(seconds(1))),
        ("b", Some(seconds(1))),
        ("c", Some(seconds(9))),
        ("d", None),
    ] {
        cache.set(key, &1, ttl).unwrap();
    }
    hand.advance(Duration::from_secs(1));
    assert_eq!(cache.stats().entries, 4);
    assert!(!cache.delete("a"), "it had expired");
    assert_eq!((cache.cleanup(), cache.cleanup()), (1, 0));
    assert_eq!(cache.stats().entries, 2);
    assert!(cache.delete("c") && !cache.delete("c"));
    assert_eq!((cache.clear(), cache.clear()), (1, 0));
}
