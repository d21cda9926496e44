//! What an event is given that is not refused, and what it gives back.

use std::{sync::Arc, time::Duration};

use tokio::sync::oneshot;

use crate::{environment::Environment, function::Function};

/// The right to have one invocation running; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(super) function: Arc<Function>,
    /// Whether its environment has answered.
    pub(super) settling: bool,
    pub(super) vacated: bool,
}

/// A seat with the environment that has it.
pub(crate) type Chair = (Seat, Arc<Environment>);

/// An invocation is not over until this is dropped.
#[derive(Debug)]
pub(crate) struct Presence(pub(super) Arc<Function>);

/// What an event is given.
#[derive(Debug)]
pub(crate) enum Ticket {
    Place(Place),
    /// No environment waits, and one has answered or starts: it comes when it has asked for the next event.
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
    pub(super) function: Arc<Function>,
    /// How many events it is to ask for beside the first.
    pub(super) more: usize,
    pub(super) ended: bool,
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
