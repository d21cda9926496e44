//! A function: its environments, how many there may be, and the ways to invoke it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
    time::Duration,
};

use tokio::sync::{Notify, Semaphore, oneshot};

use crate::{
    counters::{Counters, FunctionState},
    environment::Processes,
    error::InvokeError,
    invocation::{InvokeReply, InvokeRequest},
    log::{LineKind, LogLine, LogSink},
    pool::{Place, Pool},
    settings::FunctionSettings,
    task,
};

/// How many asynchronous events may wait.
const MAX_QUEUED: usize = 10_000;

/// How long an asynchronous event that failed waits before it is tried again.
const RETRIES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(2)];

pub(crate) struct Function {
    pub(crate) settings: FunctionSettings,
    pub(crate) name: Arc<str>,
    pub(crate) arn: String,
    pub(crate) sink: Arc<dyn LogSink>,
    pub(crate) freezes: bool,
    pub(crate) environments: AtomicU64,
    pub(crate) processes: Processes,
    pub(crate) counters: Counters,
    pool: Mutex<Pool>,
    /// Tells one queued event that a seat is free.
    seat_free: Notify,
    /// Tells whoever waits for the end that a seat was left.
    seat_left: Notify,
    queue: Arc<Semaphore>,
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Function {
    pub(crate) fn new(settings: FunctionSettings, sink: Arc<dyn LogSink>, freezes: bool) -> Self {
        Self {
            name: settings.name.as_str().into(),
            arn: settings.arn(),
            settings,
            sink,
            freezes,
            environments: AtomicU64::new(0),
            processes: Processes::default(),
            counters: Counters::default(),
            pool: Mutex::default(),
            seat_free: Notify::new(),
            seat_left: Notify::new(),
            queue: Arc::new(Semaphore::new(MAX_QUEUED)),
        }
    }

    /// Invokes it; goes on to the end even if the caller does not wait.
    pub(crate) async fn invoke(self: &Arc<Self>, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        let place = self.pool().take(self);
        if let Err(InvokeError::Throttled { .. }) = place {
            self.counters.throttle();
        }
        self.invoke_at(place?, request).await
    }

    async fn invoke_at(self: &Arc<Self>, place: Place, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        let (reply, replied) = oneshot::channel();
        let function = Arc::clone(self);
        task::spawn(async move { function.run(place, request, reply).await });
        replied.await.map_err(|_| InvokeError::ShuttingDown)
    }

    /// Takes an event to be run when a seat is free; a failure is tried again twice, under the same request id, which it gives.
    pub(crate) fn invoke_later(self: &Arc<Self>, mut request: InvokeRequest) -> Result<String, InvokeError> {
        let Ok(queued) = Arc::clone(&self.queue).try_acquire_owned() else {
            self.counters.throttle();
            return Err(InvokeError::Throttled {
                running: MAX_QUEUED,
                limit: MAX_QUEUED,
            });
        };
        let request_id = request.request_id.get_or_insert_with(task::new_id).clone();
        let function = Arc::clone(self);
        task::spawn(async move {
            function.attempts(request).await;
            drop(queued);
        });
        Ok(request_id)
    }

    async fn attempts(self: &Arc<Self>, request: InvokeRequest) {
        for pause in RETRIES.into_iter().map(Some).chain([None]) {
            let reply = match self.seat().await {
                Ok(place) => self.invoke_at(place, request.clone()).await,
                Err(error) => Err(error),
            };
            match (reply, pause) {
                (Ok(reply), Some(pause)) if reply.function_error => tokio::time::sleep(pause).await,
                (Ok(reply), None) if reply.function_error => self.say(&format!(
                    "RequestId: {} failed in {} attempts and is given up",
                    reply.request_id,
                    RETRIES.len() + 1
                )),
                _ => return,
            }
        }
    }

    /// Waits for a seat.
    async fn seat(self: &Arc<Self>) -> Result<Place, InvokeError> {
        loop {
            let free = self.seat_free.notified();
            let place = self.pool().take(self);
            if !matches!(place, Err(InvokeError::Throttled { .. })) {
                return place;
            }
            free.await;
        }
    }

    pub(crate) fn left_seat(&self) {
        self.seat_free.notify_one();
        self.seat_left.notify_waiters();
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
        self.seat_free.notify_waiters();
    }

    /// Takes no more events and ends the environments that wait for one.
    pub(crate) async fn close(&self) {
        let idle = self.pool().close();
        self.seat_free.notify_waiters();
        let ends = idle.into_iter().map(|mut environment| {
            environment.thaw();
            environment.end()
        });
        futures_util::future::join_all(ends).await;
    }

    /// Takes no more events and ends every process at once.
    pub(crate) fn kill(&self) {
        let idle = self.pool().close();
        self.seat_free.notify_waiters();
        self.processes.kill();
        drop(idle);
    }

    /// Waits until no environment is busy.
    pub(crate) async fn drained(&self) {
        loop {
            let left = self.seat_left.notified();
            if self.pool().running() == 0 {
                return;
            }
            left.await;
        }
    }

    /// Writes a line that belongs to no environment.
    pub(crate) fn say(&self, text: &str) {
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
