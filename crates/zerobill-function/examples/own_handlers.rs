//! A function with a handler of its own beside the built-in ones. It does what its event says, the bad things too:
//! `{"do": "panic", "text": "…"}`.

#![expect(clippy::panic, reason = "to show what becomes of a panic")]

use std::{process::ExitCode, sync::LazyLock, time::Duration};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use tokio::sync::Barrier;
use zerobill::{
    Error, Event, EventKind, Gateway, Handler, Result,
    error::UNAVAILABLE,
    handler::{Reply, ReplyFuture},
};
use zerobill_function::reply;

/// How many invocations [`Order::Meet`] waits for.
const GUESTS: usize = 4;

/// Where they meet.
static MEETING: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(GUESTS));

struct Obedient;

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Order {
    Echo { value: Value },
    Fail { message: String, detail: String },
    Panic { text: String },
    PanicWithANumber,
    PanicWhileLogging,
    PanicInATask { text: String },
    Sleep { ms: u64 },
    Meet { guest: String },
}

impl Handler for Obedient {
    fn name(&self) -> &'static str {
        "obedient"
    }

    fn answers(&self) -> &'static str {
        "orders as `{\"do\":…}`"
    }

    fn accepts(&self, _gateway: &Gateway, event: &Event) -> bool {
        assert!(
            !event.payload().get().contains("panic before"),
            "asked about a bad event"
        );
        event.kind() == EventKind::Unknown && event.payload().get().contains("\"do\"")
    }

    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a> {
        Box::pin(async move { obey(gateway, event.decode()?).await })
    }
}

async fn obey(gateway: &Gateway, order: Order) -> Result<Reply> {
    let log = gateway.logging();
    match order {
        Order::Echo { value } => reply(&value),
        Order::Fail { message, detail } => Err(Error::new(UNAVAILABLE, message).with_detail(detail)),
        Order::Panic { text } => std::panic::panic_any(text),
        Order::PanicWithANumber => std::panic::panic_any(7),
        Order::PanicWhileLogging => {
            log.info("this value panics", [("value", Panics)]);
            reply(&"logged")
        }
        Order::PanicInATask { text } => {
            let task = zerobill::invocation::spawn(async move { std::panic::panic_any(text) });
            let lost: Result<(), _> = task.await;
            reply(&lost.is_err())
        }
        Order::Sleep { ms } => {
            log.info("sleeping", [("ms", ms)]);
            tokio::time::sleep(Duration::from_millis(ms)).await;
            reply(&"slept")
        }
        Order::Meet { guest } => {
            log.append_keys([("guest", guest.as_str())]);
            // All are inside here, on whatever thread.
            MEETING.wait().await;
            log.info("met", ());
            MEETING.wait().await;
            log.info("left", ());
            reply(&guest)
        }
    }
}

/// A value that cannot be logged.
struct Panics;

impl Serialize for Panics {
    fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        std::panic::panic_any("it cannot be shown")
    }
}

fn main() -> ExitCode {
    zerobill_function::run(&[|| Box::new(Obedient)])
}
