//! What requests used, as numbers that add up.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{COLD, HOT, histogram::Histogram};
use crate::lazy::BuildRecord;

/// Where a name is missing: requests without a kind, without a handler, or that used no interface.
pub const NONE: &str = "none";

/// What did not fit and is counted together.
pub const OTHER: &str = "other";

/// What requests used. Tallies of different requests add up, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tally {
    /// Requests that have ended.
    pub requests: u64,
    /// Those of them that were the first of their execution environment.
    #[serde(default)]
    pub first_requests: u64,
    /// Those of them that failed.
    #[serde(default)]
    pub failed: u64,
    /// What each interface was used for; one without any use or build is missing.
    #[serde(default)]
    pub interfaces: BTreeMap<String, InterfaceUse>,
    /// Requests by kind, such as `http-v2`.
    #[serde(default)]
    pub kinds: BTreeMap<String, u64>,
    /// Requests by the handler that answered.
    #[serde(default)]
    pub handlers: BTreeMap<String, u64>,
    /// Requests by the set of interfaces they used, such as `cache+http_client`.
    #[serde(default)]
    pub combinations: BTreeMap<String, u64>,
}

/// How one interface was used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct InterfaceUse {
    /// Requests that used it.
    pub requests: u64,
    /// Those of them that were the first of their execution environment.
    pub first_requests: u64,
    /// How long after a request's start it was first used, in the requests that were timed.
    pub first_use: Histogram,
    /// How often one of its parts was built while a request waited.
    pub built_in_requests: u64,
    /// How long that took in all, in microseconds.
    pub built_in_requests_us: u64,
    /// How often one was built outside of requests, in INIT.
    pub built_in_init: u64,
    /// How long that took in all, in microseconds.
    pub built_in_init_us: u64,
    /// The most bytes on the heap that all of it held in one environment, counted with the cargo feature `memory-profile`; else 0.
    #[serde(skip_serializing_if = "is_zero")]
    pub heap_bytes: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl InterfaceUse {
    pub(super) fn count_build(&mut self, record: &BuildRecord) {
        let (builds, us) = if record.in_request {
            (&mut self.built_in_requests, &mut self.built_in_requests_us)
        } else {
            (&mut self.built_in_init, &mut self.built_in_init_us)
        };
        *builds = builds.saturating_add(1);
        *us = us.saturating_add(record.took_us);
        let heap_bytes = record.heap_bytes.unwrap_or_default();
        self.heap_bytes = self.heap_bytes.saturating_add(heap_bytes);
    }

    fn add(&mut self, other: &Self) {
        self.first_use.add(&other.first_use);
        let numbers = [
            (&mut self.requests, other.requests),
            (&mut self.first_requests, other.first_requests),
            (&mut self.built_in_requests, other.built_in_requests),
            (&mut self.built_in_requests_us, other.built_in_requests_us),
            (&mut self.built_in_init, other.built_in_init),
            (&mut self.built_in_init_us, other.built_in_init_us),
        ];
        for (own, other) in numbers {
            *own = own.saturating_add(other);
        }
        self.heap_bytes = self.heap_bytes.max(other.heap_bytes);
    }
}

impl Tally {
    /// Adds what other requests used.
    pub fn add(&mut self, other: &Self) {
        self.requests = self.requests.saturating_add(other.requests);
        self.first_requests = self.first_requests.saturating_add(other.first_requests);
        self.failed = self.failed.saturating_add(other.failed);
        for (name, interface) in &other.interfaces {
            self.interfaces.entry(name.clone()).or_default().add(interface);
        }
        add_counts(&mut self.kinds, &other.kinds);
        add_counts(&mut self.handlers, &other.handlers);
        add_counts(&mut self.combinations, &other.combinations);
    }

    /// The share of the requests that used the interface `name`, from 0 to 1.
    pub fn share(&self, name: &str) -> f64 {
        let used = self.interfaces.get(name).map_or(0, |interface| interface.requests);
        used as f64 / self.requests.max(1) as f64
    }

    /// Whether more than half of the requests used the interface `name`.
    pub fn is_hot(&self, name: &str) -> bool {
        self.share(name) > HOT
    }

    /// Whether less than a tenth of the requests used the interface `name`.
    pub fn is_cold(&self, name: &str) -> bool {
        self.share(name) < COLD
    }
}

fn add_counts(own: &mut BTreeMap<String, u64>, other: &BTreeMap<String, u64>) {
    for (name, count) in other {
        let own = own.entry(name.clone()).or_default();
        *own = own.saturating_add(*count);
    }
}
