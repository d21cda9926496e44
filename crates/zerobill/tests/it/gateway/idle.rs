//! What is not used for long is given back, where that was asked for.

use std::time::{Duration, SystemTime};

use lambda_runtime::Context;
use serde_json::Value;
use zerobill::{Clock, ClockHand, Error, Gateway};

use super::{builder, messages};

const SECOND: Duration = Duration::from_secs(1);

fn timed(seconds: &str) -> (Gateway, ClockHand, zerobill::output::Output) {
    let (clock, hand) = Clock::manual(SystemTime::UNIX_EPOCH + 1_800_000_000 * SECOND);
    let variables = [
        ("ZEROBILL_UNLOAD_AFTER_SECONDS", seconds),
        ("ZEROBILL_LOG_LEVEL", "DEBUG"),
    ];
    let (builder, output) = builder(variables);
    (builder.clock(clock).build().unwrap(), hand, output)
}

async fn invoke(gateway: &Gateway, work: impl FnOnce()) {
    let work = async {
        work();
        Ok::<_, Error>(())
    };
    gateway.invoke(Context::default(), work).await.unwrap();
}

fn is_cached(gateway: &Gateway) -> bool {
    gateway.cache().get::<Value>("key").unwrap().is_some()
}

#[tokio::test]
async fn what_no_invocation_used_for_the_limit_is_unloaded_and_built_again_when_needed() {
    let (gateway, hand, output) = timed("60");
    invoke(&gateway, || drop(gateway.cache().set("key", &1, None))).await;
    hand.advance(SECOND);
    invoke(&gateway, || ()).await;
    hand.advance(59 * SECOND);
    invoke(&gateway, || ()).await;
    assert_eq!(gateway.cache().stats().entries, 1, "59 s since it was seen in use");
    // That was a use, seen by the next invocation.
    invoke(&gateway, || ()).await;
    hand.advance(60 * SECOND);
    invoke(&gateway, || assert!(!is_cached(&gateway))).await;
    assert_eq!(messages(&output), ["unloaded what was not used"]);
    gateway.cache().set("key", &1, None).unwrap();
    assert!(is_cached(&gateway));
}

#[tokio::test]
async fn what_the_last_invocation_used_stays_however_long_ago_that_was() {
    let (gateway, hand, output) = timed("60");
    gateway.cache().set("key", &1, None).unwrap();
    for _ in 0..5 {
        hand.freeze(3_600 * SECOND);
        invoke(&gateway, || assert!(is_cached(&gateway))).await;
    }
    assert_eq!(messages(&output), [""; 0]);
}

#[tokio::test]
async fn without_a_limit_everything_stays_and_singletons_stay_in_any_case() {
    for seconds in ["0", "1"] {
        let (gateway, hand, _) = timed(seconds);
        gateway.cache().set("key", &1, None).unwrap();
        gateway.singleton().register("one", 7_u8).unwrap();
        for _ in 0..3 {
            hand.advance(3_600 * SECOND);
            invoke(&gateway, || ()).await;
        }
        assert_eq!(is_cached(&gateway), seconds == "0");
        assert_eq!(gateway.singleton().get::<u8>("one").unwrap().as_deref(), Some(&7));
    }
}

#[tokio::test]
async fn the_heap_bytes_of_a_build_stand_in_its_record_if_they_are_counted() {
    let (gateway, _, _) = timed("0");
    gateway.cache().set("key", &1, None).unwrap();
    let built = gateway.stats().built;
    let counted = cfg!(feature = "memory-profile");
    assert_eq!(built[0].heap_bytes.is_some(), counted, "{built:?}");
    let json = serde_json::to_value(built[0]).unwrap();
    assert_eq!(json.get("heap_bytes").is_some(), counted);
}
