//! The environments of a function from the end of their INIT on: who uses them, and what they ask for.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{environment::Environment, task};

/// Environments, the one used last at the end.
#[derive(Debug, Default)]
pub(super) struct Members {
    list: Vec<Member>,
    /// What all of them together are about to ask for.
    coming: usize,
}

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

impl Members {
    /// Takes in an environment that has its first event and is about to ask for so many more.
    pub(super) fn add(&mut self, environment: Arc<Environment>, coming: usize) {
        self.coming += coming;
        self.list.push(Member {
            environment,
            users: 1,
            wanted: 0,
            coming,
            since: task::now(),
        });
    }

    /// How many requests for an event are about to come from environments that serve several at once.
    pub(super) fn coming(&self) -> usize {
        self.coming
    }

    /// How many do nothing.
    pub(super) fn idle(&self) -> usize {
        let idle = |member: &&Member| member.users == 0 && member.environment.is_alive();
        self.list.iter().filter(idle).count()
    }

    /// Whether one waits for an event.
    pub(super) fn one_waits(&mut self) -> bool {
        self.last_waiting().is_some()
    }

    /// The environment used last, for one of the events that it waits for.
    pub(super) fn use_one(&mut self) -> Option<Arc<Environment>> {
        let member = self.last_waiting().and_then(|place| self.list.get_mut(place))?;
        member.wanted -= 1;
        member.users += 1;
        Some(Arc::clone(&member.environment))
    }

    /// Where the environment used last is that waits for an event. One that has died while it waited is forgotten.
    fn last_waiting(&mut self) -> Option<usize> {
        loop {
            let place = self.list.iter().rposition(|member| member.wanted > 0)?;
            if self.list[place].environment.is_alive() {
                return Some(place);
            }
            self.list[place].wanted = 0;
            self.remove_unused(place);
        }
    }

    /// An environment asks for one more event, from an invocation that has ended or beside those that run.
    pub(super) fn wait(&mut self, environment: &Arc<Environment>) {
        if let Some(place) = self.place_of(environment) {
            let mut member = self.list.remove(place);
            member.users -= 1;
            member.wanted += 1;
            member.since = task::now();
            self.list.push(member);
        }
    }

    /// An environment that serves several at once has asked for one more event, which it is used for at once. Says whether it
    /// is still there.
    pub(super) fn arrive(&mut self, environment: &Arc<Environment>) -> bool {
        let Some(place) = self.place_of(environment) else {
            return false;
        };
        let member = &mut self.list[place];
        member.users += 1;
        if member.coming > 0 {
            member.coming -= 1;
            self.coming -= 1;
        }
        true
    }

    /// An invocation has ended in an environment, which `asks` soon for another event in its place or does not.
    pub(super) fn leave(&mut self, environment: &Arc<Environment>, asks: bool) {
        if let Some(place) = self.place_of(environment) {
            let member = &mut self.list[place];
            member.users -= 1;
            member.coming += usize::from(asks);
            self.coming += usize::from(asks);
        }
    }

    /// Nothing is expected of an environment any more.
    pub(super) fn expect_nothing(&mut self, environment: &Arc<Environment>) {
        if let Some(place) = self.place_of(environment) {
            self.coming -= std::mem::take(&mut self.list[place].coming);
        }
    }

    /// Takes out an environment if nothing uses it.
    pub(super) fn remove(&mut self, environment: &Arc<Environment>) -> Option<Arc<Environment>> {
        let place = self.place_of(environment)?;
        self.remove_unused(place)
    }

    fn remove_unused(&mut self, place: usize) -> Option<Arc<Environment>> {
        if self.list[place].users > 0 {
            return None;
        }
        let member = self.list.remove(place);
        self.coming -= member.coming;
        Some(member.environment)
    }

    /// Takes out what nothing uses, and uses the others for nothing new.
    pub(super) fn retire(&mut self) -> Vec<Arc<Environment>> {
        for member in &mut self.list {
            (member.wanted, member.coming) = (0, 0);
        }
        self.coming = 0;
        self.take_out(|_| true)
    }

    /// Takes out the environments that have waited for `limit` or longer; gives them, and the earliest moment at which another
    /// one will have.
    pub(super) fn expired(&mut self, limit: Duration) -> (Vec<Arc<Environment>>, Instant) {
        let now = task::now();
        let gone = self.take_out(|member| now.saturating_duration_since(member.since) >= limit);
        let idle = self.list.iter().filter(|member| member.users == 0);
        // What is used now, and what is added from now on, waits from now on at the earliest.
        let next = idle.map(|member| member.since).min().unwrap_or(now);
        (gone, next + limit)
    }

    fn take_out(&mut self, chosen: impl Fn(&Member) -> bool) -> Vec<Arc<Environment>> {
        let chosen = |member: &mut Member| member.users == 0 && chosen(member);
        let gone: Vec<_> = self.list.extract_if(.., chosen).collect();
        self.coming -= gone.iter().map(|member| member.coming).sum::<usize>();
        gone.into_iter().map(|member| member.environment).collect()
    }

    fn place_of(&self, environment: &Arc<Environment>) -> Option<usize> {
        let is_it = |member: &Member| Arc::ptr_eq(&member.environment, environment);
        self.list.iter().rposition(is_it)
    }
}
