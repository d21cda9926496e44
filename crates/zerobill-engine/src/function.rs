//! A function: its environments, how many there may be, and the ways to invoke it.

use std::{
    fmt,
    pin::pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use futures_util::future::join_all;
use tokio::{
    sync::{Notify, Semaphore, oneshot},
    time::timeout,
};

use crate::{
    counters::{Counters, FunctionState},
    dashboard::Journal,
    environment::{CpuShares, Environment, Processes, ShutdownReason},
    error::InvokeError,
    invocation::{InvokeReply, InvokeRequest},
    later::MAX_QUEUED,
    log::{LineKind, LogLine, LogSink},
    log_settings::LogFormat,
    pool::{Place, Pool, SETTLING, Seat, Source, Ticket},
    settings::FunctionSettings,
    task,
};

pub(crate) struct Function {
    pub(crate) settings: FunctionSettings,
    pub(crate) name: Arc<str>,
    pub(crate) arn: String,
    pub(crate) sink: Arc<dyn LogSink>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) freezes: bool,
    pub(crate) environments: AtomicU64,
    pub(crate) processes: Processes,
    pub(crate) counters: Counters,
    /// Places for asynchronous events.
    pub(crate) queue: Arc<Semaphore>,
    pool: Mutex<Pool>,
    /// Tells one queued event that a seat is free.
    seat_free: Notify,
    /// Tells whoever waits for the end that an invocation is over.
    over: Notify,
    /// Tells events that wait for a build that it has ended.
    open: Notify,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Function {
    pub(crate) fn new(
        mut settings: FunctionSettings,
        sink: Arc<dyn LogSink>,
        journal: Arc<Journal>,
        freezes: bool,
        cpu_shares: Option<Arc<CpuShares>>,
    ) -> Self {
        if settings.environment_concurrency > 1 {
            // Lambda has no other format for those.
            settings.log.format = LogFormat::Json;
        }
        Self {
            name: settings.name.as_str().into(),
            arn: settings.arn(),
            settings,
            sink,
            journal,
            freezes,
            environments: AtomicU64::new(0),
            processes: Processes::new(cpu_shares),
            counters: Counters::default(),
            queue: Arc::new(Semaphore::new(MAX_QUEUED)),
            pool: Mutex::default(),
            seat_free: Notify::new(),
            over: Notify::new(),
            open: Notify::new(),
        }
    }

    /// Invokes it; goes on to the end even if the caller does not wait.
    pub(crate) async fn invoke(self: &Arc<Self>, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        self.opened().await;
        let ticket = self.pool().take(self).inspect_err(|error| self.refuse(error))?;
        let function = Arc::clone(self);
        let (reply, replied) = oneshot::channel();
        task::spawn(async move {
            match function.seated(ticket).await {
                Ok(place) => function.run(place, request, reply).await,
                Err(error) => {
                    function.refuse(&error);
                    // A caller that is gone does not need to know.
                    _ = reply.send(Err(error));
                }
            }
        });
        replied.await.unwrap_or(Err(InvokeError::ShuttingDown))
    }

    /// Invokes it once a seat is free.
    pub(crate) async fn invoke_in_turn(self: &Arc<Self>, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        let place = self.seat().await?;
        let function = Arc::clone(self);
        let (reply, replied) = oneshot::channel();
        task::spawn(async move { function.run(place, request, reply).await });
        replied.await.unwrap_or(Err(InvokeError::ShuttingDown))
    }

    /// Waits for an environment that has answered where there is no other, and not for long.
    async fn seated(self: &Arc<Self>, ticket: Ticket) -> Result<Place, InvokeError> {
        let (presence, mut chair, patience) = match ticket {
            Ticket::Place(place) => return Ok(place),
            Ticket::Soon {
                presence,
                chair,
                patience,
            } => (presence, chair, patience),
        };
        let came = if let Ok(came) = timeout(patience, &mut chair).await {
            came.ok()
        } else {
            chair.close();
            // It may have come in the same instant.
            chair.try_recv().ok()
        };
        let (seat, source) = match came {
            Some((seat, environment)) => (seat, Source::Waiting(environment)),
            None => self.pool().seat(self)?,
        };
        Ok(Place { presence, seat, source })
    }

    fn refuse(&self, error: &InvokeError) {
        if let InvokeError::Throttled { .. } = error {
            self.throttle();
        }
    }

    /// Counts an event that is refused.
    pub(crate) fn throttle(&self) {
        self.counters.throttle();
        self.journal.touch();
    }

    /// Waits for a seat.
    async fn seat(self: &Arc<Self>) -> Result<Place, InvokeError> {
        loop {
            self.opened().await;
            let free = self.seat_free.notified();
            let ticket = self.pool().take(self);
            let place = match ticket {
                Ok(ticket) => self.seated(ticket).await,
                Err(error) => Err(error),
            };
            if !matches!(place, Err(InvokeError::Throttled { .. })) {
                return place;
            }
            free.await;
        }
    }

    /// Waits for a build that is going on.
    async fn opened(&self) {
        loop {
            let open = self.open.notified();
            if !self.pool().is_held() {
                return;
            }
            open.await;
        }
    }

    /// Lets events wait, or lets them go on.
    pub(crate) fn hold(&self, held: bool) {
        self.pool().hold(held);
        self.open.notify_waiters();
    }

    /// Ends the environments that wait, and lets busy ones take no further event: new ones have the program as it is now.
    pub(crate) async fn replace(&self) {
        let oldest = self.environments.load(Relaxed) + 1;
        let idle = self.pool().renew(oldest);
        end(idle).await;
    }

    /// The environment of `seat` has answered: an event may wait for it.
    pub(crate) fn settles(&self, seat: &mut Seat) {
        self.pool().settles(seat);
        self.seat_free.notify_one();
    }

    /// Takes the events that an environment asks for which serves several at once, for as long as it is there.
    pub(crate) fn follow(self: &Arc<Self>, environment: &Arc<Environment>) {
        let (function, environment) = (Arc::downgrade(self), Arc::clone(environment));
        task::spawn(async move {
            let all_ask = tokio::time::sleep(SETTLING);
            let mut all_ask = pin!(all_ask);
            let mut is_new = true;
            loop {
                tokio::select! {
                    asks = environment.asks() => {
                        let Some(function) = function.upgrade() else { return };
                        if !asks {
                            return function.pool().forget(&environment);
                        }
                        function.pool().arrives(&function, &environment);
                    }
                    // A program that serves one at a time asks no more.
                    () = &mut all_ask, if is_new => {
                        is_new = false;
                        if let Some(function) = function.upgrade() {
                            function.pool().expect_nothing(&environment);
                        }
                    }
                }
            }
        });
    }

    pub(crate) fn left_seat(&self) {
        self.seat_free.notify_one();
    }

    pub(crate) fn left(&self) {
        self.over.notify_waiters();
    }

    pub(crate) fn state(&self) -> FunctionState {
        let pool = self.pool();
        self.counters
            .state(&self.name, pool.idle(), pool.running(), pool.reserved())
    }

    pub(crate) fn reserved_concurrency(&self) -> Option<u32> {
        self.pool().reserved()
    }

    pub(crate) fn reserve_concurrency(&self, reserved: Option<u32>) {
        self.pool().reserve(reserved);
        self.journal.touch();
        self.seat_free.notify_waiters();
    }

    /// Ends environments that have waited for too long, for as long as there is a function.
    pub(crate) async fn reap(function: Weak<Self>) {
        while let Some(function_now) = function.upgrade() {
            let limit = function_now.settings.idle_limit;
            let (expired, next) = function_now.pool().expired(limit);
            end(expired).await;
            drop(function_now);
            tokio::time::sleep_until(next).await;
        }
    }

    /// Takes no more events and ends the environments that wait for one.
    pub(crate) async fn close(&self) {
        let idle = self.pool().close();
        self.seat_free.notify_waiters();
        self.open.notify_waiters();
        end(idle).await;
    }

    /// Takes no more events and ends every process at once.
    pub(crate) fn kill(&self) {
        let idle = self.pool().close();
        self.seat_free.notify_waiters();
        self.open.notify_waiters();
        self.processes.kill();
        drop(idle);
    }

    /// Waits until every invocation is over.
    pub(crate) async fn drained(&self) {
        loop {
            let over = self.over.notified();
            if self.pool().present() == 0 {
                return;
            }
            over.await;
        }
    }

    /// Writes a line that belongs to no environment.
    pub(crate) fn say(&self, text: &str) {
        self.journal.line(&self.name, 0, LineKind::Platform, None, text);
        self.sink.line(LogLine {
            function: &self.name,
            environment: 0,
            kind: LineKind::Platform,
            text,
        });
    }

    pub(crate) fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends environments, all at once.
async fn end(environments: Vec<Arc<Environment>>) {
    let ends = environments.iter().map(|environment| {
        environment.thaw();
        environment.end(ShutdownReason::Spindown)
    });
    join_all(ends).await;
}
