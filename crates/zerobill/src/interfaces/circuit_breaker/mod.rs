//! `circuit_breaker`: stops calling what keeps failing, and finds out by one probe whether it works again.
//!
//! Waiting for a service that is down costs billed time in every invocation. A breaker counts the failures of what is
//! called through it; after some in a row it opens, and calls are refused at once. When its time is over, one call passes
//! as a probe: if that succeeds the breaker closes, if not it stays open for its time once more. Every change is logged.
//!
//! | setting | what it does |
//! |---|---|
//! | `circuit_breaker.failures` | opens after so many failures in a row; 0 never |
//! | `circuit_breaker.failure_rate` | opens at this share of the last 64 calls, of at least 20; 0 never |
//! | `circuit_breaker.open_seconds` | how long it stays open before a probe |
//!
//! [`CircuitBreaker::configure`] gives one breaker [`Rules`] of its own. Up to 1,024 are kept by name. They belong to one
//! execution environment, unless [`CircuitBreaker::share`] adds a [`Store`] that all have; it is written when a state
//! changes, and calls pass where it is down. The [`http_client`](crate::http_client) has a breaker for each host without
//! being asked.
//!
//! ```
//! use std::time::Duration;
//! use zerobill::{Clock, Gateway, circuit_breaker::{BreakerError, BreakerState}};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let (clock, hand) = Clock::manual(std::time::SystemTime::UNIX_EPOCH); // so that the example need not wait
//! let builder = Gateway::builder().clock(clock).output(zerobill::output::Output::captured());
//! let gateway = builder.setting("circuit_breaker.failures", 2).build()?;
//! let shop = gateway.circuit_breaker().breaker("shop");
//! for _ in 0..2 {
//!     let answer = shop.call(async { Err::<(), _>("timed out") }).await;
//!     assert_eq!(answer, Err(BreakerError::Failed("timed out")));
//! }
//! let refused = shop.call(async { Ok::<_, &str>("not even asked") }).await;
//! assert_eq!(refused, Err(BreakerError::Open { retry_after: Duration::from_secs(30) }));
//!
//! hand.advance(Duration::from_secs(30));
//! assert_eq!(shop.call(async { Ok::<_, &str>("it works again") }).await, Ok("it works again"));
//! assert_eq!(shop.state(), BreakerState::Closed);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod breaker;
mod error;
mod machine;
mod operations;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    breaker::{Breaker, BreakerInfo, Transition},
    error::BreakerError,
    machine::{BreakerState, Rules},
    service::CircuitBreaker,
    store::{Shared, Store, StoreError, StoreFuture},
};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "Stops calling what keeps failing, and finds out by one probe whether it works again.";

const FAILURES: Setting = Setting::new(
    "circuit_breaker.failures",
    environment::BREAKER_FAILURES,
    SettingKind::Integer(0, 1_000),
    "5",
);
const RATE: Setting = Setting::new(
    "circuit_breaker.failure_rate",
    environment::BREAKER_FAILURE_RATE,
    SettingKind::Number(0.0, 1.0),
    "0",
);
const OPEN_SECONDS: Setting = Setting::new(
    "circuit_breaker.open_seconds",
    environment::BREAKER_OPEN_SECONDS,
    SettingKind::Number(0.001, 86_400.0),
    "30",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[FAILURES, RATE, OPEN_SECONDS];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[
    ("call", "it takes the work to be done"),
    ("breaker", "it hands out a handle"),
    ("configure", "it hands out a handle"),
    ("on_transition", "it takes code"),
    ("share", "it takes a store"),
];
