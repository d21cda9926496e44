//! The breakers by name.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{
    FAILURES, OPEN_SECONDS, RATE,
    breaker::{Around, Breaker, BreakerInfo, Transition},
    error::BreakerError,
    machine::{BreakerState, Rules},
    store::Store,
};
use crate::{
    gateway::Base,
    interfaces::{
        Health, Service,
        config::{Config, Watched},
        logging::Logging,
    },
};

/// So many breakers are kept by name. Past that, those that have nothing to say make room.
const MAX_BREAKERS: usize = 1_024;

/// Breakers by name, made when they are first used.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use zerobill::circuit_breaker::{BreakerError, BreakerState};
/// let gateway = zerobill::Gateway::builder().setting("circuit_breaker.failures", 1).build().expect("valid");
/// let failed = gateway.circuit_breaker().call("shop", async { Err::<(), _>("timed out") }).await;
/// assert_eq!(failed, Err(BreakerError::Failed("timed out")));
/// let refused = gateway.circuit_breaker().call("shop", async { Ok::<_, &str>(()) }).await;
/// assert!(matches!(refused, Err(BreakerError::Open { .. })));
/// assert_eq!(gateway.circuit_breaker().state("shop"), Some(BreakerState::Open));
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct CircuitBreaker(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    logging: Logging,
    rules: Watched<Rules>,
    breakers: RwLock<HashMap<String, Breaker>>,
    around: Arc<Around>,
}

impl CircuitBreaker {
    pub(crate) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        let rules = Watched::new(config, |config| Rules {
            failures: config
                .integer(&FAILURES)
                .and_then(|number| u32::try_from(number).ok())
                .unwrap_or_default(),
            failure_rate: config.number(&RATE).unwrap_or_default(),
            open_for: Duration::try_from_secs_f64(config.number(&OPEN_SECONDS).unwrap_or_default()).unwrap_or_default(),
        });
        let (breakers, around) = (RwLock::default(), Arc::default());
        Self(Arc::new(Inner {
            base: base.clone(),
            logging,
            rules,
            breakers,
            around,
        }))
    }

    /// Awaits `work` if the breaker `name` lets calls pass; see [`Breaker::call`].
    ///
    /// # Errors
    /// [`BreakerError`].
    pub async fn call<T, E>(&self, name: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, BreakerError<E>> {
        self.breaker(name).call(work).await
    }

    /// The breaker `name`, made by the settings' rules if there is none: a handle that saves the look-up.
    pub fn breaker(&self, name: &str) -> Breaker {
        self.find(name).unwrap_or_else(|| self.add(name, *self.0.rules.read()))
    }

    /// The breaker `name` with rules of its own.
    pub fn configure(&self, name: &str, rules: Rules) -> Breaker {
        let breaker = self.find(name).unwrap_or_else(|| self.add(name, rules));
        breaker.set_rules(rules);
        breaker
    }

    /// Whether calls pass the breaker `name`; none if it was never used.
    pub fn state(&self, name: &str) -> Option<BreakerState> {
        self.find(name).map(|breaker| breaker.state())
    }

    /// Closes the breaker `name` and forgets what was counted; says whether there is one.
    pub fn reset(&self, name: &str) -> bool {
        self.find(name).inspect(Breaker::reset).is_some()
    }

    /// Opens the breaker `name` for its usual time, making it if there is none.
    pub fn trip(&self, name: &str) -> BreakerState {
        let breaker = self.breaker(name);
        breaker.trip();
        breaker.state()
    }

    /// The breakers, by name.
    pub fn list(&self) -> Vec<BreakerInfo> {
        let breakers = self.0.breakers.read().unwrap_or_else(PoisonError::into_inner);
        let mut list: Vec<_> = breakers.values().map(Breaker::info).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    }

    /// Calls `callback` with every change of state from now on.
    pub fn on_transition(&self, callback: impl Fn(&Transition) + Send + Sync + 'static) {
        let callbacks = &self.0.around.callbacks;
        callbacks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Arc::new(callback));
    }

    /// Shares the breakers' states through `store`; says whether it was taken, which only the first is.
    pub fn share(&self, store: Arc<dyn Store>) -> bool {
        self.0.around.store.set(store).is_ok()
    }

    fn find(&self, name: &str) -> Option<Breaker> {
        self.0
            .breakers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    fn add(&self, name: &str, rules: Rules) -> Breaker {
        let make = || {
            let (clock, around) = (self.0.base.clock.clone(), Arc::clone(&self.0.around));
            Breaker::new(name, rules, clock, self.0.logging.clone(), around)
        };
        let mut breakers = self.0.breakers.write().unwrap_or_else(PoisonError::into_inner);
        if breakers.len() >= MAX_BREAKERS && !breakers.contains_key(name) {
            breakers.retain(|_, breaker| !breaker.is_spotless());
            if breakers.len() >= MAX_BREAKERS {
                // All of them are in trouble: this one lives as long as its handle.
                return make();
            }
        }
        breakers.entry(name.to_owned()).or_insert_with(make).clone()
    }
}

impl Service for CircuitBreaker {
    fn health(&self) -> Health {
        let broken = self
            .list()
            .into_iter()
            .filter(|info| info.state != BreakerState::Closed);
        Health::of(
            broken
                .map(|info| format!("circuit `{}` is not closed", info.name))
                .collect(),
        )
    }
}
