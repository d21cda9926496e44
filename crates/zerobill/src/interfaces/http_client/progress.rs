//! Tells, while a request is on its way, whether it may have reached its server.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Whether a request may have reached its server; ask it while the request is on its way.
///
/// What did not leave can be given up, and will not happen. What may have left may happen, also when nobody waits for it.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<AtomicBool>);

impl Progress {
    /// Whether there was a connection and the body of the request was on it, at least in part.
    pub fn may_have_arrived(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    #[cfg(feature = "http")]
    pub(super) fn leaves(&self) {
        self.0.store(true, Ordering::Release);
    }
}
