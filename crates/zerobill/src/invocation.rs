//! The scope of one invocation: everything that belongs to one request and to no other.

use std::{
    any::Any,
    fmt,
    future::Future,
    sync::{Arc, OnceLock},
    time::Duration,
};

use lambda_runtime::Context;

use crate::{
    analytics::Request,
    gateway::Gateway,
    interfaces::Place,
    lazy::microseconds,
    meter::Charge,
    traces::{ERROR, OK},
};

tokio::task_local! {
    static CURRENT: Invocation;
}

/// One invocation, as a handle that can be cloned.
///
/// One execution environment can serve several invocations at once, so log keys, buffers, sampling and metrics live here.
/// Tasks started with [`spawn`] stay inside it.
#[derive(Clone)]
pub struct Invocation(Arc<Inner>);

struct Inner {
    gateway: Gateway,
    context: Context,
    charge: Charge,
    started: Duration,
    correlation_id: OnceLock<String>,
    states: [OnceLock<Box<dyn Any + Send + Sync>>; STATES],
    request: Request,
}

/// How many interfaces keep something per invocation.
const STATES: usize = 2;

/// What an interface keeps for one invocation, made on its first use in it.
pub(crate) trait State: Any + Default + Send + Sync {
    /// Its place, below [`STATES`] and no other's.
    const PLACE: usize;
}

impl Invocation {
    /// Begins an invocation of `gateway`.
    pub(crate) fn begin(gateway: Gateway, context: Context) -> Self {
        let base = gateway.base();
        let started = base.clock.monotonic();
        let charge = base
            .meter
            .begin(base.clock.epoch_ms(), context.deadline, microseconds(started));
        let (correlation_id, states) = (OnceLock::new(), Default::default());
        let request = gateway.base().analytics.begin();
        Self(Arc::new(Inner {
            gateway,
            context,
            charge,
            started,
            correlation_id,
            states,
            request,
        }))
    }

    /// The invocation in which the caller runs.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Runs `work` inside this invocation.
    pub async fn scope<F: Future>(&self, work: F) -> F::Output {
        CURRENT.scope(self.clone(), work).await
    }

    /// Runs `work`, which does not await, inside this invocation.
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self.clone(), work)
    }

    /// The gateway it runs on.
    pub fn gateway(&self) -> &Gateway {
        &self.0.gateway
    }

    /// What Lambda said of it.
    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// Whether it is the first of its execution environment.
    pub fn cold_start(&self) -> bool {
        self.0.charge.cold_start
    }

    /// How long it has been running.
    pub fn elapsed(&self) -> Duration {
        self.0.gateway.base().clock.monotonic().saturating_sub(self.0.started)
    }

    /// The time left before Lambda ends it; none if Lambda named no deadline.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.0.context.deadline;
        let left = deadline.saturating_sub(self.0.gateway.base().clock.epoch_ms());
        (deadline > 0).then(|| Duration::from_millis(left))
    }

    /// The `Root` part of the X-Ray trace header, such as `1-5759e988-bd862e3fe1be46a994272793`.
    pub fn trace_id(&self) -> Option<&str> {
        let header = self.0.context.xray_trace_id.as_deref()?;
        header
            .split(';')
            .find_map(|part| part.trim().strip_prefix("Root="))
            .filter(|root| !root.is_empty())
    }

    /// The correlation id, once [`set_correlation_id`](Self::set_correlation_id) has set it.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.correlation_id.get().map(String::as_str)
    }

    /// Sets the correlation id; the first one stays. Says whether it was taken.
    pub fn set_correlation_id(&self, id: impl Into<String>) -> bool {
        self.0.correlation_id.set(id.into()).is_ok()
    }

    /// Names the kind of this request for the [analytics](crate::analytics); the last name counts.
    ///
    /// [`Handlers::dispatch`](crate::handler::Handlers::dispatch) names the kind of event. A function without handlers may name
    /// its kinds itself. Of more than 32 names the later ones are counted together.
    pub fn set_kind(&self, kind: &'static str) {
        self.0.request.set_kind(kind);
    }

    /// Names the handler that answers it.
    pub(crate) fn set_handler(&self, handler: &'static str) {
        self.0.request.set_handler(handler);
    }

    /// Counts the interface at `place` as used.
    pub(crate) fn mark(&self, place: Place) {
        let place = place as usize;
        if self.0.request.is_new(place) && self.0.request.mark(place) {
            let analytics = &self.0.gateway.base().analytics;
            analytics.first_use(place, microseconds(self.elapsed()));
        }
    }

    /// What the interface of `S` keeps for this invocation.
    pub(crate) fn state<S: State>(&self) -> Option<&S> {
        self.0
            .states
            .get(S::PLACE)?
            .get_or_init(|| Box::<S>::default())
            .downcast_ref()
    }

    /// The same, if that interface was used in this invocation.
    pub(crate) fn state_if_used<S: State>(&self) -> Option<&S> {
        self.0.states.get(S::PLACE)?.get()?.downcast_ref()
    }

    /// Charges it for the time until now, instead of until its deadline.
    pub(crate) fn charge_until_now(&self) {
        let elapsed_us = microseconds(self.elapsed());
        self.0.gateway.base().meter.correct(&self.0.charge, elapsed_us);
    }

    /// Ends it: what was held back is written or dropped, and it is counted.
    pub(crate) fn end(&self, failed: bool) {
        let base = self.0.gateway.base();
        let is_due = base
            .analytics
            .record(&self.0.request, self.cold_start(), failed, &base.clock);
        if is_due {
            self.enter(|| self.0.gateway.log_analytics());
        }
        self.0.gateway.finish(self);
        base.meter.end(&self.0.charge, microseconds(self.elapsed()), failed);
        if base.traces.are_kept() {
            let (outcome, request_id) = (if failed { ERROR } else { OK }, self.0.context.request_id.clone());
            base.traces.record(
                &base.clock,
                self.0.started,
                "invocation".into(),
                Some(request_id),
                outcome,
            );
        }
    }
}

impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("request_id", &self.0.context.request_id)
            .field("cold_start", &self.cold_start())
            .finish_non_exhaustive()
    }
}

/// Counts the interface at `place` as used by the running invocation, if that is one of `gateway`.
#[inline]
pub(crate) fn mark(gateway: &Gateway, place: Place) {
    // Outside of an invocation there is nothing to count.
    _ = CURRENT.try_with(|invocation| {
        if invocation.0.gateway.is(gateway) {
            invocation.mark(place);
        }
    });
}

/// Whether the caller runs in an invocation.
pub(crate) fn is_running() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

/// Starts a task that stays inside the invocation in which the caller runs.
///
/// # Panics
/// Outside a Tokio runtime, as [`tokio::spawn`] does.
#[expect(clippy::disallowed_methods, reason = "the one place that may start tasks")]
pub fn spawn<F>(work: F) -> tokio::task::JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match Invocation::current() {
        Some(invocation) => tokio::spawn(CURRENT.scope(invocation, work)),
        None => tokio::spawn(work),
    }
}
