//! A source that is down, slow or hangs.

use super::*;

#[tokio::test]
async fn while_it_is_down_the_last_answer_holds_and_one_line_says_so() {
    let store = Store::with([("service", "one")]);
    let (gateway, hand, output) = shop(&store, builder([]));
    assert_eq!(invoke(&gateway).await, "one");
    for outage in ["no route", "no rights"] {
        store.answers(Answer::Fails(outage));
        hand.advance(300 * SECOND);
        for _ in 0..3 {
            assert_eq!(invoke(&gateway).await, "one");
            hand.advance(30 * SECOND);
        }
        let health = &gateway.health()[0].1;
        assert_eq!(
            health.reasons,
            [format!("the settings' source did not answer: {outage}")]
        );
        let error = gateway.config().refresh().await.unwrap_err();
        assert!(matches!(&error, ConfigError::NoAnswer(SourceError(problem)) if problem == outage));
        assert_eq!(crate::Error::from(error).code(), "unavailable");
        store.has([("service", "one")]);
        hand.advance(30 * SECOND);
        assert_eq!(invoke(&gateway).await, "one");
        assert_eq!(gateway.health()[0].1.reasons, [""; 0]);
    }
    assert_eq!(store.asked(), 11, "a source that is down is asked every 30 s");
    assert_eq!(
        warnings(&output),
        [
            "the settings' source did not answer: no route: its last settings hold",
            "the settings' source did not answer: no rights: its last settings hold"
        ]
    );
}

#[tokio::test]
async fn one_that_never_answered_leaves_the_layers_below() {
    let store = Store::default();
    store.answers(Answer::Fails("no such host"));
    let (gateway, _, output) = shop(&store, builder([]));
    assert_eq!(invoke(&gateway).await, "service_undefined");
    assert_eq!(
        warnings(&output),
        ["the settings' source did not answer: no such host: the settings of the file, the environment and code hold"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_serves_the_next_invocation_and_nobody_waits_for_it_twice() {
    let store = Store::default();
    store.answers(Answer::Takes(3 * SECOND, parameters([("service", "late")])));
    let (gateway, _, output) = shop(&store, builder([]));
    let started = tokio::time::Instant::now();
    assert_eq!(invoke(&gateway).await, "service_undefined");
    assert_eq!(started.elapsed(), SECOND / 2);
    assert_eq!(invoke(&gateway).await, "service_undefined");
    assert_eq!(started.elapsed(), SECOND / 2, "the second one does not wait");
    tokio::time::sleep(3 * SECOND).await;
    assert_eq!((invoke(&gateway).await.as_str(), store.asked()), ("late", 1));
    assert_eq!(warnings(&output), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn one_that_hangs_is_given_up() {
    let store = Store::default();
    let (gateway, _, _) = shop(&store, builder([]));
    let started = tokio::time::Instant::now();
    let error = gateway.config().refresh().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the settings' source did not answer: it took longer than 5 s"
    );
    assert_eq!(started.elapsed(), 5 * SECOND);
    store.has([("service", "back")]);
    gateway.config().refresh().await.unwrap();
    assert_eq!(gateway.config().require::<String>("service").unwrap(), "back");
}

#[tokio::test]
async fn a_caller_that_gives_up_does_not_stop_the_next() {
    let store = Store::default();
    let (gateway, _, _) = shop(&store, builder([]));
    let mut given_up = Box::pin(gateway.config().refresh());
    assert!(futures_util::poll!(&mut given_up).is_pending());
    drop(given_up);
    store.has([("service", "one")]);
    assert_eq!(gateway.config().refresh().await.unwrap(), ["service"]);
}

#[tokio::test]
async fn one_that_is_down_is_left_alone_for_a_while_even_if_it_is_to_be_asked_each_time() {
    let store = Store::with([("service", "one")]);
    let (gateway, hand, _) = shop(&store, builder([("ZEROBILL_CONFIG_SSM_MAX_AGE_SECONDS", "0")]));
    invoke(&gateway).await;
    invoke(&gateway).await;
    assert_eq!(store.asked(), 2);
    store.answers(Answer::Fails("no route"));
    for _ in 0..3 {
        assert_eq!(invoke(&gateway).await, "one");
    }
    assert_eq!(store.asked(), 3);
    hand.advance(30 * SECOND);
    assert_eq!((invoke(&gateway).await.as_str(), store.asked()), ("one", 4));
}
