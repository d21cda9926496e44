//! Which environments of a function wait and how many are busy.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{environment::Environment, error::InvokeError, function::Function, task};

#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// Environments that wait for an event and since when, the one used last at the end.
    idle: Vec<(Environment, Instant)>,
    running: usize,
    /// Invocations that are not over, those among them that have left their seat and write their last lines.
    present: usize,
    reserved: Option<u32>,
    closed: bool,
    /// Environments with a lower number are of an earlier build.
    oldest: u64,
    held: bool,
}

/// The right to have one environment busy; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat(Arc<Function>);

/// An invocation is not over until this is dropped.
#[derive(Debug)]
pub(crate) struct Presence(Arc<Function>);

/// What an invocation is given.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) presence: Presence,
    pub(crate) seat: Seat,
    /// The environment to use, if one waits.
    pub(crate) environment: Option<Environment>,
}

impl Pool {
    /// Takes no more events; gives the environments that wait.
    pub(crate) fn close(&mut self) -> Vec<Environment> {
        (self.closed, self.held) = (true, false);
        self.idle.drain(..).map(|(environment, _)| environment).collect()
    }

    /// Takes no environment below number `oldest` any more; gives those of them that wait.
    pub(crate) fn renew(&mut self, oldest: u64) -> Vec<Environment> {
        self.oldest = oldest;
        self.idle.drain(..).map(|(environment, _)| environment).collect()
    }

    /// Lets events wait, or lets them go on.
    pub(crate) fn hold(&mut self, held: bool) {
        self.held = held && !self.closed;
    }

    pub(crate) fn is_held(&self) -> bool {
        self.held
    }

    /// How many environments wait.
    pub(crate) fn idle(&self) -> usize {
        self.idle
            .iter()
            .filter(|(environment, _)| environment.is_alive())
            .count()
    }

    /// How many environments are busy.
    pub(crate) fn running(&self) -> usize {
        self.running
    }

    /// How many invocations are not over.
    pub(crate) fn present(&self) -> usize {
        self.present
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
        self.present += 1;
        // One that has died while it waited is not used again.
        self.idle.retain(|(environment, _)| environment.is_alive());
        Ok(Place {
            presence: Presence(Arc::clone(function)),
            seat: Seat(Arc::clone(function)),
            environment: self.idle.pop().map(|(environment, _)| environment),
        })
    }

    /// Keeps an environment that waits for its next event; gives it back where no more events are taken, and where it is of an
    /// earlier build.
    pub(crate) fn keep(&mut self, environment: Environment) -> Option<Environment> {
        if self.closed || environment.log.environment() < self.oldest {
            return Some(environment);
        }
        self.idle.push((environment, task::now()));
        None
    }

    /// Takes out the environments that have waited for `limit` or longer; gives them, and the earliest moment at which another
    /// one will have.
    pub(crate) fn expired(&mut self, limit: Duration) -> (Vec<Environment>, Instant) {
        let now = task::now();
        let expired = |since: &Instant| now.saturating_duration_since(*since) >= limit;
        // The one that has waited longest stands first.
        let count = self.idle.iter().take_while(|(_, since)| expired(since)).count();
        let gone = self.idle.drain(..count).map(|(environment, _)| environment).collect();
        // What is kept from now on waits from now on.
        let next = self.idle.first().map_or(now, |(_, since)| *since) + limit;
        (gone, next)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.pool().running -= 1;
        self.0.left_seat();
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.pool().present -= 1;
        self.0.left();
    }
}
