//! Which environments of a function wait and how many are busy.

mod members;
mod tickets;

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::Instant};
use zerobill_runtime_api::names::INIT_LIMIT_SECONDS;

use self::members::Members;
pub(crate) use self::tickets::{Chair, Place, Presence, Seat, Source, Starting, Ticket};
use crate::{environment::Environment, error::InvokeError, function::Function};

/// How long an event waits for an environment that has answered before a new one is started. A runtime asks for its next event
/// right after its answer; one that does something else first is busy.
pub(crate) const SETTLING: Duration = Duration::from_millis(100);

/// How long it waits where no other one may be started, before it is refused.
const SEATING: Duration = Duration::from_secs(1);

/// How long it waits at most for one that is being started and is to serve several at once.
const STARTING: Duration = Duration::from_secs(INIT_LIMIT_SECONDS).saturating_add(SETTLING);

#[derive(Debug, Default)]
pub(crate) struct Pool {
    members: Members,
    /// How many environments have answered and not yet asked for the next event.
    settling: usize,
    /// How many environments start that are to serve several at once, and how many events they are to ask for beside the first.
    starting: usize,
    more: usize,
    /// Events that wait for an environment that has answered or starts, the first one first.
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

impl Pool {
    /// Takes no more events; gives the environments that nothing uses.
    pub(crate) fn close(&mut self) -> Vec<Arc<Environment>> {
        (self.closed, self.held) = (true, false);
        self.awaiting.clear();
        self.retire()
    }

    /// Takes no environment below number `oldest` any more; gives those of them that nothing uses.
    pub(crate) fn renew(&mut self, oldest: u64) -> Vec<Arc<Environment>> {
        self.oldest = oldest;
        self.retire()
    }

    fn retire(&mut self) -> Vec<Arc<Environment>> {
        let gone = self.members.retire();
        self.let_go();
        gone
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
        self.members.idle()
    }

    /// How many invocations run.
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
    /// answered or starts.
    pub(crate) fn take(&mut self, function: &Arc<Function>) -> Result<Ticket, InvokeError> {
        self.admit()?;
        self.awaiting.retain(|event| !event.is_closed());
        let limit = self.limit(function);
        let busy = self.running - self.settling + self.awaiting.len();
        let none_now = self.running >= limit || !self.members.one_waits();
        if none_now && self.expected() > self.awaiting.len() && busy < limit {
            let (event, chair) = oneshot::channel();
            self.awaiting.push_back(event);
            let patience = match self.starting {
                0 if self.running < limit => SETTLING,
                0 => SEATING,
                _ => STARTING,
            };
            return Ok(Ticket::Soon {
                presence: self.enter(function),
                chair,
                patience,
            });
        }
        let (seat, source) = self.seat(function)?;
        Ok(Ticket::Place(Place {
            presence: self.enter(function),
            seat,
            source,
        }))
    }

    /// Takes a seat and the environment used last, or a new one if none waits.
    pub(crate) fn seat(&mut self, function: &Arc<Function>) -> Result<(Seat, Source), InvokeError> {
        self.admit()?;
        let (running, limit) = (self.running, self.limit(function));
        if running >= limit {
            return Err(InvokeError::Throttled { running, limit });
        }
        let source = match self.members.use_one() {
            Some(environment) => Source::Waiting(environment),
            None => Source::New(self.starts(function)),
        };
        Ok((self.new_seat(function), source))
    }

    fn new_seat(&mut self, function: &Arc<Function>) -> Seat {
        self.running += 1;
        Seat {
            function: Arc::clone(function),
            settling: false,
            vacated: false,
        }
    }

    /// How many invocations may run.
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

    /// An environment starts; events may wait for it where it is to serve several at once.
    fn starts(&mut self, function: &Arc<Function>) -> Option<Starting> {
        let more = function.settings.environment_concurrency - 1;
        if more == 0 {
            return None;
        }
        self.starting += 1;
        self.more += more;
        Some(Starting {
            function: Arc::clone(function),
            more,
            ended: false,
        })
    }

    pub(super) fn end_start(&mut self, starting: &mut Starting) {
        starting.ended = true;
        self.starting -= 1;
        self.more -= starting.more;
        self.let_go();
    }

    /// An environment has started, and has its first event.
    pub(crate) fn add(&mut self, environment: Arc<Environment>, starting: Option<Starting>) {
        self.members
            .add(environment, starting.as_ref().map_or(0, |starting| starting.more));
        if let Some(mut starting) = starting {
            self.end_start(&mut starting);
        }
    }

    /// Nothing is expected of an environment any more.
    pub(crate) fn expect_nothing(&mut self, environment: &Arc<Environment>) {
        self.members.expect_nothing(environment);
        self.let_go();
    }

    /// An environment is gone.
    pub(crate) fn forget(&mut self, environment: &Arc<Environment>) {
        self.members.remove(environment);
        self.let_go();
    }

    /// Keeps an environment that waits for its next event, or hands it with its seat to an event that waits. Gives it back where
    /// it is to be ended.
    pub(crate) fn keep(
        &mut self,
        mut seat: Seat,
        environment: Arc<Environment>,
    ) -> (Option<Seat>, Option<Arc<Environment>>) {
        if self.is_unwanted(&environment) {
            return self.leave(seat, environment, false);
        }
        self.settled(&mut seat);
        let (mut seat, environment) = match self.hand((seat, environment)) {
            Ok(()) => return (None, None),
            Err(chair) => chair,
        };
        self.members.wait(&environment);
        self.vacate(&mut seat);
        (Some(seat), None)
    }

    /// An invocation uses `environment` no more, which `asks` soon for another event in its place or does not. Gives it back
    /// where it is to be ended.
    pub(crate) fn leave(
        &mut self,
        mut seat: Seat,
        environment: Arc<Environment>,
        asks: bool,
    ) -> (Option<Seat>, Option<Arc<Environment>>) {
        let ends = self.is_unwanted(&environment) || !environment.is_alive();
        self.members.leave(&environment, asks && !ends);
        let ended = if ends { self.members.remove(&environment) } else { None };
        self.vacate(&mut seat);
        (Some(seat), ended)
    }

    /// An environment that serves several at once asks for one more event.
    pub(crate) fn arrives(&mut self, function: &Arc<Function>, environment: &Arc<Environment>) {
        if !self.is_unwanted(environment) && self.members.arrive(environment) {
            // As one that was busy until now.
            let seat = self.new_seat(function);
            _ = self.keep(seat, Arc::clone(environment));
        }
    }

    /// Hands an environment to the first event that still waits for one.
    fn hand(&mut self, mut chair: Chair) -> Result<(), Chair> {
        while let Some(event) = self.awaiting.pop_front() {
            match event.send(chair) {
                Ok(()) => return Ok(()),
                // It waits no longer.
                Err(back) => chair = back,
            }
        }
        Err(chair)
    }

    fn is_unwanted(&self, environment: &Environment) -> bool {
        self.closed || environment.log.environment() < self.oldest
    }

    fn settled(&mut self, seat: &mut Seat) {
        if std::mem::take(&mut seat.settling) {
            self.settling -= 1;
        }
    }

    pub(super) fn vacate(&mut self, seat: &mut Seat) {
        self.settled(seat);
        self.running -= 1;
        seat.vacated = true;
        self.let_go();
    }

    /// Who waits for an environment that does not come must not wait longer.
    fn let_go(&mut self) {
        self.awaiting.truncate(self.expected());
    }

    /// How many events may wait for an environment that has answered or starts.
    fn expected(&self) -> usize {
        self.settling + self.more + self.members.coming()
    }

    /// Takes out the environments that have waited for `limit` or longer; gives them, and the earliest moment at which another
    /// one will have.
    pub(crate) fn expired(&mut self, limit: Duration) -> (Vec<Arc<Environment>>, Instant) {
        self.members.expired(limit)
    }
}
