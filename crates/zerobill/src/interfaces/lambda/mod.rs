//! `lambda`: the invocation, its time, its memory, and what it costs.
//!
//! - [`Lambda::context`] is what Lambda said of the running invocation, and [`Lambda::remaining_time`] what is left of it.
//! - [`Lambda::stats`] and [`Lambda::memory`] are figures of this execution environment; memory is known on Linux only.
//! - [`Lambda::usage`] is what the month has used of the budget, by all functions that share it, and
//!   [`Gateway::admit`](crate::Gateway::admit) an error once the function is stopped.
//! - [`Lambda::estimate_cost`] reckons a month of equal invocations with the prices of us-east-1, exact to the nano-dollar,
//!   nothing else using the free tier. It takes up to 900,000 ms and from 128 to 10,240 MB, as Lambda does.
//!
//! | setting | what it does |
//! |---|---|
//! | `lambda.budget` | the budget's name, which several functions may share; the function's own unless set |
//! | `lambda.budget_requests`, `lambda.budget_gb_seconds` | what it has in a month: what Lambda has free, unless set; 0 is no limit |
//! | `lambda.budget_usd`, `lambda.budget_log_bytes`, `lambda.budget_series` | the same in dollars, bytes of log, metric series |
//! | `lambda.on_50`, `lambda.on_80`, `lambda.on_95` | `nothing`, `note` (as unless set), `shed` or `trip` at so many percent |
//! | `lambda.meter_folder` | where the functions of one machine add up; without it each execution environment counts alone |
//! | `lambda.meter_seconds`, `lambda.meter_requests` | when an environment adds what it counted, 60 s or 1,000 requests unless set |
//! | `lambda.meter_wait_ms` | how long an invocation waits for that, 200 ms unless set |
//! | `lambda.meter_concurrency` | how many environments may run, for the overshoot that `usage` says |
//!
//! `shed` leaves DEBUG lines and metrics out. `trip` stops the function: it answers `budget_exhausted` until it is released.
//!
//! ```
//! use std::time::Duration;
//! use zerobill::{Gateway, lambda::Architecture};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let gateway = Gateway::builder().build()?;
//! assert_eq!(gateway.lambda().context(), None); // no invocation is running
//!
//! let mut context = lambda_runtime::Context::default(); // as the runtime hands it over
//! context.request_id = "8476a536".to_owned();
//! let work = async {
//!     let lambda = gateway.lambda();
//!     let invocation = lambda.context().ok_or("in an invocation")?;
//!     assert_eq!((invocation.request_id.as_str(), invocation.cold_start), ("8476a536", true));
//!     if lambda.remaining_time().is_some_and(|left| left < Duration::from_millis(200)) {
//!         return Err("no time to begin with this");
//!     }
//!     Ok(())
//! };
//! gateway.invoke(context, work).await?;
//! assert_eq!(gateway.lambda().stats().invocations, 1);
//!
//! let estimate = gateway.lambda().estimate_cost(1_000_000, 200, 512, Architecture::Arm64)?;
//! assert!(estimate.free, "100,000 GB-seconds of 400,000");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod keeper;
mod memory;
mod obeying;
mod operations;
mod refusal;
mod service;
mod settings;
#[cfg(test)]
mod tests;
mod usage;

pub use self::{
    memory::Memory,
    refusal::Refusal,
    service::{CostEstimate, InvocationContext, Lambda, LambdaError, LambdaStats},
    usage::{DimensionUse, Overshoot, UsageReport, UsageState},
};
pub(crate) use self::{operations::OPERATIONS, settings::SETTINGS};
pub use zerobill_free_tier::Architecture;

/// What the interface is for.
pub(crate) const DOC: &str = "The invocation, its time, its memory, and what it costs.";

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[("share", "it takes a store"), ("stop_with", "it takes a brake")];
