//! One value of one metric, with its dimensions.

use super::{error::MetricsError, unit::Unit};
use crate::redact::is_secret;

/// The most dimensions in a set, `service` among them.
const MAX_DIMENSIONS: usize = 30;

/// The longest name of a metric and of a dimension, and the longest value of a dimension.
const MAX_NAME: usize = 255;
const MAX_VALUE: usize = 1_024;

/// The name that every set has.
pub(super) const SERVICE: &str = "service";

/// A value to record.
///
/// ```
/// use zerobill::metrics::{Metric, Unit};
/// let gateway = zerobill::Gateway::builder().setting("metrics.namespace", "shop").build().expect("valid");
/// let latency = Metric::new("latency", 12.5, Unit::Milliseconds).dimension("region", "eu").high_resolution();
/// assert_eq!(gateway.metrics().record_metric(latency), Ok(true));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) unit: Unit,
    /// Dimensions beside `service`, sorted by name, one set after the other.
    pub(super) sets: Vec<Vec<(String, String)>>,
    pub(super) high_resolution: bool,
}

impl Metric {
    /// A value without dimensions of its own.
    #[must_use]
    pub fn new(name: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            sets: vec![Vec::new()],
            high_resolution: false,
        }
    }

    /// Adds a dimension to the set that was added last. Each combination of values is a series of its own.
    #[must_use]
    pub fn dimension(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Some(set) = self.sets.last_mut() {
            set.push((name.into(), value.into()));
        }
        self
    }

    /// Begins another set: the same value is counted under both.
    #[must_use]
    pub fn another_set(mut self) -> Self {
        self.sets.push(Vec::new());
        self
    }

    /// Keeps single seconds apart, instead of minutes.
    #[must_use]
    pub fn high_resolution(mut self) -> Self {
        self.high_resolution = true;
        self
    }

    /// Brings the sets in order and checks what CloudWatch would drop.
    pub(super) fn checked(mut self, default: &[(String, String)]) -> Result<Self, MetricsError> {
        text("metric", &self.name, MAX_NAME)?;
        for set in &mut self.sets {
            // A metric's own value wins over the default one.
            let added: Vec<_> = default
                .iter()
                .filter(|(name, _)| set.iter().all(|(own, _)| own != name))
                .cloned()
                .collect();
            set.extend(added);
            set.sort();
            set.dedup();
            if set.len() >= MAX_DIMENSIONS {
                return Err(MetricsError::TooManyDimensions(set.len() + 1));
            }
        }
        // Two sets of one document share its members, so a dimension has one value in all of them.
        let mut all: Vec<&(String, String)> = self.sets.iter().flatten().collect();
        all.sort();
        all.dedup();
        if let Some(pair) = all.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(MetricsError::TwoValues(shown(&pair[0].0)));
        }
        for (name, value) in all {
            text("dimension", name, MAX_NAME)?;
            text("value of dimension", value, MAX_VALUE)?;
            if name.starts_with(':') {
                return Err(MetricsError::InvalidText {
                    what: "dimension",
                    shown: shown(name),
                    max: MAX_NAME,
                });
            }
            if *name == self.name || matches!(name.as_str(), SERVICE | "_aws") {
                return Err(MetricsError::NameTaken(name.clone()));
            }
            if is_secret(name) {
                return Err(MetricsError::Secret(name.clone()));
            }
        }
        self.sets.sort();
        self.sets.dedup();
        if matches!(self.name.as_str(), SERVICE | "_aws") {
            return Err(MetricsError::NameTaken(self.name));
        }
        Ok(self)
    }
}

/// The largest number that CloudWatch takes, 2 to the power of 360.
const MAX_NUMBER: f64 = f64::from_bits((1_023 + 360) << 52);

/// Whether CloudWatch takes the number.
pub(super) fn is_number(value: f64) -> bool {
    value.abs() <= MAX_NUMBER
}

/// Text that CloudWatch takes: printable ASCII with something in it.
pub(super) fn text(what: &'static str, text: &str, max: usize) -> Result<(), MetricsError> {
    let printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if printable && text.len() <= max && !text.trim().is_empty() {
        return Ok(());
    }
    Err(MetricsError::InvalidText {
        what,
        shown: shown(text),
        max,
    })
}

pub(super) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
