//! Which environments of a function wait and how many are busy.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{sync::oneshot, time::Instant};
use zerobill_runtime_api::names::INIT_LIMIT_SECONDS;

use crate::{environment::Environment, error::InvokeError, function::Function, task};

/// How long an event waits for an environment that has answered before a new one is started. A runtime asks for its next event
/// right after its answer; one that does something else first is busy.
pub(crate) const SETTLING: Duration = Duration::from_millis(100);

/// How long it waits where no other one may be started, before it is refused.
const SEATING: Duration = Duration::from_secs(1);

/// How long it waits at most for one that is being started and is to serve several at once.
const STARTING: Duration = Duration::from_secs(INIT_LIMIT_SECONDS).saturating_add(SETTLING);

#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// The environments, the one used last at the end.
    members: Vec<Member>,
    /// How many environments have answered and not yet asked for the next event.
    settling: usize,
    /// How many requests for an event are about to come from environments that serve several at once.
    coming: usize,
    /// How many of those are being started.
    starting: usize,
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

/// One environment, from the end of its INIT on.
#[derive(Debug)]
struct Member {
    environment: Arc<Environment>,
    /// How many invocations run in it.
    users: usize,
    /// How many events it has asked for and not been given.
    wanted: usize,
    /// How many more it is about to ask for, where it serves several at once.
    coming: usize,
    /// When it has last asked.
    since: Instant,
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
pub(crate) type Chair = (Seat, Arc<Environment>);

/// An invocation is not over until this is dropped.
#[derive(Debug)]
pub(crate) struct Presence(Arc<Function>);

/// What an event is given that is not refused.
#[derive(Debug)]
pub(crate) enum Ticket {
    Place(Place),
    /// None waits, and one has answered or is about to ask: it comes when it has asked for the next event.
    Soon {
        presence: Presence,
        chair: oneshot::Receiver<Chair>,
        patience: Duration,
    },
}

/// What an invocation is given: a seat and where to find its environment.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) presence: Presence,
    pub(crate) seat: Seat,
    pub(crate) source: Source,
}

/// Where the environment of an invocation comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Waiting(Arc<Environment>),
    /// It is to be started.
    New(Option<Starting>),
}

/// An environment that starts and is to serve several invocations at once; given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Starting {
    function: Arc<Function>,
    coming: usize,
    ended: bool,
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

    /// Takes out what nothing uses, and uses the others for nothing new.
    fn retire(&mut self) -> Vec<Arc<Environment>> {
        for member in &mut self.members {
            member.wanted = 0;
            self.coming -= std::mem::take(&mut member.coming);
        }
        self.take_out(|_| true)
    }

    /// Takes out the members that nothing uses and that are chosen.
    fn take_out(&mut self, chosen: impl Fn(&Member) -> bool) -> Vec<Arc<Environment>> {
        let chosen = |member: &mut Member| member.users == 0 && chosen(member);
        let gone: Vec<_> = self.members.extract_if(.., chosen).collect();
        gone.into_iter().map(|member| self.forget(member)).collect()
    }

    /// Forgets a member that was taken out.
    fn forget(&mut self, member: Member) -> Arc<Environment> {
        self.coming -= member.coming;
        self.let_go();
        member.environment
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
        let idle = |member: &&Member| member.users == 0 && member.environment.is_alive();
        self.members.iter().filter(idle).count()
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
        let none_now = self.running >= limit || self.last_waiting().is_none();
        if none_now && self.settling + self.coming > self.awaiting.len() && busy < limit {
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
        let source = match self.use_one() {
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

    /// The environment used last, for one of the events that it waits for.
    fn use_one(&mut self) -> Option<Arc<Environment>> {
        let place = self.last_waiting()?;
        let member = &mut self.members[place];
        member.wanted -= 1;
        member.users += 1;
        Some(Arc::clone(&member.environment))
    }

    /// Where the environment used last is that waits for an event. One that has died while it waited is forgotten.
    fn last_waiting(&mut self) -> Option<usize> {
        loop {
            let place = self.members.iter().rposition(|member| member.wanted > 0)?;
            let member = &mut self.members[place];
            if member.environment.is_alive() {
                return Some(place);
            }
            member.wanted = 0;
            if member.users == 0 {
                let member = self.members.remove(place);
                self.forget(member);
            }
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
        let coming = function.settings.environment_concurrency - 1;
        if coming == 0 {
            return None;
        }
        self.starting += 1;
        self.coming += coming;
        Some(Starting {
            function: Arc::clone(function),
            coming,
            ended: false,
        })
    }

    /// It has started, and has its first event.
    pub(crate) fn add(&mut self, environment: Arc<Environment>, starting: Option<Starting>) {
        let mut coming = 0;
        if let Some(mut starting) = starting {
            // Expected as before, but of the member now.
            coming = std::mem::take(&mut starting.coming);
            self.end_start(&mut starting);
        }
        self.members.push(Member {
            environment,
            users: 1,
            wanted: 0,
            coming,
            since: task::now(),
        });
    }

    fn end_start(&mut self, starting: &mut Starting) {
        starting.ended = true;
        self.starting -= 1;
        self.coming -= std::mem::take(&mut starting.coming);
        self.let_go();
    }

    /// Nothing is expected of an environment any more.
    pub(crate) fn expect_nothing(&mut self, environment: &Arc<Environment>) {
        if let Some(place) = self.place_of(environment) {
            self.coming -= std::mem::take(&mut self.members[place].coming);
            self.let_go();
        }
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
        if let Some(place) = self.place_of(&environment) {
            self.members[place].users -= 1;
            self.waits(place);
        }
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
        let mut ended = None;
        if let Some(place) = self.place_of(&environment) {
            let member = &mut self.members[place];
            member.users -= 1;
            if ends && member.users == 0 {
                let member = self.members.remove(place);
                ended = Some(self.forget(member));
            } else if asks {
                member.coming += 1;
                self.coming += 1;
            }
        }
        self.vacate(&mut seat);
        (Some(seat), ended)
    }

    /// An environment that serves several at once asks for one more event.
    pub(crate) fn arrives(&mut self, function: &Arc<Function>, environment: &Arc<Environment>) {
        let Some(place) = self.place_of(environment) else {
            return;
        };
        let member = &mut self.members[place];
        member.users += 1;
        if member.coming > 0 {
            member.coming -= 1;
            self.coming -= 1;
        }
        if self.is_unwanted(environment) {
            self.members[place].users -= 1;
            return;
        }
        // As one that was busy until now.
        let seat = self.new_seat(function);
        _ = self.keep(seat, Arc::clone(environment));
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

    /// The member at `place` asks for one more event, and is the one used last.
    fn waits(&mut self, place: usize) {
        let mut member = self.members.remove(place);
        member.wanted += 1;
        member.since = task::now();
        self.members.push(member);
    }

    fn place_of(&self, environment: &Arc<Environment>) -> Option<usize> {
        let is_it = |member: &Member| Arc::ptr_eq(&member.environment, environment);
        self.members.iter().rposition(is_it)
    }

    fn is_unwanted(&self, environment: &Environment) -> bool {
        self.closed || environment.log.environment() < self.oldest
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
        self.let_go();
    }

    /// Who waits for an environment that does not come must not wait longer.
    fn let_go(&mut self) {
        self.awaiting.truncate(self.settling + self.coming);
    }

    /// Takes out the environments that have waited for `limit` or longer; gives them, and the earliest moment at which another
    /// one will have.
    pub(crate) fn expired(&mut self, limit: Duration) -> (Vec<Arc<Environment>>, Instant) {
        let now = task::now();
        let gone = self.take_out(|member| now.saturating_duration_since(member.since) >= limit);
        // What is used now, and what is kept from now on, waits from now on at the earliest.
        let idle = self.members.iter().filter(|member| member.users == 0);
        let next = idle.map(|member| member.since).min().unwrap_or(now);
        (gone, next + limit)
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

impl Drop for Starting {
    fn drop(&mut self) {
        if !self.ended {
            let function = Arc::clone(&self.function);
            function.pool().end_start(self);
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.pool().present -= 1;
        self.0.left();
    }
}
