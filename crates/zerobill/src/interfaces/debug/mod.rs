//! `debug`: how the interfaces are and what the gateway has done, for those who run the function.
//!
//! - [`Debug::health`] and [`Debug::stats`] are cheap and build nothing: whether each interface is well, and what was
//!   counted and built.
//! - [`Debug::self_test`] checks each interface with real calls, and [`Debug::benchmark`] measures what operations take
//!   here, with the function's memory. Both work on a second gateway of the same environment: nothing of the live one is
//!   disturbed, logged or counted.
//! - [`Debug::diagnostics`] looks at the process: memory, threads, file descriptors, temporary space, and the names of its
//!   variables, never their values. Outside Linux it says what it cannot tell.
//! - [`Debug::analytics`] says what requests used: which interfaces, together with which others, how long after the start, and
//!   what was built while one waited. `zerobill analyze` adds up what many environments say; see [`analytics`](crate::analytics).
//! - [`Debug::fast_path_stats`] counts and times the calls by name. Each is timed but those of promoted operations, of which
//!   one in 64 is; what they answer is the same.
//! - [`Debug::traces`] are the last invocations and dynamic operations, without parameters and answers.
//!
//! | setting | what it does |
//! |---|---|
//! | `debug.traces` | how many traces are kept, at most 10,000; 0, the default, keeps none |
//! | `debug.fast_path` | whether operations that are called by name over and over are promoted, which they are unless this is false |
//! | `debug.hot_calls` | how many of the last 1,024 calls by name promote an operation; 10 |
//! | `debug.hot_percent` | what percentage of them it needs, too; 5 |
//! | `debug.analytics_requests` | logs the analytics after the first request and each doubling of their number, but at most so many requests apart; 0, the default, does not |
//! | `debug.analytics_minutes` | logs them also where so many minutes have passed, with the next request that ends; 0, the default, does not |
//! | `debug.analytics_at_end` | has the ready function log them when its environment ends, for which it registers as an extension |
//!
//! They are read where the function starts.
//!
//! It is the one interface whose calls take the gateway that they report on. To call them in a live function, expose them:
//! with `ZEROBILL_EXPOSE=debug.*,debug.benchmark` a direct invocation with `{"interface":"debug","operation":"benchmark"}`
//! is answered.
//!
//! ```
//! use zerobill::{Gateway, debug::Bounds};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let gateway = Gateway::builder().setting("debug.traces", 100).build()?;
//! let debug = gateway.debug();
//! assert!(debug.health(&gateway).is_ok());
//! assert_eq!(debug.self_test(&gateway).await.failed, 0);
//!
//! let benchmark = debug.benchmark(&gateway, Some("cache"), Bounds::default()).await?;
//! let get = &benchmark.measured["cache.get"];
//! println!("{} ns at best, {} ns usually", get.min_ns, get.median_ns);
//!
//! gateway.execute_operation("cache", "stats", serde_json::json!({})).await?;
//! assert_eq!(debug.traces().traces[0].what, "cache.stats");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod benchmark;
mod diagnostics;
mod operations;
mod prepared;
mod self_test;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::{
    benchmark::{Benchmark, BenchmarkError, Bounds, Measured, Unmeasured},
    diagnostics::{Diagnostics, Executor, FileDescriptors, Process, TemporarySpace},
    self_test::{Check, SelfTest},
    service::{Debug, HealthReport},
};
pub use crate::{
    fast_path::{FastPathStats, OperationStats},
    traces::{Trace, TraceReport},
};

use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "How the interfaces are and what the gateway has done.";

/// How many traces are kept.
const TRACES: Setting = Setting::new(
    "debug.traces",
    environment::TRACES,
    SettingKind::Integer(0, 10_000),
    "0",
);

/// Whether operations are promoted.
const FAST_PATH: Setting = Setting::new("debug.fast_path", environment::FAST_PATH, SettingKind::Boolean, "true");

/// How many calls promote an operation.
const HOT_CALLS: Setting = Setting::new(
    "debug.hot_calls",
    environment::HOT_CALLS,
    SettingKind::Integer(1, 1_000_000),
    "10",
);

/// What percentage of the calls promotes an operation.
const HOT_PERCENT: Setting = Setting::new(
    "debug.hot_percent",
    environment::HOT_PERCENT,
    SettingKind::Integer(0, 100),
    "5",
);

/// After how many requests the analytics are logged.
const ANALYTICS_REQUESTS: Setting = Setting::new(
    "debug.analytics_requests",
    environment::ANALYTICS_REQUESTS,
    SettingKind::Integer(0, 1_000_000_000),
    "0",
);

/// After how many minutes they are.
const ANALYTICS_MINUTES: Setting = Setting::new(
    "debug.analytics_minutes",
    environment::ANALYTICS_MINUTES,
    SettingKind::Integer(0, 10_000),
    "0",
);

/// Whether they are when the environment ends.
const ANALYTICS_AT_END: Setting = Setting::new(
    "debug.analytics_at_end",
    environment::ANALYTICS_AT_END,
    SettingKind::Boolean,
    "false",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[
    TRACES,
    FAST_PATH,
    HOT_CALLS,
    HOT_PERCENT,
    ANALYTICS_REQUESTS,
    ANALYTICS_MINUTES,
    ANALYTICS_AT_END,
];
