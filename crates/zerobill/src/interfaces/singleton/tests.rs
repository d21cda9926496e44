//! Made once whoever asks, never stuck, and every end seen.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{Hooks, SingletonError};
use crate::{
    environment::Environment,
    error::{Error, INTERNAL},
    gateway::Gateway,
    output::Output,
};

fn gateway() -> Gateway {
    let builder = Gateway::builder()
        .environment(Environment::default())
        .output(Output::captured());
    builder.build().expect("valid")
}

async fn call(gateway: &Gateway, operation: &str, parameters: Value) -> Value {
    gateway
        .execute_operation("singleton", operation, parameters)
        .await
        .expect("answers")
}

#[tokio::test]
async fn a_registered_value_is_handed_out_by_its_type() {
    let gateway = gateway();
    let singleton = gateway.singleton();
    let held = singleton.register("limit", 7_u32).expect("the name is free");
    assert_eq!(singleton.get::<u32>("limit"), Ok(Some(held)));
    assert_eq!(singleton.get::<u32>("other"), Ok(None));
    let wrong = SingletonError::WrongType {
        name: "limit".to_owned(),
        is: "u32",
        asked: "i64",
    };
    assert_eq!(singleton.get::<i64>("limit"), Err(wrong));
    assert_eq!(
        singleton.register("limit", 8_u32),
        Err(SingletonError::AlreadyRegistered("limit".to_owned()))
    );
    assert_eq!(singleton.register("", 8_u32), Err(SingletonError::NoName));
}

#[tokio::test]
async fn operations_see_the_same_values() {
    let gateway = gateway();
    assert_eq!(call(&gateway, "exists", json!({ "name": "limit" })).await, false);
    gateway.singleton().register("limit", 7_u32).expect("the name is free");
    assert_eq!(call(&gateway, "exists", json!({ "name": "limit" })).await, true);
    let list = call(&gateway, "list", json!({})).await;
    assert_eq!(
        (&list[0]["name"], &list[0]["type_name"], &list[0]["holders"]),
        (&json!("limit"), &json!("u32"), &json!(0))
    );
    assert_eq!(call(&gateway, "reset", json!({ "name": "limit" })).await, true);
    assert_eq!(call(&gateway, "reset_all", json!({})).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_who_ask_at_once_get_one_value() {
    let (gateway, made) = (gateway(), Arc::new(AtomicU32::new(0)));
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let (gateway, made) = (gateway.clone(), Arc::clone(&made));
            crate::invocation::spawn(async move {
                let make = async || {
                    tokio::task::yield_now().await;
                    Ok::<_, SingletonError>(made.fetch_add(1, SeqCst) + 1)
                };
                gateway.singleton().get_or_create("n", make).await.map(|n| *n)
            })
        })
        .collect();
    for ask in asking {
        assert_eq!(ask.await.expect("no panic"), Ok(1));
    }
    assert_eq!(made.load(SeqCst), 1);
}

#[tokio::test]
async fn a_failed_a_panicking_and_a_dropped_maker_let_the_next_one_try() {
    let gateway = gateway();
    let singleton = gateway.singleton();
    let failed = singleton
        .get_or_create("n", async || Err::<u8, _>(Error::new(INTERNAL, "down")))
        .await;
    assert_eq!(failed.map_err(|error| error.to_string()), Err("down".to_owned()));

    let other = gateway.clone();
    let panicking = crate::invocation::spawn(async move {
        other
            .singleton()
            .get_or_create("n", async || -> Result<u8, SingletonError> {
                panic!("a maker that panics")
            })
            .await
    });
    assert!(panicking.await.is_err_and(|error| error.is_panic()));

    {
        let never = async || {
            std::future::pending::<()>().await;
            Ok::<u8, SingletonError>(0)
        };
        let mut dropped = Box::pin(singleton.get_or_create("n", never));
        assert!(futures_util::poll!(&mut dropped).is_pending());
        let mut waiting = Box::pin(singleton.get_or_create("n", async || Ok::<u8, SingletonError>(3)));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(dropped);
        assert_eq!(waiting.await.map(|n| *n), Ok(3));
    }
    assert!(singleton.exists("n"));
}

#[tokio::test]
async fn a_maker_may_ask_for_another_value() {
    let gateway = gateway();
    let singleton = gateway.singleton();
    let outer = singleton
        .get_or_create("outer", async || {
            let inner = singleton
                .get_or_create("inner", async || Ok::<_, SingletonError>(1))
                .await?;
            Ok::<_, SingletonError>(*inner + 1)
        })
        .await;
    assert_eq!(outer.map(|n| *n), Ok(2));
}

fn cycle(path: &[&str]) -> SingletonError {
    SingletonError::Cycle {
        path: path.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[tokio::test]
async fn a_value_that_needs_itself_is_an_error_that_names_the_way() {
    let gateway = gateway();
    let singleton = gateway.singleton();
    let made = singleton
        .get_or_create("a", async || {
            let b = singleton
                .get_or_create("b", async || {
                    let a: Arc<u8> = singleton
                        .get_or_create("a", async || Ok::<_, SingletonError>(1))
                        .await?;
                    Ok::<_, SingletonError>(*a)
                })
                .await?;
            Ok::<_, SingletonError>(*b)
        })
        .await;
    assert_eq!(made, Err(cycle(&["a", "b", "a"])));
    assert_eq!(
        cycle(&["a", "b", "a"]).to_string(),
        "singleton `a` needs itself: a -> b -> a"
    );
    assert!(singleton.list().is_empty());
}

#[tokio::test]
async fn two_tasks_whose_values_need_each_other_are_not_stuck() {
    let gateway = gateway();
    let (a_begun, b_begun) = (Notify::new(), Notify::new());
    let singleton = gateway.singleton();
    let a = singleton.get_or_create("a", async || {
        a_begun.notify_one();
        b_begun.notified().await;
        singleton
            .get_or_create("b", async || Ok::<u8, SingletonError>(0))
            .await
            .map(|b| *b)
    });
    let b = singleton.get_or_create("b", async || {
        b_begun.notify_one();
        a_begun.notified().await;
        singleton
            .get_or_create("a", async || Ok::<u8, SingletonError>(0))
            .await
            .map(|a| *a)
    });
    let (a, b) = tokio::join!(a, b);
    // The one that closes the ring hears of it and fails; the other one then makes that value itself, and has it.
    assert!(
        matches!(
            (&a, &b),
            (Ok(_), Err(SingletonError::Cycle { .. })) | (Err(SingletonError::Cycle { .. }), Ok(_))
        ),
        "{a:?} {b:?}"
    );
}

#[tokio::test]
async fn a_value_that_waits_for_two_others_closes_a_ring_through_either() {
    let gateway = gateway();
    let (singleton, begun) = (gateway.singleton(), Notify::new());
    let quick = async || Ok::<u8, SingletonError>(0);
    // `a` waits for `b` and `c` at once, and `b` is the one that then wants `a`.
    let a = singleton.get_or_create("a", async || {
        begun.notify_waiters();
        let (b, c) = tokio::join!(singleton.get_or_create("b", quick), singleton.get_or_create("c", quick));
        Ok::<u8, SingletonError>(*b? + *c?)
    });
    let b = singleton.get_or_create("b", async || {
        begun.notified().await;
        tokio::task::yield_now().await;
        singleton.get_or_create("a", quick).await.map(|a| *a)
    });
    let c = singleton.get_or_create("c", async || {
        tokio::task::yield_now().await;
        Ok::<u8, SingletonError>(2)
    });
    let (b, c, a) = tokio::join!(b, c, a);
    assert_eq!(b, Err(cycle(&["b", "a", "b"])));
    assert_eq!((c.map(|c| *c), a.map(|a| *a)), (Ok(2), Ok(2)));
}

#[tokio::test]
async fn hooks_are_asked_and_told() {
    static CLOSED: AtomicU32 = AtomicU32::new(0);
    let gateway = gateway();
    let hooks = Hooks::new().check(|up: &bool| if *up { Ok(()) } else { Err("not connected".to_owned()) });
    let hooks = hooks.close(|_| _ = CLOSED.fetch_add(1, SeqCst));
    gateway
        .singleton()
        .register_with("database", false, hooks)
        .expect("the name is free");
    let health = gateway.debug().health(&gateway);
    assert_eq!(
        health.interfaces["singleton"].reasons,
        ["singleton `database`: not connected"]
    );
    assert!(gateway.singleton().reset("database"));
    assert_eq!(CLOSED.load(SeqCst), 1);
    assert!(gateway.debug().health(&gateway).is_ok());
    assert!(!gateway.singleton().reset("database"));
}

#[tokio::test]
async fn a_value_given_up_is_made_again_while_holders_keep_theirs() {
    let gateway = gateway();
    let first = gateway
        .singleton()
        .get_or_create("n", async || Ok::<_, SingletonError>(1))
        .await
        .expect("made");
    assert!(gateway.unload("singleton").expect("an interface"));
    let second = gateway
        .singleton()
        .get_or_create("n", async || Ok::<_, SingletonError>(2))
        .await
        .expect("made");
    assert_eq!((*first, *second), (1, 2));
}
