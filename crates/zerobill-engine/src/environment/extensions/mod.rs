//! Lambda's own kind of extension: other processes of an environment, started before the function, that hear of every invocation
//! and of the environment's end. Internal ones run inside the function's process.

mod api;
mod discovery;
mod event;
mod registry;

use std::{
    ffi::OsString,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use futures_util::future::join_all;
use rustix::process::Signal;
use serde::Serialize;
use tokio::{
    sync::watch,
    task::AbortHandle,
    time::{Instant, timeout_at},
};
use zerobill_runtime_api::{ErrorDocument, names::environment as names};

pub(super) use self::{api::serves, event::Invoke};
pub(crate) use self::{discovery::programs, event::ShutdownReason};
use self::{
    event::Shutdown,
    registry::{Extension, INVOKE, Registry, SHUTDOWN, State},
};
use super::{
    Processes,
    child::{Child, Exit, Outputs},
    cpu_share::CpuShare,
    pipe::Pipe,
};
use crate::{
    log::{EnvironmentLog, LineKind},
    platform::PlatformEvent,
    settings::FunctionSettings,
    task,
};

/// What the function is told and its extensions are not.
const HIDDEN: [&str; 8] = [
    names::HANDLER,
    names::EXECUTION_ENV,
    names::LOG_GROUP_NAME,
    names::LOG_STREAM_NAME,
    names::TASK_ROOT,
    names::RUNTIME_DIR,
    names::XRAY_DAEMON_ADDRESS,
    names::XRAY_CONTEXT_MISSING,
];

/// The extensions of one environment.
#[derive(Debug)]
pub(crate) struct Extensions {
    function: String,
    handler: String,
    /// Whether they hear of each invocation; not where several run at once.
    hears_invocations: bool,
    log: Arc<EnvironmentLog>,
    registry: Mutex<Registry>,
    /// Tells whoever waits that the registry is another.
    changed: watch::Sender<()>,
    outputs: Mutex<Vec<Arc<Pipe>>>,
    tasks: Mutex<Vec<AbortHandle>>,
}

/// Which kinds of extensions have registered: on them depends how long an environment has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kinds {
    None,
    Internal,
    External,
}

impl Extensions {
    pub(super) fn new(settings: &FunctionSettings, log: Arc<EnvironmentLog>) -> Self {
        let handler = settings.environment.iter().find(|(name, _)| name == names::HANDLER);
        Self {
            function: settings.name.clone(),
            handler: handler.map_or_else(|| "bootstrap".to_owned(), |(_, value)| value.clone()),
            hears_invocations: settings.environment_concurrency == 1,
            log,
            registry: Mutex::default(),
            changed: watch::Sender::new(()),
            outputs: Mutex::default(),
            tasks: Mutex::default(),
        }
    }

    /// Starts the external ones and waits until all have registered.
    ///
    /// # Errors
    /// An error document that says which one did not get there.
    pub(super) async fn start(
        self: &Arc<Self>,
        settings: &FunctionSettings,
        variables: &[(&'static str, OsString)],
        address: SocketAddr,
        processes: &Processes,
        cpu_share: Option<&Arc<CpuShare>>,
    ) -> Result<(), ErrorDocument> {
        let Some(folder) = &settings.extensions else {
            return Ok(());
        };
        let programs = programs(folder)
            .map_err(|error| ErrorDocument::new("Extension.LaunchError", format!("`{}`: {error}", folder.display())))?;
        for (name, program) in programs {
            let mut own = FunctionSettings::new(name.clone(), program);
            own.environment.clone_from(&settings.environment);
            own.directory.clone_from(&settings.directory);
            // Known before it runs: it may register at once.
            self.registry().extensions.push(Extension::external(&name));
            let variables = variables.iter().filter(|(name, _)| !HIDDEN.contains(name));
            let started = Child::start(
                &own,
                variables.cloned().collect(),
                format!("{address}/{name}"),
                cpu_share.cloned(),
            );
            if let Err(error) = started.and_then(|started| self.take(&name, started, processes)) {
                self.say(&name, "LaunchError", &[], Some("Extension.LaunchError"));
                let reason = format!("the extension `{name}` cannot be started: {error}");
                return Err(ErrorDocument::new("Extension.LaunchError", reason));
            }
        }
        self.until(|registry| {
            registry.failure.is_some() || registry.all(|extension| extension.state != State::Started)
        })
        .await;
        match self.registry().failure.clone() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// Watches over a started extension.
    fn take(self: &Arc<Self>, name: &str, (child, outputs): (Child, Outputs), processes: &Processes) -> io::Result<()> {
        let child = Arc::new(child);
        if !processes.add(&child) {
            return Err(io::Error::other("the engine is shutting down"));
        }
        for output in [outputs.stdout, outputs.stderr] {
            let pipe = Arc::new(Pipe::new(output, LineKind::Extension, Arc::clone(&self.log))?);
            task::spawn(Arc::clone(&pipe).run());
            lock(&self.outputs).push(pipe);
        }
        let (extensions, mut exits, watched) = (Arc::downgrade(self), child.exits(), name.to_owned());
        let mut registry = self.registry();
        if let Some(extension) = registry.extensions.iter_mut().find(|extension| extension.name == name) {
            extension.child = Some(child);
        }
        drop(registry);
        let watching = task::spawn(async move {
            let exit = exits.wait_for(Option::is_some).await.ok().and_then(|exit| exit.clone());
            if let (Some(Exit(reason)), Some(extensions)) = (exit, Weak::upgrade(&extensions)) {
                extensions.exited(&watched, &reason);
            }
        });
        lock(&self.tasks).push(watching.abort_handle());
        Ok(())
    }

    /// Takes no more registrations: the function has asked for its first event.
    pub(super) fn close(&self) {
        self.registry().closed = true;
        self.log.telemetry.close();
        let ready: Vec<_> = self.registry().extensions.iter().map(Extension::described).collect();
        for (name, events) in ready {
            self.say(&name, State::Ready.name(), &events, None);
        }
    }

    /// Hands an invocation to those who want to hear of it.
    pub(super) fn invoke(&self, invoke: &Invoke<'_>) {
        let mut registry = self.registry();
        if registry.extensions.is_empty() {
            return;
        }
        let event = json(invoke);
        for extension in &mut registry.extensions {
            if extension.hears(INVOKE) {
                extension.state = State::Running;
                extension.hand(event.clone());
            }
        }
    }

    /// Waits until every extension waits for its next event.
    pub(super) async fn wait(&self) {
        self.until(|registry| registry.all(|extension| extension.state == State::Ready))
            .await;
    }

    /// Waits until one has failed.
    pub(super) async fn failure(&self) -> ErrorDocument {
        self.until(|registry| registry.failure.is_some()).await;
        let failure = self.registry().failure.clone();
        failure.unwrap_or_else(|| ErrorDocument::new("Extension.Crash", "an extension failed"))
    }

    /// Whether one has failed.
    pub(super) fn has_failed(&self) -> bool {
        self.registry().failure.is_some()
    }

    /// The first one that does not wait for an event.
    pub(super) fn busy(&self) -> Option<String> {
        let registry = self.registry();
        let busy = registry
            .extensions
            .iter()
            .find(|extension| extension.state != State::Ready);
        busy.map(|extension| extension.name.clone())
    }

    pub(super) fn kinds(&self) -> Kinds {
        let registry = self.registry();
        if registry.extensions.iter().any(|extension| extension.external) {
            Kinds::External
        } else if registry.extensions.is_empty() {
            Kinds::None
        } else {
            Kinds::Internal
        }
    }

    /// Tells the external ones of the environment's end, and ends those that are not gone by `deadline`.
    pub(super) async fn shut_down(&self, reason: ShutdownReason, deadline: Instant) {
        let left = deadline.saturating_duration_since(task::now());
        let event = json(&Shutdown {
            event_type: SHUTDOWN,
            reason,
            deadline_ms: task::epoch_ms() + u64::try_from(left.as_millis()).unwrap_or_default(),
        });
        let mut ending = Vec::new();
        {
            let mut registry = self.registry();
            registry.ending = true;
            for extension in &registry.extensions {
                let Some(child) = &extension.child else { continue };
                if extension.hears(SHUTDOWN) {
                    extension.hand(event.clone());
                    ending.push(Arc::clone(child));
                } else {
                    child.signal(Signal::KILL);
                }
            }
        }
        self.log.telemetry.flush();
        let gone = join_all(ending.iter().map(|child| child.exited()));
        _ = timeout_at(deadline, gone).await;
        self.kill().await;
    }

    /// Ends them all at once.
    pub(super) async fn kill(&self) {
        let children = self.children(true);
        for child in &children {
            child.signal(Signal::KILL);
        }
        join_all(children.iter().map(|child| child.exited())).await;
        self.finish_output();
    }

    /// Sends a signal to all of them.
    pub(super) fn signal(&self, signal: Signal) {
        for child in self.children(false) {
            child.signal(signal);
        }
    }

    /// The most memory that they have used, in MB.
    pub(super) fn peak_memory_mb(&self) -> u64 {
        self.children(false).iter().map(|child| child.peak_memory_mb()).sum()
    }

    /// How much memory they have now, in MB.
    pub(super) fn memory_mb(&self) -> u64 {
        self.children(false).iter().map(|child| child.memory_mb()).sum()
    }

    /// Logs what they have written so far.
    pub(super) fn finish_output(&self) {
        let outputs: Vec<_> = lock(&self.outputs).clone();
        for output in outputs {
            output.finish_invocation();
        }
    }

    fn children(&self, ending: bool) -> Vec<Arc<Child>> {
        let mut registry = self.registry();
        registry.ending |= ending;
        registry
            .extensions
            .iter()
            .filter_map(|extension| extension.child.clone())
            .collect()
    }

    /// A process has ended; unless it should, that fails the environment.
    fn exited(&self, name: &str, reason: &str) {
        let mut registry = self.registry();
        let ending = registry.ending;
        let Some(extension) = registry.extensions.iter_mut().find(|extension| extension.name == name) else {
            return;
        };
        let before = std::mem::replace(&mut extension.state, State::Exited);
        let (events, reported) = (extension.events.clone(), extension.error.clone());
        if !ending && registry.failure.is_none() {
            registry.failure = Some(ErrorDocument::new(before.failure(), in_words(reason)));
            drop(registry);
            let state = if reported.is_some() { before } else { State::Exited };
            let error_type = reported.unwrap_or_else(|| before.failure().to_owned());
            self.say(name, state.name(), &events, Some(&error_type));
        } else {
            drop(registry);
        }
        self.changed.send_replace(());
    }

    fn say(&self, name: &str, state: &str, events: &[&'static str], error_type: Option<&str>) {
        self.log.event(&PlatformEvent::Extension {
            name,
            state,
            events,
            error_type,
        });
    }

    async fn until(&self, condition: impl Fn(&Registry) -> bool) {
        // Before the first look, so that no change is missed.
        let mut changes = self.changed.subscribe();
        while !condition(&self.registry()) {
            // The sender lives as long as `self`.
            _ = changes.changed().await;
        }
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        lock(&self.registry)
    }
}

impl Drop for Extensions {
    fn drop(&mut self) {
        for task in lock(&self.tasks).drain(..) {
            task.abort();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn json(event: &impl Serialize) -> bytes::Bytes {
    // Text and numbers always serialize.
    serde_json::to_vec(event).unwrap_or_default().into()
}

/// How a process ended, in the words that Lambda has for extensions.
fn in_words(reason: &str) -> String {
    let status = reason.strip_prefix("Runtime exited with error: ");
    status.unwrap_or("exit code 0").to_owned()
}

/// How long an environment with extensions has from the end of its work to its own.
pub(super) const EXTERNAL_BUDGET: Duration = Duration::from_secs(2);

/// How long one with internal extensions has.
pub(super) const INTERNAL_BUDGET: Duration = Duration::from_millis(500);
