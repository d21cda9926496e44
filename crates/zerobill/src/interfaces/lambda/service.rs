//! Reads the invocation, the process and the meter, and does the billing arithmetic.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use zerobill_free_tier::{Architecture, MbMs, free_invocations, month_cost};

use super::{keeper::Keeper, memory::Memory, settings, usage::UsageReport};
use crate::{
    brake::Brake,
    environment::FUNCTION_MEMORY,
    error::{Error, INVALID_PARAMETER, Result},
    gateway::Base,
    interfaces::{
        Health, Service,
        config::{Config, Fault},
        logging::Logging,
    },
    invocation::Invocation,
    meter::Store,
};

/// The running invocation, and what this execution environment costs.
///
/// ```
/// use zerobill::lambda::Architecture;
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// // Two million invocations of 100 ms at 128 MB: the second million is paid, the time is free.
/// let estimate = gateway.lambda().estimate_cost(2_000_000, 100, 128, Architecture::Arm64)?;
/// assert_eq!((estimate.free_invocations, estimate.usd.as_str()), (1_000_000, "0.200000000"));
/// # Ok::<(), zerobill::lambda::LambdaError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lambda {
    base: Base,
    config: Config,
    logging: Logging,
    keeper: Arc<Keeper>,
}

/// What Lambda said of an invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InvocationContext {
    /// The request id.
    pub request_id: String,
    /// The ARN with which the function was invoked.
    pub function_arn: String,
    /// The function's name.
    pub function_name: String,
    /// The function's version.
    pub function_version: String,
    /// The function's memory in MB.
    pub memory_mb: u32,
    /// The `Root` part of the X-Ray trace header.
    pub trace_id: Option<String>,
    /// The tenant, for functions with tenant isolation.
    pub tenant_id: Option<String>,
    /// The deadline in milliseconds since 1970; 0 if there is none.
    pub deadline_ms: u64,
    /// Whether it is the first invocation of its execution environment.
    pub cold_start: bool,
}

/// The invocations of this execution environment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LambdaStats {
    /// Invocations begun.
    pub invocations: u64,
    /// Those that ended in an error.
    pub errors: u64,
    /// Those running now.
    pub in_flight: u64,
    /// The mean duration of those that ended, in microseconds.
    pub mean_duration_us: u64,
    /// What those are billed, in milliseconds; INIT is not among them.
    pub billed_ms: u64,
}

/// A month of equal invocations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CostEstimate {
    /// How many such invocations a month are free.
    pub free_invocations: u64,
    /// Whether all of them are.
    pub free: bool,
    /// What the month costs in US dollars, to the nano-dollar, as text, so that nothing is rounded.
    pub usd: String,
    /// The part for requests.
    pub requests_usd: String,
    /// The part for duration.
    pub duration_usd: String,
}

/// A call to `lambda` that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LambdaError {
    /// A figure that no invocation can have.
    #[error("parameter `{name}`: {value} is not from {low} to {high}")]
    OutOfRange {
        /// The figure.
        name: &'static str,
        /// What it was.
        value: u64,
        /// The least it can be.
        low: u64,
        /// The most it can be.
        high: u64,
    },
    /// An architecture that Lambda does not have.
    #[error("parameter `architecture`: `{0}` is not `arm64` or `x86_64`")]
    UnknownArchitecture(String),
}

impl From<LambdaError> for Error {
    fn from(error: LambdaError) -> Self {
        Self::new(INVALID_PARAMETER, error.to_string()).with_source(error)
    }
}

impl Lambda {
    pub(crate) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        let keeper = Keeper::new(base, config.clone());
        Self {
            base: base.clone(),
            config,
            logging,
            keeper,
        }
    }

    /// What Lambda said of the running invocation; none outside one.
    pub fn context(&self) -> Option<InvocationContext> {
        let invocation = self.base.current()?;
        let context = invocation.context();
        Some(InvocationContext {
            request_id: context.request_id.clone(),
            function_arn: context.invoked_function_arn.clone(),
            function_name: context.env_config.function_name.clone(),
            function_version: context.env_config.version.clone(),
            memory_mb: u32::try_from(context.env_config.memory).unwrap_or_default(),
            trace_id: invocation.trace_id().map(str::to_owned),
            tenant_id: context.tenant_id.clone(),
            deadline_ms: context.deadline,
            cold_start: invocation.cold_start(),
        })
    }

    /// The time left of the running invocation; none outside one.
    pub fn remaining_time(&self) -> Option<Duration> {
        self.base.current()?.remaining()
    }

    /// The invocations of this execution environment.
    pub fn stats(&self) -> LambdaStats {
        let usage = self.base.meter.usage();
        let ended = usage.invocations.saturating_sub(usage.in_flight);
        LambdaStats {
            invocations: usage.invocations,
            errors: usage.errors,
            in_flight: usage.in_flight,
            mean_duration_us: usage.duration_us.checked_div(ended).unwrap_or_default(),
            billed_ms: usage.billed_ms,
        }
    }

    /// What a month of `requests` invocations of `billed_ms` milliseconds at `memory_mb` MB costs in us-east-1, nothing else
    /// using the free tier.
    ///
    /// # Errors
    /// [`LambdaError::OutOfRange`] for figures that Lambda does not allow.
    pub fn estimate_cost(
        &self,
        requests: u64,
        billed_ms: u64,
        memory_mb: u64,
        architecture: Architecture,
    ) -> Result<CostEstimate, LambdaError> {
        let within = |name, value, low, high| {
            let inside = (low..=high).contains(&value);
            if inside {
                Ok(())
            } else {
                Err(LambdaError::OutOfRange { name, value, low, high })
            }
        };
        within("requests", requests, 0, MAX_REQUESTS)?;
        within("billed_ms", billed_ms, 1, MAX_BILLED_MS)?;
        within("memory_mb", memory_mb, MIN_MEMORY_MB, MAX_MEMORY_MB)?;
        let free = free_invocations(memory_mb, billed_ms);
        let cost = month_cost(architecture, requests, MbMs::of(requests, memory_mb, billed_ms));
        Ok(CostEstimate {
            free_invocations: free,
            free: requests <= free,
            usd: cost.total().to_string(),
            requests_usd: cost.requests.to_string(),
            duration_usd: cost.duration.to_string(),
        })
    }

    /// The memory of this process and of the function.
    pub fn memory(&self) -> Memory {
        Memory::read(self.memory_mb())
    }

    /// What the month has come to of each dimension of the budget: as the store said when it was last told, with what this execution
    /// environment has counted since.
    pub fn usage(&self) -> UsageReport {
        self.keeper.usage()
    }

    /// Tells the store now what was counted, and says what the month has come to. It takes as long as an invocation would wait.
    pub async fn settle_usage(&self) -> UsageReport {
        self.tell().await;
        self.usage()
    }

    /// Adds up in `store` instead of what the settings name; says whether it was taken, which only the first is.
    pub fn share(&self, store: Arc<dyn Store>) -> bool {
        self.keeper.share(store)
    }

    /// Stops the function with `brake`; says whether it was taken, which only the first is. Without one it refuses by itself.
    pub fn stop_with(&self, brake: Arc<dyn Brake>) -> bool {
        self.keeper.stop_with(brake)
    }

    /// An error if the function is stopped.
    pub(crate) fn admit(&self) -> Result<()> {
        self.keeper.admit()
    }

    /// Whether the store is to be told now.
    pub(crate) fn is_due(&self) -> bool {
        self.keeper.is_due()
    }

    /// Tells the store; says whether it has acknowledged that.
    pub(crate) async fn tell(&self) -> bool {
        self.keeper.tell().await
    }

    fn memory_mb(&self) -> Option<u32> {
        self.base
            .environment
            .read(&FUNCTION_MEMORY)
            .and_then(|(_, text)| text.parse().ok())
    }
}

impl Service for Lambda {
    fn health(&self) -> Health {
        Health::of(self.keeper.complaints())
    }

    fn faults(&self) -> Vec<Fault> {
        settings::faults(&self.config)
    }

    fn finish(&self, _invocation: &Invocation) {
        for notice in self.keeper.take_notices() {
            if notice.is_error {
                self.logging.error(&notice.message, ());
            } else {
                self.logging.warning(&notice.message, ());
            }
        }
    }
}

/// The limits of a function on Lambda.
const MIN_MEMORY_MB: u64 = 128;
const MAX_MEMORY_MB: u64 = 10_240;
const MAX_BILLED_MS: u64 = 900_000;

/// More requests than these no account can make in a month.
const MAX_REQUESTS: u64 = 1_000_000_000_000;
