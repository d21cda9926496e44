//! `lambda`: the invocation, its time, its memory, and what it costs.
//!
//! - [`Lambda::context`] is what Lambda said of the running invocation, and [`Lambda::remaining_time`] what is left of it.
//! - [`Lambda::stats`] and [`Lambda::memory`] are figures of this execution environment; memory is known on Linux only.
//! - [`Lambda::usage`] is what it has used of the month's free tier. Other execution environments, and INIT, are not in it.
//! - [`Lambda::estimate_cost`] reckons a month of equal invocations with the prices of us-east-1, exact to the nano-dollar,
//!   nothing else using the free tier.
//!
//! It keeps nothing, builds nothing and reads no setting; the memory of the function is that of
//! `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`. An estimate takes up to 900,000 ms and from 128 to 10,240 MB, as Lambda does.
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

mod memory;
mod operations;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    memory::Memory,
    service::{Allowance, CostEstimate, InvocationContext, Lambda, LambdaError, LambdaStats, UsageReport},
};
use super::config::Setting;
pub use zerobill_free_tier::Architecture;

/// What the interface is for.
pub(crate) const DOC: &str = "The invocation, its time, its memory, and what it costs.";

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[];
