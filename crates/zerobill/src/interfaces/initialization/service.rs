//! Times the stages of INIT and builds what is to be ready for the first event.

use std::{
    collections::BTreeSet,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use serde::Serialize;

use super::{PRELOAD, UNLOAD_AFTER_SECONDS};
use crate::{
    analytics::{FILE_NAME, Plan, PlanError},
    environment::TASK_ROOT,
    gateway::{Base, Gateway},
    interfaces::{CATALOGUE, Connecting, Health, Place, Service, config::Config, logging::Logging},
    lazy::microseconds,
};

/// So many stages are kept; a function has a handful.
const MAX_STAGES: usize = 256;

/// How long the network may take in INIT, which may take 10 s in all.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);

/// The word that stands for what the file of the analytics names.
const AUTO: &str = "auto";

/// The timeline of INIT.
///
/// INIT runs at full speed even for a function of 128 MB, which afterwards has a fourteenth of a processor: what is built
/// there is not built in the first request.
///
/// ```
/// let gateway = zerobill::Gateway::builder().setting("initialization.preload", "cache").build().expect("valid");
/// let report = gateway.initialization().run(&gateway);
/// assert!(report.preloaded[0].built);
/// assert_eq!(report.stages[0].name, "preload cache");
/// ```
#[derive(Clone, Debug)]
pub struct Initialization(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    config: Config,
    logging: Logging,
    started: Duration,
    unload_after: Option<Duration>,
    timeline: Mutex<Timeline>,
}

#[derive(Debug, Default)]
struct Timeline {
    stages: Vec<Stage>,
    preloaded: Vec<Preloaded>,
    ended_us: Option<u64>,
}

/// A stage of INIT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// When it ended, in microseconds after the gateway was built.
    pub ended_us: u64,
    /// How long it took, in microseconds.
    pub took_us: u64,
}

/// An interface that was to be built before the first event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Preloaded {
    /// Its name.
    pub name: String,
    /// Whether it is built; one without a heavy part always is.
    pub built: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// How far INIT is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InitializationStatus {
    /// `run` was not called.
    NotRun,
    /// All is ready that was to be.
    Ready,
    /// Some of it is not and will be built on its first use.
    Incomplete,
}

/// The timeline so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InitializationReport {
    /// How far it is.
    pub status: InitializationStatus,
    /// When `run` ended, in microseconds after the gateway was built.
    pub ended_us: Option<u64>,
    /// The stages in the order in which they ended.
    pub stages: Vec<Stage>,
    /// What was to be built.
    pub preloaded: Vec<Preloaded>,
}

impl Initialization {
    pub(crate) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        let started = base.clock.monotonic();
        let unload_after = config.integer(&UNLOAD_AFTER_SECONDS).filter(|seconds| *seconds > 0);
        Self(Arc::new(Inner {
            base: base.clone(),
            config,
            logging,
            started,
            unload_after: unload_after.map(Duration::from_secs),
            timeline: Mutex::default(),
        }))
    }

    /// Builds what the setting `initialization.preload` names. What cannot be built stays lazy, with a warning: INIT goes on.
    pub fn run(&self, gateway: &Gateway) -> InitializationReport {
        let setting = self.0.config.text(&PRELOAD);
        let mut names = Vec::new();
        for name in setting.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if name == AUTO {
                names.extend(self.planned());
            } else {
                names.push(name.to_owned());
            }
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        self.preload(gateway, names);
        self.timeline().ended_us = Some(self.elapsed_us());
        self.0.base.meter.set_init(microseconds(self.0.base.clock.monotonic()));
        self.report()
    }

    /// Builds these interfaces now; says of each whether it is built.
    pub fn preload<N: AsRef<str>>(&self, gateway: &Gateway, names: impl IntoIterator<Item = N>) -> Vec<Preloaded> {
        let one = |name: N| {
            let name = name.as_ref();
            let result = self.stage(&format!("preload {name}"), || gateway.preload(name));
            self.keep(name, result.err().map(|error| error.message().to_owned()))
        };
        names.into_iter().map(one).collect()
    }

    /// Opens ahead the connections of what was built ahead: the URLs of `http_client.connect`, the set of keys that is fetched, the
    /// cache's second level. They wait at the same time, for 3 s at most; what fails is a warning, and its first use tries again.
    ///
    /// It needs a Tokio runtime with I/O and time, the one that later answers events.
    pub async fn connect(&self, gateway: &Gateway) -> InitializationReport {
        let built: Vec<_> = self
            .timeline()
            .preloaded
            .iter()
            .filter(|one| one.built)
            .map(|one| one.name.clone())
            .collect();
        let each = built
            .iter()
            .filter_map(|name| Some(self.open(name, gateway.connecting(name)?)));
        join_all(each).await;
        self.report()
    }

    /// Waits for what opens a connection, as a stage of INIT that can fail.
    pub(crate) async fn open(&self, name: &str, connecting: Connecting<'_>) {
        let started = self.0.base.clock.monotonic();
        let result = tokio::time::timeout(CONNECT_LIMIT, connecting).await;
        let took = self.0.base.clock.monotonic().saturating_sub(started);
        self.record_stage(&format!("connect {name}"), took);
        self.timeline().ended_us = Some(self.elapsed_us());
        let problem = match &result {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.message(),
            Err(_) => "there was no answer in time",
        };
        let fields = [("interface", name), ("problem", problem)];
        self.0.logging.warning("not connected during INIT", fields);
    }

    /// Whether the interface at `place` was built ahead.
    pub(crate) fn has_built(&self, place: Place) -> bool {
        let name = CATALOGUE[place as usize].name;
        let timeline = self.timeline();
        timeline.preloaded.iter().any(|one| one.built && one.name == name)
    }

    /// What the file of the analytics names; nothing, with a warning, if it cannot be read.
    fn planned(&self) -> Vec<String> {
        let plan = self.stage(&format!("read {FILE_NAME}"), || read_plan(&self.0.base));
        match plan {
            Ok(plan) => plan.preload,
            Err(problem) => {
                self.keep(AUTO, Some(problem));
                Vec::new()
            }
        }
    }

    /// Keeps what became of `name`, and warns if it is not built.
    fn keep(&self, name: &str, problem: Option<String>) -> Preloaded {
        if let Some(problem) = &problem {
            let fields = [("interface", name), ("problem", problem)];
            self.0.logging.warning("not built during INIT", fields);
        }
        let preloaded = Preloaded {
            name: name.to_owned(),
            built: problem.is_none(),
            problem,
        };
        self.timeline().preloaded.push(preloaded.clone());
        preloaded
    }

    /// Times `work` as a stage.
    pub fn stage<R>(&self, name: &str, work: impl FnOnce() -> R) -> R {
        let started = self.0.base.clock.monotonic();
        let result = work();
        self.record_stage(name, self.0.base.clock.monotonic().saturating_sub(started));
        result
    }

    /// Adds a stage that ends now; says whether there was room, which there is for 256.
    pub fn record_stage(&self, name: &str, took: Duration) -> bool {
        let ended_us = self.elapsed_us();
        let mut timeline = self.timeline();
        let room = timeline.stages.len() < MAX_STAGES;
        if room {
            timeline.stages.push(Stage {
                name: name.to_owned(),
                ended_us,
                took_us: microseconds(took),
            });
        }
        room
    }

    /// The timeline so far.
    pub fn report(&self) -> InitializationReport {
        let status = self.status();
        let timeline = self.timeline();
        InitializationReport {
            status,
            ended_us: timeline.ended_us,
            stages: timeline.stages.clone(),
            preloaded: timeline.preloaded.clone(),
        }
    }

    /// How far it is.
    pub fn status(&self) -> InitializationStatus {
        let timeline = self.timeline();
        match timeline.ended_us {
            None => InitializationStatus::NotRun,
            Some(_) if timeline.preloaded.iter().all(|preloaded| preloaded.built) => InitializationStatus::Ready,
            Some(_) => InitializationStatus::Incomplete,
        }
    }

    /// After how long without a use what was built is given back.
    pub(crate) fn unload_after(&self) -> Option<Duration> {
        self.0.unload_after
    }

    fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.0.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed_us(&self) -> u64 {
        microseconds(self.0.base.clock.monotonic().saturating_sub(self.0.started))
    }
}

/// The plan in the function's own folder, or else in the working one.
fn read_plan(base: &Base) -> Result<Plan, String> {
    let own = base
        .environment
        .read(&TASK_ROOT)
        .map(|(_, folder)| Path::new(folder).join(FILE_NAME));
    for file in own.into_iter().chain([PathBuf::from(".").join(FILE_NAME)]) {
        match Plan::read(&file) {
            Ok(plan) => return Ok(plan),
            Err(PlanError::File(error)) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(format!("`{}`: {error}", file.display())),
        }
    }
    Err(format!(
        "there is no `{FILE_NAME}` beside the function; `zerobill analyze --output {FILE_NAME}` writes it"
    ))
}

impl Service for Initialization {
    fn health(&self) -> Health {
        let timeline = self.timeline();
        let failed = timeline.preloaded.iter().filter_map(|preloaded| {
            Some(format!(
                "`{}` was not built during INIT: {}",
                preloaded.name,
                preloaded.problem.as_ref()?
            ))
        });
        Health::of(failed.collect())
    }
}
