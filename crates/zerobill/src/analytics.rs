//! Usage analytics: what requests use of a function, counted in memory that does not grow, and merged over any number of
//! execution environments.
//!
//! A request uses an interface when it asks the gateway for it (`gateway.cache()`), and the HTTP client also where another
//! interface sends with it. What is built and not asked for is not used. A request that ends, however it ends, is counted
//! once: with the set of interfaces it used, its kind, its handler, and whether it was the first of its environment.
//!
//! An [`Export`] is what one environment has counted since it started. It is had by [`Gateway::analytics`], by the operation
//! `debug.analytics`, by the event `{"requestType":"analytics"}` in a direct invocation of the ready function, and, where
//! `debug.analytics_requests` or `debug.analytics_minutes` is set, from the log. There it is the member `analytics` of one line:
//!
//! ```json
//! {"level":"INFO","message":"usage analytics","timestamp":"…","service":"shop","function_name":"shop","analytics":
//!  {"zerobill_analytics":1,"environment":"b5c1…","function":"shop","library":"0.1.0","from_ms":1800000000000,
//!   "until_ms":1800000060000,"requests":16,"first_requests":1,"failed":0,
//!   "interfaces":{"cache":{"requests":9,"first_requests":1,"first_use":[1,0,0,0,0,0,0,0,0,0,0],
//!                          "built_in_requests":1,"built_in_requests_us":12,"built_in_init":0,"built_in_init_us":0}},
//!   "kinds":{"http-v2":12,"schedule":4},"handlers":{"shop":16},"combinations":{"cache":9,"none":7}}}
//! ```
//!
//! `zerobill_analytics` is the [version](VERSION) of the format and its mark. Counts are sums since `from_ms`, so of two exports of
//! one `environment` the one with more `requests` holds the other: a line that is lost, or read twice, changes nothing. Exports of
//! different environments [add up](Merged). `first_use` counts, for one request in [`TIMED`], how long after its start it used the
//! interface first, in buckets that end at [`BOUNDS_US`]. Names in `combinations` are joined by `+`; `none` is requests that used
//! no interface, and `other`, here and elsewhere, what did not fit. A number that is not known is 0, and what is 0 throughout
//! may be missing. What a request waits for is what is built, and what is opened or fetched on its first use: see [`BuildRecord`].
//!
//! [`Gateway::analytics`]: crate::Gateway::analytics
//! [`BuildRecord`]: crate::BuildRecord

mod counts;
mod export;
mod histogram;
mod merged;
mod plan;
mod read;
mod request;
mod tally;
mod totals;

#[cfg(test)]
mod tests;

pub use self::{
    export::{Export, VERSION},
    histogram::{BOUNDS_US, Histogram},
    merged::Merged,
    plan::{FILE_NAME, Plan, PlanError},
    read::{Unreadable, read},
    tally::{InterfaceUse, NONE, OTHER, Tally},
};
pub(crate) use self::{
    request::Request,
    totals::{Analytics, Schedule, Surroundings},
};

/// The most interfaces that can be counted: each set of them has a counter of its own.
pub(crate) const PLACES: usize = 12;

/// One request in so many is timed, the first of an environment among them.
pub const TIMED: u64 = 16;

/// An interface that more than this share of the requests use is hot: it is worth building before the first of them.
pub const HOT: f64 = 0.5;

/// An interface that less than this share of the requests use is cold: it is best built where it is needed.
pub const COLD: f64 = 0.1;
