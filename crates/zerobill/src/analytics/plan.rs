//! The file that comes with a function and says what is to be built in INIT: `zerobill analyze` writes it, `auto` reads it.

use std::{
    fs::{self, File},
    io::Read as _,
    path::Path,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::export::VERSION;

/// The file's name, in the function's own folder or the working one.
pub const FILE_NAME: &str = "zerobill-analytics.json";

/// The most bytes that it may have; a plan has some hundreds.
const MAX_BYTES: u64 = 64 << 10;

/// The most interfaces that it may name.
const MAX_NAMES: usize = 64;

/// What is to be built in INIT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of the format, and its mark.
    #[serde(rename = "zerobill_plan")]
    version: u32,
    /// The requests that it was made from.
    pub requests: u64,
    /// The execution environments that those were in.
    pub environments: u64,
    /// The interfaces to build.
    pub preload: Vec<String>,
}

/// What tells a plan of another version.
#[derive(Deserialize)]
struct Mark {
    #[serde(rename = "zerobill_plan")]
    version: u64,
}

/// Why a plan cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no file, or it cannot be read.
    #[error("it cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// There is too much in it.
    #[error("it has more than {MAX_BYTES} bytes, which no file of `zerobill analyze --output` has")]
    Huge,
    /// There are too many names in it.
    #[error("it names more than {MAX_NAMES} interfaces")]
    Names,
    /// It is not JSON, or not of this form.
    #[error("it is not what `zerobill analyze --output` writes: {0}")]
    Malformed(#[from] serde_json::Error),
    /// It was written by another version.
    #[error("it is of version {0}, and this reads version {VERSION}; write it anew with `zerobill analyze --output`")]
    Version(u64),
}

impl Plan {
    /// A plan made from so many requests in so many environments.
    pub fn new(requests: u64, environments: u64, preload: Vec<String>) -> Self {
        Self {
            version: VERSION,
            requests,
            environments,
            preload,
        }
    }

    /// The plan in this file.
    ///
    /// # Errors
    /// If there is no such file, it has more than 64 KiB, or holds no plan of this version.
    pub fn read(file: &Path) -> Result<Self, PlanError> {
        // Opening a pipe would wait for whoever writes to it.
        if !fs::metadata(file)?.is_file() {
            return Err(std::io::Error::other("it is no file").into());
        }
        let mut bytes = Vec::new();
        File::open(file)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(PlanError::Huge);
        }
        let mark: Mark = serde_json::from_slice(&bytes)?;
        if mark.version != u64::from(VERSION) {
            return Err(PlanError::Version(mark.version));
        }
        let plan: Self = serde_json::from_slice(&bytes)?;
        if plan.preload.len() > MAX_NAMES {
            return Err(PlanError::Names);
        }
        Ok(plan)
    }
}
