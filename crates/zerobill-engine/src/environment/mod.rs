//! An execution environment: one process, its Runtime API and its log, from INIT to its end.

mod child;
mod memory;
mod pipe;
mod processes;
mod reply;
mod runtime_api;
mod strays;
mod temporary;
mod variables;

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue};
use rustix::process::Signal;
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::AbortHandle,
    time::{Instant, timeout},
};
use zerobill_runtime_api::{
    ErrorDocument,
    names::{self, INIT_LIMIT_SECONDS, runtime},
};

use self::{
    child::{Child, Exit},
    pipe::Pipe,
    runtime_api::{Answering, Event, RuntimeApi},
    temporary::TemporaryFolder,
};
pub(crate) use self::{processes::Processes, reply::Answered};
use crate::{
    invocation::InvokeRequest,
    log::{EnvironmentLog, LineKind},
    settings::FunctionSettings,
    task,
};

/// How long an environment has between being asked to end and being ended.
const GRACE: Duration = Duration::from_secs(2);

/// How long a process that has reported an error of its INIT may take to say the rest and leave.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// How often the memory of a busy environment is looked at.
const MEMORY_WATCH: Duration = Duration::from_millis(25);

/// How a process is reported that the system has ended for want of memory.
pub(crate) const KILLED: &str = "Runtime exited with error: signal: killed";

/// A started environment.
#[derive(Debug)]
pub(crate) struct Environment {
    child: Arc<Child>,
    api: Arc<RuntimeApi>,
    outputs: [Arc<Pipe>; 2],
    tasks: Vec<AbortHandle>,
    pub(crate) log: Arc<EnvironmentLog>,
    frozen: bool,
    memory_mb: u64,
    temporary_mb: u64,
    temporary: TemporaryFolder,
}

/// How an invocation went that the environment was given.
#[derive(Debug)]
pub(crate) enum Ended {
    /// It was answered.
    Answered(Answered),
    /// It was ended at its limit; the environment is gone.
    TimedOut,
    /// The process ended; the environment is gone.
    Exited(String),
    /// The process asked for the next event without answering this one.
    Unanswered,
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
}

/// A limit that an environment is beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// It has used more memory than the function has.
    Memory,
    /// Its temporary files hold this many MB, rounded up, which is more than they may.
    Temporary(u64),
}

/// One invocation as the environment needs it.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) arn: &'a str,
    pub(crate) trace_id: &'a str,
    pub(crate) request: InvokeRequest,
    pub(crate) limit: Duration,
}

impl Environment {
    /// Starts the function's program and waits until it asks for its first event; gives the time that took, in
    /// microseconds.
    ///
    /// # Errors
    /// An error document that says why it did not get there.
    pub(crate) async fn start(
        settings: &FunctionSettings,
        number: u64,
        log: Arc<EnvironmentLog>,
        processes: &Processes,
    ) -> Result<(Self, u64), ErrorDocument> {
        log.platform("INIT_START Runtime Version: local\tRuntime Version ARN: local");
        let started = task::now();
        let environment = Self::spawn(settings, number, log, processes).await?;
        let limit = Duration::from_secs(INIT_LIMIT_SECONDS);
        let init = async {
            tokio::select! {
                () = environment.api.waits() => Ok(()),
                document = environment.api.init_error() => {
                    _ = timeout(LAST_WORDS, environment.child.exited()).await;
                    Err(document)
                }
                Exit(reason) = environment.child.exited() => {
                    // A process that reports an error and ends at once has reported an error.
                    match timeout(Duration::from_millis(20), environment.api.init_error()).await {
                        Ok(document) => Err(document),
                        Err(_) => Err(ErrorDocument::new("Runtime.ExitError", reason)),
                    }
                }
            }
        };
        let result = timeout(limit, init).await.unwrap_or_else(|_| {
            let message =
                format!("INIT timed out after {INIT_LIMIT_SECONDS}.00 seconds: the program did not ask for an event");
            Err(ErrorDocument::new("Sandbox.Timedout", message))
        });
        let took = microseconds(started);
        if let Err(document) = result {
            environment.kill().await;
            environment.finish_output();
            let status = if document.error_type.as_deref() == Some("Sandbox.Timedout") {
                "timeout"
            } else {
                "error"
            };
            let (whole, part) = (took / 1_000, took % 1_000 / 10);
            let error_type = document.error_type.as_deref().unwrap_or("Runtime.Unknown");
            environment.log.platform(&format!(
                "INIT_REPORT Init Duration: {whole}.{part:02} ms\tPhase: init\tStatus: {status}\tError Type: {error_type}"
            ));
            return Err(document);
        }
        Ok((environment, took))
    }

    async fn spawn(
        settings: &FunctionSettings,
        number: u64,
        log: Arc<EnvironmentLog>,
        processes: &Processes,
    ) -> Result<Self, ErrorDocument> {
        let unable = |error: std::io::Error| {
            ErrorDocument::new(
                "Sandbox.StartError",
                format!("the engine cannot start an environment: {error}"),
            )
        };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(unable)?;
        let address = listener.local_addr().map_err(unable)?;
        let temporary = TemporaryFolder::new().map_err(unable)?;
        let variables = variables::of(settings, address, number, temporary.path());
        let marker = format!("{}={address}", names::environment::RUNTIME_API);
        let (child, outputs) = Child::start(settings, variables, marker).map_err(|error| {
            let program = settings.program.to_string_lossy();
            ErrorDocument::new(
                "Runtime.InvalidEntrypoint",
                format!("the program `{program}` cannot be started: {error}"),
            )
        })?;
        let child = Arc::new(child);
        if !processes.add(&child) {
            let message = "the engine is shutting down";
            return Err(ErrorDocument::new("Sandbox.StartError", message));
        }
        let pipe = |fd, kind| Pipe::new(fd, kind, Arc::clone(&log)).map(Arc::new).map_err(unable);
        let outputs = [
            pipe(outputs.stdout, LineKind::Stdout)?,
            pipe(outputs.stderr, LineKind::Stderr)?,
        ];
        let api = Arc::new(RuntimeApi::new());
        for output in &outputs {
            // They end by themselves when the last process of the group has closed its end.
            task::spawn(Arc::clone(output).run());
        }
        let tasks = vec![task::spawn(Arc::clone(&api).serve(listener)).abort_handle()];
        Ok(Self {
            child,
            api,
            outputs,
            tasks,
            log,
            frozen: false,
            memory_mb: settings.memory_mb.into(),
            temporary_mb: settings.temporary_mb.into(),
            temporary,
        })
    }

    /// Hands an event to the function and waits for its answer, at most until the limit.
    pub(crate) async fn deliver(&self, delivery: Delivery<'_>) -> Ended {
        let (answer, answered) = oneshot::channel();
        let invocation_id = uuid::Uuid::new_v4().to_string();
        let deadline_ms = task::epoch_ms() + u64::try_from(delivery.limit.as_millis()).unwrap_or_default();
        let headers = headers(&delivery, &invocation_id, deadline_ms);
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
                    self.api.take_back();
                    self.kill().await;
                    Ended::TimedOut
                }
            },
            Exit(reason) = self.child.exited() => Ended::Exited(reason),
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
            if self.child.memory_mb() > self.memory_mb {
                return;
            }
        }
    }

    /// The limit that the environment is beyond after an invocation.
    pub(crate) fn exceeded(&self) -> Option<Exceeded> {
        let temporary = self.temporary.bytes().div_ceil(1_024 * 1_024);
        if self.child.peak_memory_mb() > self.memory_mb {
            Some(Exceeded::Memory)
        } else if temporary > self.temporary_mb {
            Some(Exceeded::Temporary(temporary))
        } else {
            None
        }
    }

    /// Waits until the process asks for the next event, at most for `limit`.
    pub(crate) async fn settle(&self, limit: Duration) -> Settled {
        tokio::select! {
            settled = timeout(limit, self.api.waits()) => match settled {
                Ok(()) => Settled::Waits,
                Err(_) => Settled::TimedOut,
            },
            Exit(reason) = self.child.exited() => Settled::Exited(reason),
            () = self.over_memory() => Settled::Exited(KILLED.to_owned()),
        }
    }

    /// Ends every process of the environment at once.
    pub(crate) async fn kill(&self) {
        // Afterwards the system does not say any more.
        self.child.peak_memory_mb();
        self.child.signal(Signal::KILL);
        self.child.exited().await;
    }

    /// Logs what the function has written so far, an unfinished line too.
    pub(crate) fn finish_output(&self) {
        for output in &self.outputs {
            output.finish_invocation();
        }
    }

    /// Stops every process of the environment, as Lambda does between invocations.
    pub(crate) fn freeze(&mut self) {
        self.child.signal(Signal::STOP);
        self.frozen = true;
    }

    /// Lets them go on.
    pub(crate) fn thaw(&mut self) {
        if std::mem::take(&mut self.frozen) {
            self.child.signal(Signal::CONT);
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.child.is_alive()
    }

    /// The most memory it has used, in MB, and no more than it may.
    pub(crate) fn peak_memory_mb(&self) -> u64 {
        self.child.peak_memory_mb().min(self.memory_mb)
    }

    /// Asks the environment to end, and ends it if it does not.
    pub(crate) async fn end(self) {
        self.child.end(GRACE).await;
        self.finish_output();
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn headers(delivery: &Delivery<'_>, invocation_id: &str, deadline_ms: u64) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(10);
    let mut put = |name: &'static str, value: &str| {
        // What cannot stand in a header was not sent as one either.
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    };
    put(runtime::REQUEST_ID, delivery.request_id);
    put(runtime::INVOCATION_ID, invocation_id);
    put(runtime::DEADLINE_MS, &deadline_ms.to_string());
    put(runtime::FUNCTION_ARN, delivery.arn);
    put(runtime::TRACE_ID, delivery.trace_id);
    if let Some(context) = &delivery.request.client_context {
        put(runtime::CLIENT_CONTEXT, context);
    }
    if let Some(identity) = &delivery.request.cognito_identity {
        put(runtime::COGNITO_IDENTITY, identity);
    }
    if let Some(tenant) = &delivery.request.tenant_id {
        put(runtime::TENANT_ID, tenant);
    }
    headers
}

/// Whole microseconds since `since`.
pub(crate) fn microseconds(since: Instant) -> u64 {
    u64::try_from(task::now().saturating_duration_since(since).as_micros()).unwrap_or(u64::MAX)
}
