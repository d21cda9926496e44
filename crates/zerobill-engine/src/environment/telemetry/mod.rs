//! The telemetry of one environment: what happens in it goes to the extensions that subscribed. Where nobody subscribed, nothing
//! is written out.

mod delivery;
mod subscription;

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use self::delivery::Subscriber;
pub(super) use self::subscription::Subscription;
use crate::{platform::PlatformEvent, task};

/// How much is kept for extensions that have not subscribed yet.
const MAX_BACKLOG: usize = 1_000;

/// What an extension can subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Platform,
    Function,
    Extension,
}

/// One event as it is sent.
#[derive(Clone, Debug)]
struct Event {
    stream: Stream,
    /// A JSON object whose record is text where it is a line of a log.
    text: Bytes,
    /// The same with the line as JSON, where it is JSON and may be sent so.
    structured: Option<Bytes>,
}

/// Takes what happens.
pub(crate) struct Telemetry {
    /// Whether lines of the log that are JSON are sent as JSON to those who know it.
    structures_lines: bool,
    open: AtomicBool,
    listeners: Mutex<Listeners>,
}

#[derive(Default)]
struct Listeners {
    closed: bool,
    /// What happened before an extension could subscribe.
    backlog: VecDeque<Event>,
    subscribers: Vec<(Arc<Subscriber>, AbortHandle)>,
}

impl Telemetry {
    pub(crate) fn new(structures_lines: bool) -> Self {
        Self {
            structures_lines,
            open: AtomicBool::new(true),
            listeners: Mutex::default(),
        }
    }

    /// Takes an event of Lambda's own.
    pub(crate) fn platform(&self, event: &PlatformEvent<'_>) {
        self.publish(|| Event {
            stream: Stream::Platform,
            text: envelope(event.name(), event.record()),
            structured: None,
        });
    }

    /// Takes a line of a log.
    pub(crate) fn line(&self, stream: Stream, line: &str) {
        self.publish(|| {
            let structured = self.structures_lines.then(|| serde_json::from_str::<Value>(line).ok());
            let structured = structured.flatten().filter(Value::is_object);
            Event {
                stream,
                text: envelope(stream.name(), line.into()),
                structured: structured.map(|record| envelope(stream.name(), record)),
            }
        });
    }

    /// Whether somebody listens or still may.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Relaxed)
    }

    fn publish(&self, event: impl FnOnce() -> Event) {
        if !self.is_open() {
            return;
        }
        let event = event();
        let mut listeners = self.listeners();
        for (subscriber, _) in &listeners.subscribers {
            subscriber.take(&event);
        }
        if !listeners.closed {
            if listeners.backlog.len() == MAX_BACKLOG {
                listeners.backlog.pop_front();
            }
            listeners.backlog.push_back(event);
        }
    }

    /// Subscribes an extension; what happened before goes to it first. An earlier subscription of its ends. Says whether it was in
    /// time.
    pub(super) fn subscribe(&self, name: &str, subscription: Subscription) -> bool {
        let mut listeners = self.listeners();
        if listeners.closed {
            return false;
        }
        listeners.subscribers.retain(|(subscriber, task)| {
            let stays = subscriber.name() != name;
            if !stays {
                task.abort();
            }
            stays
        });
        let subscriber = Arc::new(Subscriber::new(name, subscription));
        for event in &listeners.backlog {
            subscriber.take(event);
        }
        let running = task::spawn(Arc::clone(&subscriber).run()).abort_handle();
        listeners.subscribers.push((subscriber, running));
        true
    }

    /// Takes no more subscriptions: INIT has ended.
    pub(super) fn close(&self) {
        let mut listeners = self.listeners();
        listeners.closed = true;
        listeners.backlog = VecDeque::new();
        self.open.store(!listeners.subscribers.is_empty(), Relaxed);
    }

    /// Sends at once what waits for more.
    pub(super) fn flush(&self) {
        for (subscriber, _) in &self.listeners().subscribers {
            subscriber.flush();
        }
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        for (_, task) in &self.listeners().subscribers {
            task.abort();
        }
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl Stream {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Function => "function",
            Self::Extension => "extension",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Platform, Self::Function, Self::Extension]
            .into_iter()
            .find(|stream| stream.name() == name)
    }
}

/// The event as Lambda sends it, and as it stands in a log whose format is JSON.
pub(crate) fn envelope(name: &str, record: Value) -> Bytes {
    let time = task::timestamp(task::epoch_ms());
    json!({ "time": time, "type": name, "record": record })
        .to_string()
        .into()
}
