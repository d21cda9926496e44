//! A recorder for the `metrics` facade: what any crate counts with it becomes a CloudWatch metric here.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use ::metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder as Facade,
    SharedString,
};

use super::{buffer::Keep, metric::Metric, unit::Unit};
use crate::{gateway::Gateway, invocation::Invocation};

/// So many gauges and described units are remembered; the values of further gauges start at 0 with each change.
const MAX_REMEMBERED: usize = 1_024;

/// A recorder that sends counters, gauges and histograms to the running invocation's gateway.
///
/// Counters are added up over an invocation, of a gauge the last value counts, of a histogram every value. Labels become
/// dimensions: each combination of values is a series of its own, and ten are free.
///
/// ```
/// metrics::set_global_recorder(zerobill::metrics::recorder()).expect("no other recorder is set");
/// metrics::counter!("orders", "region" => "eu").increment(1);
/// ```
pub fn recorder() -> Recorder {
    Recorder {
        gateway: None,
        memory: Arc::default(),
    }
}

/// Made by [`recorder`].
#[derive(Clone, Debug)]
pub struct Recorder {
    gateway: Option<Gateway>,
    memory: Arc<Memory>,
}

#[derive(Default)]
struct Memory {
    units: Mutex<HashMap<String, Unit>>,
    /// The last value of gauges, as the bits of a number.
    gauges: Mutex<HashMap<Key, Arc<AtomicU64>>>,
    /// The last total of counters that are set.
    totals: Mutex<HashMap<Key, Arc<AtomicU64>>>,
    warned: AtomicBool,
}

impl Recorder {
    /// Records to `gateway` where no invocation is running, instead of the process's default one.
    #[must_use]
    pub fn gateway(mut self, gateway: Gateway) -> Self {
        self.gateway = Some(gateway);
        self
    }

    fn describe(&self, name: &KeyName, unit: Option<::metrics::Unit>) {
        let mut units = self.memory.units.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(unit), true) = (unit, units.len() < MAX_REMEMBERED) {
            units.insert(name.as_str().to_owned(), unit.into());
        }
    }

    fn handle(&self, key: &Key, default: Unit) -> Handle {
        let unit = self
            .memory
            .units
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key.name())
            .copied();
        Handle {
            key: key.clone(),
            unit: unit.unwrap_or(default),
            recorder: self.clone(),
        }
    }
}

/// What is remembered of `key`; past the limit nothing is.
fn remembered(memory: &Mutex<HashMap<Key, Arc<AtomicU64>>>, key: &Key) -> Arc<AtomicU64> {
    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
    match memory.get(key) {
        Some(known) => Arc::clone(known),
        None if memory.len() < MAX_REMEMBERED => Arc::clone(memory.entry(key.clone()).or_default()),
        None => Arc::default(),
    }
}

impl Facade for Recorder {
    fn describe_counter(&self, name: KeyName, unit: Option<::metrics::Unit>, _description: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<::metrics::Unit>, _description: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<::metrics::Unit>, _description: SharedString) {
        self.describe(&name, unit);
    }

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(self.handle(key, Unit::Count)))
    }

    fn register_gauge(&self, key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(Arc::new(self.handle(key, Unit::None)))
    }

    fn register_histogram(&self, key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(self.handle(key, Unit::None)))
    }
}

/// One counter, gauge or histogram.
struct Handle {
    key: Key,
    unit: Unit,
    recorder: Recorder,
}

impl Handle {
    fn record(&self, value: f64, keep: Keep) {
        let metric = Metric::new(self.key.name(), value, self.unit);
        // A label without a value says nothing, and CloudWatch takes no empty one.
        let labels = self.key.labels().filter(|label| !label.value().is_empty());
        let metric = labels.fold(metric, |metric, label| metric.dimension(label.key(), label.value()));
        let send = |gateway: &Gateway| {
            let result = gateway.metrics().take(metric, keep);
            // The facade has no errors, so the log is where the first one can be seen.
            if let Err(error) = result
                && !self.recorder.memory.warned.swap(true, Relaxed)
            {
                gateway.logging().warning(&error.to_string(), ());
            }
        };
        match (Invocation::current(), &self.recorder.gateway) {
            (Some(invocation), _) => send(invocation.gateway()),
            (None, Some(gateway)) => send(gateway),
            (None, None) => send(crate::free::default_or_fallback()),
        }
    }

    /// Changes what is remembered of a gauge; a change to what is no number is none.
    fn change(&self, change: impl Fn(f64) -> f64) {
        let last = remembered(&self.recorder.memory.gauges, &self.key);
        let bits = |bits: u64| {
            Some(change(f64::from_bits(bits)))
                .filter(|new| new.is_finite())
                .map(f64::to_bits)
        };
        let new = match last.fetch_update(Relaxed, Relaxed, bits) {
            Ok(before) | Err(before) => change(f64::from_bits(before)),
        };
        self.record(new, Keep::Last);
    }
}

impl CounterFn for Handle {
    fn increment(&self, value: u64) {
        self.record(value as f64, Keep::Sum);
    }

    /// A counter that is kept elsewhere: what it has grown by since it was last set.
    fn absolute(&self, value: u64) {
        let before = remembered(&self.recorder.memory.totals, &self.key).fetch_max(value, Relaxed);
        if value > before {
            self.record((value - before) as f64, Keep::Sum);
        }
    }
}

impl GaugeFn for Handle {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Handle {
    fn record(&self, value: f64) {
        self.record(value, Keep::Each);
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}
