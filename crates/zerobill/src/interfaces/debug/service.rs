//! Reports on the gateway as a whole.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    ANALYTICS_AT_END, ANALYTICS_MINUTES, ANALYTICS_REQUESTS, FAST_PATH, HOT_CALLS, HOT_PERCENT, TRACES,
    benchmark::{self, Benchmark, Bounds},
    diagnostics::{self, Diagnostics},
    self_test::{self, SelfTest},
};
use crate::{
    analytics::{Export, Schedule},
    dispatch,
    error::Result,
    fast_path::{FastPath, FastPathStats, Rules},
    gateway::{Base, Gateway, GatewayStats},
    interfaces::{Health, Service, Status, config::Config},
    traces::{TraceReport, Traces},
};

/// Reports on the gateway as a whole.
///
/// It stands last and looks at every interface, so its calls take the gateway that they report on.
///
/// ```
/// let gateway = zerobill::Gateway::builder().build().expect("valid");
/// assert!(gateway.debug().health(&gateway).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Debug {
    traces: Traces,
    analytics_at_end: bool,
    fast_path: FastPath,
}

/// The health of a gateway.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct HealthReport {
    /// `ok` if every interface is.
    pub status: Status,
    /// The library's version.
    pub version: &'static str,
    /// Each interface by name.
    pub interfaces: BTreeMap<&'static str, Health>,
}

impl HealthReport {
    /// Whether every interface is well.
    pub fn is_ok(&self) -> bool {
        self.status == Status::Ok
    }
}

impl Debug {
    pub(crate) fn new(base: &Base, config: Config) -> Self {
        let capacity = config.integer(&TRACES).unwrap_or_default();
        base.traces.keep(usize::try_from(capacity).unwrap_or_default());
        base.analytics.log_by(Schedule {
            requests: config.integer(&ANALYTICS_REQUESTS).unwrap_or_default(),
            time: Duration::from_secs(60 * config.integer(&ANALYTICS_MINUTES).unwrap_or_default()),
        });
        let fast_path = base.fast_path.clone();
        fast_path.configure(Rules {
            calls: config.integer(&HOT_CALLS).unwrap_or_default(),
            percent: config.integer(&HOT_PERCENT).unwrap_or_default(),
        });
        if !config.flag(&FAST_PATH) {
            fast_path.disable();
        }
        let traces = base.traces.clone();
        Self {
            traces,
            analytics_at_end: config.flag(&ANALYTICS_AT_END),
            fast_path,
        }
    }

    pub(crate) fn logs_analytics_at_end(&self) -> bool {
        self.analytics_at_end
    }

    /// How each interface is. It builds nothing.
    pub fn health(&self, gateway: &Gateway) -> HealthReport {
        let interfaces: BTreeMap<_, _> = gateway.health().into_iter().collect();
        let all_ok = interfaces.values().all(|health| health.status == Status::Ok);
        let status = if all_ok { Status::Ok } else { Status::Degraded };
        HealthReport {
            status,
            version: env!("CARGO_PKG_VERSION"),
            interfaces,
        }
    }

    /// Checks each interface with real calls whose answers are known, on a second gateway of the same environment: nothing of
    /// `gateway` is disturbed, logged or billed.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// assert_eq!(gateway.debug().self_test(&gateway).await.failed, 0);
    /// # });
    /// ```
    pub async fn self_test(&self, gateway: &Gateway) -> SelfTest {
        self_test::run(gateway).await
    }

    /// What the process is, has and uses: memory, threads, file descriptors, temporary space, and the names of its variables.
    ///
    /// It reads some files of `/proc`, which takes a fraction of a millisecond.
    ///
    /// ```
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// let diagnostics = gateway.debug().diagnostics(&gateway);
    /// assert_eq!(diagnostics.process.id, std::process::id());
    /// ```
    pub fn diagnostics(&self, gateway: &Gateway) -> Diagnostics {
        diagnostics::run(gateway)
    }

    /// Measures what operations take here: those of the interface or the operation `of`, or all.
    ///
    /// They are called by name, with the examples of the operation tables, on gateways of the same environment beside
    /// `gateway`: nothing of it is disturbed, logged or counted, and no request is sent. The time is billed like any other.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use zerobill::debug::Bounds;
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// let benchmark = gateway.debug().benchmark(&gateway, Some("cache.get"), Bounds::default()).await?;
    /// assert!(benchmark.measured["cache.get"].min_ns <= benchmark.measured["cache.get"].median_ns);
    /// # Ok::<(), zerobill::Error>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// If there is no such interface or operation, and `invalid_parameter` for bounds out of range.
    pub async fn benchmark(&self, gateway: &Gateway, of: Option<&str>, bounds: Bounds) -> Result<Benchmark> {
        benchmark::run(gateway, of, bounds).await
    }

    /// The last invocations and dynamic operations, the oldest first, without their parameters and answers.
    ///
    /// None are kept unless the setting `debug.traces` says how many where the function starts.
    pub fn traces(&self) -> TraceReport {
        self.traces.report()
    }

    /// Drops the traces and says how many were kept.
    pub fn clear_traces(&self) -> usize {
        self.traces.clear()
    }

    /// How often and how long operations were called by name, and which are promoted.
    ///
    /// An operation is promoted while at least 10 of the last 1,024 calls, and 5 % of them, were its own: then one call in 64
    /// is timed instead of each. What is answered is the same.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// for _ in 0..100 {
    ///     gateway.execute_operation("cache", "clear", serde_json::json!({})).await?;
    /// }
    /// let stats = gateway.debug().fast_path_stats();
    /// let clear = stats.operations["cache.clear"];
    /// assert!(clear.promoted);
    /// assert_eq!((clear.calls, clear.hits), (100, 36), "the window moves on every 64 calls");
    /// # Ok::<(), zerobill::Error>(())
    /// # }).unwrap();
    /// ```
    pub fn fast_path_stats(&self) -> FastPathStats {
        self.fast_path.stats(dispatch::names())
    }

    /// Promotes operations from now on.
    pub fn enable_fast_path(&self) {
        self.fast_path.enable();
    }

    /// Promotes none from now on: each call is timed and counted by itself.
    pub fn disable_fast_path(&self) {
        self.fast_path.disable();
    }

    /// Forgets all calls by name; none is promoted until it is hot again.
    pub fn reset_fast_path_stats(&self) {
        self.fast_path.reset();
    }

    /// What the requests of this execution environment have used.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// let gateway = zerobill::Gateway::builder().build().expect("valid");
    /// let work = async { gateway.cache().set("a", &1, None) };
    /// gateway.invoke(Default::default(), work).await?;
    /// let analytics = gateway.debug().analytics(&gateway);
    /// assert_eq!(analytics.tally.combinations["cache"], 1);
    /// assert!(analytics.tally.is_hot("cache") && analytics.tally.is_cold("http_client"));
    /// # Ok::<(), zerobill::cache::CacheError>(())
    /// # }).unwrap();
    /// ```
    pub fn analytics(&self, gateway: &Gateway) -> Export {
        gateway.analytics()
    }

    /// What the gateway has done so far.
    pub fn stats(&self, gateway: &Gateway) -> GatewayStats {
        gateway.stats()
    }
}

impl Service for Debug {}
