//! Records values, and writes them as documents when their invocation ends.

use std::sync::{
    Arc, Mutex, PoisonError, RwLock,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use serde::Serialize;

use super::{
    COLD_START, DISABLED, FUNCTION_NAME, MAX_SERIES, NAMESPACE,
    buffer::{Buffer, Keep, Scope},
    document::{Head, write_all},
    error::MetricsError,
    metric::{Metric, is_number, text},
    series::Series,
    stats::{MetricInfo, MetricsStats},
    unit::Unit,
};
use crate::{
    error::shortened,
    gateway::Base,
    interfaces::{
        Health, Service,
        config::{Config, SERVICE, Watched},
        logging::{FieldWriter, Fields, Logging},
    },
    invocation::Invocation,
};

/// The namespace where none is set.
const DEFAULT_NAMESPACE: &str = "zerobill";

/// The longest namespace.
const MAX_NAMESPACE: usize = 255;

/// So much metadata, beside the most that metrics take, leaves a document well below the 1 MiB that CloudWatch takes.
const MAX_METADATA_BYTES: usize = 256 << 10;

/// So many values are written before the invocation ends, so that its memory stays bounded.
const MAX_BUFFERED: usize = 10_000;

/// Records metrics in CloudWatch's embedded metric format.
///
/// A combination of a name and dimension values is one *series*, and ten series per account are free. What would be the
/// eleventh is refused, counted, and warned of once; `metrics.max_series` sets the limit. Values are written when their
/// invocation ends; outside an invocation they wait for [`flush`](Self::flush) or the end of the next one.
///
/// ```
/// use zerobill::{Gateway, metrics::Unit, output::Output};
/// let output = Output::captured();
/// let gateway = Gateway::builder().setting("metrics.namespace", "shop").output(output.clone()).build().expect("valid");
/// gateway.metrics().record("latency", 12.5, Unit::Milliseconds)?;
/// gateway.metrics().increment("orders", 2.0)?;
/// assert_eq!(gateway.metrics().flush(), 1);
/// assert!(output.lines()[0].ends_with(r#""service":"service_undefined","latency":12.5,"orders":2}"#));
/// # Ok::<(), zerobill::metrics::MetricsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    logging: Logging,
    settings: Watched<Settings>,
    /// Dimensions that every metric has beside `service`.
    default: RwLock<Vec<(String, String)>>,
    series: Series,
    /// What was recorded outside an invocation.
    outside: Mutex<Buffer>,
    recorded: AtomicU64,
    dropped: AtomicU64,
    documents: AtomicU64,
    warned_of_namespace: AtomicBool,
    warned_of_series: AtomicBool,
    warned_of_number: AtomicBool,
}

#[derive(Debug)]
struct Settings {
    namespace: String,
    service: String,
    function_name: String,
    disabled: bool,
    max_series: u64,
    cold_start: bool,
}

impl Metrics {
    pub(crate) fn new(base: &Base, config: Config, logging: Logging) -> Self {
        let settings = Watched::new(config, |config| Settings {
            namespace: config.text(&NAMESPACE),
            service: config.text(&SERVICE),
            function_name: config.text(&FUNCTION_NAME),
            disabled: config.flag(&DISABLED),
            max_series: config.integer(&MAX_SERIES).unwrap_or_default(),
            cold_start: config.flag(&COLD_START),
        });
        Self(Arc::new(Inner {
            base: base.clone(),
            logging,
            settings,
            default: RwLock::default(),
            series: Series::default(),
            outside: Mutex::default(),
            recorded: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            documents: AtomicU64::new(0),
            warned_of_namespace: AtomicBool::new(false),
            warned_of_series: AtomicBool::new(false),
            warned_of_number: AtomicBool::new(false),
        }))
    }

    /// Records a value; says whether it was taken, rather than refused, dropped, or switched off.
    ///
    /// # Errors
    /// [`MetricsError`] if it is no metric that CloudWatch takes.
    pub fn record(&self, name: &str, value: f64, unit: Unit) -> Result<bool, MetricsError> {
        self.take(Metric::new(name, value, unit), Keep::Each)
    }

    /// The same with dimensions or high resolution.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub fn record_metric(&self, metric: Metric) -> Result<bool, MetricsError> {
        self.take(metric, Keep::Each)
    }

    /// Adds `by` to the count `name` of this invocation, which is written as one number.
    ///
    /// # Errors
    /// [`MetricsError`].
    pub fn increment(&self, name: &str, by: f64) -> Result<bool, MetricsError> {
        self.take(Metric::new(name, by, Unit::Count), Keep::Sum)
    }

    /// The values of the metric `name` that were recorded and are not yet written, whatever their dimensions.
    pub fn get(&self, name: &str) -> Vec<f64> {
        self.list()
            .into_iter()
            .filter(|metric| metric.name == name)
            .flat_map(|metric| metric.values)
            .collect()
    }

    /// The metrics that were recorded and are not yet written.
    pub fn list(&self) -> Vec<MetricInfo> {
        self.with_buffer(|buffer| {
            let of_group = |group: &super::buffer::Group| {
                let dimensions = group.sets.clone();
                let info = move |metric: &super::buffer::Recorded| MetricInfo {
                    name: metric.name.clone(),
                    unit: metric.unit.as_str(),
                    dimensions: dimensions.clone(),
                    values: metric.values.clone(),
                };
                group.metrics.iter().map(info).collect::<Vec<_>>()
            };
            buffer.groups.iter().flat_map(of_group).collect()
        })
    }

    /// Writes what was recorded, in this invocation or outside of any; says how many documents that took.
    pub fn flush(&self) -> u64 {
        let buffer = self.with_buffer(std::mem::take);
        self.write(&buffer)
    }

    /// What was done since the function started.
    pub fn stats(&self) -> MetricsStats {
        MetricsStats {
            recorded: self.0.recorded.load(Relaxed),
            refused: self.0.series.refused(),
            dropped: self.0.dropped.load(Relaxed),
            documents: self.0.documents.load(Relaxed),
            series: self.0.series.admitted(),
            max_series: self.0.settings.read().max_series,
        }
    }

    /// Gives every further metric these dimensions beside `service`; its own of the same name win.
    ///
    /// # Errors
    /// [`MetricsError`] if one of them is no dimension that CloudWatch takes; the former ones then stay.
    pub fn set_default_dimensions<N: Into<String>, V: Into<String>>(
        &self,
        dimensions: impl IntoIterator<Item = (N, V)>,
    ) -> Result<(), MetricsError> {
        let dimensions: Vec<_> = dimensions
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Metric::new("any", 0.0, Unit::None).checked(&dimensions)?;
        *self.0.default.write().unwrap_or_else(PoisonError::into_inner) = dimensions;
        Ok(())
    }

    /// Adds a member to this invocation's documents that is no metric: to be searched for, not billed.
    ///
    /// # Errors
    /// [`MetricsError::NameTaken`] if a metric or dimension has the name; [`MetricsError::MetadataTooLarge`] if the
    /// invocation's metadata would take more than 256 KiB, since a larger document can be one that CloudWatch drops.
    pub fn add_metadata<T: Serialize + ?Sized>(&self, key: &str, value: &T) -> Result<(), MetricsError> {
        // The value's own code runs before the lock: it may record metrics itself.
        let mut one = FieldWriter::default();
        one.field(key, value);
        self.with_buffer(|buffer| {
            if buffer.uses(key) || matches!(key, "service" | "_aws") {
                return Err(MetricsError::NameTaken(key.to_owned()));
            }
            let bytes = buffer.metadata.bytes_without(key) + one.bytes_without("");
            if bytes > MAX_METADATA_BYTES {
                return Err(MetricsError::MetadataTooLarge {
                    key: shortened(key).to_owned(),
                    bytes,
                    max_bytes: MAX_METADATA_BYTES,
                });
            }
            one.write(&mut buffer.metadata);
            Ok(())
        })
    }

    pub(super) fn take(&self, metric: Metric, keep: Keep) -> Result<bool, MetricsError> {
        let settings = self.0.settings.read();
        let metric = metric.checked(&self.0.default.read().unwrap_or_else(PoisonError::into_inner))?;
        if settings.disabled || self.0.base.meter.sheds() {
            return Ok(false);
        }
        if !is_number(metric.value) {
            self.0.dropped.fetch_add(1, Relaxed);
            self.warn_once(&self.0.warned_of_number, || {
                format!(
                    "metric `{}` is no number that CloudWatch takes and is dropped",
                    metric.name
                )
            });
            return Ok(false);
        }
        self.with_buffer(|buffer| buffer.accepts(&metric))?;
        let (namespace, max) = (self.namespace(&settings), settings.max_series);
        if !self.admit(namespace, &settings.service, &metric, max) {
            self.refuse(&metric, max);
            return Ok(false);
        }
        let (taken, full) = self.with_buffer(|buffer| {
            let taken = buffer.add(metric, keep);
            (taken, (buffer.values >= MAX_BUFFERED).then(|| std::mem::take(buffer)))
        });
        if !taken {
            self.0.dropped.fetch_add(1, Relaxed);
            return Ok(false);
        }
        self.0.recorded.fetch_add(1, Relaxed);
        if let Some(full) = full {
            self.write(&full);
        }
        Ok(true)
    }

    /// Whether the series of `metric` are admitted; new ones are counted for the month.
    fn admit(&self, namespace: &str, service: &str, metric: &Metric, max: u64) -> bool {
        let new = self.0.series.admit(namespace, service, metric, max);
        let is_admitted = new.is_some();
        self.0.base.meter.series(new.into_iter().flatten());
        is_admitted
    }

    fn refuse(&self, metric: &Metric, max: u64) {
        self.warn_once(&self.0.warned_of_series, || {
            format!(
                "metric `{}` would be series {} and is refused: {max} series are allowed (10 per account are free, and each \
                 combination of dimension values is one); `ZEROBILL_METRICS_MAX_SERIES` sets the limit",
                metric.name,
                max + 1,
            )
        });
    }

    /// The running invocation's buffer, or the process's: outside of any, and for a task that outlives its invocation.
    fn with_buffer<R>(&self, with: impl FnOnce(&mut Buffer) -> R) -> R {
        let invocation = self.0.base.current();
        if let Some(scope) = invocation.as_ref().and_then(|invocation| invocation.state::<Scope>()) {
            let mut buffer = scope.0.lock().unwrap_or_else(PoisonError::into_inner);
            if !buffer.ended {
                return with(&mut buffer);
            }
        }
        with(&mut self.0.outside.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, buffer: &Buffer) -> u64 {
        if buffer.groups.is_empty() {
            return 0;
        }
        let settings = self.0.settings.read();
        let (namespace, service) = (self.namespace(&settings), settings.service.as_str());
        let head = Head {
            namespace,
            service,
            timestamp_ms: self.0.base.clock.epoch_ms(),
        };
        let documents = write_all(buffer, &head, |line| self.0.base.output.write_line(line));
        self.0.documents.fetch_add(documents, Relaxed);
        documents
    }

    /// The namespace that is set, if there is one and CloudWatch takes it.
    fn namespace<'a>(&self, settings: &'a Settings) -> &'a str {
        if !settings.namespace.is_empty() && text("namespace", &settings.namespace, MAX_NAMESPACE).is_ok() {
            return &settings.namespace;
        }
        self.warn_once(&self.0.warned_of_namespace, || {
            let set = if settings.namespace.is_empty() {
                "no metrics namespace is set"
            } else {
                "the metrics namespace is not 1 to 255 printable ASCII characters"
            };
            format!("{set}, `{DEFAULT_NAMESPACE}` is used; `POWERTOOLS_METRICS_NAMESPACE` sets it")
        });
        DEFAULT_NAMESPACE
    }

    /// The cold start's own document, with the function's name before the service.
    fn write_cold_start(&self, settings: &Settings, invocation: &Invocation) {
        let configured = settings.function_name.as_str();
        let own = invocation.context().env_config.function_name.as_str();
        let function_name = if configured.is_empty() { own } else { configured };
        let metric = Metric::new("ColdStart", 1.0, Unit::Count)
            .dimension("function_name", function_name)
            .checked(&[]);
        let admitted =
            |metric: &Metric| self.admit(self.namespace(settings), &settings.service, metric, settings.max_series);
        let Ok(metric) = metric else {
            // A function whose name is not known has no cold start to count.
            return;
        };
        if admitted(&metric) {
            let mut buffer = Buffer::default();
            buffer.add(metric, Keep::Each);
            self.write(&buffer);
        } else {
            self.refuse(&metric, settings.max_series);
        }
    }

    fn warn_once(&self, warned: &AtomicBool, message: impl FnOnce() -> String) {
        if !warned.swap(true, Relaxed) {
            self.0.logging.warning(&message(), ());
        }
    }
}

impl Service for Metrics {
    fn health(&self) -> Health {
        let mut reasons = Vec::new();
        let stats = self.stats();
        if stats.refused > 0 {
            reasons.push(format!(
                "{} values were refused: {} series are allowed",
                stats.refused, stats.max_series
            ));
        }
        if stats.dropped > 0 {
            reasons.push(format!("{} values were no finite number", stats.dropped));
        }
        Health::of(reasons)
    }

    fn finish(&self, invocation: &Invocation) {
        let settings = self.0.settings.read();
        let is_off = settings.disabled || self.0.base.meter.sheds();
        if settings.cold_start && !is_off && invocation.cold_start() {
            self.write_cold_start(&settings, invocation);
        }
        // Also where nothing was recorded yet: a task may still be about to.
        if let Some(scope) = invocation.state::<Scope>() {
            let ended = Buffer {
                ended: true,
                ..Buffer::default()
            };
            let buffer = std::mem::replace(&mut *scope.0.lock().unwrap_or_else(PoisonError::into_inner), ended);
            self.write(&buffer);
        }
        let outside = std::mem::take(&mut *self.0.outside.lock().unwrap_or_else(PoisonError::into_inner));
        self.write(&outside);
    }
}
