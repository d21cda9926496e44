//! Writes records as lines: what is written, held back or left out, and with which keys.

use std::{
    cell::RefCell,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
};

use super::{
    fields::{FieldWriter, Fields},
    level::Level,
    line::{Line, head, is_standard, pretty},
    scope::Scope,
    settings::Settings,
};
use crate::{
    environment::LAMBDA_LOG_LEVEL,
    gateway::Base,
    interfaces::{
        Health, Service,
        config::{Config, Watched},
    },
    invocation::Invocation,
};

/// Writes log lines. No call ever fails or panics, whatever is logged.
///
/// ```
/// use zerobill::{Gateway, output::Output};
/// let output = Output::captured();
/// let gateway = Gateway::builder().output(output.clone()).build().expect("valid");
/// gateway.logging().info("order placed", [("order", 7)]);
/// assert!(output.lines()[0].starts_with(r#"{"level":"INFO","message":"order placed","timestamp":""#));
/// assert!(output.lines()[0].ends_with(r#""service":"service_undefined","order":7}"#));
/// ```
#[derive(Clone, Debug)]
pub struct Logging(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    settings: Watched<Settings>,
    /// The level set on the Lambda function.
    lambda_level: Option<Level>,
    /// The level set in code; 0 is none.
    code_level: AtomicU8,
    /// Keys of every line, appended outside an invocation.
    keys: Mutex<FieldWriter>,
    warned_of_key: AtomicBool,
    warned_of_level: AtomicBool,
}

/// What becomes of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    LeftOut,
    /// Held back until an error, within so many bytes.
    Held(usize),
    Written,
}

/// A line's memory larger than this is given back.
const KEPT_BYTES: usize = 64 << 10;

thread_local! {
    /// The memory in which a thread makes its lines.
    static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl Logging {
    pub(crate) fn new(base: &Base, config: Config) -> Self {
        let lambda_level = base
            .environment
            .read(&LAMBDA_LOG_LEVEL)
            .and_then(|(_, word)| Level::parse(word));
        Self(Arc::new(Inner {
            base: base.clone(),
            settings: Watched::new(config, Settings::read),
            lambda_level,
            code_level: AtomicU8::new(0),
            keys: Mutex::default(),
            warned_of_key: AtomicBool::new(false),
            warned_of_level: AtomicBool::new(false),
        }))
    }

    /// Writes a line at TRACE.
    pub fn trace(&self, message: &str, fields: impl Fields) {
        self.write(Level::Trace, message, &fields);
    }

    /// Writes a line at DEBUG.
    pub fn debug(&self, message: &str, fields: impl Fields) {
        self.write(Level::Debug, message, &fields);
    }

    /// Writes a line at INFO.
    pub fn info(&self, message: &str, fields: impl Fields) {
        self.write(Level::Info, message, &fields);
    }

    /// Writes a line at WARN.
    pub fn warning(&self, message: &str, fields: impl Fields) {
        self.write(Level::Warn, message, &fields);
    }

    /// Writes a line at ERROR, and before it what was held back.
    pub fn error(&self, message: &str, fields: impl Fields) {
        self.write(Level::Error, message, &fields);
    }

    /// Writes a line at CRITICAL, and before it what was held back.
    pub fn critical(&self, message: &str, fields: impl Fields) {
        self.write(Level::Critical, message, &fields);
    }

    /// Sets the level for this process. The level set on the Lambda function still wins.
    pub fn set_level(&self, level: Level) {
        self.0.code_level.store(level as u8, Relaxed);
        if self.0.lambda_level.is_some_and(|lambda| level < lambda) && !self.0.warned_of_level.swap(true, Relaxed) {
            let lambda = self.level();
            self.warning(
                &format!("level {level} is set in code, but the function's own level {lambda} wins"),
                (),
            );
        }
    }

    /// The level in force, sampling aside.
    pub fn level(&self) -> Level {
        self.level_under(&self.0.settings.read())
    }

    /// Adds keys to every further line: of this invocation, or of the process where none is running.
    pub fn append_keys(&self, keys: impl Fields) {
        let written = FieldWriter::of(&keys);
        self.warn_of_standard_keys(&written);
        self.with_keys(|own| written.write(own));
    }

    /// Removes keys that were appended; says how many were there.
    pub fn remove_keys<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> usize {
        let names: Vec<N> = names.into_iter().collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        self.with_keys(|own| names.into_iter().filter(|name| own.remove(name)).count())
    }

    /// Writes what was held back in this invocation; says how many lines.
    pub fn flush(&self) -> usize {
        let invocation = self.0.base.current();
        let scope = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>());
        scope.map_or(0, |scope| self.flush_held(scope, &self.0.settings.read()))
    }

    /// Logs the incoming event at INFO with its secrets masked, where the settings ask for it.
    pub fn event(&self, event: &serde_json::value::RawValue) {
        if self.0.settings.read().log_event {
            self.info("event received", [("event", event)]);
        }
    }

    /// Writes one line at INFO that no level and no budget leaves out, with the JSON `value` under `name`.
    pub(crate) fn record(&self, message: &str, name: &str, value: String) {
        let settings = self.0.settings.read();
        let invocation = self.0.base.current();
        let scope = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>());
        let mut fields = FieldWriter::default();
        fields.put(name, value.as_bytes());
        let mut line = Vec::new();
        let inside = invocation.as_ref().zip(scope);
        self.make(&mut line, Level::Info, message, &fields, &settings, inside);
        self.0.base.output.write_line(&line);
    }

    /// Whether a line at `level` would be kept.
    #[cfg(feature = "http")]
    pub(crate) fn keeps(&self, level: Level) -> bool {
        let settings = self.0.settings.read();
        let invocation = self.0.base.current();
        let scope = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>());
        self.fate(level, scope, &settings) != Fate::LeftOut
    }

    fn fate(&self, level: Level, scope: Option<&Scope>, settings: &Settings) -> Fate {
        if level <= Level::Debug && self.0.base.meter.sheds() {
            return Fate::LeftOut;
        }
        let sampled = level >= Level::Debug && scope.is_some_and(|scope| self.sampled(scope, settings));
        match settings.buffer {
            Some(limit) if level <= Level::Debug && scope.is_some() && !sampled => Fate::Held(limit),
            _ if sampled || level >= self.level_under(settings) => Fate::Written,
            _ => Fate::LeftOut,
        }
    }

    pub(crate) fn write(&self, level: Level, message: &str, fields: &dyn Fields) {
        self.write_with(level, || (message, FieldWriter::of(fields)));
    }

    /// Writes what `make` makes, which is only asked if a line at `level` is kept.
    pub(crate) fn write_with<M: AsRef<str>>(&self, level: Level, make: impl FnOnce() -> (M, FieldWriter)) {
        let settings = self.0.settings.read();
        let invocation = self.0.base.current();
        let scope = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>());
        let fate = self.fate(level, scope, &settings);
        if fate == Fate::LeftOut {
            return;
        }
        let (message, written) = make();
        self.warn_of_standard_keys(&written);
        // A `Serialize` or `Display` that logs finds the thread's memory in use and takes its own.
        let mut line = LINE.try_with(RefCell::take).unwrap_or_default();
        line.clear();
        self.make(
            &mut line,
            level,
            message.as_ref(),
            &written,
            &settings,
            invocation.as_ref().zip(scope),
        );
        if let (Fate::Held(limit), Some(scope)) = (fate, scope) {
            self.hold(&line, level, limit, scope, &settings);
        } else {
            if let Some(scope) = scope.filter(|_| level >= Level::Error) {
                self.flush_held(scope, &settings);
            }
            self.put(&line, level, scope, &settings);
        }
        if line.capacity() <= KEPT_BYTES {
            _ = LINE.try_with(|memory| memory.replace(line));
        }
    }

    /// Keeps a finished line back; one larger than all that may be held is written with a warning.
    fn hold(&self, line: &[u8], level: Level, limit: usize, scope: &Scope, settings: &Settings) {
        let kept = scope
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keep(line, limit);
        if kept.is_err() && self.put(line, level, Some(scope), settings) {
            let bytes = line.len();
            self.warning(
                &format!("a line of {bytes} bytes does not fit the {limit} bytes held back"),
                (),
            );
        }
    }

    fn make(
        &self,
        line: &mut Vec<u8>,
        level: Level,
        message: &str,
        fields: &FieldWriter,
        settings: &Settings,
        inside: Option<(&Invocation, &Scope)>,
    ) {
        let none = Mutex::default();
        let own = inside
            .map_or(&none, |(_, scope)| &scope.keys)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let persistent = self.0.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let head: &[u8] = match inside {
            Some((invocation, scope)) => scope
                .head
                .get_or_init(|| head(&settings.service, settings.sample_rate, Some(invocation))),
            None => &settings.head,
        };
        let correlation_id = inside.and_then(|(invocation, _)| invocation.correlation_id());
        Line {
            level,
            message,
            head,
            correlation_id,
            keys: [fields, &own, &persistent],
        }
        .write(line, &self.0.base.clock);
    }

    /// Writes a finished line, unless the invocation's budget is used up and the line can be missed; says whether it did.
    fn put(&self, line: &[u8], level: Level, scope: Option<&Scope>, settings: &Settings) -> bool {
        if let Some(scope) = scope.filter(|_| settings.max_bytes > 0) {
            let fits = |written: usize| {
                let written = written.saturating_add(line.len());
                (level >= Level::Warn || written <= settings.max_bytes).then_some(written)
            };
            if scope.written.fetch_update(Relaxed, Relaxed, fits).is_err() {
                scope.left_out.fetch_add(1, Relaxed);
                return false;
            }
        }
        if settings.pretty {
            self.0.base.output.write_line(&pretty(line));
        } else {
            self.0.base.output.write_line(line);
        }
        true
    }

    fn flush_held(&self, scope: &Scope, settings: &Settings) -> usize {
        let (lines, evicted) = scope.held.lock().unwrap_or_else(PoisonError::into_inner).take();
        let put = |line: &&Vec<u8>| self.put(line, Level::Debug, Some(scope), settings);
        let written = lines.iter().filter(put).count();
        if evicted > 0 {
            self.warning(
                &format!("{evicted} older lines were dropped: what is held back is limited"),
                (),
            );
        }
        written
    }

    fn level_under(&self, settings: &Settings) -> Level {
        let code = [
            Level::Trace,
            Level::Debug,
            Level::Info,
            Level::Warn,
            Level::Error,
            Level::Critical,
        ]
        .into_iter()
        .find(|level| *level as u8 == self.0.code_level.load(Relaxed));
        self.0.lambda_level.or(code).unwrap_or(settings.level)
    }

    fn sampled(&self, scope: &Scope, settings: &Settings) -> bool {
        settings.sample_rate > 0.0
            && *scope
                .sampled
                .get_or_init(|| self.0.base.random.unit() < settings.sample_rate)
    }

    fn with_keys<R>(&self, with: impl FnOnce(&mut FieldWriter) -> R) -> R {
        let invocation = self.0.base.current();
        let scope = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>());
        let keys = scope.map_or(&self.0.keys, |scope| &scope.keys);
        with(&mut keys.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Warns, once, of a caller's key that is named like a standard one and therefore left out.
    fn warn_of_standard_keys(&self, fields: &FieldWriter) {
        let Some(name) = fields.names().find(|name| is_standard(name)) else {
            return;
        };
        let name = String::from_utf8_lossy(name);
        if !self.0.warned_of_key.swap(true, Relaxed) {
            self.warning(&format!("key `{name}` is left out: lines have a key of that name"), ());
        }
    }
}

impl Service for Logging {
    fn health(&self) -> Health {
        match self.0.base.output.failures() {
            0 => Health::of(Vec::new()),
            lost => Health::of(vec![format!("standard output did not take {lost} lines")]),
        }
    }

    fn finish(&self, invocation: &Invocation) {
        let Some(scope) = invocation.state_if_used::<Scope>() else {
            return;
        };
        let left_out = scope.left_out.load(Relaxed);
        if left_out > 0 {
            let max = self.0.settings.read().max_bytes;
            self.warning(
                &format!(
                    "{left_out} lines at INFO and below were left out: the invocation's {max} bytes are used up; \
                     `ZEROBILL_LOG_MAX_BYTES` sets the limit"
                ),
                (),
            );
        }
    }
}
