//! What the engine has seen lately: invocations with their events and replies, log lines, environments. All that the dashboard,
//! the log command and replays show comes from here; what is looked at by nobody is only kept, never formatted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::Notify;
use zerobill_free_tier::{Report, Status};

use super::{
    invocation::{End, Entry, Outcome},
    line::Line,
    ring::Ring,
    series::{Series, series_of},
    usage::{Usage, export_of},
};
use crate::{invocation::InvokeRequest, log::LineKind, task};

/// How many invocations are kept, and how many bytes of their events and replies.
const INVOCATIONS: (usize, usize) = (500, 16 * 1024 * 1024);

/// How many log lines are kept, and how many bytes of them.
const LINES: (usize, usize) = (20_000, 8 * 1024 * 1024);

/// By how much CloudWatch counts each log event longer.
const LOG_EVENT_BYTES: usize = 26;

/// The memory of the engine. Bounded, whatever the functions do.
#[derive(Debug)]
pub(crate) struct Journal {
    pub(super) started_ms: u64,
    pub(super) freezes: bool,
    content: Mutex<Content>,
    changed: Notify,
}

/// What is remembered.
#[derive(Debug)]
pub(super) struct Content {
    /// Grows with every change.
    pub(super) version: u64,
    pub(super) invocations: Ring<Entry>,
    pub(super) lines: Ring<Line>,
    /// By function and number.
    pub(super) environments: BTreeMap<(Arc<str>, u64), EnvironmentEntry>,
    pub(super) log_bytes: BTreeMap<Arc<str>, u64>,
    pub(super) series: Series,
    pub(super) usage: Usage,
    /// The build that runs or has failed last.
    pub(super) build: Option<BuildState>,
}

/// An environment that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnvironmentEntry {
    pub(super) state: EnvironmentState,
    pub(super) since_ms: u64,
    pub(super) invocations: u64,
    pub(super) max_memory_mb: u64,
}

/// What an environment does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EnvironmentState {
    Starting,
    Busy,
    Idle,
}

/// A build of the functions' programs.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BuildState {
    pub(crate) status: BuildStatus,
    pub(crate) command: String,
    pub(crate) output: String,
}

/// How a build goes; one that has worked is not shown.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum BuildStatus {
    Running,
    Failed,
}

/// One invocation that is being written down. Dropped before its end, it counts as lost.
#[derive(Debug)]
pub(crate) struct Record {
    journal: Arc<Journal>,
    place: Place,
}

/// The invocation that log lines belong to.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(super) number: u64,
    pub(super) request_id: Arc<str>,
}

impl Journal {
    pub(crate) fn new(freezes: bool) -> Self {
        Self {
            started_ms: task::epoch_ms(),
            freezes,
            content: Mutex::new(Content {
                version: 0,
                invocations: Ring::new(INVOCATIONS.0, INVOCATIONS.1),
                lines: Ring::new(LINES.0, LINES.1),
                environments: BTreeMap::new(),
                log_bytes: BTreeMap::new(),
                series: Series::default(),
                usage: Usage::default(),
                build: None,
            }),
            changed: Notify::new(),
        }
    }

    /// An invocation begins.
    pub(crate) fn begin(self: &Arc<Self>, function: &Arc<str>, request_id: &str, request: &InvokeRequest) -> Record {
        let request_id: Arc<str> = request_id.into();
        let mut request = request.clone();
        request.payload = alone(&request.payload);
        let entry = Entry::new(Arc::clone(function), Arc::clone(&request_id), request);
        let number = self.change(|content| {
            let number = content.invocations.push(entry);
            let version = content.version;
            content.invocations.change(number, |entry| entry.version = version);
            number
        });
        Record {
            journal: Arc::clone(self),
            place: Place { number, request_id },
        }
    }

    /// A line was written; `place` is the invocation that it belongs to.
    pub(crate) fn line(
        &self,
        function: &Arc<str>,
        environment: u64,
        kind: LineKind,
        place: Option<&Place>,
        text: &str,
    ) {
        let (series, export) = match kind {
            LineKind::Platform => (Vec::new(), None),
            _ => (series_of(text), export_of(text)),
        };
        let line = Line {
            time_ms: task::epoch_ms(),
            function: Arc::clone(function),
            environment,
            kind,
            place: place.cloned(),
            text: text.into(),
        };
        let bytes = (text.len() + LOG_EVENT_BYTES) as u64;
        self.change(|content| {
            content.lines.push(line);
            content.series.add(series);
            if let Some(export) = export {
                content.usage.add(function, export);
            }
            match content.log_bytes.get_mut(function) {
                Some(sum) => *sum += bytes,
                None => _ = content.log_bytes.insert(Arc::clone(function), bytes),
            }
        });
    }

    /// An environment is being started.
    pub(crate) fn environment_starts(&self, function: &Arc<str>, number: u64) {
        let entry = EnvironmentEntry {
            state: EnvironmentState::Starting,
            since_ms: task::epoch_ms(),
            invocations: 0,
            max_memory_mb: 0,
        };
        self.change(|content| content.environments.insert((Arc::clone(function), number), entry));
    }

    /// An environment is gone.
    pub(crate) fn environment_ends(&self, function: &Arc<str>, number: u64) {
        self.change(|content| content.environments.remove(&(Arc::clone(function), number)));
    }

    /// A build begins, fails or, where there is none, has worked.
    pub(crate) fn build(&self, build: Option<BuildState>) {
        self.change(|content| content.build = build);
    }

    /// Something that is shown has changed elsewhere.
    pub(crate) fn touch(&self) {
        self.change(|_| ());
    }

    /// Waits until the version is above `seen`.
    pub(super) async fn changed_since(&self, seen: u64) {
        loop {
            let changed = self.changed.notified();
            if self.content().version > seen {
                return;
            }
            changed.await;
        }
    }

    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        let mut content = self.content();
        content.version += 1;
        let result = change(&mut content);
        drop(content);
        self.changed.notify_waiters();
        result
    }
}

impl Record {
    /// What log lines of the invocation are marked with.
    pub(crate) fn place(&self) -> Place {
        self.place.clone()
    }

    /// Environment `environment` has the event; `init_us` is how long it took to start, if it was started for this one.
    pub(crate) fn starts(&self, environment: u64, init_us: Option<u64>) {
        let now = task::epoch_ms();
        self.change(|content, number| {
            let version = content.version;
            let mut function = None;
            content.invocations.change(number, |entry| {
                (entry.version, entry.environment, entry.init_us) = (version, environment, init_us);
                function = Some(Arc::clone(&entry.function));
            });
            if let Some(function) = function
                && let Some(place) = content.environments.get_mut(&(function, environment))
            {
                (place.state, place.since_ms) = (EnvironmentState::Busy, now);
                place.invocations += 1;
            }
        });
    }

    /// It is over; `reply` is empty where it was streamed.
    pub(crate) fn ends(&self, report: &Report, failed: bool, reply: &Bytes) {
        let outcome = match (report.status, failed) {
            (Status::Timeout, _) => Outcome::Timeout,
            (Status::Success, false) => Outcome::Success,
            _ => Outcome::Error,
        };
        let end = End::new(outcome, report, alone(reply));
        self.finish(end);
    }

    fn finish(&self, end: End) {
        let now = task::epoch_ms();
        self.change(|content, number| {
            let version = content.version;
            let mut environment = None;
            let memory_mb = end.max_memory_mb;
            content.invocations.change(number, |entry| {
                entry.version = version;
                entry.init_us = entry.init_us.or(end.init_us);
                entry.end = Some(end);
                environment = Some((Arc::clone(&entry.function), entry.environment));
            });
            if let Some(place) = environment.and_then(|key| content.environments.get_mut(&key)) {
                (place.state, place.since_ms) = (EnvironmentState::Idle, now);
                place.max_memory_mb = place.max_memory_mb.max(memory_mb);
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Content, u64)) {
        self.journal.change(|content| change(content, self.place.number));
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let content = self.journal.content();
        let running = content
            .invocations
            .get(self.place.number)
            .is_some_and(|entry| entry.end.is_none());
        drop(content);
        if running {
            self.finish(End::lost());
        }
    }
}

/// The same bytes in a piece of memory of their own: a small part of what was read keeps all of it alive.
fn alone(bytes: &Bytes) -> Bytes {
    const COPIED: usize = 64 * 1024;
    if bytes.len() <= COPIED {
        Bytes::copy_from_slice(bytes)
    } else {
        bytes.clone()
    }
}
