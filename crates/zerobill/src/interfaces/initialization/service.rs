//! Times the stages of INIT and builds what is to be ready for the first event.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::Serialize;

use super::PRELOAD;
use crate::{
    gateway::{Base, Gateway},
    interfaces::{Health, Service, config::Config, logging::Logging},
    lazy::microseconds,
};

/// So many stages are kept; a function has a handful.
const MAX_STAGES: usize = 256;

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
        Self(Arc::new(Inner {
            base: base.clone(),
            config,
            logging,
            started,
            timeline: Mutex::default(),
        }))
    }

    /// Builds what the setting `initialization.preload` names. What cannot be built stays lazy, with a warning: INIT goes on.
    pub fn run(&self, gateway: &Gateway) -> InitializationReport {
        let setting = self.0.config.text(&PRELOAD);
        self.preload(
            gateway,
            setting.split(',').map(str::trim).filter(|name| !name.is_empty()),
        );
        self.timeline().ended_us = Some(self.elapsed_us());
        self.report()
    }

    /// Builds these interfaces now; says of each whether it is built.
    pub fn preload<N: AsRef<str>>(&self, gateway: &Gateway, names: impl IntoIterator<Item = N>) -> Vec<Preloaded> {
        let one = |name: N| {
            let name = name.as_ref();
            let result = self.stage(&format!("preload {name}"), || gateway.preload(name));
            if let Err(error) = &result {
                self.0.logging.warning(
                    "not built during INIT",
                    [("interface", name), ("problem", error.message())],
                );
            }
            let problem = result.err().map(|error| error.message().to_owned());
            Preloaded {
                name: name.to_owned(),
                built: problem.is_none(),
                problem,
            }
        };
        let preloaded: Vec<_> = names.into_iter().map(one).collect();
        self.timeline().preloaded.extend(preloaded.iter().cloned());
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

    fn timeline(&self) -> MutexGuard<'_, Timeline> {
        self.0.timeline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn elapsed_us(&self) -> u64 {
        microseconds(self.0.base.clock.monotonic().saturating_sub(self.0.started))
    }
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
