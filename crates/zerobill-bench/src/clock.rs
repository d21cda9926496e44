//! The one place that reads the monotonic clock.

use std::time::{Duration, Instant};

/// A point in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment(Instant);

impl Moment {
    /// This one.
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the clock")]
    pub(crate) fn now() -> Self {
        Self(Instant::now())
    }

    /// What has passed since an earlier moment.
    pub(crate) fn since(self, earlier: Self) -> Duration {
        self.0.duration_since(earlier.0)
    }
}
