//! When the analytics are logged, and how the line looks.

use std::time::Duration;

use serde_json::{Value, json};

use super::{gateway, request};
use crate::output::Output;

/// The requests that each logged export has counted.
fn logged(output: &Output) -> Vec<u64> {
    let requests = |line: &String| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["analytics"]["requests"].as_u64().unwrap()
    };
    output.lines().iter().map(requests).collect()
}

#[tokio::test]
async fn they_are_logged_after_each_doubling_and_at_most_so_many_requests_apart() {
    let (gateway, _, output) = gateway([("ZEROBILL_ANALYTICS_REQUESTS", "5")]);
    for _ in 0..20 {
        request(&gateway, async {}).await;
    }
    assert_eq!(logged(&output), [1, 2, 4, 8, 13, 18]);
}

#[tokio::test]
async fn they_are_logged_at_most_so_many_minutes_apart_as_far_as_there_are_requests() {
    let (gateway, hand, output) = gateway([("ZEROBILL_ANALYTICS_MINUTES", "10")]);
    for _ in 0..6 {
        request(&gateway, async {}).await;
    }
    assert_eq!(logged(&output), [1, 2, 4]);
    hand.freeze(Duration::from_secs(9 * 60));
    request(&gateway, async {}).await;
    assert_eq!(logged(&output), [1, 2, 4]);
    hand.freeze(Duration::from_secs(60));
    request(&gateway, async {}).await;
    assert_eq!(logged(&output), [1, 2, 4, 8]);
    hand.freeze(Duration::from_secs(3_600));
    request(&gateway, async {}).await;
    assert_eq!(logged(&output), [1, 2, 4, 8, 9]);
}

#[tokio::test]
async fn they_are_not_logged_unless_that_is_set() {
    let (gateway, _, output) = gateway([]);
    for _ in 0..100 {
        request(&gateway, async {}).await;
    }
    assert_eq!(output.lines(), [] as [&str; 0]);
}

#[tokio::test]
async fn the_line_stands_in_the_request_and_no_level_or_budget_leaves_it_out() {
    let (gateway, _, output) = gateway([
        ("ZEROBILL_ANALYTICS_REQUESTS", "100"),
        ("ZEROBILL_LOG_LEVEL", "CRITICAL"),
        ("ZEROBILL_LOG_MAX_BYTES", "1"),
        ("ZEROBILL_LOG_PRETTY", "true"),
        ("AWS_LAMBDA_FUNCTION_NAME", "shop"),
    ]);
    let mut context = lambda_runtime::Context::default();
    "id-7".clone_into(&mut context.request_id);
    let work = async {
        gateway.cache().set("a", &1, None)?;
        Ok::<_, crate::Error>(())
    };
    gateway.invoke(context, work).await.unwrap();
    let lines = output.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let mut line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["message"], "usage analytics");
    assert_eq!(line["function_request_id"], "id-7");
    assert_eq!(line["analytics"]["environment"].take().as_str().map(str::len), Some(16));
    // With the feature `memory-profile` other tests' bytes are in it.
    line["analytics"]["interfaces"]["cache"]
        .as_object_mut()
        .unwrap()
        .remove("heap_bytes");
    let mut first_use = [0; 11];
    first_use[0] = 1;
    assert_eq!(
        line["analytics"],
        json!({
            "zerobill_analytics": 1, "environment": null, "function": "shop", "library": env!("CARGO_PKG_VERSION"),
            "from_ms": 1_800_000_000_000_u64, "until_ms": 1_800_000_000_000_u64,
            "requests": 1, "first_requests": 1, "failed": 0,
            "interfaces": { "cache": {
                "requests": 1, "first_requests": 1, "first_use": first_use,
                "built_in_requests": 1, "built_in_requests_us": 0, "built_in_init": 0, "built_in_init_us": 0,
            } },
            "kinds": { "none": 1 }, "handlers": { "none": 1 }, "combinations": { "cache": 1 },
        })
    );
}
