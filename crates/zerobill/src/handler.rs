//! Handlers: what answers a kind of event, and the table that finds the one that does.

use std::{fmt, future::Future, panic::AssertUnwindSafe, pin::Pin};

use futures_util::{FutureExt as _, future::join_all};
use serde_json::value::RawValue;

use crate::{
    error::{Error, HANDLER_PANICKED, Result, UNHANDLED_EVENT},
    event::Event,
    gateway::Gateway,
    interfaces::{Place, config::Setting},
    invocation::Invocation,
};

/// A handler's answer: JSON, sent as it stands.
pub type Reply = Box<RawValue>;

/// An answer to come.
pub type ReplyFuture<'a> = Pin<Box<dyn Future<Output = Result<Reply>> + Send + 'a>>;

/// A connection that is opened ahead.
pub type ConnectFuture<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Answers a kind of event, calling the gateway's interfaces.
///
/// A handler is made when the function starts, so it holds nothing heavy: that is built inside the gateway on first use.
pub trait Handler: Send + Sync {
    /// Its name, for logs.
    fn name(&self) -> &'static str;

    /// What it answers, in words, for the reply to an event that no handler answers.
    fn answers(&self) -> &'static str;

    /// Its settings, which the gateway must be built with: see [`Builder::declare`](crate::gateway::Builder::declare).
    fn settings(&self) -> &'static [Setting] {
        &[]
    }

    /// Opens in INIT the connection that its first event would wait for, with any request that changes nothing; none where there is
    /// nothing to ask. It is asked for where the `http_client` is built in INIT.
    fn connect<'a>(&'a self, _gateway: &'a Gateway) -> Option<ConnectFuture<'a>> {
        None
    }

    /// Whether it answers this event. The first handler of the table that does is asked.
    fn accepts(&self, gateway: &Gateway, event: &Event) -> bool;

    /// The answer.
    fn handle<'a>(&'a self, gateway: &'a Gateway, event: &'a Event) -> ReplyFuture<'a>;
}

/// The handlers of a function, in the order in which they are asked.
pub struct Handlers(Vec<Box<dyn Handler>>);

impl Handlers {
    /// A table of these handlers.
    #[must_use]
    pub fn new(handlers: Vec<Box<dyn Handler>>) -> Self {
        Self(handlers)
    }

    /// Opens ahead what the first events will need, after [`Initialization::connect`](crate::initialization::Initialization::connect)
    /// and like it; nothing unless the `http_client` was built ahead.
    pub async fn connect(&self, gateway: &Gateway) {
        let initialization = gateway.interfaces().initialization();
        if !initialization.has_built(Place::http_client) {
            return;
        }
        let each = self.0.iter().filter_map(|handler| {
            let connecting = handler.connect(gateway)?;
            Some(initialization.open(handler.name(), connecting))
        });
        join_all(each).await;
    }

    /// The answer of the first handler that accepts `event`.
    ///
    /// A handler that panics fails this one invocation.
    ///
    /// # Errors
    /// What the handler said; `unhandled_event` if none accepts; `handler_panicked`.
    pub async fn dispatch(&self, gateway: &Gateway, event: &Event) -> Result<Reply> {
        let invocation = Invocation::current();
        if let Some(invocation) = &invocation {
            invocation.set_kind(event.kind().as_str());
        }
        let answer = async {
            let Some(handler) = self.0.iter().find(|handler| handler.accepts(gateway, event)) else {
                return Err(self.unhandled(event));
            };
            if let Some(invocation) = &invocation {
                invocation.set_handler(handler.name());
            }
            handler.handle(gateway, event).await
        };
        match AssertUnwindSafe(answer).catch_unwind().await {
            Ok(result) => result,
            Err(_) => Err(Error::new(
                HANDLER_PANICKED,
                "the handler failed unexpectedly; its log says where",
            )),
        }
    }
}

impl Handlers {
    fn unhandled(&self, event: &Event) -> Error {
        let answers: Vec<_> = self.0.iter().map(|handler| handler.answers()).collect();
        let (kind, answers) = (event.kind().as_str(), answers.join(", "));
        Error::new(
            UNHANDLED_EVENT,
            format!("no handler of this function answers `{kind}` events; it answers {answers}"),
        )
    }
}

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|handler| handler.name()))
            .finish()
    }
}
