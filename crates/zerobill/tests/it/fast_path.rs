//! Promotion changes what is counted and timed, and nothing that is answered.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use serde_json::{Value, json};
use zerobill::{
    Gateway,
    debug::OperationStats,
    environment::Environment,
    gateway::{
        OperationHandle, cache_set, disable_fast_path, enable_fast_path, get_fast_path_stats, reset_fast_path_stats,
    },
    operation::{Description, Repeatable},
    output::Output,
};

use super::table::{block_on, example, fresh, is_built_in, rows, shape};

/// More calls than the window takes in at once, so that the last are those of a promoted operation.
const CALLS: usize = 66;

/// These change whether and what is promoted.
const SWITCHES: [&str; 2] = ["disable_fast_path", "reset_fast_path_stats"];

fn answers(gateway: &Gateway, name: &str, parameters: &Value) -> Vec<Value> {
    let (interface, operation) = name.split_once('.').unwrap();
    let calls = (0..CALLS).map(async |_| {
        let answer = gateway.execute_operation(interface, operation, parameters.clone());
        answer.await.unwrap_or_else(|error| json!(error.to_string()))
    });
    block_on(async {
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await);
        }
        answers
    })
}

fn answers_of(handle: &OperationHandle, parameters: &Value) -> Vec<Value> {
    block_on(async {
        let mut answers = Vec::new();
        for _ in 0..CALLS {
            let answer = handle.call(parameters.clone()).await;
            answers.push(answer.unwrap_or_else(|error| json!(error.to_string())));
        }
        answers
    })
}

fn assert_alike(description: &Description, one: &[Value], other: &[Value]) {
    match description.repeatable {
        Repeatable::Equal => assert_eq!(one, other, "{}", description.name),
        Repeatable::SameShape(_) => {
            let shapes = |answers: &[Value]| answers.iter().map(shape).collect::<Vec<_>>();
            assert_eq!(shapes(one), shapes(other), "{}", description.name);
        }
    }
}

#[test]
fn a_promoted_operation_answers_like_one_that_is_not_and_so_does_a_handle() {
    let mut promoted = 0;
    // Both of these call others for as long as it takes; `repeatable` holds for them as for the rest.
    let takes_long = |name: &str| ["self_test", "benchmark"].contains(&name);
    for (row, operation) in rows().filter(|(row, operation)| is_built_in(row, *operation)) {
        let description = operation.description();
        if takes_long(description.name) {
            continue;
        }
        let name = format!("{}.{}", row.name, description.name);
        let parameters = Value::from(example(description));
        let (plain, fast, by_handle) = (fresh(), fresh(), fresh());
        plain.debug().disable_fast_path();
        let expected = answers(&plain, &name, &parameters);
        assert_alike(description, &expected, &answers(&fast, &name, &parameters));
        let handle = by_handle.resolve(&name).unwrap();
        assert_alike(description, &expected, &answers_of(&handle, &parameters));
        for gateway in [&fast, &by_handle] {
            let stats = gateway.debug().fast_path_stats();
            let is_hot = stats.operations.get(&name).is_some_and(|stats| stats.promoted);
            assert_eq!(is_hot, !SWITCHES.contains(&description.name), "{name}");
            promoted += u64::from(is_hot);
        }
        let plain_stats = plain.debug().fast_path_stats();
        let on_again = description.name == "enable_fast_path";
        assert_eq!(plain_stats.hits > 0, on_again, "{name}");
    }
    assert!(promoted > 100, "{promoted}");
}

fn gateway<const N: usize>(variables: [(&str, &str); N]) -> Gateway {
    let builder = Gateway::builder().environment(Environment::from_pairs(variables));
    builder.output(Output::captured()).build().unwrap()
}

fn call(gateway: &Gateway, times: usize) -> OperationStats {
    block_on(async {
        for _ in 0..times {
            gateway
                .execute_operation("cache", "contains", json!({ "key": "k" }))
                .await
                .unwrap();
        }
    });
    gateway.debug().fast_path_stats().operations["cache.contains"]
}

#[test]
fn the_settings_say_what_is_hot_and_whether_it_matters() {
    assert!(!call(&gateway([]), 9).promoted);
    assert!(call(&gateway([]), 10).promoted);
    assert!(call(&gateway([("ZEROBILL_HOT_CALLS", "3")]), 3).promoted);
    assert!(!call(&gateway([("ZEROBILL_HOT_CALLS", "3")]), 2).promoted);
    let off = gateway([("ZEROBILL_FAST_PATH", "off")]);
    let stats = call(&off, 200);
    assert_eq!(
        (stats.promoted, stats.calls, stats.hits, stats.timed),
        (false, 200, 0, 200)
    );
    off.debug().enable_fast_path();
    assert!(call(&off, 10).promoted);
    let (_, faults) = Gateway::builder()
        .environment(Environment::from_pairs([("ZEROBILL_HOT_PERCENT", "101")]))
        .build_anyway();
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        ["environment variable `ZEROBILL_HOT_PERCENT`: `101` is not a whole number from 0 to 100"]
    );
}

#[test]
fn a_percentage_is_one_of_the_calls_in_the_window() {
    let gateway = gateway([("ZEROBILL_HOT_PERCENT", "50")]);
    call(&gateway, 100);
    block_on(async {
        for _ in 0..101 {
            gateway.execute_operation("cache", "clear", json!({})).await.unwrap();
        }
    });
    let stats = gateway.debug().fast_path_stats();
    assert!(!stats.operations["cache.contains"].promoted && stats.operations["cache.clear"].promoted);
}

#[test]
fn an_error_is_counted_like_an_answer_and_named_the_same() {
    let gateway = gateway([]);
    let handle = gateway.resolve("cache.get").unwrap();
    let errors: Vec<_> = (0..CALLS)
        .map(|_| block_on(handle.call(json!({ "key": 1 }))).unwrap_err().to_string())
        .collect();
    assert!(
        errors
            .iter()
            .all(|error| *error == "parameter `key` must be of type string, not integer")
    );
    let usage = gateway.stats().usage;
    assert_eq!((usage.operations, usage.operation_errors), (66, 66));
    assert_eq!(gateway.debug().fast_path_stats().operations["cache.get"].calls, 66);
}

#[test]
fn a_handle_knows_what_it_calls_and_a_wrong_name_gets_none() {
    let gateway = gateway([]);
    let handle = gateway.resolve("cache.get").unwrap();
    assert_eq!((handle.interface(), handle.description().name), ("cache", "get"));
    let error = |name: &str| gateway.resolve(name).unwrap_err().to_string();
    assert_eq!(error("cahce.get"), "unknown interface `cahce`; did you mean `cache`?");
    assert_eq!(
        error("debug.helth"),
        "unknown operation `debug.helth`; did you mean `health`?"
    );
    assert_eq!(
        error("cache"),
        "unknown operation `cache.`; there are `get`, `set`, `delete`, `clear`, `contains`, `cleanup`, `stats`"
    );
}

#[test]
fn a_handle_outlives_the_gateway_it_came_from_and_goes_to_other_threads() {
    let handle = {
        let gateway = gateway([]);
        gateway.cache().set("k", &7, None).unwrap();
        gateway.resolve("cache.get").unwrap()
    };
    let other = std::thread::spawn(move || block_on(handle.call(json!({ "key": "k" }))).unwrap());
    assert_eq!(other.join().unwrap(), json!(7));
}

#[test]
fn the_free_functions_switch_that_of_the_running_invocation_s_gateway() {
    let gateway = gateway([]);
    let inside = async {
        cache_set("k", &1, None)?;
        assert!(get_fast_path_stats()?.enabled);
        disable_fast_path()?;
        assert!(!get_fast_path_stats()?.enabled);
        enable_fast_path()?;
        gateway.execute_operation("cache", "clear", json!({})).await?;
        assert_eq!(get_fast_path_stats()?.operations["cache.clear"].calls, 1);
        reset_fast_path_stats()?;
        assert!(get_fast_path_stats()?.operations.is_empty());
        Ok::<_, zerobill::Error>(())
    };
    block_on(gateway.invoke(lambda_runtime::Context::default(), inside)).unwrap();
    assert!(gateway.debug().fast_path_stats().enabled);
}
