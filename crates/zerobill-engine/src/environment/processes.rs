//! The processes of a function, wherever their invocations are: ending the engine ends them all.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures_util::future::join_all;
use rustix::process::Signal;

use super::{GRACE, child::Child};

/// The processes that were started and may still run.
#[derive(Debug, Default)]
pub(crate) struct Processes(Mutex<Started>);

#[derive(Debug, Default)]
struct Started {
    children: Vec<Weak<Child>>,
    closed: bool,
}

impl Processes {
    /// Takes a new process; refuses it once all were ended.
    pub(super) fn add(&self, child: &Arc<Child>) -> bool {
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
        let mut started = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        started.closed = true;
        started.children.drain(..).filter_map(|child| child.upgrade()).collect()
    }
}
