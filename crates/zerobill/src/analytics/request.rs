//! What one request uses, in memory that is part of its invocation.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicU32, Ordering::Relaxed},
};

/// What one request has used so far.
#[derive(Debug, Default)]
pub(crate) struct Request {
    /// A bit for each interface, at its place.
    used: AtomicU32,
    /// Whether the first uses are timed.
    timed: bool,
    names: Mutex<Names>,
}

/// What kind of request it is, and what answers it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names {
    pub(super) kind: Option<&'static str>,
    pub(super) handler: Option<&'static str>,
}

impl Request {
    pub(super) fn new(timed: bool) -> Self {
        Self {
            timed,
            ..Self::default()
        }
    }

    /// Whether the interface at `place` was not yet used.
    pub(crate) fn is_new(&self, place: usize) -> bool {
        self.used.load(Relaxed) & (1 << place) == 0
    }

    /// Counts the interface at `place` as used; says whether this is the first use and is to be timed.
    pub(crate) fn mark(&self, place: usize) -> bool {
        let before = self.used.fetch_or(1 << place, Relaxed);
        self.timed && before & (1 << place) == 0
    }

    /// Names its kind; the last name counts.
    pub(crate) fn set_kind(&self, kind: &'static str) {
        self.with_names(|names| names.kind = Some(kind));
    }

    /// Names its handler; the last name counts.
    pub(crate) fn set_handler(&self, handler: &'static str) {
        self.with_names(|names| names.handler = Some(handler));
    }

    pub(super) fn used(&self) -> u32 {
        self.used.load(Relaxed)
    }

    pub(super) fn with_names<R>(&self, with: impl FnOnce(&mut Names) -> R) -> R {
        with(&mut self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
