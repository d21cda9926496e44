//! A function: its environments, how many there may be, and one invocation from event to REPORT line.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::{Notify, oneshot};
use zerobill_free_tier::{Report, Status};
use zerobill_runtime_api::ErrorDocument;

use crate::{
    counters::{Counters, FunctionState},
    environment::{Answered, Delivery, Ended, Environment, microseconds},
    error::InvokeError,
    invocation::{InvokeReply, InvokeRequest, Payload, StreamFault},
    log::{EnvironmentLog, LogSink},
    settings::FunctionSettings,
    task,
};

/// How long a caller waits for an environment that has answered and has not yet asked for its next event.
const SETTLING: Duration = Duration::from_millis(250);

pub(crate) struct Function {
    pub(crate) settings: FunctionSettings,
    name: Arc<str>,
    arn: String,
    sink: Arc<dyn LogSink>,
    freezes: bool,
    pool: Mutex<Pool>,
    changed: Notify,
    environments: AtomicU64,
    counters: Counters,
}

#[derive(Debug, Default)]
struct Pool {
    /// Environments that wait for an event, the one used last at the end.
    idle: Vec<Environment>,
    /// Environments that are busy, those that are settling among them.
    running: usize,
    /// Environments that have answered and have not yet asked for their next event.
    settling: usize,
    reserved: Option<u32>,
    closed: bool,
}

/// A place among the environments that may run.
enum Place {
    Idle(Environment),
    New,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
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
            pool: Mutex::default(),
            changed: Notify::new(),
            environments: AtomicU64::new(0),
            counters: Counters::default(),
        }
    }

    /// Invokes it; goes on to the end even if the caller does not wait.
    pub(crate) async fn invoke(self: &Arc<Self>, request: InvokeRequest) -> Result<InvokeReply, InvokeError> {
        let place = self.place().await?;
        let (reply, replied) = oneshot::channel();
        let function = Arc::clone(self);
        task::spawn(async move { function.run(place, request, reply).await });
        replied.await.map_err(|_| InvokeError::ShuttingDown)
    }

    pub(crate) fn state(&self) -> FunctionState {
        let pool = self.pool();
        self.counters
            .state(&self.name, pool.idle.len(), pool.running, pool.reserved)
    }

    pub(crate) fn reserved_concurrency(&self) -> Option<u32> {
        self.pool().reserved
    }

    pub(crate) fn reserve_concurrency(&self, reserved: Option<u32>) {
        self.pool().reserved = reserved;
    }

    /// Ends its environments. Those that are busy end with their invocation.
    pub(crate) async fn close(&self) {
        let idle = {
            let mut pool = self.pool();
            pool.closed = true;
            std::mem::take(&mut pool.idle)
        };
        self.changed.notify_waiters();
        let ends = idle.into_iter().map(|mut environment| {
            environment.thaw();
            task::spawn(environment.end())
        });
        for end in ends.collect::<Vec<_>>() {
            _ = end.await;
        }
    }

    /// Waits until no environment is busy.
    pub(crate) async fn drained(&self) {
        loop {
            let changed = self.changed.notified();
            if self.pool().running == 0 {
                return;
            }
            changed.await;
        }
    }

    fn pool(&self) -> std::sync::MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An environment that waits, or the right to start one. One that is just settling is worth a short wait: otherwise a
    /// caller who asks again at once would find it busy.
    async fn place(&self) -> Result<Place, InvokeError> {
        let until = task::now() + SETTLING;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut pool = self.pool();
                if pool.closed {
                    return Err(InvokeError::ShuttingDown);
                }
                let reserved = pool
                    .reserved
                    .map_or(usize::MAX, |reserved| usize::try_from(reserved).unwrap_or(usize::MAX));
                let limit = self.settings.concurrency.min(reserved);
                let may_wait = pool.settling > 0 && task::now() < until && limit > 0;
                if pool.running < limit {
                    while let Some(environment) = pool.idle.pop() {
                        if environment.is_alive() {
                            pool.running += 1;
                            return Ok(Place::Idle(environment));
                        }
                    }
                    if !may_wait {
                        pool.running += 1;
                        return Ok(Place::New);
                    }
                } else if !may_wait {
                    self.counters.throttle();
                    return Err(InvokeError::Throttled {
                        running: pool.running,
                        limit,
                    });
                }
            }
            _ = tokio::time::timeout_at(until, changed).await;
        }
    }

    /// One invocation from event to REPORT line.
    async fn run(self: Arc<Self>, place: Place, request: InvokeRequest, reply: oneshot::Sender<InvokeReply>) {
        let request_id = uuid::Uuid::new_v4().to_string();
        self.counters.begin();
        let (mut environment, init_us) = match place {
            Place::Idle(environment) => (environment, None),
            Place::New => match self.start().await {
                Ok((environment, init_us)) => (environment, Some(init_us)),
                Err((document, log, init_us)) => {
                    self.fail_init(request_id, &document, &log, init_us, reply);
                    return self.release(None);
                }
            },
        };
        environment.thaw();
        let log = Arc::clone(&environment.log);
        log.begin_invocation();
        log.platform(&format!("START RequestId: {request_id} Version: $LATEST"));
        let trace_id = request.trace_id.clone().unwrap_or_else(new_trace_id);
        let started = task::now();
        let limit = self.settings.timeout;
        let delivery = Delivery {
            request_id: &request_id,
            arn: &self.arn,
            trace_id: &trace_id,
            request,
            limit,
        };
        let ended = environment.deliver(delivery).await;
        let mut report = Report::new(
            &request_id,
            microseconds(started),
            init_us,
            self.settings.memory_mb.into(),
        );

        let (reply, ended) = match ended {
            Ended::Answered(Answered::Stream {
                content_type,
                parts,
                ended,
            }) => {
                // The caller reads the parts while they come, within the invocation's time.
                let payload = Payload::Streamed { content_type, parts };
                let (report_now, log_tail) = (report.clone(), Vec::new());
                _ = reply.send(InvokeReply {
                    request_id: request_id.clone(),
                    function_error: false,
                    payload,
                    log_tail,
                    report: report_now,
                });
                let left = limit.saturating_sub(task::now().saturating_duration_since(started));
                let finished = tokio::time::timeout(left, ended).await;
                report = Report::new(
                    &request_id,
                    microseconds(started),
                    init_us,
                    self.settings.memory_mb.into(),
                );
                (
                    None,
                    if finished.is_ok() {
                        streamed(finished.ok().and_then(Result::ok))
                    } else {
                        Ended::TimedOut
                    },
                )
            }
            ended => (Some(reply), ended),
        };
        environment.finish_output();
        report.max_memory_mb = environment.peak_memory_mb();
        let outcome = self.outcome(ended, &request_id, &mut report);
        if let Some(line) = &outcome.line {
            log.platform(line);
        }
        log.platform(&format!("END RequestId: {request_id}"));
        log.platform(&report.to_string());
        self.counters
            .end(&report, outcome.function_error, report.status == Status::Timeout);
        let survives = outcome.survives;
        if survives {
            self.settling(true);
        }
        if let Some(reply) = reply {
            let (function_error, payload) = (outcome.function_error, Payload::Buffered(outcome.payload));
            // A caller that is gone does not undo what was done.
            _ = reply.send(InvokeReply {
                request_id,
                function_error,
                payload,
                log_tail: log.tail(),
                report,
            });
        }
        if survives {
            // What a function does after its answer, before it asks for the next event, is still within its time.
            let left = limit.saturating_sub(task::now().saturating_duration_since(started));
            let settled = environment.settle(left).await;
            self.settling(false);
            return self.release(settled.then_some(environment));
        }
        environment.end().await;
        self.release(None);
    }

    fn settling(&self, begins: bool) {
        let mut pool = self.pool();
        pool.settling = if begins {
            pool.settling + 1
        } else {
            pool.settling.saturating_sub(1)
        };
    }

    /// Gives the place back, with its environment if that can serve again.
    fn release(&self, environment: Option<Environment>) {
        let mut pool = self.pool();
        pool.running -= 1;
        if let Some(mut environment) = environment.filter(|_| !pool.closed) {
            if self.freezes {
                environment.freeze();
            }
            pool.idle.push(environment);
        }
        drop(pool);
        self.changed.notify_waiters();
    }

    async fn start(&self) -> Result<(Environment, u64), (ErrorDocument, Arc<EnvironmentLog>, u64)> {
        let number = self.environments.fetch_add(1, Relaxed) + 1;
        self.counters.cold_start();
        let log = Arc::new(EnvironmentLog::new(
            Arc::clone(&self.name),
            number,
            Arc::clone(&self.sink),
        ));
        let started = task::now();
        let result = Environment::start(&self.settings, number, Arc::clone(&log)).await;
        result.map_err(|document| (document, log, microseconds(started)))
    }

    fn fail_init(
        &self,
        request_id: String,
        document: &ErrorDocument,
        log: &EnvironmentLog,
        init_us: u64,
        reply: oneshot::Sender<InvokeReply>,
    ) {
        let error_type = document.error_type.clone().unwrap_or_default();
        log.platform(&format!("START RequestId: {request_id} Version: $LATEST"));
        log.platform(&format!(
            "RequestId: {request_id} Error: {}\t{error_type}",
            document.error_message
        ));
        log.platform(&format!("END RequestId: {request_id}"));
        // A failed INIT is billed like the rest.
        let mut report = Report::new(&request_id, init_us, None, self.settings.memory_mb.into());
        (report.status, report.error_type) = (Status::Error, Some(error_type));
        log.platform(&report.to_string());
        self.counters.end(&report, true, false);
        let payload = Payload::Buffered(document.to_json().into());
        _ = reply.send(InvokeReply {
            request_id,
            function_error: true,
            payload,
            log_tail: log.tail(),
            report,
        });
    }

    fn outcome(&self, ended: Ended, request_id: &str, report: &mut Report) -> Outcome {
        let failed = |error_type: &str, message: String| {
            let message = format!("RequestId: {request_id} Error: {message}");
            let payload = ErrorDocument::new(error_type, message.clone()).to_json().into();
            Outcome {
                payload,
                function_error: true,
                survives: false,
                line: Some(message),
            }
        };
        match ended {
            Ended::Answered(Answered::Reply(payload)) => Outcome {
                payload,
                function_error: false,
                survives: true,
                line: None,
            },
            Ended::Answered(Answered::Error(payload)) => Outcome {
                payload,
                function_error: true,
                survives: true,
                line: None,
            },
            Ended::Answered(Answered::Stream { .. }) => Outcome {
                payload: Bytes::new(),
                function_error: false,
                survives: true,
                line: None,
            },
            Ended::Unanswered => failed(
                "Runtime.NoResponse",
                "the program asked for the next event without answering this one".to_owned(),
            ),
            Ended::Exited(reason) => {
                (report.status, report.error_type) = (Status::Error, Some("Runtime.ExitError".to_owned()));
                failed("Runtime.ExitError", reason)
            }
            Ended::TimedOut => {
                let limit = self.settings.timeout;
                report.status = Status::Timeout;
                *report = report.clone().capped(limit);
                let message = format!("Task timed out after {:.2} seconds", limit.as_secs_f64());
                let line = format!("{} {request_id} {message}", task::timestamp(task::epoch_ms()));
                Outcome {
                    line: Some(line),
                    ..failed("Sandbox.Timedout", message)
                }
            }
        }
    }
}

/// What an invocation came to.
struct Outcome {
    payload: Bytes,
    function_error: bool,
    /// Whether the environment can serve again.
    survives: bool,
    /// A line of Lambda's own before END.
    line: Option<String>,
}

/// A streamed reply that is in, or broke off.
fn streamed(ended: Option<Result<(), StreamFault>>) -> Ended {
    match ended {
        Some(Ok(())) => Ended::Answered(Answered::Reply(Bytes::new())),
        Some(Err(StreamFault(reason))) => Ended::Answered(Answered::Error(
            ErrorDocument::new(reason, "the streamed reply broke off")
                .to_json()
                .into(),
        )),
        None => Ended::Unanswered,
    }
}

/// A trace header as Lambda makes one, not sampled.
fn new_trace_id() -> String {
    let random = uuid::Uuid::new_v4().simple().to_string();
    format!(
        "Root=1-{:08x}-{};Parent={};Sampled=0",
        task::epoch_ms() / 1_000,
        &random[..24],
        &random[8..24]
    )
}
