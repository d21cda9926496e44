//! The process as the operating system sees it, and how the library was built. Of variables only the names are read.

use std::{fs, path::PathBuf};

use serde::Serialize;
use tokio::runtime::{Handle, RuntimeFlavor};

use crate::{gateway::Gateway, lambda::Memory};

/// What the process is, has and uses. What the system does not tell is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnostics {
    /// The library's version.
    pub version: &'static str,
    /// The library's cargo features that are built in.
    pub features: Vec<&'static str>,
    /// The process.
    pub process: Process,
    /// What runs its futures; none outside a Tokio runtime.
    pub executor: Option<Executor>,
    /// Its memory.
    pub memory: Memory,
    /// Its open files, sockets and pipes.
    pub file_descriptors: FileDescriptors,
    /// The space for temporary files; none where the system does not say.
    pub temporary_space: Option<TemporarySpace>,
    /// The names of its variables, in order. Their values are not read.
    pub environment: Vec<String>,
    /// What this system does not tell, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<&'static str>,
}

/// The process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// The age of the gateway in milliseconds, freezes included.
    pub age_ms: u64,
    /// Its threads.
    pub threads: Option<u64>,
    /// The processors that it may use.
    pub processors: Option<usize>,
    /// What it was built for, such as `linux`.
    pub operating_system: &'static str,
    /// What it was built for, such as `aarch64`.
    pub architecture: &'static str,
    /// Whether it was built to be debugged, and is slow.
    pub debug_build: bool,
}

/// What runs the futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Executor {
    /// `current_thread` or `multi_thread`.
    pub flavor: &'static str,
    /// Its threads.
    pub workers: usize,
    /// Tasks that have not ended.
    pub tasks: usize,
}

/// Open files, sockets and pipes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FileDescriptors {
    /// Open now.
    pub open: Option<u64>,
    /// How many there may be.
    pub limit: Option<u64>,
}

/// The file system of the folder for temporary files, `/tmp` on Lambda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TemporarySpace {
    /// The folder.
    pub folder: PathBuf,
    /// Bytes in all.
    pub total_bytes: u64,
    /// Bytes in use, by whomever.
    pub used_bytes: u64,
    /// Bytes that the process may still write.
    pub free_bytes: u64,
}

/// Looks at the process of `gateway`.
pub(super) fn run(gateway: &Gateway) -> Diagnostics {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    Diagnostics {
        version: env!("CARGO_PKG_VERSION"),
        features: features(),
        process: Process {
            id: std::process::id(),
            age_ms: gateway.stats().age_ms,
            threads: number_after(&status, "Threads:"),
            processors: std::thread::available_parallelism().ok().map(usize::from),
            operating_system: std::env::consts::OS,
            architecture: std::env::consts::ARCH,
            debug_build: cfg!(debug_assertions),
        },
        executor: executor(),
        memory: gateway.lambda().memory(),
        file_descriptors: file_descriptors(),
        temporary_space: temporary_space(),
        environment: gateway.base().environment.names().map(str::to_owned).collect(),
        unknown: UNKNOWN.to_vec(),
    }
}

/// What is not told outside Linux.
const UNKNOWN: &[&str] = if cfg!(target_os = "linux") {
    &[]
} else {
    &[
        "memory, threads and file descriptors: only Linux has `/proc`",
        "temporary space: it is asked of Linux only",
    ]
};

fn features() -> Vec<&'static str> {
    let all = [
        ("http", cfg!(feature = "http")),
        ("json-schema", cfg!(feature = "json-schema")),
        ("jwt", cfg!(feature = "jwt")),
        ("memory-profile", cfg!(feature = "memory-profile")),
    ];
    all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
}

fn executor() -> Option<Executor> {
    let handle = Handle::try_current().ok()?;
    let flavor = match handle.runtime_flavor() {
        RuntimeFlavor::CurrentThread => "current_thread",
        _ => "multi_thread",
    };
    let metrics = handle.metrics();
    Some(Executor {
        flavor,
        workers: metrics.num_workers(),
        tasks: metrics.num_alive_tasks(),
    })
}

fn file_descriptors() -> FileDescriptors {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let open = fs::read_dir("/proc/self/fd").ok().map(Iterator::count);
    FileDescriptors {
        // The one with which they are counted is closed by now.
        open: open.and_then(|open| u64::try_from(open.saturating_sub(1)).ok()),
        limit: number_after(&limits, "Max open files"),
    }
}

/// The first number of the line that begins with `name`.
fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(target_os = "linux")]
fn temporary_space() -> Option<TemporarySpace> {
    let folder = std::env::temp_dir();
    let space = rustix::fs::statvfs(&folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(space.f_frsize);
    Some(TemporarySpace {
        total_bytes: bytes(space.f_blocks),
        used_bytes: bytes(space.f_blocks.saturating_sub(space.f_bfree)),
        free_bytes: bytes(space.f_bavail),
        folder,
    })
}

#[cfg(not(target_os = "linux"))]
fn temporary_space() -> Option<TemporarySpace> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_what_the_kernel_prints() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            1024                 524288               files     \n\
                      Max cpu time              unlimited            unlimited            seconds   \n";
        assert_eq!(number_after(limits, "Max open files"), Some(1_024));
        assert_eq!(number_after(limits, "Max cpu time"), None);
        assert_eq!(number_after("", "Threads:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_opened_file_is_counted_and_a_closed_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        // Other tests of this process open files too, so many make the difference.
        let files: Vec<_> = (0..500)
            .map(|n| fs::File::create(folder.path().join(n.to_string())).unwrap())
            .collect();
        let open = file_descriptors().open.unwrap();
        assert!(open >= 500, "{open}");
        drop(files);
        assert!(file_descriptors().open.unwrap() <= open - 400);
    }
}
