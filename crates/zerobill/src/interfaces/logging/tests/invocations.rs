//! What belongs to one invocation stays in it.

use serde_json::Value;

use super::{context, gateway, invoke, messages, parsed};
use crate::{Gateway, Invocation};

/// Ten lines of the invocation `id`, with a pause after each.
async fn ten_lines(gateway: &Gateway, id: &str) {
    let work = async {
        gateway.logging().append_keys([("mine", id)]);
        Invocation::current().unwrap().set_correlation_id(id);
        for step in 0..10 {
            gateway.logging().debug("held", [("step", step)]);
            tokio::task::yield_now().await;
            gateway.logging().info("line", [("step", step)]);
            tokio::task::yield_now().await;
        }
        gateway.logging().error("failed", ());
        Ok::<_, ()>(())
    };
    gateway.invoke(context(id), work).await.unwrap();
}

fn check(lines: &[Value]) {
    for line in lines {
        assert_eq!(line["function_request_id"], line["mine"], "{line}");
        assert_eq!(line["function_request_id"], line["correlation_id"], "{line}");
    }
    for id in ["one", "two"] {
        let own: Vec<_> = lines.iter().filter(|line| line["mine"] == id).collect();
        let steps: Vec<_> = own.iter().filter_map(|line| line["step"].as_u64()).collect();
        let expected: Vec<u64> = (0..10).chain(0..10).collect();
        assert_eq!(
            steps, expected,
            "the ten lines, then at the error the ten that were held back"
        );
        assert!(own[..10].iter().all(|line| line["level"] == "INFO"));
        assert!(own[10..20].iter().all(|line| line["level"] == "DEBUG"));
    }
}

#[tokio::test]
async fn two_invocations_that_take_turns_on_one_thread_do_not_mix() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1")]);
    tokio::join!(ten_lines(&gateway, "one"), ten_lines(&gateway, "two"));
    let lines = parsed(&output);
    assert_ne!(lines[0]["mine"], lines[1]["mine"], "they do take turns");
    check(&lines);
}

#[test]
fn two_invocations_on_two_threads_do_not_mix() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1")]);
    let barrier = std::sync::Barrier::new(2);
    std::thread::scope(|scope| {
        for id in ["one", "two"] {
            let (gateway, barrier) = (&gateway, &barrier);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                barrier.wait();
                runtime.block_on(ten_lines(gateway, id));
            });
        }
    });
    check(&parsed(&output));
}

#[tokio::test]
async fn a_task_started_with_spawn_stays_in_the_invocation() {
    let (gateway, output) = gateway([]);
    let inner = gateway.clone();
    let work = async {
        inner.logging().append_keys([("mine", 1)]);
        let task = inner.clone();
        crate::invocation::spawn(async move { task.logging().info("from the task", ()) })
            .await
            .unwrap();
        Ok::<_, ()>(())
    };
    gateway.invoke(context("one"), work).await.unwrap();
    let task = gateway.clone();
    crate::invocation::spawn(async move { task.logging().info("outside", ()) })
        .await
        .unwrap();
    let lines = parsed(&output);
    assert_eq!(
        (&lines[0]["function_request_id"], &lines[0]["mine"]),
        (&"one".into(), &1.into())
    );
    assert_eq!(lines[1]["function_request_id"], Value::Null);
}

#[test]
fn keys_of_an_invocation_end_with_it_and_those_of_the_process_do_not() {
    let (gateway, output) = gateway([]);
    gateway.logging().append_keys([("stage", "prod")]);
    invoke(&gateway, "one", || {
        gateway.logging().append_keys([("cart", 3)]);
        assert_eq!(
            gateway.logging().remove_keys(["stage"]),
            0,
            "an invocation does not take from the process"
        );
        gateway.logging().info("m", ());
        assert_eq!(gateway.logging().remove_keys(["cart"]), 1);
        gateway.logging().info("m", ());
    });
    invoke(&gateway, "two", || gateway.logging().info("m", ()));
    assert_eq!(gateway.logging().remove_keys(["stage", "none"]), 1);
    gateway.logging().info("m", ());
    let keys: Vec<_> = parsed(&output)
        .iter()
        .map(|line| (line["stage"].clone(), line["cart"].clone()))
        .collect();
    let (prod, none) = (Value::from("prod"), Value::Null);
    assert_eq!(
        keys,
        [
            (prod.clone(), 3.into()),
            (prod.clone(), none.clone()),
            (prod, none.clone()),
            (none.clone(), none)
        ]
    );
}

#[test]
fn a_second_gateway_inside_an_invocation_of_the_first_logs_for_itself() {
    let ((first, ours), (second, theirs)) = (gateway([]), gateway([]));
    invoke(&first, "one", || {
        second.logging().append_keys([("mine", 2)]);
        second.logging().info("m", ());
        first.logging().info("m", ());
    });
    assert_eq!(messages(&ours), ["m"]);
    assert_eq!(parsed(&ours)[0]["mine"], Value::Null);
    assert_eq!(
        (&parsed(&theirs)[0]["mine"], &parsed(&theirs)[0]["function_request_id"]),
        (&2.into(), &Value::Null)
    );
}
