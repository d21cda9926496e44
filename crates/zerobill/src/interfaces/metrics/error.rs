//! What can be wrong with a metric.

use super::unit::Unit;
use crate::error::{Error, INVALID_PARAMETER, TOO_LARGE};

/// A metric that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// A name, dimension or namespace that CloudWatch does not take.
    #[error("{what} `{shown}` is not 1 to {max} printable ASCII characters{}", if *what == "dimension" { " that do not begin with a colon" } else { "" })]
    InvalidText {
        /// What it is.
        what: &'static str,
        /// It, shortened.
        shown: String,
        /// How long it may be.
        max: usize,
    },
    /// The name is a dimension's or a metadata key already, or one that the document itself needs.
    #[error("metric `{0}` has the name of a dimension or of metadata")]
    NameTaken(String),
    /// The same name was recorded with another unit in this invocation.
    #[error("metric `{name}` was recorded in {before} and cannot be recorded in {now}")]
    UnitMismatch {
        /// The metric.
        name: String,
        /// Its unit so far.
        before: Unit,
        /// The unit that was asked for.
        now: Unit,
    },
    /// More dimensions than CloudWatch takes.
    #[error("{0} dimensions, `service` among them, are more than 30")]
    TooManyDimensions(usize),
    /// One dimension with two values in one metric.
    #[error("dimension `{0}` has two values")]
    TwoValues(String),
    /// Metadata that would make documents larger than CloudWatch takes.
    #[error("metadata `{key}` would bring the metadata to {bytes} bytes, more than {max_bytes}")]
    MetadataTooLarge {
        /// Its key.
        key: String,
        /// How many bytes the metadata would have with it.
        bytes: usize,
        /// How many it may have.
        max_bytes: usize,
    },
    /// A dimension's value would be printed in every document, and this one has the name of a secret.
    #[error("dimension `{0}` has the name of a secret, and its values would be printed")]
    Secret(String),
    /// No unit of CloudWatch.
    #[error("`{0}` is no unit of CloudWatch{1}")]
    UnknownUnit(String, String),
}

impl From<MetricsError> for Error {
    fn from(error: MetricsError) -> Self {
        let code = match error {
            MetricsError::MetadataTooLarge { .. } => TOO_LARGE,
            _ => INVALID_PARAMETER,
        };
        Self::new(code, error.to_string()).with_source(error)
    }
}
