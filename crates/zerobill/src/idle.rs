//! Gives back what was built and has not been used for long: looked at where an invocation begins.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::gateway::Gateway;

/// The clock's age at which each interface was last seen in use, where that is asked for.
#[derive(Debug, Default)]
pub(crate) struct Idle(Mutex<BTreeMap<&'static str, Duration>>);

impl Gateway {
    /// Unloads what was last used longer ago than `initialization.unload_after_seconds`.
    ///
    /// What the last invocation used is used now: an execution environment that sleeps between rare events keeps it.
    pub(crate) fn unload_idle(&self) {
        let Some(limit) = self.interfaces().initialization().unload_after() else {
            return;
        };
        let now = self.clock().age();
        let mut last_used = self.idle().0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, service) in self.interfaces().services() {
            let Some(used) = service.take_used() else { continue };
            let last = last_used.entry(name).or_insert(now);
            if used {
                *last = now;
            } else if now.saturating_sub(*last) >= limit && service.unload() {
                self.logging()
                    .debug("unloaded what was not used", [("interface", name)]);
            }
        }
    }
}
