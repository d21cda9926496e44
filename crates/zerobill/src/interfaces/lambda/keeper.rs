//! Tells the meter's store what was counted, hears what the month has come to, and does what the settings ask for then.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use futures_util::FutureExt as _;
use zerobill_free_tier::Month;

use super::{
    refusal::Refusal,
    settings::{Rules, folder, function_name},
    usage::{DimensionUse, Overshoot, UsageReport, UsageState},
};
use crate::{
    brake::{Brake, FileTrips, MemoryTrips, Trips},
    error::{BUDGET_EXHAUSTED, Error, Result},
    gateway::Base,
    interfaces::config::{Config, Watched},
    invocation,
    meter::{Account, Batch, Dimension, FileStore, MemoryStore, Store, Totals},
};

/// So many batches are told at a time: those of months that ended, and the running one's.
const MOST_BATCHES: usize = 4;

/// A stopped function asks so often whether it was released.
const STOPPED_PERIOD: Duration = Duration::from_secs(5);

/// What is to be logged.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) message: String,
    pub(super) is_error: bool,
}

#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) base: Base,
    rules: Watched<Rules>,
    pub(super) function: String,
    own_store: Arc<dyn Store>,
    shared_store: OnceLock<Arc<dyn Store>>,
    own_brake: Arc<dyn Brake>,
    shared_brake: OnceLock<Arc<dyn Brake>>,
    /// When the store is to be told again, in milliseconds of the clock's age.
    due_ms: AtomicU64,
    /// After how many requests, if that is earlier.
    due_requests: AtomicU64,
    /// Whether it is being told now.
    is_telling: AtomicBool,
    /// Whether the function refuses to work.
    pub(super) refuses: AtomicBool,
    known: Mutex<Known>,
    notices: Mutex<Vec<Notice>>,
}

/// What the store and the brake last said.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The month, and what it has come to.
    pub(super) month: Option<Month>,
    account: Account,
    answered_at: Option<Duration>,
    /// What was said of this month's budget, so that it is not said again.
    pub(super) said: Vec<(Dimension, u8)>,
    /// Whether the month asks for the function to be stopped.
    pub(super) asks_for_stop: bool,
    /// Whether the brake was asked before.
    pub(super) asked_brake: bool,
    pub(super) store_problem: Option<String>,
    /// Why the brake could not say whether the function is stopped.
    pub(super) asking_problem: Option<String>,
    /// Why it could not stop the function.
    pub(super) brake_problem: Option<String>,
    /// Why the function is stopped.
    pub(super) reason: Option<String>,
}

impl Known {
    fn problems(&self) -> impl Iterator<Item = &String> {
        let problems = [&self.store_problem, &self.brake_problem, &self.asking_problem];
        problems.into_iter().flatten()
    }
}

/// Says when it is over, also when it is given up half way.
struct Telling<'a>(&'a AtomicBool);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

impl Keeper {
    pub(super) fn new(base: &Base, config: Config) -> Arc<Self> {
        let (own_store, trips): (Arc<dyn Store>, Arc<dyn Trips>) = match folder(&config) {
            Some(folder) => (
                Arc::new(FileStore::new(folder.join("meter.json"))),
                Arc::new(FileTrips::new(folder.join("trips.json"))),
            ),
            None => (Arc::<MemoryStore>::default(), Arc::<MemoryTrips>::default()),
        };
        let clock = base.clock.clone();
        Arc::new(Self {
            base: base.clone(),
            function: function_name(&base.environment),
            rules: Watched::new(config, Rules::read),
            own_store,
            shared_store: OnceLock::new(),
            own_brake: Arc::new(Refusal::new(trips, clock)),
            shared_brake: OnceLock::new(),
            due_ms: AtomicU64::new(0),
            due_requests: AtomicU64::new(u64::MAX),
            is_telling: AtomicBool::new(false),
            refuses: AtomicBool::new(false),
            known: Mutex::default(),
            notices: Mutex::default(),
        })
    }

    pub(super) fn share(&self, store: Arc<dyn Store>) -> bool {
        self.shared_store.set(store).is_ok()
    }

    pub(super) fn stop_with(&self, brake: Arc<dyn Brake>) -> bool {
        self.shared_brake.set(brake).is_ok()
    }

    /// An error if the function is stopped.
    pub(super) fn admit(&self) -> Result<()> {
        if !self.refuses.load(Relaxed) {
            return Ok(());
        }
        let message = "this function is stopped: its budget of the month is used up";
        let reason = self.known().reason.clone().unwrap_or_default();
        Err(Error::new(BUDGET_EXHAUSTED, message).with_detail(reason))
    }

    /// Whether the store is to be told now.
    pub(super) fn is_due(&self) -> bool {
        milliseconds(self.base.clock.age()) >= self.due_ms.load(Relaxed)
            || self.base.meter.has_waiting(self.due_requests.load(Relaxed))
    }

    /// Tells the store, and waits for it as long as the settings allow; says whether it has acknowledged what it was told.
    ///
    /// What takes longer goes on in a task. An answer that is there at once needs neither that nor a timer.
    pub(super) async fn tell(self: &Arc<Self>) -> bool {
        if self.is_telling.swap(true, Relaxed) {
            return false;
        }
        let (keeper, rules) = (Arc::clone(self), self.rules.read());
        let patience = rules.patience;
        let mut telling: Pin<Box<dyn Future<Output = bool> + Send>> = Box::pin(async move {
            let _telling = Telling(&keeper.is_telling);
            keeper.exchange(&rules).await
        });
        if let Some(is_acknowledged) = (&mut telling).now_or_never() {
            return is_acknowledged;
        }
        // What the task has to say too late is logged by the next invocation.
        let answer = tokio::time::timeout(patience, invocation::spawn(telling)).await;
        matches!(answer, Ok(Ok(true)))
    }

    async fn exchange(&self, rules: &Rules) -> bool {
        // Until the answer is there nobody else is to ask; an outage is waited for as long as a period.
        self.put_off(rules.period, u64::MAX);
        let store = self.store();
        let name = self.budget(rules);
        for _ in 0..MOST_BATCHES {
            let Some(batch) = self.base.meter.next_batch(name, self.base.clock.epoch_ms()) else {
                break;
            };
            match store.add(&batch).await {
                Ok(account) => {
                    self.base.meter.settle(batch.id);
                    self.learn(&batch, account);
                    self.obey(rules, &batch, account).await;
                }
                Err(error) => {
                    self.problem(|known| &mut known.store_problem, error.to_string());
                    break;
                }
            }
        }
        self.ask_brake().await;
        let is_acknowledged = self.known().store_problem.is_none();
        if is_acknowledged {
            if self.refuses.load(Relaxed) {
                self.put_off(STOPPED_PERIOD.min(rules.period), u64::MAX);
            } else {
                self.put_off(rules.period, rules.requests);
            }
        }
        is_acknowledged
    }

    fn put_off(&self, period: Duration, requests: u64) {
        self.due_ms.store(milliseconds(self.base.clock.age() + period), Relaxed);
        self.due_requests.store(requests, Relaxed);
    }

    fn learn(&self, batch: &Batch, account: Account) {
        let (month, _) = self.base.meter.unsettled();
        let mut known = self.known();
        known.store_problem = None;
        known.answered_at = Some(self.base.clock.age());
        if batch.month == month {
            if known.month != Some(month) {
                known.said.clear();
            }
            (known.month, known.account) = (Some(month), account);
        }
    }

    /// Remembers a problem, and says it once for as long as it lasts.
    pub(super) fn problem(&self, of: impl FnOnce(&mut Known) -> &mut Option<String>, problem: String) {
        let is_new = of(&mut self.known()).replace(problem.clone()).is_none();
        if is_new {
            self.notice(problem, false);
        }
    }

    pub(super) fn notice(&self, message: String, is_error: bool) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.push(Notice { message, is_error });
    }

    /// What there is to log.
    pub(super) fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn usage(&self) -> UsageReport {
        let rules = self.rules.read();
        let (month, unsettled) = self.base.meter.unsettled();
        let known = self.known();
        let settled = if known.month == Some(month) {
            known.account.totals
        } else {
            Totals::default()
        };
        let state = match (self.refuses.load(Relaxed), self.base.meter.sheds()) {
            (true, _) => UsageState::Stopped,
            (false, true) => UsageState::Shedding,
            (false, false) => UsageState::Running,
        };
        let (meter, age) = (&self.base.meter, self.base.clock.age());
        UsageReport {
            budget: self.budget(&rules).to_owned(),
            month: month.to_string(),
            store: self.store().name(),
            state,
            reason: known.reason.clone().filter(|_| state == UsageState::Stopped),
            used: DimensionUse::all(&rules, &settled.with(&unsettled)),
            age_ms: known.answered_at.map(|at| milliseconds(age.saturating_sub(at))),
            problem: known.problems().next().cloned(),
            overshoot: Overshoot::of(&rules, meter.memory_mb(), Duration::from_millis(meter.timeout_ms())),
        }
    }

    /// Why it does not do its job in full.
    pub(super) fn complaints(&self) -> Vec<String> {
        self.known().problems().cloned().collect()
    }

    /// The budget's name: the setting's, or the function's.
    pub(super) fn budget<'a>(&'a self, rules: &'a Rules) -> &'a str {
        Some(rules.budget.name.as_str())
            .filter(|name| !name.is_empty())
            .unwrap_or(&self.function)
    }

    pub(super) fn store(&self) -> &dyn Store {
        &**self.shared_store.get().unwrap_or(&self.own_store)
    }

    pub(super) fn brake(&self) -> &dyn Brake {
        &**self.shared_brake.get().unwrap_or(&self.own_brake)
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whole milliseconds.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
