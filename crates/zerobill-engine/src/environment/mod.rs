//! An execution environment: one process, its Runtime API and its log, from INIT to its end.

mod child;
mod cpu_share;
mod delivery;
mod extensions;
mod init;
mod memory;
mod paced;
mod pipe;
mod polls;
mod processes;
mod reply;
mod runtime_api;
mod strays;
mod telemetry;
mod temporary;
mod variables;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use rustix::process::Signal;
use tokio::{
    sync::oneshot,
    task::AbortHandle,
    time::{Instant, timeout},
};
use zerobill_runtime_api::ErrorDocument;

use self::{
    child::{Child, Exit},
    cpu_share::CpuShare,
    extensions::{EXTERNAL_BUDGET, Extensions, INTERNAL_BUDGET, Invoke, Kinds},
    pipe::Pipe,
    runtime_api::{Answering, Event, RuntimeApi},
    temporary::TemporaryFolder,
};
pub(crate) use self::{
    cpu_share::CpuShares,
    delivery::Delivery,
    extensions::{ShutdownReason, programs},
    processes::Processes,
    reply::Answered,
    telemetry::{Stream, Telemetry, envelope},
};
use crate::{
    log::EnvironmentLog,
    platform::{PlatformEvent, RuntimeDone},
    task,
};

/// How long busy processes have between being asked to end and being ended, when the engine ends.
const GRACE: Duration = Duration::from_secs(2);

/// The share of an environment's last time that its function has before its external extensions are told.
const FUNCTION_SHARE: f64 = 0.3;

/// How often the memory of a busy environment is looked at.
const MEMORY_WATCH: Duration = Duration::from_millis(25);

/// How old what is known of an environment's memory and temporary files may be between its invocations.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// How a process is reported that the system has ended for want of memory.
pub(crate) const KILLED: &str = "Runtime exited with error: signal: killed";

/// A started environment.
#[derive(Debug)]
pub(crate) struct Environment {
    child: Arc<Child>,
    api: Arc<RuntimeApi>,
    extensions: Arc<Extensions>,
    outputs: [Arc<Pipe>; 2],
    _serving: Serving,
    pub(crate) log: Arc<EnvironmentLog>,
    frozen: AtomicBool,
    ended: AtomicBool,
    /// How many invocations it may serve at once.
    concurrency: usize,
    memory_mb: u64,
    temporary_mb: u64,
    temporary: TemporaryFolder,
    /// Where it has not all CPUs for itself.
    cpu_share: Option<Arc<CpuShare>>,
}

/// How an invocation went that the environment was given.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It was answered.
    Answered(Answered),
    /// It was ended at its limit; the environment is gone unless it [serves several](Environment::serves_several).
    TimedOut,
    /// The process ended; the environment is gone.
    Exited(String),
    /// The process asked for the next event without answering this one.
    Unanswered,
    /// An extension failed, and the environment with it.
    Failed(ErrorDocument),
}

/// What an environment does after its answer.
#[derive(Debug)]
pub(crate) enum Settled {
    /// It asks for the next event.
    Waits,
    /// It went on to the limit.
    TimedOut,
    /// The process ended.
    Exited(String),
    /// An extension failed.
    Failed(ErrorDocument),
}

/// A limit that an environment is beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// It has used more memory than the function has.
    Memory,
    /// Its temporary files hold this many MB, rounded up, which is more than they may.
    Temporary(u64),
}

impl Environment {
    /// Hands an event to the function and waits for its answer, at most until the limit.
    pub(crate) async fn deliver(&self, delivery: Delivery<'_>) -> Ended {
        let (answer, answered) = oneshot::channel();
        let invocation_id = task::new_id();
        let deadline_ms = task::epoch_ms() + u64::try_from(delivery.limit.as_millis()).unwrap_or_default();
        let headers = delivery.headers(&invocation_id, deadline_ms);
        let heard = Invoke::new(deadline_ms, delivery.request_id, delivery.arn, delivery.trace_id);
        self.extensions.invoke(&heard);
        let payload = delivery.request.payload;
        let answering = Answering {
            request_id: delivery.request_id.to_owned(),
            invocation_id,
            answer,
        };
        let exchange = async {
            self.api
                .hand(Event {
                    payload,
                    headers,
                    answering,
                })
                .await;
            answered.await
        };
        tokio::select! {
            // An answer that is there wins over an end that is there too.
            biased;
            answer = timeout(delivery.limit, exchange) => match answer {
                Ok(Ok(answered)) => Ended::Answered(answered),
                Ok(Err(_)) => Ended::Unanswered,
                Err(_) => {
                    self.api.take_back(delivery.request_id);
                    if !self.serves_several() {
                        self.kill().await;
                    }
                    Ended::TimedOut
                }
            },
            Exit(reason) = self.child.exited() => Ended::Exited(reason),
            document = self.extensions.failure() => Ended::Failed(document),
            () = self.over_memory() => {
                self.kill().await;
                Ended::Exited(KILLED.to_owned())
            }
        }
    }

    /// Waits until the processes use more memory than the function has.
    async fn over_memory(&self) {
        loop {
            tokio::time::sleep(MEMORY_WATCH).await;
            if self.child.memory_mb() + self.extensions.memory_mb() > self.memory_mb {
                return;
            }
        }
    }

    /// The limit that the environment is beyond after an invocation.
    pub(crate) fn exceeded(&self) -> Option<Exceeded> {
        let temporary = self.temporary.bytes().div_ceil(1_024 * 1_024);
        if self.child.peak_memory_mb() + self.extensions.peak_memory_mb() > self.memory_mb {
            Some(Exceeded::Memory)
        } else if temporary > self.temporary_mb {
            Some(Exceeded::Temporary(temporary))
        } else {
            None
        }
    }

    /// Whether it serves several invocations at once, and so goes on where one of them runs out of time.
    pub(crate) fn serves_several(&self) -> bool {
        self.concurrency > 1
    }

    /// Waits until the process asks for an event that is not promised yet; whether it will.
    pub(crate) async fn asks(&self) -> bool {
        tokio::select! {
            () = self.api.claim() => true,
            Exit(_) = self.child.exited() => false,
            _ = self.extensions.failure() => false,
        }
    }

    /// Waits until the process and the extensions ask for the next event, at most for `limit`.
    pub(crate) async fn settle(&self, limit: Duration) -> Settled {
        let all = async {
            self.extensions.wait().await;
            self.api.claim().await;
        };
        tokio::select! {
            settled = timeout(limit, all) => match settled {
                Ok(()) => Settled::Waits,
                Err(_) => Settled::TimedOut,
            },
            Exit(reason) = self.child.exited() => Settled::Exited(reason),
            document = self.extensions.failure() => Settled::Failed(document),
            () = self.over_memory() => Settled::Exited(KILLED.to_owned()),
        }
    }

    /// Ends the function at once.
    pub(crate) async fn kill(&self) {
        self.child.note_peak_memory();
        self.child.signal(Signal::KILL);
        self.child.exited().await;
    }

    /// Sends the end of the function's work to whoever listens, after what it has written until then.
    pub(crate) fn runtime_done(&self, done: RuntimeDone<'_>) {
        if self.log.telemetry.is_open() {
            for output in &self.outputs {
                output.catch_up();
            }
        }
        self.log.event(&PlatformEvent::RuntimeDone(done));
    }

    /// Logs what the function has written so far, an unfinished line too unless another invocation may be writing it.
    pub(crate) fn finish_output(&self) {
        for output in &self.outputs {
            if !self.serves_several() || !self.child.is_alive() {
                output.finish_invocation();
            } else {
                output.catch_up();
            }
        }
        self.extensions.finish_output();
    }

    /// Stops every process of the environment, as Lambda does between invocations, unless several may run at once.
    pub(crate) fn freeze(&self) {
        if !self.serves_several() {
            self.child.signal(Signal::STOP);
            self.extensions.signal(Signal::STOP);
            self.frozen.store(true, Relaxed);
        }
    }

    /// Lets them go on.
    pub(crate) fn thaw(&self) {
        if self.frozen.swap(false, Relaxed) {
            self.child.signal(Signal::CONT);
            self.extensions.signal(Signal::CONT);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.child.is_alive() && !self.extensions.has_failed()
    }

    /// The most memory it has used, in MB, and no more than it may.
    pub(crate) fn peak_memory_mb(&self) -> u64 {
        (self.child.peak_memory_mb() + self.extensions.peak_memory_mb()).min(self.memory_mb)
    }

    /// Ends the environment as Lambda does: at once where there are no extensions, and with some time where there are.
    pub(crate) async fn end(&self, reason: ShutdownReason) {
        if self.ended.swap(true, Relaxed) {
            return;
        }
        let kinds = self.extensions.kinds();
        let started = task::now();
        match kinds {
            Kinds::None => self.kill().await,
            Kinds::Internal => self.child.end(INTERNAL_BUDGET).await,
            Kinds::External => {
                self.child.end(EXTERNAL_BUDGET.mul_f64(FUNCTION_SHARE)).await;
                self.extensions.shut_down(reason, started + EXTERNAL_BUDGET).await;
            }
        }
        self.finish_output();
    }
}

/// The task that serves the Runtime API; it ends when this is dropped.
#[derive(Debug)]
struct Serving(AbortHandle);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whole microseconds since `since`.
pub(crate) fn microseconds(since: Instant) -> u64 {
    u64::try_from(task::now().saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX)
}
