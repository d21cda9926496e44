//! `initialization`: what happened before the first event, in microseconds, and what is built then.
//!
//! INIT, what a function does before its first event, has a whole processor even where the function has 128 MB and
//! afterwards a fourteenth of one. So what nearly every invocation needs is best built there, and the rest where it is
//! first needed.
//!
//! | setting | what it does |
//! |---|---|
//! | `initialization.preload` | the interfaces that [`Initialization::run`] builds, such as `security,http_client`; `auto` stands for those that the file `zerobill-analytics.json` names |
//! | `initialization.unload_after_seconds` | after how long without a use what was built is given back; 0, the default, keeps it |
//!
//! `zerobill analyze --output zerobill-analytics.json` writes that file from what requests used. It belongs beside the
//! function, in `$LAMBDA_TASK_ROOT` or the working folder.
//!
//! The idle limit is read where the function starts, and looked at where an invocation begins: what the last one used
//! stays. Unloading the cache forgets its values.
//!
//! [`Initialization::connect`] then opens the connections that the first request would wait for: the URLs of `http_client.connect`,
//! the set of keys that `security` fetches, the table behind `cache`, each where its interface was built.
//!
//! [`Initialization::run`] is called once, where the function starts; `zerobill-function` does. What cannot be built stays
//! lazy, with a warning: INIT goes on. [`Initialization::stage`] times work of one's own, [`Initialization::record_stage`]
//! what was timed elsewhere, and [`Initialization::report`] is the timeline, of at most 256 stages. INIT may take 10 s, and
//! is billed.
//!
//! ```
//! use zerobill::{Gateway, initialization::InitializationStatus};
//!
//! let gateway = Gateway::builder().setting("initialization.preload", "cache").build()?;
//! let prices = gateway.initialization().stage("prices", || vec![3, 4, 5]); // dear: read in INIT
//! let report = gateway.initialization().run(&gateway);
//!
//! assert_eq!(prices.len(), 3);
//! assert_eq!(report.status, InitializationStatus::Ready);
//! let stages: Vec<_> = report.stages.iter().map(|stage| stage.name.as_str()).collect();
//! assert_eq!(stages, ["prices", "preload cache"]);
//! assert_eq!(gateway.stats().built[0].name, "cache");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod operations;
mod service;
#[cfg(test)]
mod tests;

pub(crate) use self::operations::OPERATIONS;
pub use self::service::{Initialization, InitializationReport, InitializationStatus, Preloaded, Stage};
use super::config::{Setting, SettingKind};
use crate::environment;

/// What the interface is for.
pub(crate) const DOC: &str = "What happened before the first event, in microseconds, and what is built then.";

/// Interfaces to build during INIT, separated by commas.
const PRELOAD: Setting = Setting::new("initialization.preload", environment::PRELOAD, SettingKind::Text, "");

/// How long what was built stays without a use.
const UNLOAD_AFTER_SECONDS: Setting = Setting::new(
    "initialization.unload_after_seconds",
    environment::UNLOAD_AFTER_SECONDS,
    SettingKind::Integer(0, 31_536_000),
    "0",
);

/// Its settings.
pub(crate) const SETTINGS: &[Setting] = &[PRELOAD, UNLOAD_AFTER_SECONDS];

/// Methods that have no JSON form, and why.
pub const TYPED_ONLY: &[(&str, &str)] = &[("stage", "it takes the work that is timed")];
