//! A toolkit for AWS Lambda functions that must cost nothing: logging, metrics, a cache, configuration and more.
//!
//! An existing function adopts it in three lines: [`logging::layer`] for `tracing`, [`layer`] around its service, and
//! [`metrics::recorder`] for the `metrics` facade. A new one calls the interfaces of a [`Gateway`]:
//!
//! ```
//! use std::time::Duration;
//! use zerobill::Gateway;
//!
//! let gateway = Gateway::builder().setting("service", "shop").build()?;
//! gateway.cache().set("rate", &1.08, Some(Duration::from_secs(60)))?;
//! gateway.logging().info("rate cached", [("rate", 1.08)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analytics;
pub mod brake;
mod builder;
mod clock;
pub mod connecting;
mod dispatch;
pub mod environment;
pub mod error;
pub mod event;
mod fast_path;
mod free;
pub mod gateway;
pub mod handler;
mod idle;
mod interfaces;
pub mod invocation;
mod layer;
mod lazy;
mod locked_file;
pub mod meter;
pub mod operation;
pub mod output;
#[doc(hidden)]
pub mod parts;
mod random;
pub mod redact;
mod traces;

pub use self::{
    clock::{Clock, ClockHand},
    error::{Error, Result},
    event::{DecodeError, Event, EventKind},
    gateway::Gateway,
    handler::Handler,
    interfaces::{
        CATALOGUE, Health, InterfaceRow, Status, cache, circuit_breaker, config, debug, http_client, initialization,
        lambda, logging, metrics, security, singleton, utility,
    },
    invocation::Invocation,
    layer::layer,
    lazy::BuildRecord,
    meter::Usage,
    random::Random,
};
