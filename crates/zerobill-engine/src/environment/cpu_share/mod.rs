//! The share of a CPU that a function has by its memory: a control group for the processes of each environment.

mod place;

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use rustix::process::Pid;

use crate::task;

/// With this much memory a function has one CPU.
const MB_OF_ONE_CPU: u64 = 1_769;

/// What a share is a share of: Lambda hands CPU time out by the same period.
const PERIOD_US: u64 = 20_000;

/// What each group's name begins with; the number of the engine's process and that of the group follow.
const PREFIX: &str = "zerobill-";

/// How often a group is tried to be removed whose processes have not quite ended, and the pause in between.
const REMOVALS: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// The interface that the system has for control groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Version {
    One,
    Two,
}

/// Where groups are made.
#[derive(Debug)]
pub(crate) struct CpuShares {
    folder: PathBuf,
    version: Version,
    made: AtomicU64,
}

/// The group of one environment. It is removed with its last owner.
#[derive(Debug)]
pub(crate) struct CpuShare {
    folder: PathBuf,
    version: Version,
    memory_mb: u64,
}

impl CpuShares {
    /// Finds a place where groups can be made.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub(crate) fn find() -> Result<Self, String> {
        let read = |file| fs::read_to_string(file).unwrap_or_default();
        Self::find_in(&read("/proc/self/mountinfo"), &read("/proc/self/cgroup"))
    }

    fn find_in(mounts: &str, own: &str) -> Result<Self, String> {
        let mut problem = None;
        for (folder, version) in place::places(mounts, own) {
            let shares = Self {
                folder,
                version,
                made: AtomicU64::new(0),
            };
            match shares.probe() {
                Ok(()) => {
                    shares.sweep();
                    return Ok(shares);
                }
                // That of the likeliest place says most.
                Err(error) => {
                    let place = shares.folder.display();
                    problem.get_or_insert(format!(
                        "no control group with a share can be made in `{place}`: {error}"
                    ));
                }
            }
        }
        Err(problem.unwrap_or_else(|| "this system has no control groups for the CPU".to_owned()))
    }

    /// Makes a group as an environment does, with a process that waits.
    fn probe(&self) -> io::Result<()> {
        let share = self.share(MB_OF_ONE_CPU)?;
        share.limit()?;
        let mut process = Command::new("cat")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        let taken = share.take(Pid::from_child(&process));
        process.kill()?;
        process.wait()?;
        taken
    }

    /// A group for the processes of a function with so much memory. Nothing is limited yet.
    pub(super) fn share(&self, memory_mb: u64) -> io::Result<CpuShare> {
        let number = self.made.fetch_add(1, Relaxed);
        let folder = self.folder.join(format!("{PREFIX}{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        if self.version == Version::Two && !folder.join("cpu.max").exists() {
            // Where that may not be, the limit says so.
            _ = fs::write(self.folder.join("cgroup.subtree_control"), "+cpu");
        }
        Ok(CpuShare {
            folder,
            version: self.version,
            memory_mb,
        })
    }

    /// Removes what engines have left that were killed.
    fn sweep(&self) {
        for entry in self.folder.read_dir().into_iter().flatten().flatten() {
            let name = entry.file_name();
            let engine = name
                .to_str()
                .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
            let ended = |engine: &str| engine.parse::<u32>().is_ok() && !Path::new("/proc").join(engine).exists();
            if engine.is_some_and(ended) {
                // A group with processes stays.
                _ = fs::remove_dir(entry.path());
            }
        }
    }
}

impl CpuShare {
    /// Takes in a process, and what it starts from now on.
    pub(super) fn take(&self, process: Pid) -> io::Result<()> {
        let process = process.as_raw_nonzero().to_string();
        fs::write(self.folder.join("cgroup.procs"), process)
    }

    /// Gives all of them together no more than the share from now on.
    pub(super) fn limit(&self) -> io::Result<()> {
        let quota_us = quota_us(self.memory_mb);
        match self.version {
            Version::One => {
                fs::write(self.folder.join("cpu.cfs_period_us"), PERIOD_US.to_string())?;
                fs::write(self.folder.join("cpu.cfs_quota_us"), quota_us.to_string())
            }
            Version::Two => fs::write(self.folder.join("cpu.max"), format!("{quota_us} {PERIOD_US}")),
        }
    }
}

/// The microseconds of CPU time in each period.
fn quota_us(memory_mb: u64) -> u64 {
    PERIOD_US * memory_mb / MB_OF_ONE_CPU
}

impl Drop for CpuShare {
    fn drop(&mut self) {
        if fs::remove_dir(&self.folder).is_ok() || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        // Processes that were killed take a moment to be gone.
        let folder = std::mem::take(&mut self.folder);
        task::spawn(async move {
            for _ in 0..REMOVALS {
                tokio::time::sleep(PAUSE).await;
                if fs::remove_dir(&folder).is_ok() {
                    return;
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_with_the_memory() {
        assert_eq!(
            [128, 885, 1_769, 10_240].map(quota_us),
            [1_447, 10_005, 20_000, 115_771]
        );
    }

    /// What is written into a group in a folder that only looks like the system's.
    fn written(kind: &str, own: &str, file: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mounts = format!("1 2 0:3 / {} rw - {kind} {kind} rw,cpu\n", folder.path().display());
        let shares = CpuShares::find_in(&mounts, own).unwrap();
        let share = shares.share(128).unwrap();
        assert_eq!(share.folder.parent(), Some(folder.path().join("").as_path()));
        share.limit().unwrap();
        fs::read_to_string(share.folder.join(file)).unwrap()
    }

    #[test]
    fn each_version_is_told_the_share_in_its_own_words() {
        assert_eq!(written("cgroup", "3:cpu:/\n", "cpu.cfs_quota_us"), "1447");
        assert_eq!(written("cgroup", "3:cpu:/\n", "cpu.cfs_period_us"), "20000");
        assert_eq!(written("cgroup2", "0::/\n", "cpu.max"), "1447 20000");
    }

    #[test]
    fn where_no_group_can_be_made_it_is_said_which() {
        let mounts = "1 2 0:3 / /nonexistent rw - cgroup2 cgroup2 rw\n";
        let problem = CpuShares::find_in(mounts, "0::/a/b\n").map(drop).unwrap_err();
        let expected =
            "no control group with a share can be made in `/nonexistent/a/b`: No such file or directory (os error 2)";
        assert_eq!(problem, expected);
        let problem = CpuShares::find_in("", "").map(drop).unwrap_err();
        assert_eq!(problem, "this system has no control groups for the CPU");
    }
}
