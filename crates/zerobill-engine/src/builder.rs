//! Starts an engine.

use std::{collections::BTreeMap, sync::Arc};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use crate::{
    dashboard::{Journal, READERS},
    engine::{Engine, Functions},
    environment::{CpuShares, programs},
    error::EngineError,
    front::{self, Front},
    function::Function,
    log::{LogLine, LogSink},
    queue::{self, Queue, QueueSettings},
    schedule,
    settings::FunctionSettings,
    task,
    trips::{self, NoTrips, Trips},
};

/// Something that goes on by itself.
type Trigger = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// Starts an [`Engine`].
#[must_use]
pub struct Builder {
    functions: Vec<FunctionSettings>,
    address: String,
    freezes: bool,
    waits_for_build: bool,
    origins: Vec<String>,
    trips: Option<Arc<dyn Trips>>,
    sink: Arc<dyn LogSink>,
}

impl Default for Builder {
    fn default() -> Self {
        let sink = Arc::new(|_: LogLine<'_>| {});
        Self {
            functions: Vec::new(),
            address: "127.0.0.1:0".to_owned(),
            freezes: false,
            waits_for_build: false,
            origins: Vec::new(),
            trips: None,
            sink,
        }
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builder")
            .field("functions", &self.functions)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// Adds a function. The first one has the Function URL of every path that is no other's.
    pub fn function(mut self, settings: FunctionSettings) -> Self {
        self.functions.push(settings);
        self
    }

    /// Listens on `address`, such as `127.0.0.1:9000`; on a free port of the loopback interface unless told.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// Stops environments between invocations, as Lambda does.
    pub fn freeze(mut self, freezes: bool) -> Self {
        self.freezes = freezes;
        self
    }

    /// Lets events wait until the first [`Build`](crate::Build) has ended.
    pub fn wait_for_build(mut self, waits: bool) -> Self {
        self.waits_for_build = waits;
        self
    }

    /// Lets web pages of this origin, such as `http://localhost:5173`, call the Function URL.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Shows on the dashboard which functions are stopped, and lets it release them.
    pub fn trips(mut self, trips: impl Trips + 'static) -> Self {
        self.trips = Some(Arc::new(trips));
        self
    }

    /// Sends every log line to `sink`; they are dropped unless there is one.
    pub fn log_sink(mut self, sink: impl LogSink + 'static) -> Self {
        self.sink = Arc::new(sink);
        self
    }

    /// Listens and serves. No process is started before the first event.
    ///
    /// # Errors
    /// [`EngineError`] if the settings cannot be or the port is taken.
    pub async fn start(self) -> Result<Engine, EngineError> {
        let (mut by_name, mut queues, mut default) = (BTreeMap::new(), BTreeMap::new(), None);
        let mut triggers: Vec<Trigger> = Vec::new();
        let journal = Arc::new(Journal::new(self.freezes));
        let wanted = self.functions.iter().any(|function| function.cpu_share);
        let (cpu_shares, cpu_share_problem) = match wanted.then(CpuShares::find) {
            Some(Ok(shares)) => (Some(Arc::new(shares)), None),
            Some(Err(problem)) => (None, Some(problem)),
            None => (None, None),
        };
        for settings in self.functions {
            check(&settings)?;
            let shares = cpu_shares.clone().filter(|_| settings.cpu_share);
            let function = Function::new(
                settings,
                Arc::clone(&self.sink),
                Arc::clone(&journal),
                self.freezes,
                shares,
            );
            let function = Arc::new(function);
            function.hold(self.waits_for_build);
            default = default.or_else(|| Some(Arc::clone(&function)));
            for settings in &function.settings.queues {
                let queue = Arc::new(Queue::new(settings.clone()));
                if queues.insert(settings.name.clone(), Arc::clone(&queue)).is_some() {
                    return Err(EngineError::DuplicateQueue(settings.name.clone()));
                }
                triggers.push(Box::pin(queue::run(Arc::downgrade(&function), queue)));
            }
            for (number, schedule) in function.settings.schedules.iter().cloned().enumerate() {
                let rule = match number {
                    0 => function.settings.name.clone(),
                    _ => format!("{}-{}", function.settings.name, number + 1),
                };
                triggers.push(Box::pin(schedule::run(Arc::downgrade(&function), schedule, rule)));
            }
            triggers.push(Box::pin(Function::reap(Arc::downgrade(&function))));
            let name = function.settings.name.clone();
            if by_name.insert(name.clone(), function).is_some() {
                return Err(EngineError::DuplicateFunction(name));
            }
        }
        if let Some(trips) = &self.trips {
            triggers.push(Box::pin(trips::watch(Arc::clone(trips), Arc::clone(&journal))));
        }
        let functions = Arc::new(Functions {
            by_name,
            default: default.ok_or(EngineError::NoFunction)?,
            queues,
            cpu_share_problem,
            trips: self.trips.unwrap_or_else(|| Arc::new(NoTrips)),
        });
        let resolved = tokio::net::lookup_host(&self.address).await;
        let resolved = resolved
            .map_err(|source| EngineError::listen(&self.address, None, source))?
            .next();
        let listener = TcpListener::bind(&self.address).await;
        let listener = listener.map_err(|source| EngineError::listen(&self.address, resolved, source))?;
        let address = listener
            .local_addr()
            .map_err(|source| EngineError::listen(&self.address, resolved, source))?;
        let (stop, stopped) = watch::channel(false);
        let front = Front {
            functions: Arc::clone(&functions),
            address,
            origins: self.origins,
            journal,
            readers: Arc::new(Semaphore::new(READERS)),
            stopped: stopped.clone(),
        };
        let front = task::spawn(front::serve(listener, front, stopped));
        let background = triggers
            .into_iter()
            .map(|trigger| task::spawn(trigger).abort_handle())
            .collect();
        Ok(Engine::running(functions, address, stop, front, background))
    }
}

/// Lambda's own limits.
fn check(settings: &FunctionSettings) -> Result<(), EngineError> {
    let problem = |problem: String| {
        Err(EngineError::Settings {
            function: settings.name.clone(),
            problem,
        })
    };
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if settings.name.is_empty() || settings.name.len() > 64 || !settings.name.chars().all(valid) {
        return problem("its name must be 1 to 64 letters, digits, `-` and `_`".to_owned());
    }
    if !(128..=10_240).contains(&settings.memory_mb) {
        return problem(format!("{} MB of memory are not from 128 to 10240", settings.memory_mb));
    }
    if !(512..=10_240).contains(&settings.temporary_mb) {
        return problem(format!(
            "{} MB for temporary files are not from 512 to 10240",
            settings.temporary_mb
        ));
    }
    if settings.url_path.as_ref().is_some_and(|path| !path.starts_with('/')) {
        return problem("the path of its Function URL must begin with `/`".to_owned());
    }
    if let Some(Err(wrong)) = settings.queues.iter().map(QueueSettings::check).find(Result::is_err) {
        return problem(wrong);
    }
    let seconds = settings.timeout.as_secs_f64();
    if !(seconds > 0.0 && seconds <= 900.0) {
        return problem(format!("a timeout of {seconds} s is not more than 0 and at most 900"));
    }
    if settings.concurrency == 0 || settings.concurrency > 1_000 {
        return problem(format!(
            "a concurrency of {} is not from 1 to 1000",
            settings.concurrency
        ));
    }
    if !(1..=1_600).contains(&settings.environment_concurrency) {
        return problem(format!(
            "{} invocations at once in one environment are not from 1 to 1600",
            settings.environment_concurrency
        ));
    }
    if let Some(folder) = &settings.extensions
        && let Err(error) = programs(folder)
    {
        return problem(format!("the extensions in `{}`: {error}", folder.display()));
    }
    Ok(())
}
