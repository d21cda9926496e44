//! `circuit_breaker`: stops calling what keeps failing, and finds out by one probe whether it works again.

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
