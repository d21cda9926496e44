//! What the engine has seen lately: invocations with their events and replies, log lines, environments. All that the dashboard,
//! the log command and replays show comes from here; what is looked at by nobody is only kept, never formatted.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::Notify;

use super::{
    invocation::Entry,
    line::Line,
    record::Place,
    ring::Ring,
    series::{Series, series_of},
    usage::{Usage, export_of},
};
use crate::{log::LineKind, task, trips::Trip};

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
    /// Who is stopped, by function, or why that is not known.
    pub(super) trips: Result<BTreeMap<String, Trip>, String>,
}

/// An environment that is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct EnvironmentEntry {
    pub(super) state: EnvironmentState,
    pub(super) since_ms: u64,
    pub(super) invocations: u64,
    pub(super) running: usize,
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
                trips: Ok(BTreeMap::new()),
            }),
            changed: Notify::new(),
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
            running: 0,
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

    /// Who is stopped; nothing changes where it is the same as before.
    pub(crate) fn trips(&self, trips: Result<BTreeMap<String, Trip>, String>) {
        if self.content().trips != trips {
            self.change(|content| content.trips = trips);
        }
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

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Content) -> T) -> T {
        let mut content = self.content();
        content.version += 1;
        let result = change(&mut content);
        drop(content);
        self.changed.notify_waiters();
        result
    }
}
