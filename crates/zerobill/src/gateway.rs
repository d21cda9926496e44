//! The gateway: the only way from outside to the interfaces.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use lambda_runtime::Context;
use serde::Serialize;
use serde_json::Value;

use crate::{
    analytics::{Analytics, Export, Surroundings},
    clock::Clock,
    dispatch::find,
    environment::{Environment, FUNCTION_NAME},
    error::{Error, NOT_FOUND, OPERATION_NOT_EXPOSED, Result},
    fast_path::FastPath,
    idle::Idle,
    interfaces::{CATALOGUE, Connecting, Health, Interfaces, Service, config::Fault},
    invocation::{self, Invocation},
    lazy::{BuildRecord, microseconds},
    meter::{Meter, Usage},
    output::Output,
    random::Random,
    traces::Traces,
};

pub use crate::builder::Builder;
pub(crate) use crate::dispatch::qualified;
pub use crate::dispatch::{OperationHandle, find_interface, find_operation};
pub use crate::free::*;

/// How long an invocation waits for the settings' source, which is billed.
const PATIENCE: Duration = Duration::from_millis(500);

/// One gateway with all interfaces, cheap to clone.
///
/// It is a value: a test makes its own. The process-wide [`default_gateway`] serves the
/// free functions of this module where no invocation is running.
///
/// ```
/// use zerobill::Gateway;
/// let gateway = Gateway::builder().build().expect("the defaults are valid");
/// gateway.cache().set("greeting", "hello", None)?;
/// assert_eq!(gateway.cache().get::<String>("greeting")?.as_deref(), Some("hello"));
/// # Ok::<(), zerobill::Error>(())
/// ```
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    base: Base,
    interfaces: Interfaces,
    exposed: Vec<String>,
    idle: Idle,
}

/// What every interface may use and that uses none.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) output: Output,
    pub(crate) environment: Environment,
    pub(crate) meter: Meter,
    pub(crate) traces: Traces,
    pub(crate) fast_path: FastPath,
    pub(crate) analytics: Analytics,
}

impl Base {
    /// The running invocation, if it is one of this gateway.
    pub(crate) fn current(&self) -> Option<Invocation> {
        Invocation::current().filter(|invocation| invocation.gateway().base().meter.is(&self.meter))
    }
}

/// What a gateway has done so far.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct GatewayStats {
    /// The library's version.
    pub version: &'static str,
    /// Age in milliseconds, freezes included.
    pub age_ms: u64,
    /// Invocations, operations and time.
    pub usage: Usage,
    /// What was built so far, and how long it took.
    pub built: Vec<BuildRecord>,
    /// Lines that standard output did not take.
    pub lost_lines: u64,
    /// What requests used.
    pub analytics: Export,
}

impl Gateway {
    /// A builder, which reads the process's environment unless told otherwise.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn assemble(base: Base, interfaces: Interfaces, exposed: Vec<String>) -> Self {
        Self(Arc::new(Inner {
            base,
            interfaces,
            exposed,
            idle: Idle::default(),
        }))
    }

    /// Whether both are the same gateway.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn base(&self) -> &Base {
        &self.0.base
    }

    pub(crate) fn idle(&self) -> &Idle {
        &self.0.idle
    }

    pub(crate) fn interfaces(&self) -> &Interfaces {
        &self.0.interfaces
    }

    /// Calls the operation `interface`.`operation` with JSON parameters.
    ///
    /// It does what the typed call does. Unknown names and wrong parameters are errors that name the nearest right one.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// use serde_json::json;
    /// let gateway = zerobill::Gateway::builder().build().expect("the defaults are valid");
    /// gateway.execute_operation("cache", "set", json!({ "key": "a", "value": [1, 2] })).await?;
    /// assert_eq!(gateway.execute_operation("cache", "get", json!({ "key": "a" })).await?, json!([1, 2]));
    /// let error = gateway.execute_operation("cache", "gte", json!({})).await.unwrap_err();
    /// assert_eq!(error.to_string(), "unknown operation `cache.gte`; did you mean `get`?");
    /// # Ok::<(), zerobill::Error>(())
    /// # }).unwrap();
    /// ```
    pub async fn execute_operation(&self, interface: &str, operation: &str, parameters: Value) -> Result<Value> {
        self.run(find(interface, operation)?, parameters).await
    }

    /// The same for a call that an event asks for: only exposed operations answer.
    pub async fn execute_exposed_operation(&self, interface: &str, operation: &str, params: Value) -> Result<Value> {
        // A name that does not exist is said to be wrong, which tells a caller nothing: the table is public.
        let name = qualified(find_interface(interface)?, find_operation(interface, operation)?);
        if !self.0.exposed.contains(&name) {
            let message =
                format!("operation `{name}` is not exposed to events; name it in `ZEROBILL_EXPOSE` to allow it");
            return Err(Error::new(OPERATION_NOT_EXPOSED, message));
        }
        self.execute_operation(interface, operation, params).await
    }

    /// Where it takes time from.
    pub fn clock(&self) -> &Clock {
        &self.0.base.clock
    }

    /// The variables it was built with.
    pub fn environment(&self) -> &Environment {
        &self.0.base.environment
    }

    /// Runs `work` as one invocation: with its own log keys, buffer, sampling and metrics, all written before this returns.
    pub async fn invoke<T, E>(&self, context: Context, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut ending = Ending {
            invocation: Invocation::begin(self.clone(), context),
            failed: true,
        };
        ending.invocation.enter(|| self.unload_idle());
        if self.0.interfaces.config().is_due() {
            self.ask_for_settings().await;
        }
        let was_told = self.tell_if_due().await;
        let result = ending.invocation.scope(work).await;
        ending.failed = result.is_err();
        if was_told || self.0.interfaces.lambda().is_due() {
            // The store was told of a charge until the deadline.
            ending.invocation.charge_until_now();
            Box::pin(self.0.interfaces.lambda().tell()).await;
        }
        result
    }

    /// Tells the meter's store if it is time to; says whether it has acknowledged that.
    async fn tell_if_due(&self) -> bool {
        let lambda = self.0.interfaces.lambda();
        lambda.is_due() && Box::pin(lambda.tell()).await
    }

    /// Whether the function may work: an error once it is stopped, because its budget of the month is used up or somebody stopped it.
    ///
    /// ```
    /// let gateway = zerobill::Gateway::builder().build()?;
    /// gateway.admit()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// With code `budget_exhausted`.
    pub fn admit(&self) -> Result<()> {
        self.0.interfaces.lambda().admit()
    }

    /// Asks the settings' source, and waits for a moment: what it answers later serves the next invocation.
    async fn ask_for_settings(&self) {
        let config = self.config().clone();
        // Outside of the invocation, which may end before the task does.
        let asking = invocation::spawn(async move { config.resolve().await });
        if tokio::time::timeout(PATIENCE, asking).await.is_err() {
            self.config().postpone();
        }
    }

    /// What is wrong with the settings as they are.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let (mut faults, _) = self.config().complaints();
        faults.extend(self.0.interfaces.services().flat_map(|(_, service)| service.faults()));
        faults
    }

    pub(crate) fn log_warnings(&self, warnings: impl IntoIterator<Item = Fault>) {
        for warning in warnings {
            self.0.interfaces.logging().warning(&warning.to_string(), ());
        }
    }

    /// The health of each interface, in layer order.
    pub fn health(&self) -> Vec<(&'static str, Health)> {
        self.0
            .interfaces
            .services()
            .map(|(name, service)| (name, service.health()))
            .collect()
    }

    /// What this gateway has done so far.
    pub fn stats(&self) -> GatewayStats {
        GatewayStats {
            version: env!("CARGO_PKG_VERSION"),
            age_ms: microseconds(self.0.base.clock.age()) / 1_000,
            usage: self.0.base.meter.usage(),
            built: self
                .0
                .interfaces
                .services()
                .filter_map(|(_, service)| service.build_record())
                .collect(),
            lost_lines: self.0.base.output.failures(),
            analytics: self.analytics(),
        }
    }

    /// What the requests of this gateway have used; see [`analytics`](crate::analytics).
    pub fn analytics(&self) -> Export {
        let base = &self.0.base;
        let services = self.0.interfaces.services();
        let built =
            services.flat_map(|(name, service)| service.build_records().into_iter().map(move |record| (name, record)));
        let names: Vec<_> = CATALOGUE.iter().map(|row| row.name).collect();
        base.analytics.export(Surroundings {
            clock: &base.clock,
            random: &base.random,
            function: base.environment.read(&FUNCTION_NAME).map_or("", |(_, name)| name),
            names: &names,
            built: built.collect(),
        })
    }

    /// Whether the settings ask for the analytics at the end of the environment. Who runs the process has to see to it.
    pub fn logs_analytics_at_end(&self) -> bool {
        self.0.interfaces.debug().logs_analytics_at_end()
    }

    /// Writes the analytics as one line of the log, whatever its level.
    pub fn log_analytics(&self) {
        let logging = self.0.interfaces.logging();
        logging.record("usage analytics", "analytics", self.analytics().to_json());
    }

    /// Logs the event that came, where the setting `logging.event` asks for it; see [`Logging::event`](crate::logging::Logging::event).
    /// Unlike that, it does not count as a use of the interface.
    pub fn log_event(&self, event: &serde_json::value::RawValue) {
        self.0.interfaces.logging().event(event);
    }

    /// Builds the heavy part of the interface `name` now, if it has one, instead of on its first use.
    ///
    /// # Errors
    /// If there is no such interface, or its heavy part cannot be built.
    pub fn preload(&self, name: &str) -> Result<()> {
        self.service(find_interface(name)?.name)?.preload()
    }

    /// What the interface `name` has to do over the network ahead, if anything.
    pub(crate) fn connecting(&self, name: &str) -> Option<Connecting<'_>> {
        self.service(find_interface(name).ok()?.name).ok()?.connect()
    }

    /// Gives back what the interface `name` has built; says whether there was anything. The next use builds it again.
    pub fn unload(&self, name: &str) -> Result<bool> {
        Ok(self.service(find_interface(name)?.name)?.unload())
    }

    fn service(&self, name: &'static str) -> Result<&dyn Service> {
        let found = self.0.interfaces.services().find(|(other, _)| *other == name);
        found
            .map(|(_, service)| service)
            .ok_or_else(|| Error::new(NOT_FOUND, format!("no interface `{name}`")))
    }

    /// Ends what the interfaces keep for `invocation`, from the last to the first, so that what one warns of is still logged.
    pub(crate) fn finish(&self, invocation: &Invocation) {
        invocation.enter(|| {
            self.log_warnings(self.0.interfaces.config().take_notices());
            for (_, service) in self.0.interfaces.services().rev() {
                service.finish(invocation);
            }
        });
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("exposed", &self.0.exposed)
            .finish_non_exhaustive()
    }
}

/// Ends the invocation also when its work panics or is dropped half way.
struct Ending {
    invocation: Invocation,
    failed: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.invocation.end(self.failed);
    }
}
