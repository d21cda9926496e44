//! What takes longer to look at than a short invocation takes is looked at now and then.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::Instant;

use super::microseconds;
use crate::task;

/// Says when to look again.
#[derive(Debug)]
pub(super) struct Paced {
    started: Instant,
    every: Duration,
    /// When it was looked last, in microseconds since the start; 0 for never.
    looked_us: AtomicU64,
}

impl Paced {
    pub(super) fn new(every: Duration) -> Self {
        Self {
            started: task::now(),
            every,
            looked_us: AtomicU64::new(0),
        }
    }

    /// Whether it is time to look; if so, it is taken for done.
    pub(super) fn is_due(&self) -> bool {
        let (now, looked) = (microseconds(self.started).max(1), self.looked_us.load(Relaxed));
        let due = looked == 0 || u128::from(now.saturating_sub(looked)) >= self.every.as_micros();
        if due {
            self.looked_us.store(now, Relaxed);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_at_first_and_then_at_its_pace() {
        let hourly = Paced::new(Duration::from_secs(3_600));
        assert!(hourly.is_due());
        assert!(!hourly.is_due());
        let always = Paced::new(Duration::ZERO);
        assert!(always.is_due());
        assert!(always.is_due());
    }
}
