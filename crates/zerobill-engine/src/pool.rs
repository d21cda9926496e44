//! Which environments of a function wait and how many are busy.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::Instant};

use crate::{environment::Environment, error::InvokeError, function::Function, task};

/// How long an event waits for an environment that has answered before a new one is started. A runtime asks for its next event
/// right after its answer; one that does something else first is busy.
const SETTLING: Duration = Duration::from_millis(100);

/// How long it waits where no other one may be started, before it is refused.
const SEATING: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// Environments that wait for an event and since when, the one used last at the end.
    idle: Vec<(Environment, Instant)>,
    /// How many environments have answered and not yet asked for the next event.
    settling: usize,
    /// Events that wait for one of those, the first one first.
    awaiting: VecDeque<oneshot::Sender<Chair>>,
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
pub(crate) struct Seat {
    function: Arc<Function>,
    /// Whether its environment has answered.
    settling: bool,
    vacated: bool,
}

/// A seat with the environment that has it.
pub(crate) type Chair = (Seat, Environment);

/// An invocation is not over until this is dropped.
#[derive(Debug)]
pub(crate) struct Presence(Arc<Function>);

/// What an event is given that is not refused.
#[derive(Debug)]
pub(crate) enum Ticket {
    Place(Place),
    /// None waits, and one has answered: it comes when it has asked for the next event.
    Soon {
        presence: Presence,
        chair: oneshot::Receiver<Chair>,
        patience: Duration,
    },
}

/// What an invocation is given: a seat and the environment to use, if one waits.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) presence: Presence,
    pub(crate) seat: Seat,
    pub(crate) environment: Option<Environment>,
}

impl Pool {
    /// Takes no more events; gives the environments that wait.
    pub(crate) fn close(&mut self) -> Vec<Environment> {
        (self.closed, self.held) = (true, false);
        self.awaiting.clear();
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

    /// Takes a seat for `function`, whose pool this is, and the environment used last; or a place in the queue for one that has
    /// answered.
    pub(crate) fn take(&mut self, function: &Arc<Function>) -> Result<Ticket, InvokeError> {
        self.admit()?;
        // One that has died while it waited is not used again.
        self.idle.retain(|(environment, _)| environment.is_alive());
        self.awaiting.retain(|event| !event.is_closed());
        let limit = self.limit(function);
        let busy = self.running - self.settling + self.awaiting.len();
        let none_now = self.idle.is_empty() || self.running >= limit;
        if none_now && self.settling > self.awaiting.len() && busy < limit {
            let (event, chair) = oneshot::channel();
            self.awaiting.push_back(event);
            return Ok(Ticket::Soon {
                presence: self.enter(function),
                chair,
                patience: if self.running < limit { SETTLING } else { SEATING },
            });
        }
        let (seat, environment) = self.seat(function)?;
        Ok(Ticket::Place(Place {
            presence: self.enter(function),
            seat,
            environment,
        }))
    }

    /// Takes a seat and the environment used last, if one waits.
    pub(crate) fn seat(&mut self, function: &Arc<Function>) -> Result<(Seat, Option<Environment>), InvokeError> {
        self.admit()?;
        let (running, limit) = (self.running, self.limit(function));
        if running >= limit {
            return Err(InvokeError::Throttled { running, limit });
        }
        self.running += 1;
        let seat = Seat {
            function: Arc::clone(function),
            settling: false,
            vacated: false,
        };
        Ok((seat, self.idle.pop().map(|(environment, _)| environment)))
    }

    /// How many environments may be busy.
    fn limit(&self, function: &Function) -> usize {
        let reserved = self.reserved.and_then(|reserved| usize::try_from(reserved).ok());
        function.settings.concurrency.min(reserved.unwrap_or(usize::MAX))
    }

    fn admit(&self) -> Result<(), InvokeError> {
        if self.closed {
            Err(InvokeError::ShuttingDown)
        } else {
            Ok(())
        }
    }

    fn enter(&mut self, function: &Arc<Function>) -> Presence {
        self.present += 1;
        Presence(Arc::clone(function))
    }

    /// The environment of `seat` has answered.
    pub(crate) fn settles(&mut self, seat: &mut Seat) {
        self.settling += 1;
        seat.settling = true;
    }

    /// Keeps an environment that waits for its next event, or hands it with its seat to an event that waits. Gives back the
    /// environment where no more events are taken, and where it is of an earlier build.
    pub(crate) fn keep(&mut self, mut seat: Seat, environment: Environment) -> (Option<Seat>, Option<Environment>) {
        if self.closed || environment.log.environment() < self.oldest {
            self.vacate(&mut seat);
            return (Some(seat), Some(environment));
        }
        self.settled(&mut seat);
        let mut chair = (seat, environment);
        while let Some(event) = self.awaiting.pop_front() {
            match event.send(chair) {
                Ok(()) => return (None, None),
                // It waits no longer.
                Err(back) => chair = back,
            }
        }
        let (mut seat, environment) = chair;
        self.idle.push((environment, task::now()));
        self.vacate(&mut seat);
        (Some(seat), None)
    }

    fn settled(&mut self, seat: &mut Seat) {
        if std::mem::take(&mut seat.settling) {
            self.settling -= 1;
        }
    }

    fn vacate(&mut self, seat: &mut Seat) {
        self.settled(seat);
        self.running -= 1;
        seat.vacated = true;
        // Who waits for an environment that does not come must not wait longer.
        self.awaiting.truncate(self.settling);
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
        if !self.vacated {
            let function = Arc::clone(&self.function);
            function.pool().vacate(self);
        }
        self.function.left_seat();
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.pool().present -= 1;
        self.0.left();
    }
}
