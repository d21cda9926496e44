//! The one place that reads the process environment and the clock.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The value of an environment variable that is set and not empty.
#[expect(clippy::disallowed_methods, reason = "this is the one home of environment reads")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Where tools are kept between runs: `$XDG_CACHE_HOME/zerobill-tools`, else `~/.cache/zerobill-tools`.
pub(crate) fn tools_folder() -> Option<PathBuf> {
    let cache = variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".cache")))?;
    Some(cache.join("zerobill-tools"))
}

/// Measures how long something took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
