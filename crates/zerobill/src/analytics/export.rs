//! What one execution environment has counted, as it is written.

use serde::{Deserialize, Serialize};

use super::tally::Tally;

/// The version of the format. Another one is said, and not read.
pub const VERSION: u32 = 1;

/// What one execution environment has counted since it started; see the [module](super) for its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Export {
    /// The version of the format, and its mark.
    #[serde(rename = "zerobill_analytics")]
    pub version: u32,
    /// A random name of the environment.
    pub environment: String,
    /// The function's name; empty where it has none.
    #[serde(default)]
    pub function: String,
    /// The library's version.
    #[serde(default)]
    pub library: String,
    /// When its first request ended, in milliseconds since 1970.
    #[serde(default)]
    pub from_ms: u64,
    /// When this was written, in milliseconds since 1970.
    #[serde(default)]
    pub until_ms: u64,
    /// What was counted.
    #[serde(flatten)]
    pub tally: Tally,
}

impl Export {
    /// Its JSON, in one line.
    pub fn to_json(&self) -> String {
        // Names are text and all else is numbers: it always serializes.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether this is the later export of one environment; in full, so that it does not matter which is seen first.
    pub(super) fn is_after(&self, other: &Self) -> bool {
        let order = |export: &Self| (export.tally.requests, export.until_ms);
        (order(self), self.to_json()) > (order(other), other.to_json())
    }
}
