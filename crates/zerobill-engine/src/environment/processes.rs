//! The processes of a function, wherever their invocations are: ending the engine ends them all.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use futures_util::future::join_all;
use rustix::process::Signal;

use super::{
    GRACE,
    child::Child,
    cpu_share::{CpuShare, CpuShares},
};

/// The processes that were started and may still run.
#[derive(Debug)]
pub(crate) struct Processes {
    started: Mutex<Started>,
    cpu_shares: Option<Arc<CpuShares>>,
}

#[derive(Debug, Default)]
struct Started {
    children: Vec<Weak<Child>>,
    closed: bool,
}

impl Processes {
    /// With a share of a CPU for those of each environment, or with all there is.
    pub(crate) fn new(cpu_shares: Option<Arc<CpuShares>>) -> Self {
        Self {
            started: Mutex::default(),
            cpu_shares,
        }
    }

    /// The share for the processes of a new environment.
    pub(super) fn cpu_share(&self, memory_mb: u32) -> io::Result<Option<Arc<CpuShare>>> {
        let share = self.cpu_shares.as_ref().map(|shares| shares.share(memory_mb.into()));
        Ok(share.transpose()?.map(Arc::new))
    }

    /// Takes a new process; refuses it once all were ended.
    pub(super) fn add(&self, child: &Arc<Child>) -> bool {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        if !started.closed {
            started.children.retain(|child| child.strong_count() > 0);
            started.children.push(Arc::downgrade(child));
        }
        !started.closed
    }

    /// Ends every process at once.
    pub(crate) fn kill(&self) {
        for child in self.close() {
            child.signal(Signal::KILL);
        }
    }

    /// Asks every process to end, and ends those that do not.
    pub(crate) async fn end(&self) {
        let children = self.close();
        join_all(children.iter().map(|child| child.end(GRACE))).await;
    }

    fn close(&self) -> Vec<Arc<Child>> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.closed = true;
        started.children.drain(..).filter_map(|child| child.upgrade()).collect()
    }
}
