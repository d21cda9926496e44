//! Which environments of a function wait and how many are busy.

use std::sync::Arc;

use crate::{environment::Environment, error::InvokeError, function::Function};

#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// Environments that wait for an event, the one used last at the end.
    idle: Vec<Environment>,
    running: usize,
    reserved: Option<u32>,
    closed: bool,
}

/// The right to have one environment busy; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Function>);

/// A seat, and the environment to use if one waits.
pub(crate) type Place = (Seat, Option<Environment>);

impl Pool {
    /// Takes no more events; gives the environments that wait.
    pub(crate) fn close(&mut self) -> Vec<Environment> {
        self.closed = true;
        std::mem::take(&mut self.idle)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// How many environments wait.
    pub(crate) fn idle(&self) -> usize {
        self.idle.iter().filter(|environment| environment.is_alive()).count()
    }

    /// How many environments are busy.
    pub(crate) fn running(&self) -> usize {
        self.running
    }

    pub(crate) fn reserved(&self) -> Option<u32> {
        self.reserved
    }

    pub(crate) fn reserve(&mut self, reserved: Option<u32>) {
        self.reserved = reserved;
    }

    /// Takes a seat for `function`, whose pool this is, and the environment used last.
    pub(crate) fn take(&mut self, function: &Arc<Function>) -> Result<Place, InvokeError> {
        if self.closed {
            return Err(InvokeError::ShuttingDown);
        }
        let reserved = self.reserved.and_then(|reserved| usize::try_from(reserved).ok());
        let limit = function.settings.concurrency.min(reserved.unwrap_or(usize::MAX));
        if self.running >= limit {
            return Err(InvokeError::Throttled {
                running: self.running,
                limit,
            });
        }
        self.running += 1;
        // One that has died while it waited is not used again.
        self.idle.retain(Environment::is_alive);
        Ok((Seat(Arc::clone(function)), self.idle.pop()))
    }

    /// Keeps an environment that waits for its next event.
    pub(crate) fn keep(&mut self, environment: Environment) {
        self.idle.push(environment);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.pool().running -= 1;
        self.0.left_seat();
    }
}
