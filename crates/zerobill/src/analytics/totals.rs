//! What all requests of an execution environment have used: a bounded number of counters, whatever comes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{
    NONE, OTHER, PLACES, Request, TIMED, VERSION,
    counts::Counts,
    export::Export,
    histogram::Buckets,
    tally::{InterfaceUse, Tally},
};
use crate::{clock::Clock, lazy::BuildRecord, random::Random};

/// So many combinations are named in an export, those of the most requests.
const MAX_COMBINATIONS: usize = 32;

/// The counters of one gateway.
#[derive(Clone, Debug, Default)]
pub(crate) struct Analytics(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: AtomicU64,
    /// For each interface, how long after a request's start it was first used.
    first_use: [Buckets; PLACES],
    totals: Mutex<Totals>,
    environment: OnceLock<String>,
}

#[derive(Debug)]
struct Totals {
    /// For each set of interfaces that was used, as bits, the requests that used just these. There are 4,096 sets, and a function
    /// uses a handful.
    combinations: BTreeMap<u32, u64>,
    failed: u64,
    /// What the first request used.
    first: Option<u32>,
    kinds: Counts,
    handlers: Counts,
    requests: u64,
    since_ms: Option<u64>,
    schedule: Schedule,
    /// The number of requests at which the next export is due.
    next_requests: u64,
    /// The age of the clock at which it is due.
    next_age: Option<Duration>,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            combinations: BTreeMap::new(),
            failed: 0,
            first: None,
            kinds: Counts::default(),
            handlers: Counts::default(),
            requests: 0,
            since_ms: None,
            schedule: Schedule::default(),
            next_requests: 1,
            next_age: None,
        }
    }
}

/// When exports are logged.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Schedule {
    /// At most so many requests apart; the first follow each doubling of their number. 0 is never.
    pub(crate) requests: u64,
    /// At most so long apart, as far as there are requests. Zero is never.
    pub(crate) time: Duration,
}

/// What only the gateway knows.
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) random: &'a Random,
    pub(crate) function: &'a str,
    /// The interfaces' names, by their places.
    pub(crate) names: &'a [&'static str],
    /// What was built, by the interfaces' names.
    pub(crate) built: Vec<(&'static str, BuildRecord)>,
}

impl Analytics {
    /// Logs exports by `schedule` from now on.
    pub(crate) fn log_by(&self, schedule: Schedule) {
        self.totals().schedule = schedule;
    }

    /// A request that begins.
    pub(crate) fn begin(&self) -> Request {
        Request::new(self.0.begun.fetch_add(1, Relaxed).is_multiple_of(TIMED))
    }

    /// Times the first use of the interface at `place`.
    pub(crate) fn first_use(&self, place: usize, after_us: u64) {
        if let Some(buckets) = self.0.first_use.get(place) {
            buckets.add(after_us);
        }
    }

    /// Counts a request that has ended; says whether an export is due.
    pub(crate) fn record(&self, request: &Request, is_first: bool, failed: bool, clock: &Clock) -> bool {
        let used = request.used();
        let names = request.with_names(|names| *names);
        let mut totals = self.totals();
        totals.requests += 1;
        totals.failed += u64::from(failed);
        if is_first {
            totals.first = Some(used);
        }
        *totals.combinations.entry(used).or_default() += 1;
        totals.kinds.add(names.kind.unwrap_or(NONE));
        totals.handlers.add(names.handler.unwrap_or(NONE));
        if totals.since_ms.is_none() {
            totals.since_ms = Some(clock.epoch_ms());
        }
        totals.is_due(clock)
    }

    /// What was counted so far.
    pub(crate) fn export(&self, surroundings: Surroundings<'_>) -> Export {
        let Surroundings {
            clock,
            random,
            function,
            names,
            built,
        } = surroundings;
        let environment = self.0.environment.get_or_init(|| format!("{:016x}", random.bits()));
        let totals = self.totals();
        let until_ms = clock.epoch_ms();
        Export {
            version: VERSION,
            environment: environment.clone(),
            function: function.to_owned(),
            library: env!("CARGO_PKG_VERSION").to_owned(),
            from_ms: totals.since_ms.unwrap_or(until_ms),
            until_ms,
            tally: Tally {
                requests: totals.requests,
                first_requests: u64::from(totals.first.is_some()),
                failed: totals.failed,
                interfaces: self.interfaces(&totals, names, &built),
                kinds: totals.kinds.export(),
                handlers: totals.handlers.export(),
                combinations: totals.combinations(names),
            },
        }
    }

    fn interfaces(
        &self,
        totals: &Totals,
        names: &[&'static str],
        built: &[(&'static str, BuildRecord)],
    ) -> BTreeMap<String, InterfaceUse> {
        let one = |(place, name): (usize, &&'static str)| {
            let sets = totals.combinations.iter();
            let mut interface = InterfaceUse {
                requests: sets
                    .filter(|(set, _)| **set & (1 << place) != 0)
                    .map(|(_, count)| count)
                    .sum(),
                first_requests: totals.first.map_or(0, |first| u64::from(first & (1 << place) != 0)),
                first_use: self.0.first_use.get(place).map(Buckets::read).unwrap_or_default(),
                ..InterfaceUse::default()
            };
            for (_, record) in built.iter().filter(|(owner, record)| owner == name && record.built) {
                interface.count_build(record);
            }
            (interface != InterfaceUse::default()).then(|| ((*name).to_owned(), interface))
        };
        names.iter().enumerate().filter_map(one).collect()
    }

    fn totals(&self) -> MutexGuard<'_, Totals> {
        self.0.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Totals {
    /// Whether an export is due now; the next one is then due later.
    fn is_due(&mut self, clock: &Clock) -> bool {
        let Schedule { requests, time } = self.schedule;
        if requests == 0 && time.is_zero() {
            return false;
        }
        let age = (!time.is_zero()).then(|| clock.age());
        let late = age.zip(self.next_age).is_some_and(|(age, next)| age >= next);
        if !late && self.requests < self.next_requests {
            return false;
        }
        let apart = if requests == 0 { u64::MAX } else { requests };
        self.next_requests = self.requests.saturating_add(self.requests.min(apart));
        self.next_age = age.map(|age| age.saturating_add(time));
        true
    }

    /// The requests of each set of interfaces, the rarest sets together.
    fn combinations(&self, names: &[&'static str]) -> BTreeMap<String, u64> {
        let mut counted: Vec<_> = self.combinations.iter().map(|(set, count)| (*set, *count)).collect();
        counted.sort_by_key(|(set, count)| (std::cmp::Reverse(*count), *set));
        let rest = counted.split_off(counted.len().min(MAX_COMBINATIONS));
        let name = |set: u32| {
            let members = names.iter().enumerate().filter(|(place, _)| set & (1 << place) != 0);
            let members: Vec<&str> = members.map(|(_, name)| *name).collect();
            if members.is_empty() {
                NONE.to_owned()
            } else {
                members.join("+")
            }
        };
        let mut all: BTreeMap<_, _> = counted.into_iter().map(|(set, count)| (name(set), count)).collect();
        let other: u64 = rest.iter().map(|(_, count)| count).sum();
        if other > 0 {
            all.insert(OTHER.to_owned(), other);
        }
        all
    }
}
