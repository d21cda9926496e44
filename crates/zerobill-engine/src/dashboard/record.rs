//! One invocation on its way through the journal.

use std::sync::Arc;

use bytes::Bytes;
use zerobill_free_tier::{Report, Status};

use super::{
    invocation::{End, Entry, Outcome},
    journal::{Content, EnvironmentState, Journal},
};
use crate::{invocation::InvokeRequest, task};

/// One invocation that is being written down. Dropped before its end, it counts as lost.
#[derive(Debug)]
pub(crate) struct Record {
    journal: Arc<Journal>,
    place: Place,
}

/// The invocation that log lines belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) number: u64,
    pub(super) request_id: Arc<str>,
}

impl Place {
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }
}

impl Journal {
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
                place.running += 1;
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
                place.running = place.running.saturating_sub(1);
                if place.running == 0 {
                    (place.state, place.since_ms) = (EnvironmentState::Idle, now);
                }
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
