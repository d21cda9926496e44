//! Which requests of a process for an event wait, and which of them are spoken for.

use tokio::sync::watch;

/// Counts requests for an event. Whoever is to hand one over claims a request first, so that each has one event.
#[derive(Debug)]
pub(super) struct Polls(watch::Sender<Count>);

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    waiting: usize,
    claimed: usize,
}

/// A request that waits until this is dropped.
#[derive(Debug)]
pub(super) struct Poll<'a>(&'a Polls);

impl Count {
    fn release(&mut self) {
        self.claimed = self.claimed.saturating_sub(1);
    }
}

impl Polls {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Count::default()))
    }

    /// A request waits from now on.
    pub(super) fn begin(&self) -> Poll<'_> {
        self.0.send_modify(|count| count.waiting += 1);
        Poll(self)
    }

    /// Whether one waits.
    pub(super) fn any(&self) -> bool {
        self.0.borrow().waiting > 0
    }

    /// Waits for a request that nobody has claimed, and claims it.
    pub(super) async fn claim(&self) {
        // Before the first look, so that no change is missed.
        let mut changes = self.0.subscribe();
        while !self.try_claim() {
            // The sender lives as long as `self`.
            _ = changes.changed().await;
        }
    }

    fn try_claim(&self) -> bool {
        let mut is_free = false;
        self.0.send_if_modified(|count| {
            is_free = count.waiting > count.claimed;
            count.claimed += usize::from(is_free);
            false
        });
        is_free
    }

    /// A claim is given up.
    pub(super) fn release(&self) {
        self.0.send_modify(Count::release);
    }
}

impl Poll<'_> {
    /// It has its event, and one claim is used.
    pub(super) fn served(self) {
        // In one step: in between, the request would seem to be free.
        self.0.0.send_modify(|count| {
            count.release();
            count.waiting -= 1;
        });
        std::mem::forget(self);
    }
}

impl Drop for Poll<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| count.waiting -= 1);
    }
}
