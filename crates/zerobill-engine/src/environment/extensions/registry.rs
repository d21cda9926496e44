//! Which extensions there are, what they want to hear, and what they are doing.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{Mutex, mpsc};
use zerobill_runtime_api::ErrorDocument;

use super::Child;

pub(super) const INVOKE: &str = "INVOKE";
pub(super) const SHUTDOWN: &str = "SHUTDOWN";

/// As many as Lambda lets an environment have.
pub(super) const MAX_EXTENSIONS: usize = 10;

#[derive(Debug, Default)]
pub(super) struct Registry {
    pub(super) extensions: Vec<Extension>,
    /// No more may register.
    pub(super) closed: bool,
    /// They are being ended: a process that is gone is no failure.
    pub(super) ending: bool,
    /// Why the environment cannot go on.
    pub(super) failure: Option<ErrorDocument>,
}

#[derive(Debug)]
pub(super) struct Extension {
    pub(super) name: String,
    /// What it shows with each call.
    pub(super) id: String,
    /// Whether it has a process of its own.
    pub(super) external: bool,
    /// That process, once it runs.
    pub(super) child: Option<Arc<Child>>,
    pub(super) events: Vec<&'static str>,
    pub(super) state: State,
    /// The type of an error that it has reported.
    pub(super) error: Option<String>,
    sender: mpsc::UnboundedSender<Bytes>,
    pub(super) queue: Arc<Mutex<mpsc::UnboundedReceiver<Bytes>>>,
}

/// What an extension is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its process runs.
    Started,
    /// It has registered.
    Registered,
    /// It waits for an event.
    Ready,
    /// It has an event.
    Running,
    /// It has reported that it cannot start.
    InitError,
    /// It has reported that it cannot go on.
    ExitError,
    /// Its process is gone.
    Exited,
}

impl Registry {
    pub(super) fn all(&self, condition: impl Fn(&Extension) -> bool) -> bool {
        self.extensions.iter().all(condition)
    }

    pub(super) fn by_id(&mut self, id: &str) -> Option<&mut Extension> {
        let known = |extension: &&mut Extension| extension.id == id && extension.state != State::Started;
        self.extensions.iter_mut().find(known)
    }
}

impl Extension {
    pub(super) fn external(name: &str) -> Self {
        Self::new(name, true, State::Started)
    }

    pub(super) fn internal(name: &str) -> Self {
        Self::new(name, false, State::Registered)
    }

    fn new(name: &str, external: bool, state: State) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self {
            name: name.to_owned(),
            id: uuid::Uuid::new_v4().to_string(),
            external,
            child: None,
            events: Vec::new(),
            state,
            error: None,
            sender,
            queue: Arc::new(Mutex::new(receiver)),
        }
    }

    pub(super) fn hears(&self, event: &str) -> bool {
        self.events.contains(&event)
    }

    pub(super) fn hand(&self, event: Bytes) {
        // The receiver lives as long as the extension.
        _ = self.sender.send(event);
    }

    /// Its name and its events.
    pub(super) fn described(&self) -> (String, Vec<&'static str>) {
        (self.name.clone(), self.events.clone())
    }
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::Registered => "Registered",
            Self::Ready => "Ready",
            Self::Running => "Running",
            Self::InitError => "InitError",
            Self::ExitError => "ExitError",
            Self::Exited => "Exited",
        }
    }

    /// What an environment's failure is called whose extension ends in this state.
    pub(super) fn failure(self) -> &'static str {
        match self {
            Self::InitError => "Extension.InitError",
            Self::ExitError => "Extension.ExitError",
            _ => "Extension.Crash",
        }
    }
}
