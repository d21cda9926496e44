//! The interfaces and their one registration list, in layer order: each may use only those above it.

use std::{future::Future, pin::Pin};

use serde::Serialize;

use crate::{
    analytics::PLACES,
    error::Error,
    gateway::{Base, Gateway},
    invocation::{self, Invocation},
    lazy::BuildRecord,
    operation::Operation,
};

#[macro_use]
mod registration;

pub mod cache;
pub mod circuit_breaker;
pub mod config;
pub mod debug;
pub mod http_client;
pub mod initialization;
pub mod lambda;
pub mod logging;
pub mod metrics;
pub mod security;
pub mod singleton;
pub mod utility;

interfaces! {
    config: config::Config;
    logging: logging::Logging [config],
    metrics: metrics::Metrics [config, logging],
    utility: utility::Utility [],
    singleton: singleton::Singleton [],
    cache: cache::Cache [config, logging],
    circuit_breaker: circuit_breaker::CircuitBreaker [config, logging],
    http_client: http_client::HttpClient [config, logging, metrics, circuit_breaker],
    security: security::Security [config, logging, utility, http_client],
    lambda: lambda::Lambda [config, logging],
    initialization: initialization::Initialization [config, logging],
    debug: debug::Debug [config],
}

const _: () = assert!(
    CATALOGUE.len() <= PLACES,
    "the analytics have a place for each interface"
);

/// An interface as the catalogue lists it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct InterfaceRow {
    /// Its name: the folder's, the accessor's and the JSON name.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub doc: &'static str,
    /// Its operations.
    pub operations: &'static [&'static dyn Operation],
    /// Its settings.
    pub settings: &'static [config::Setting],
}

impl std::fmt::Debug for InterfaceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InterfaceRow")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How an interface is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// Whether it does its job in full.
    pub status: Status,
    /// Why not, in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// Whether an interface does its job in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does.
    Ok,
    /// It answers, but something is wrong.
    Degraded,
}

impl Health {
    /// Ok where there are no `reasons` for anything else.
    pub(crate) fn of(reasons: Vec<String>) -> Self {
        Self {
            status: if reasons.is_empty() {
                Status::Ok
            } else {
                Status::Degraded
            },
            reasons,
        }
    }
}

/// The network work of one interface in INIT.
pub(crate) type Connecting<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// What the gateway asks of every interface.
pub(crate) trait Service {
    /// How it is.
    fn health(&self) -> Health {
        Health::of(Vec::new())
    }

    /// What is wrong with its settings that their types alone do not show.
    fn faults(&self) -> Vec<config::Fault> {
        Vec::new()
    }

    /// When its heavy part was last built, if it has one.
    fn build_record(&self) -> Option<BuildRecord> {
        None
    }

    /// The same for each of its heavy parts.
    fn build_records(&self) -> Vec<BuildRecord> {
        self.build_record().into_iter().collect()
    }

    /// Builds its heavy part now, if it has one.
    fn preload(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Whether its heavy part was used since this was last asked; none if it has none, or none that can be built again.
    fn take_used(&self) -> Option<bool> {
        None
    }

    /// Does over the network what its first use would wait for, if there is any.
    fn connect(&self) -> Option<Connecting<'_>> {
        None
    }

    /// Gives its heavy part back.
    fn unload(&self) -> bool {
        false
    }

    /// Writes or drops what it kept for an invocation.
    fn finish(&self, _invocation: &Invocation) {}
}
