//! How an environment begins: its extensions, its function, and the time they have.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    time::{Instant, timeout, timeout_at},
};
use zerobill_runtime_api::{ErrorDocument, names::INIT_LIMIT_SECONDS};

use super::{
    Environment, Processes, Serving,
    child::{Child, Exit},
    extensions::Extensions,
    microseconds,
    pipe::Pipe,
    runtime_api::RuntimeApi,
    temporary::TemporaryFolder,
    variables,
};
use crate::{
    log::{EnvironmentLog, LineKind},
    platform::{Failure, PlatformEvent},
    settings::FunctionSettings,
    task,
};

/// How long a process that has reported an error of its INIT may take to say the rest and leave.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Environment {
    /// Starts the extensions and then the function's program, and waits until all ask for their first event; gives the time that
    /// took, in microseconds.
    ///
    /// # Errors
    /// An error document that says why it did not get there.
    pub(crate) async fn start(
        settings: &FunctionSettings,
        number: u64,
        log: Arc<EnvironmentLog>,
        processes: &Processes,
    ) -> Result<(Self, u64), ErrorDocument> {
        log.event(&PlatformEvent::InitStart {
            function: &settings.name,
        });
        let started = task::now();
        let limit = started + Duration::from_secs(INIT_LIMIT_SECONDS);
        let extensions = Arc::new(Extensions::new(settings, Arc::clone(&log)));
        let result = Self::launch(settings, number, &log, processes, &extensions, limit).await;
        let result = match result {
            Ok(environment) => match environment.init(limit).await {
                Ok(()) => environment.limit_cpu().map(|()| environment).map_err(unable),
                Err(document) => {
                    environment.kill().await;
                    environment.finish_output();
                    Err(document)
                }
            },
            Err(document) => Err(document),
        };
        let took = microseconds(started);
        let failure = result.as_ref().err().map(|document| Failure {
            timed_out: document.error_type.as_deref() == Some("Sandbox.Timedout"),
            error_type: document.error_type.as_deref().unwrap_or("Runtime.Unknown"),
        });
        if failure.is_some() {
            extensions.kill().await;
        }
        log.event(&PlatformEvent::InitRuntimeDone {
            failure: failure.as_ref(),
        });
        if failure.is_none() {
            extensions.close();
        }
        log.event(&PlatformEvent::InitReport {
            duration_us: took,
            failure: failure.as_ref(),
        });
        result.map(|environment| (environment, took))
    }

    /// Waits until the function and its extensions ask for an event, or until they cannot.
    async fn init(&self, limit: Instant) -> Result<(), ErrorDocument> {
        let ready = async {
            self.api.claim().await;
            self.extensions.wait().await;
        };
        let init = async {
            tokio::select! {
                () = ready => Ok(()),
                document = self.extensions.failure() => Err(document),
                document = self.api.init_error() => {
                    _ = timeout(LAST_WORDS, self.child.exited()).await;
                    Err(document)
                }
                Exit(reason) = self.child.exited() => {
                    // A process that reports an error and ends at once has reported an error.
                    match timeout(Duration::from_millis(20), self.api.init_error()).await {
                        Ok(document) => Err(document),
                        Err(_) => Err(ErrorDocument::new("Runtime.ExitError", reason)),
                    }
                }
            }
        };
        timeout_at(limit, init).await.unwrap_or_else(|_| {
            let late = self.extensions.busy().filter(|_| self.api.is_waiting());
            Err(init_timed_out(late))
        })
    }

    /// Leaves to the processes the share of a CPU that goes with their memory, if they are to have no more.
    fn limit_cpu(&self) -> std::io::Result<()> {
        self.cpu_share.as_ref().map_or(Ok(()), |share| share.limit())
    }

    async fn launch(
        settings: &FunctionSettings,
        number: u64,
        log: &Arc<EnvironmentLog>,
        processes: &Processes,
        extensions: &Arc<Extensions>,
        limit: Instant,
    ) -> Result<Self, ErrorDocument> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(unable)?;
        let address = listener.local_addr().map_err(unable)?;
        let temporary = TemporaryFolder::new().map_err(unable)?;
        let api = Arc::new(RuntimeApi::new(
            Arc::clone(extensions),
            settings.environment_concurrency,
        ));
        // From here on it is ended with what is started below, or when that fails.
        let serving = Serving(task::spawn(Arc::clone(&api).serve(listener)).abort_handle());
        let variables = variables::of(settings, address, number, temporary.path());
        let cpu_share = processes.cpu_share(settings.memory_mb).map_err(unable)?;
        let starting = extensions.start(settings, &variables, address, processes, cpu_share.as_ref());
        timeout_at(limit, starting)
            .await
            .unwrap_or_else(|_| Err(init_timed_out(extensions.busy())))?;
        let marker = format!("{address}/function");
        let (child, outputs) = Child::start(settings, variables, marker, cpu_share.clone()).map_err(|error| {
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
        let pipe = |fd, kind| Pipe::new(fd, kind, Arc::clone(log)).map(Arc::new).map_err(unable);
        let outputs = [
            pipe(outputs.stdout, LineKind::Stdout)?,
            pipe(outputs.stderr, LineKind::Stderr)?,
        ];
        for output in &outputs {
            // They end by themselves when the last process of the group has closed its end.
            task::spawn(Arc::clone(output).run());
        }
        Ok(Self {
            child,
            api,
            extensions: Arc::clone(extensions),
            outputs,
            _serving: serving,
            log: Arc::clone(log),
            frozen: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            concurrency: settings.environment_concurrency,
            memory_mb: settings.memory_mb.into(),
            temporary_mb: settings.temporary_mb.into(),
            temporary,
            cpu_share,
        })
    }
}

/// Why there is no environment that should be there.
fn unable(error: std::io::Error) -> ErrorDocument {
    let message = format!("the engine cannot start an environment: {error}");
    ErrorDocument::new("Sandbox.StartError", message)
}

/// INIT took too long, because of the extension `late` if there is one.
fn init_timed_out(late: Option<String>) -> ErrorDocument {
    let who = late.map_or_else(|| "the program".to_owned(), |name| format!("the extension `{name}`"));
    let message = format!("INIT timed out after {INIT_LIMIT_SECONDS}.00 seconds: {who} did not ask for an event");
    ErrorDocument::new("Sandbox.Timedout", message)
}
