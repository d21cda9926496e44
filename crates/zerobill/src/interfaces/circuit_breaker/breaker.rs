//! One breaker: the machine, with a clock, calls and other environments around it.

use std::{
    fmt,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::Serialize;

use super::{
    error::BreakerError,
    machine::{BreakerState, Machine, Permit, Rules},
    store::{Shared, Store},
};
use crate::{clock::Clock, interfaces::logging::Logging};

/// How long what was read from the store is good for.
const REFRESH: Duration = Duration::from_secs(10);

/// A handle on one breaker, cheap to clone: it saves the look-up by name.
#[derive(Clone)]
pub struct Breaker(Arc<Inner>);

struct Inner {
    name: String,
    clock: Clock,
    logging: Logging,
    machine: Mutex<Machine>,
    /// The machine's generation, and whether another success would change nothing, for reading without the lock.
    glance: AtomicU64,
    around: Arc<Around>,
    shared: Mutex<Known>,
}

/// What all breakers of a gateway have around them.
#[derive(Default)]
pub(super) struct Around {
    pub(super) store: OnceLock<Arc<dyn Store>>,
    pub(super) callbacks: Mutex<Vec<Callback>>,
}

/// Is told of changes of state.
pub(super) type Callback = Arc<dyn Fn(&Transition) + Send + Sync>;

/// What is known of the store's state.
#[derive(Debug, Default)]
struct Known {
    read_at: Option<Duration>,
    version: u64,
    warned: bool,
}

/// A change of state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Transition {
    /// The breaker.
    pub name: String,
    /// The state before.
    pub from: BreakerState,
    /// The state after.
    pub to: BreakerState,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}

/// What a breaker is, for lists.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BreakerInfo {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: BreakerState,
    /// Failures in a row since it last changed its state.
    pub failures_in_a_row: u32,
    /// After how many in a row it opens.
    pub opens_after: u32,
    /// How long it stays open, in seconds.
    pub open_seconds: f64,
}

/// The lowest bit of a glance: calls pass and another success changes nothing.
const SPOTLESS: u64 = 1;

impl Breaker {
    pub(super) fn new(name: &str, rules: Rules, clock: Clock, logging: Logging, around: Arc<Around>) -> Self {
        let machine = Mutex::new(Machine::new(rules));
        let breaker = Inner {
            name: name.to_owned(),
            clock,
            logging,
            machine,
            glance: AtomicU64::new(0),
            around,
            shared: Mutex::default(),
        };
        let breaker = Self(Arc::new(breaker));
        breaker.update(&breaker.machine());
        breaker
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether calls pass.
    pub fn state(&self) -> BreakerState {
        self.machine().state()
    }

    /// Awaits `work` if calls pass, and counts whether it failed; every error is a failure.
    ///
    /// Work that is dropped before it ends counts as nothing, work that panics as a failure.
    ///
    /// # Errors
    /// [`BreakerError::Open`], and then `work` was never polled; or [`BreakerError::Failed`] with its own error.
    pub async fn call<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, BreakerError<E>> {
        self.call_counting(work, |_| true).await
    }

    /// The same where only errors count for which `counts` says so: a 404 is no sign of a server that is down.
    ///
    /// # Errors
    /// As for [`call`](Self::call).
    pub async fn call_counting<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>>,
        counts: impl FnOnce(&E) -> bool,
    ) -> Result<T, BreakerError<E>> {
        if self.0.around.store.get().is_some() {
            self.refresh().await;
        }
        let mut permit = self
            .permit()
            .map_err(|retry_after| BreakerError::Open { retry_after })?;
        let mut pending = Pending {
            breaker: self,
            permit: Some(permit),
        };
        if permit.probe {
            permit = self
                .elect(permit)
                .await
                .map_err(|retry_after| BreakerError::Open { retry_after })?;
            pending.permit = Some(permit);
        }
        let result = work.await;
        let failed = result.as_ref().err().is_some_and(counts);
        // Not earlier: the caller's `counts` may panic, too.
        pending.permit = None;
        if self.record(permit, failed) && self.0.around.store.get().is_some() {
            self.publish().await;
        }
        result.map_err(BreakerError::Failed)
    }

    /// Closes it and forgets what was counted.
    pub fn reset(&self) {
        self.change(Machine::close);
    }

    /// Opens it for its usual time.
    pub fn trip(&self) {
        let now = self.0.clock.age();
        self.change(|machine| machine.open(now));
    }

    pub(super) fn set_rules(&self, rules: Rules) {
        self.change(|machine| machine.set_rules(rules));
    }

    pub(super) fn info(&self) -> BreakerInfo {
        let machine = self.machine();
        BreakerInfo {
            name: self.0.name.clone(),
            state: machine.state(),
            failures_in_a_row: machine.failures_in_a_row(),
            opens_after: machine.rules().failures,
            open_seconds: machine.rules().open_for.as_secs_f64(),
        }
    }

    /// Whether it is closed and nothing is counted against anything, so that a new one would be the same.
    pub(super) fn is_spotless(&self) -> bool {
        self.machine().is_spotless()
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.0.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn permit(&self) -> Result<Permit, Duration> {
        let glance = self.0.glance.load(Ordering::Acquire);
        if glance & SPOTLESS != 0 {
            return Ok(Permit {
                generation: glance >> 1,
                probe: false,
            });
        }
        let now = self.0.clock.age();
        let mut permit = Err(Duration::ZERO);
        self.change(|machine| permit = machine.permit(now));
        permit
    }

    /// Counts a result; says whether it changed the state.
    fn record(&self, permit: Permit, failed: bool) -> bool {
        if !failed && self.0.glance.load(Ordering::Acquire) == permit.generation << 1 | SPOTLESS {
            return false;
        }
        let now = self.0.clock.age();
        self.change(|machine| machine.record(permit, failed, now))
    }

    /// Works on the machine, and tells of a change of state; says whether there was one.
    fn change(&self, work: impl FnOnce(&mut Machine)) -> bool {
        let mut machine = self.machine();
        let from = machine.state();
        work(&mut machine);
        self.update(&machine);
        let to = machine.state();
        drop(machine);
        if from != to {
            self.tell(from, to);
        }
        from != to
    }

    fn update(&self, machine: &Machine) {
        let glance = machine.generation() << 1 | if machine.is_spotless() { SPOTLESS } else { 0 };
        self.0.glance.store(glance, Ordering::Release);
    }

    fn tell(&self, from: BreakerState, to: BreakerState) {
        let name = self.0.name.as_str();
        match to {
            BreakerState::Open => self.0.logging.warning("circuit opened", [("breaker", name)]),
            BreakerState::HalfOpen => self.0.logging.info("circuit half open", [("breaker", name)]),
            BreakerState::Closed => self.0.logging.info("circuit closed", [("breaker", name)]),
        }
        let transition = Transition {
            name: name.to_owned(),
            from,
            to,
            at_ms: self.0.clock.epoch_ms(),
        };
        // They may add or use breakers themselves, so the lock is not held.
        let callbacks = self
            .0
            .around
            .callbacks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for callback in callbacks {
            callback(&transition);
        }
    }

    /// Takes over what other environments have found out, at most every ten seconds.
    async fn refresh(&self) {
        let Some(store) = self.0.around.store.get() else { return };
        let now = self.0.clock.age();
        {
            let mut known = self.known();
            if known.read_at.is_some_and(|at| now.saturating_sub(at) < REFRESH) {
                return;
            }
            known.read_at = Some(now);
        }
        match store.read(&self.0.name).await {
            Ok(shared) => self.take_over(shared.unwrap_or(Shared::new(0, 0)), now),
            Err(error) => self.warn_once(&error.to_string()),
        }
    }

    fn take_over(&self, shared: Shared, now: Duration) {
        let newer = {
            let mut known = self.known();
            known.warned = false;
            let newer = shared.version > known.version;
            known.version = known.version.max(shared.version);
            newer
        };
        let left = Duration::from_millis(shared.open_until_ms.saturating_sub(self.0.clock.epoch_ms()));
        if newer && !left.is_zero() {
            self.change(|machine| machine.open_until(now + left));
        } else if newer && shared.open_until_ms == 0 {
            self.change(Machine::close);
        }
    }

    /// Makes this environment the one that probes; another that is already doing so is an error that says how long to wait.
    /// Where the store does not answer, each environment probes by itself. The permit is another one where the state has changed.
    async fn elect(&self, permit: Permit) -> Result<Permit, Duration> {
        let Some(store) = self.0.around.store.get() else {
            return Ok(permit);
        };
        let version = self.known().version + 1;
        // Until this lease ends, or the probe's result is written, the others keep their calls back.
        let shared = Shared {
            open_until_ms: self.lease_ms(),
            version,
        };
        match store.write(&self.0.name, shared).await {
            Ok(true) => self.known().version = version,
            Ok(false) => {
                self.known().read_at = None;
                self.refresh().await;
                return self.permit();
            }
            Err(error) => self.warn_once(&error.to_string()),
        }
        Ok(permit)
    }

    /// The end of this breaker's usual time, in milliseconds since 1970.
    fn lease_ms(&self) -> u64 {
        let open_for = self.machine().rules().open_for;
        let open_for_ms = u64::try_from(open_for.as_millis()).unwrap_or(u64::MAX);
        self.0.clock.epoch_ms().saturating_add(open_for_ms)
    }

    /// Tells the other environments of this one's state. Whoever is first wins; the others read it.
    async fn publish(&self) {
        let Some(store) = self.0.around.store.get() else { return };
        let open_until_ms = match self.state() {
            BreakerState::Closed => 0,
            BreakerState::Open => self.lease_ms(),
            BreakerState::HalfOpen => return,
        };
        let version = self.known().version + 1;
        match store.write(&self.0.name, Shared { open_until_ms, version }).await {
            Ok(true) => self.known().version = version,
            Ok(false) => self.known().read_at = None,
            Err(error) => self.warn_once(&error.to_string()),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store may be down for hours: one line says so until it answers again.
    fn warn_once(&self, message: &str) {
        if !std::mem::replace(&mut self.known().warned, true) {
            self.0.logging.warning(message, [("breaker", self.0.name.as_str())]);
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breaker")
            .field("name", &self.0.name)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Around {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Around")
            .field("store", &self.store.get())
            .finish_non_exhaustive()
    }
}

/// A call under way. Dropped with its permit, it has panicked, which is a failure, or was given up, which is nothing.
struct Pending<'a> {
    breaker: &'a Breaker,
    permit: Option<Permit>,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let Some(permit) = self.permit else { return };
        if std::thread::panicking() {
            self.breaker.record(permit, true);
        } else {
            self.breaker.change(|machine| machine.give_back(permit));
        }
    }
}
