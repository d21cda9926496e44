//! One invocation from its event to its REPORT line.

use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};
use zerobill_free_tier::{Report, Status};
use zerobill_runtime_api::ErrorDocument;

use crate::{
    dashboard::Record,
    environment::{Answered, Delivery, Ended, Environment, ShutdownReason, microseconds},
    error::InvokeError,
    function::Function,
    invocation::{InvokeReply, InvokeRequest, Payload},
    log::EnvironmentLog,
    outcome::{After, Outcome, streamed},
    platform::{PlatformEvent, RuntimeDone},
    pool::{Chair, Place, SETTLING, Seat, Source, Starting},
    task,
};

/// What belongs to one invocation.
struct Invocation {
    record: Record,
    request_id: String,
    trace_id: String,
    /// Milliseconds since 1970.
    started_ms: u64,
    started: Instant,
    limit: Duration,
    init_us: Option<u64>,
    memory_mb: u64,
}

impl Invocation {
    fn left(&self) -> Duration {
        self.limit
            .saturating_sub(task::now().saturating_duration_since(self.started))
    }

    /// The report if it ended now.
    fn report(&self) -> Report {
        Report::new(
            &self.request_id,
            microseconds(self.started),
            self.init_us,
            self.memory_mb,
        )
    }
}

/// Whoever waits for the answer, until it was given.
type Caller = Option<Reply>;

/// Where the answer goes.
pub(crate) type Reply = oneshot::Sender<Result<InvokeReply, InvokeError>>;

impl Function {
    pub(crate) async fn run(self: Arc<Self>, place: Place, mut request: InvokeRequest, reply: Reply) {
        let Place {
            presence,
            mut seat,
            source,
        } = place;
        let request_id = request.request_id.take().unwrap_or_else(task::new_id);
        self.counters.begin();
        let record = self.journal.begin(&self.name, &request_id, &request);
        let (environment, init_us) = match source {
            Source::Waiting(environment) => (environment, None),
            Source::New(starting) => match self.start(&record, starting).await {
                Ok((environment, init_us)) => (environment, Some(init_us)),
                Err((document, log, init_us)) => {
                    let answer = self.fail_init(&record, request_id, &document, &log, init_us, || drop(seat));
                    // A caller that is gone does not undo what was done.
                    _ = reply.send(Ok(answer));
                    return drop(presence);
                }
            },
        };
        environment.thaw();
        record.starts(environment.log.environment(), init_us);
        environment.log.begin_invocation(&record);
        let trace_id = request.trace_id.take().unwrap_or_else(task::new_trace_id);
        environment.log.event(&PlatformEvent::Start {
            request_id: &request_id,
            trace_id: &trace_id,
        });
        let invocation = Invocation {
            record,
            request_id,
            trace_id,
            started_ms: task::epoch_ms(),
            started: task::now(),
            limit: self.settings.timeout,
            init_us,
            memory_mb: self.settings.memory_mb.into(),
        };
        let mut caller = Some(reply);
        let mut outcome = self
            .answer(&environment, &invocation, request, &mut caller, &mut seat)
            .await;
        let report = self.end(&environment, &invocation, &mut outcome);
        if outcome.environment == After::Ready && self.freezes {
            environment.freeze();
        }
        let reason = match outcome.status {
            _ if outcome.environment != After::Gone => ShutdownReason::Spindown,
            Status::Timeout => ShutdownReason::Timeout,
            _ => ShutdownReason::Failure,
        };
        let log = Arc::clone(&environment.log);
        let (mut left_over, after) = (None, outcome.environment);
        let last = PlatformEvent::Report {
            report: &report,
            trace_id: &invocation.trace_id,
        };
        let log_tail = log.end_invocation(&invocation.record, outcome.line.as_deref(), &last, || {
            // Before the REPORT line: whoever reads it may have the next event.
            left_over = self.release((seat, environment), after);
        });
        if let Some(caller) = caller {
            _ = caller.send(Ok(InvokeReply {
                request_id: report.request_id.clone(),
                function_error: outcome.function_error,
                payload: Payload::Buffered(outcome.payload),
                log_tail,
                report,
            }));
        }
        if let Some(environment) = left_over {
            environment.end(reason).await;
        }
        drop(presence);
    }

    /// Gives back a seat, and the environment to where the next event finds it; returns the environment where it is to be ended.
    fn release(&self, (seat, environment): Chair, after: After) -> Option<Arc<Environment>> {
        let mut pool = self.pool();
        let (seat, left_over) = match after {
            After::Ready => pool.keep(seat, environment),
            After::Asks => pool.leave(seat, environment, true),
            After::Busy | After::Gone => pool.leave(seat, environment, false),
        };
        drop(pool);
        drop(seat);
        left_over
    }

    /// Has the event answered, and the environment ended if it cannot go on.
    async fn answer(
        &self,
        environment: &Environment,
        invocation: &Invocation,
        request: InvokeRequest,
        caller: &mut Caller,
        seat: &mut Seat,
    ) -> Outcome {
        let at_once = request.at_once;
        let ended = self.deliver(environment, invocation, request, caller).await;
        let mut outcome = Outcome::of(ended, &invocation.request_id, invocation.limit);
        environment.runtime_done(RuntimeDone {
            request_id: &invocation.request_id,
            trace_id: &invocation.trace_id,
            status: outcome.status,
            error_type: outcome.error_type.as_deref(),
            started_ms: invocation.started_ms,
            duration_us: microseconds(invocation.started),
            produced_bytes: Some(outcome.payload.len()).filter(|_| caller.is_some()),
        });
        if environment.serves_several() {
            outcome.leave_to_others();
        }
        self.check(environment, invocation, &mut outcome, caller);
        if outcome.environment == After::Ready {
            self.settles(seat);
            if at_once && let Some(caller) = caller.take() {
                _ = caller.send(Ok(early_reply(invocation, &outcome, Vec::new())));
            }
            // What a function does after its answer, before it asks for the next event, is still within its time.
            let mut settling = pin!(environment.settle(invocation.left()));
            let settled = if let Ok(settled) = timeout(SETTLING, settling.as_mut()).await {
                settled
            } else {
                if let Some(caller) = caller.take() {
                    environment.finish_output();
                    _ = caller.send(Ok(early_reply(
                        invocation,
                        &outcome,
                        environment.log.tail(&invocation.record),
                    )));
                }
                settling.await
            };
            outcome.settle(settled, &invocation.request_id, invocation.limit);
            self.check(environment, invocation, &mut outcome, caller);
        }
        if outcome.environment == After::Gone {
            environment.kill().await;
        }
        outcome
    }

    /// Takes in whether the environment is beyond a limit.
    fn check(&self, environment: &Environment, invocation: &Invocation, outcome: &mut Outcome, caller: &Caller) {
        if outcome.environment != After::Gone
            && let Some(exceeded) = environment.exceeded()
        {
            let limit_mb = self.settings.temporary_mb.into();
            outcome.exceed(exceeded, &invocation.request_id, caller.is_none(), limit_mb);
        }
    }

    /// Hands the event over. A caller of a streamed reply has it from its first part on, and is then taken.
    async fn deliver(
        &self,
        environment: &Environment,
        invocation: &Invocation,
        request: InvokeRequest,
        caller: &mut Caller,
    ) -> Ended {
        let delivery = Delivery {
            request_id: &invocation.request_id,
            arn: &self.arn,
            trace_id: &invocation.trace_id,
            request,
            limit: invocation.limit,
        };
        match environment.deliver(delivery).await {
            Ended::Answered(Answered::Stream {
                content_type,
                parts,
                ended,
            }) => {
                if let Some(caller) = caller.take() {
                    _ = caller.send(Ok(InvokeReply {
                        request_id: invocation.request_id.clone(),
                        function_error: false,
                        payload: Payload::Streamed { content_type, parts },
                        log_tail: Vec::new(),
                        report: invocation.report(),
                    }));
                }
                let finished = timeout(invocation.left(), ended).await;
                finished.map_or(Ended::TimedOut, |ended| streamed(ended.ok()))
            }
            ended => ended,
        }
    }

    /// Measures and counts the end.
    fn end(&self, environment: &Environment, invocation: &Invocation, outcome: &mut Outcome) -> Report {
        environment.finish_output();
        let mut report = invocation.report();
        report.max_memory_mb = environment.peak_memory_mb();
        report.status = outcome.status;
        report.error_type = outcome.error_type.take();
        if report.status == Status::Timeout {
            report = report.capped(invocation.limit);
        }
        let failed = outcome.function_error || report.status != Status::Success;
        invocation.record.ends(&report, failed, &outcome.payload);
        self.counters.end(&report, failed, report.status == Status::Timeout);
        report
    }

    async fn start(
        self: &Arc<Self>,
        record: &Record,
        starting: Option<Starting>,
    ) -> Result<(Arc<Environment>, u64), (ErrorDocument, Arc<EnvironmentLog>, u64)> {
        let number = self.environments.fetch_add(1, Relaxed) + 1;
        self.counters.cold_start();
        let (name, sink, journal) = (
            Arc::clone(&self.name),
            Arc::clone(&self.sink),
            Arc::clone(&self.journal),
        );
        let log = Arc::new(EnvironmentLog::new(name, number, &self.settings, sink, journal, record));
        let started = task::now();
        let result = Environment::start(&self.settings, number, Arc::clone(&log), &self.processes).await;
        let (environment, init_us) = result.map_err(|document| (document, log, microseconds(started)))?;
        let environment = Arc::new(environment);
        self.pool().add(Arc::clone(&environment), starting);
        if environment.serves_several() {
            self.follow(&environment);
        }
        Ok((environment, init_us))
    }

    fn fail_init(
        &self,
        record: &Record,
        request_id: String,
        document: &ErrorDocument,
        log: &EnvironmentLog,
        init_us: u64,
        release: impl FnOnce(),
    ) -> InvokeReply {
        let error_type = document.error_type.clone().unwrap_or_default();
        let trace_id = task::new_trace_id();
        log.event(&PlatformEvent::Start {
            request_id: &request_id,
            trace_id: &trace_id,
        });
        let said = format!("RequestId: {request_id} Error: {}", document.error_message);
        let error = format!("{said}\t{error_type}");
        // What the program has reported of itself is passed on as it is.
        let payload = match error_type.as_str() {
            "Runtime.ExitError" | "Sandbox.Timedout" => ErrorDocument::new(&*error_type, said).to_json(),
            _ => document.to_json(),
        };
        // A failed INIT is billed like the rest.
        let mut report = Report::new(&request_id, init_us, None, self.settings.memory_mb.into());
        (report.status, report.error_type) = (Status::Error, Some(error_type));
        self.counters.end(&report, true, false);
        let payload = Bytes::from(payload);
        record.ends(&report, true, &payload);
        InvokeReply {
            request_id,
            function_error: true,
            payload: Payload::Buffered(payload),
            log_tail: log.end_invocation(
                record,
                Some(&error),
                &PlatformEvent::Report {
                    report: &report,
                    trace_id: &trace_id,
                },
                release,
            ),
            report,
        }
    }
}

/// The reply as it is known before the invocation is over.
fn early_reply(invocation: &Invocation, outcome: &Outcome, log_tail: Vec<u8>) -> InvokeReply {
    InvokeReply {
        request_id: invocation.request_id.clone(),
        function_error: outcome.function_error,
        payload: Payload::Buffered(outcome.payload.clone()),
        log_tail,
        report: invocation.report(),
    }
}
