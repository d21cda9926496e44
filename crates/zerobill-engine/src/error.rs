//! What can go wrong with the engine, and with an invocation before its function has it.

use std::{io, net::SocketAddr};

/// The engine cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Something else listens there.
    #[error("port {port} on {host} is taken{}", if *port == 9000 { "; `cargo lambda watch` uses 9000 too" } else { "" })]
    PortTaken {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// It cannot listen there for another reason.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// The address.
        address: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There is no function to run.
    #[error("no function is given")]
    NoFunction,
    /// Two functions have one name.
    #[error("two functions are named `{0}`")]
    DuplicateFunction(String),
    /// Two functions have one queue.
    #[error("two functions receive the messages of queue `{0}`; each of them would get half")]
    DuplicateQueue(String),
    /// A limit that Lambda does not have.
    #[error("function `{function}`: {problem}")]
    Settings {
        /// The function.
        function: String,
        /// What is wrong.
        problem: String,
    },
}

impl EngineError {
    pub(crate) fn listen(address: &str, resolved: Option<SocketAddr>, source: io::Error) -> Self {
        match resolved {
            Some(resolved) if source.kind() == io::ErrorKind::AddrInUse => Self::PortTaken {
                host: resolved.ip().to_string(),
                port: resolved.port(),
            },
            _ => Self::Listen {
                address: address.to_owned(),
                source,
            },
        }
    }
}

/// An invocation that never reached its function.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvokeError {
    /// There is no function of that name.
    #[error("function not found: `{0}`")]
    NotFound(String),
    /// The event is not JSON.
    #[error("could not parse request body into json: {0}")]
    NotJson(String),
    /// The event is larger than Lambda takes.
    #[error("{bytes} bytes exceed the {limit} bytes that a request may have")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// As many invocations are running as may.
    #[error("rate exceeded: {running} of {limit} invocations are running")]
    Throttled {
        /// How many are running.
        running: usize,
        /// How many may.
        limit: usize,
    },
    /// The engine is ending.
    #[error("the engine is shutting down")]
    ShuttingDown,
}
