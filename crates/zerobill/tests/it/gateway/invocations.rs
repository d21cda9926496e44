//! Invocations end however they end: with an answer, an error, a panic, or dropped half way.

use std::{
    panic::AssertUnwindSafe,
    time::{Duration, SystemTime},
};

use futures_util::FutureExt as _;
use lambda_runtime::Context;
use zerobill::{Clock, Error, Gateway, Invocation, invocation};

use super::{builder, gateway, messages};

/// Logs more than the tests' invocations may.
fn log_too_much(gateway: &Gateway) {
    for _ in 0..10 {
        gateway.logging().info("a line that takes its share of the budget", ());
    }
}

#[tokio::test]
async fn an_invocation_that_panics_ends_like_any_other_that_fails() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_MAX_BYTES", "200")]);
    let work = async {
        log_too_much(&gateway);
        if gateway.stats().usage.in_flight == 1 {
            std::panic::panic_any("a handler that panics, as the test wants");
        }
        Ok::<_, Error>(())
    };
    AssertUnwindSafe(gateway.invoke(Context::default(), work))
        .catch_unwind()
        .await
        .unwrap_err();
    let usage = gateway.stats().usage;
    assert_eq!((usage.invocations, usage.in_flight, usage.errors), (1, 0, 1));
    assert!(
        messages(&output)
            .last()
            .unwrap()
            .starts_with("9 lines at INFO and below were left out"),
        "{:?}",
        messages(&output)
    );
    assert!(Invocation::current().is_none());
}

#[tokio::test]
async fn an_invocation_that_is_cancelled_ends_like_any_other_that_fails() {
    /// Logs when it is dropped.
    struct Leaves(Gateway);
    impl Drop for Leaves {
        fn drop(&mut self) {
            let inside = Invocation::current().is_some_and(|invocation| invocation.context().request_id == "one");
            self.0.logging().warning("leaving", [("inside", inside)]);
        }
    }
    let (gateway, output) = gateway([("ZEROBILL_LOG_MAX_BYTES", "200")]);
    let mut context = Context::default();
    "one".clone_into(&mut context.request_id);
    let work = async {
        let _leaves = Leaves(gateway.clone());
        log_too_much(&gateway);
        std::future::pending::<Result<(), Error>>().await
    };
    assert!(gateway.invoke(context, work).now_or_never().is_none());
    let usage = gateway.stats().usage;
    assert_eq!((usage.invocations, usage.in_flight, usage.errors), (1, 0, 1));
    let messages = messages(&output);
    assert_eq!(messages[messages.len() - 2], "leaving", "{messages:?}");
    assert!(
        messages[messages.len() - 1].starts_with("9 lines at INFO and below were left out"),
        "{messages:?}"
    );
    assert!(output.lines().iter().any(|line| line.ends_with(r#""inside":true}"#)));
}

#[tokio::test]
async fn an_invocation_hands_on_what_its_work_says_and_counts_errors() {
    let (gateway, _) = gateway([]);
    assert_eq!(
        gateway.invoke(Context::default(), async { Ok::<_, u8>(1) }).await,
        Ok(1)
    );
    assert_eq!(
        gateway.invoke(Context::default(), async { Err::<u8, _>(2) }).await,
        Err(2)
    );
    let usage = gateway.stats().usage;
    assert_eq!((usage.invocations, usage.in_flight, usage.errors), (2, 0, 1));
}

#[test]
fn a_cold_start_happens_once_however_many_begin_at_the_same_time() {
    let (gateway, _) = gateway([]);
    let barrier = std::sync::Barrier::new(8);
    let cold: usize = std::thread::scope(|scope| {
        let begin = || {
            barrier.wait();
            let work = async { Ok::<_, ()>(Invocation::current().unwrap().cold_start()) };
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            usize::from(runtime.block_on(gateway.invoke(Context::default(), work)).unwrap())
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(cold, 1);
    assert_eq!(gateway.stats().usage.invocations, 8);
}

#[tokio::test]
async fn an_invocation_knows_its_deadline_its_trace_and_its_correlation_id() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let (clock, hand) = Clock::manual(start);
    let gateway = builder([]).0.clock(clock).build().unwrap();
    let mut context = Context::default();
    context.deadline = 1_800_000_003_000;
    context.xray_trace_id = Some("Self=1-2; Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0".to_owned());
    let work = async {
        let invocation = Invocation::current().unwrap();
        assert_eq!(invocation.remaining(), Some(Duration::from_secs(3)));
        hand.advance(Duration::from_secs(2));
        assert_eq!(
            (invocation.elapsed(), invocation.remaining()),
            (Duration::from_secs(2), Some(Duration::from_secs(1)))
        );
        hand.advance(Duration::from_secs(9));
        assert_eq!(invocation.remaining(), Some(Duration::ZERO));
        assert_eq!(invocation.trace_id(), Some("1-5759e988-bd862e3fe1be46a994272793"));
        assert!(invocation.set_correlation_id("first") && !invocation.set_correlation_id("second"));
        assert_eq!(invocation.correlation_id(), Some("first"));
        Ok::<_, Error>(())
    };
    gateway.invoke(context, work).await.unwrap();
    let usage = gateway.stats().usage;
    assert_eq!((usage.duration_us, usage.billed_ms), (11_000_000, 11_000));
    let work = async { Ok::<_, Error>(Invocation::current().unwrap().remaining()) };
    assert_eq!(gateway.invoke(Context::default(), work).await.unwrap(), None);
}

#[tokio::test]
async fn a_task_that_outlives_its_invocation_still_belongs_to_it() {
    let (gateway, output) = gateway([]);
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let task = gateway.clone();
    let work = async {
        Ok::<_, Error>(invocation::spawn(async move {
            receive.await.unwrap();
            task.logging().info("late", ());
        }))
    };
    let mut context = Context::default();
    "one".clone_into(&mut context.request_id);
    let late = gateway.invoke(context, work).await.unwrap();
    send.send(()).unwrap();
    late.await.unwrap();
    assert!(
        output.lines()[0].ends_with(r#""function_request_id":"one"}"#),
        "{}",
        output.lines()[0]
    );
}
