//! What other crates log with `tracing`.

use std::fmt;

use serde_json::{Value, json};
use tracing_subscriber::{layer::SubscriberExt as _, registry};

use super::{gateway, invoke, messages, parsed};
use crate::{Gateway, error::INTERNAL, logging::layer};

/// Runs `work` with a subscriber that writes to `gateway`.
fn traced(gateway: &Gateway, work: impl FnOnce()) {
    tracing::subscriber::with_default(registry().with(layer().gateway(gateway.clone())), work);
}

#[test]
fn an_event_is_a_line_with_the_fields_of_the_spans_around_it() {
    let (gateway, output) = gateway([]);
    traced(&gateway, || {
        let _outer = tracing::info_span!("outer", order = 7, cart = 1).entered();
        let inner = tracing::info_span!("inner", cart = 2, late = tracing::field::Empty).entered();
        inner.record("late", true);
        tracing::warn!(size = 1.5, name = "x", big = u128::MAX, "placed {}", "it");
    });
    let line = output.lines().remove(0);
    assert!(
        line.ends_with(
            r#""message":"placed it","timestamp":"2026-01-02T03:04:05.678Z","service":"service_undefined","order":7,"cart":2,"late":true,"size":1.5,"name":"x","big":"340282366920938463463374607431768211455"}"#
        ),
        "{line}"
    );
    assert!(line.starts_with(r#"{"level":"WARN""#));
}

#[test]
fn the_level_holds_for_events_too() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_LEVEL", "WARN")]);
    traced(&gateway, || {
        tracing::trace!("no");
        tracing::debug!("no");
        tracing::info!("no");
        tracing::warn!("yes");
        tracing::error!("yes");
    });
    assert_eq!(
        parsed(&output)
            .iter()
            .map(|line| line["level"].clone())
            .collect::<Vec<_>>(),
        ["WARN", "ERROR"]
    );
}

#[test]
fn an_event_in_an_invocation_belongs_to_it_and_is_held_back_with_it() {
    let (gateway, output) = gateway([("ZEROBILL_LOG_BUFFER", "1")]);
    let (other, others) = super::gateway([]);
    traced(&other, || {
        invoke(&gateway, "one", || {
            gateway.logging().append_keys([("mine", 1)]);
            tracing::debug!("held");
            tracing::error!("failed");
        });
    });
    assert_eq!(messages(&output), ["held", "failed"]);
    assert!(
        parsed(&output)
            .iter()
            .all(|line| line["function_request_id"] == "one" && line["mine"] == 1)
    );
    assert_eq!(others.lines(), Vec::<String>::new());
}

#[test]
fn errors_come_with_their_causes() {
    let (gateway, output) = gateway([]);
    let error = crate::Error::new(INTERNAL, "no port").with_source("x".parse::<u8>().unwrap_err());
    traced(&gateway, || {
        tracing::error!(error = &error as &dyn std::error::Error, "failed");
    });
    assert_eq!(
        parsed(&output)[0]["error"],
        json!({ "name": "Error", "message": "no port", "cause": { "name": "Error", "message": "invalid digit found in string" } })
    );
}

#[test]
fn secrets_are_masked_in_events_and_spans() {
    let (gateway, output) = gateway([]);
    traced(&gateway, || {
        let _span = tracing::info_span!("login", password = "zbsecret-log", api_key = ?["zbsecret-log"]).entered();
        tracing::info!(token = %"zbsecret-log", user.password = 7, "m");
    });
    let line = output.lines().remove(0);
    assert!(!line.contains("zbsecret-log"), "{line}");
    assert!(
        line.ends_with(r#""password":"***","api_key":"***","token":"***","user.password":"***"}"#),
        "{line}"
    );
}

#[test]
fn a_message_that_is_no_text_is_still_the_message() {
    let (gateway, output) = gateway([]);
    traced(&gateway, || {
        tracing::info!(message = 5);
        tracing::info!(message = true);
        tracing::info!(message = ?Some("x"));
        tracing::info!(order = 7);
    });
    assert_eq!(messages(&output), ["5", "true", "Some(\"x\")", ""]);
}

#[test]
fn bytes_that_are_no_text_are_shown_as_hex() {
    let (gateway, output) = gateway([]);
    traced(&gateway, || tracing::info!(body = &[0xff_u8, 0x00, 0x80][..], "m"));
    assert_eq!(parsed(&output)[0]["body"], "[ff 00 80]");
}

struct Panicking;

impl fmt::Debug for Panicking {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("a value that panics, as the test wants");
    }
}

#[test]
fn a_debug_that_panics_does_not_take_the_line_with_it() {
    let (gateway, output) = gateway([]);
    traced(&gateway, || {
        let _span = tracing::info_span!("span", a = ?Panicking).entered();
        tracing::info!(b = ?Panicking, c = 1, "m");
    });
    let line = &parsed(&output)[0];
    let text = Value::from("<cannot be serialized: it panicked>");
    assert_eq!((&line["a"], &line["b"], &line["c"]), (&text, &text, &1.into()));
}

#[test]
fn two_layers_of_ours_in_one_subscriber_do_not_panic() {
    let ((one, first), (two, second)) = (gateway([]), gateway([]));
    let subscriber = registry().with(layer().gateway(one)).with(layer().gateway(two));
    tracing::subscriber::with_default(subscriber, || {
        let _span = tracing::info_span!("span", order = 7).entered();
        tracing::info!("m");
    });
    assert_eq!(
        (&parsed(&first)[0]["order"], &parsed(&second)[0]["order"]),
        (&7.into(), &7.into())
    );
}
