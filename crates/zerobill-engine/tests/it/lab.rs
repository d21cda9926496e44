//! An engine with one of the example functions, its log, and ways to wait for what must come.

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::{Arc, Condvar, Mutex, OnceLock},
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::runtime::Runtime;
use zerobill_engine::{Builder, Engine, FunctionSettings, InvokeReply, InvokeRequest, LineKind, LogLine};

use crate::client::{Response, request};

const PATIENCE: Duration = Duration::from_secs(30);

/// The name of every function here.
pub(crate) const NAME: &str = "hello";

/// A running engine.
pub(crate) struct Lab {
    runtime: Runtime,
    engine: Option<Engine>,
    pub(crate) address: SocketAddr,
    pub(crate) log: Log,
}

impl Lab {
    /// An engine with the example function `example`.
    pub(crate) fn new(example: &str) -> Self {
        Self::with(example, |_| {})
    }

    /// The same with other settings.
    pub(crate) fn with(example: &str, change: impl FnOnce(&mut FunctionSettings)) -> Self {
        let mut settings = FunctionSettings::new(NAME, program(example));
        settings.timeout = Duration::from_secs(20);
        change(&mut settings);
        Self::start(settings, |builder| builder)
    }

    /// Any function, any engine.
    pub(crate) fn start(settings: FunctionSettings, change: impl FnOnce(Builder) -> Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let log = Log::default();
        let sink = log.clone();
        let builder = Engine::builder()
            .function(settings)
            .log_sink(move |line: LogLine<'_>| sink.push(line));
        let engine = runtime.block_on(change(builder).start()).unwrap();
        Self {
            address: engine.address(),
            runtime,
            engine: Some(engine),
            log,
        }
    }

    pub(crate) fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    /// Invokes in this process.
    pub(crate) fn invoke(&self, event: &Value) -> InvokeReply {
        let request = InvokeRequest::new(event.to_string());
        self.runtime.block_on(self.engine().invoke(NAME, request)).unwrap()
    }

    /// Invokes in this process; gives the reply and whether it is an error.
    pub(crate) fn answer(&self, event: &Value) -> (Value, bool) {
        let reply = self.invoke(event);
        let payload = self.runtime.block_on(reply.payload.collect()).unwrap();
        (serde_json::from_slice(&payload).unwrap(), reply.function_error)
    }

    /// Invokes through the Invoke API.
    pub(crate) fn post(&self, head: &str, body: &[u8]) -> Response {
        let path = format!("/2015-03-31/functions/{NAME}/invocations");
        request(self.address, "POST", &path, head, body)
    }

    /// Calls the Function URL.
    pub(crate) fn url(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
        request(self.address, method, path, head, body)
    }

    /// Waits for something that the engine does.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Ends the engine as an embedder does; the log stays.
    pub(crate) fn shutdown(&mut self) {
        let engine = self.engine.take().unwrap();
        self.runtime.block_on(engine.shutdown());
    }

    /// Drops the engine while the runtime goes on.
    pub(crate) fn drop_engine(&mut self) {
        let _inside = self.runtime.enter();
        drop(self.engine.take());
    }

    /// The counters of the one function.
    pub(crate) fn state(&self) -> zerobill_engine::FunctionState {
        self.engine().state().functions.remove(0)
    }
}

/// The log of an engine.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<(Mutex<Lines>, Condvar)>);

/// Who wrote what.
type Lines = Vec<(LineKind, String)>;

impl Log {
    fn push(&self, line: LogLine<'_>) {
        let (lines, changed) = &*self.0;
        lines.lock().unwrap().push((line.kind, line.text.to_owned()));
        changed.notify_all();
    }

    /// Every line so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.0.0.lock().unwrap();
        lines.iter().map(|(_, text)| text.clone()).collect()
    }

    /// The lines that begin so.
    pub(crate) fn starting(&self, start: &str) -> Vec<String> {
        self.lines()
            .into_iter()
            .filter(|line| line.starts_with(start))
            .collect()
    }

    /// Who wrote the one line `text`.
    pub(crate) fn kind_of(&self, text: &str) -> LineKind {
        let lines = self.0.0.lock().unwrap();
        lines.iter().find(|(_, found)| found == text).unwrap().0
    }

    /// Waits for the `count`th line that begins so.
    pub(crate) fn wait_for(&self, start: &str, count: usize) -> String {
        let (lines, changed) = &*self.0;
        let nth = |lines: &Lines| {
            let texts = lines.iter().map(|(_, text)| text);
            texts.filter(|text| text.starts_with(start)).nth(count - 1).cloned()
        };
        let (lines, _) = changed
            .wait_timeout_while(lines.lock().unwrap(), PATIENCE, |lines| nth(lines).is_none())
            .unwrap();
        nth(&lines).unwrap_or_else(|| panic!("no line {count} `{start}` in {lines:#?}"))
    }
}

/// The example function `name`, built.
pub(crate) fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build_examples).join(name)
}

/// Builds the examples, whatever selection of targets the tests are run with; does nothing where they are built already.
fn build_examples() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/it-0123: what lies beside `deps` is of the same profile.
    let profile = test.parent().unwrap().parent().unwrap();
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "zerobill-engine",
            "--examples",
            "--target-dir",
        ])
        .arg(profile.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the examples do not build");
    profile.with_file_name("debug").join("examples")
}

/// Waits until `condition` gives something.
pub(crate) fn eventually<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let until = Stopwatch::start();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(until.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Measures time.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place of the tests that reads a clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Whether the process `id` is there and not merely waiting to be reaped.
pub(crate) fn is_running(id: u64) -> bool {
    std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}

/// The state letter of the process `id`, as in `man proc`.
pub(crate) fn process_state(id: u64) -> char {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    stat.rsplit(')').next().unwrap().trim_start().chars().next().unwrap()
}
