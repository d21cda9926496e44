//! The memory of this process, as the kernel counts it.

use serde::Serialize;

/// Memory in KiB; none where the system does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Memory {
    /// What the function is given, in MB; none outside Lambda.
    pub limit_mb: Option<u32>,
    /// Resident now.
    pub resident_kib: Option<u64>,
    /// The most that was ever resident, which Lambda prints as `Max Memory Used`.
    pub peak_kib: Option<u64>,
}

impl Memory {
    /// Reads `/proc/self/status`; only Linux has it.
    pub(super) fn read(limit_mb: Option<u32>) -> Self {
        Self::parse(
            &std::fs::read_to_string("/proc/self/status").unwrap_or_default(),
            limit_mb,
        )
    }

    pub(super) fn parse(status: &str, limit_mb: Option<u32>) -> Self {
        let value = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':')
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        };
        Self {
            limit_mb,
            resident_kib: value("VmRSS"),
            peak_kib: value("VmHWM"),
        }
    }
}
