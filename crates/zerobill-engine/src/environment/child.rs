//! The process of an execution environment, with all that it starts: one process group, stopped and ended as one.

use std::{
    ffi::OsString,
    io,
    os::fd::OwnedFd,
    process::{ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{process::Command, sync::watch};

use super::{LOOK_AGAIN, cpu_share::CpuShare, memory, paced::Paced, strays};
use crate::{settings::FunctionSettings, task};

/// A running process.
#[derive(Debug)]
pub(crate) struct Child {
    pid: Option<Pid>,
    exited: watch::Receiver<Option<Exit>>,
    memory: Memory,
}

/// What is known of a process's memory: once it is gone, the system does not say any more.
#[derive(Debug)]
struct Memory {
    /// The most that was seen so far.
    peak_kib: AtomicU64,
    paced: Paced,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exit(pub(super) String);

/// Its standard output and standard error.
pub(super) struct Outputs {
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

impl Child {
    /// Starts the function's program with `variables` beside those of this process. What it starts is known by `mark`, which is
    /// unlike that of every other process. All of them have `share` of the CPU, where there is one.
    pub(super) fn start(
        settings: &FunctionSettings,
        variables: Vec<(&str, OsString)>,
        mark: String,
        share: Option<Arc<CpuShare>>,
    ) -> io::Result<(Self, Outputs)> {
        let mut command = Command::new(&settings.program);
        command
            .args(&settings.arguments)
            .envs(variables)
            .envs(settings.environment.iter().map(|(name, value)| (name, value)))
            .env(strays::MARK, &mark)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &settings.directory {
            command.current_dir(directory);
        }
        let mut process = command.spawn()?;
        let missing = || io::Error::other("the process has no output");
        let stdout = process.stdout.take().ok_or_else(missing)?.into_owned_fd()?;
        let stderr = process.stderr.take().ok_or_else(missing)?.into_owned_fd()?;
        let pid = process
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let (Some(share), Some(pid)) = (&share, pid) {
            // One that has ended already needs none.
            _ = share.take(pid);
        }
        let (exit, exited) = watch::channel(None);
        task::spawn(async move {
            let status = process.wait().await;
            // What it has started and left behind ends with it. Afterwards the number may be another process's.
            signal_group(pid, Signal::KILL);
            strays::end(&mark);
            drop(share);
            exit.send_replace(Some(Exit(status.map_or_else(|error| error.to_string(), describe))));
        });
        let child = Self {
            pid,
            exited,
            memory: Memory {
                peak_kib: AtomicU64::new(0),
                paced: Paced::new(LOOK_AGAIN),
            },
        };
        Ok((child, Outputs { stdout, stderr }))
    }

    /// Tells when it has ended, and how.
    pub(super) fn exits(&self) -> watch::Receiver<Option<Exit>> {
        self.exited.clone()
    }

    /// Waits until the process has ended.
    pub(crate) async fn exited(&self) -> Exit {
        let mut exited = self.exits();
        let exit = exited
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|exit| exit.clone());
        exit.unwrap_or_else(|| Exit("the process is gone".to_owned()))
    }

    /// Whether it is still running.
    pub(super) fn is_alive(&self) -> bool {
        self.exited.borrow().is_none()
    }

    /// Sends `signal` to the whole group, as long as the process runs.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.is_alive() {
            signal_group(self.pid, signal);
        }
    }

    /// Asks the group to end, and ends it after `grace`.
    pub(crate) async fn end(&self, grace: Duration) {
        self.signal(Signal::CONT);
        self.signal(Signal::TERM);
        _ = tokio::time::timeout(grace, self.exited()).await;
        self.signal(Signal::KILL);
        self.exited().await;
    }

    /// The most memory it has used, in MB, rounded up; 0 where the system does not say. It may be as old as [`LOOK_AGAIN`].
    pub(super) fn peak_memory_mb(&self) -> u64 {
        if self.memory.paced.is_due() {
            self.note_peak_memory();
        }
        self.memory.peak_kib.load(Relaxed).div_ceil(1_024)
    }

    /// Looks at the most memory it has used: once it has ended, the system does not say any more.
    pub(super) fn note_peak_memory(&self) {
        self.look_at_memory(memory::peak_kib);
    }

    /// How much memory it has now with all it has started, in MB, rounded up.
    pub(super) fn memory_mb(&self) -> u64 {
        self.look_at_memory(|pid| Some(memory::of_tree_kib(pid)))
            .div_ceil(1_024)
    }

    fn look_at_memory(&self, look: impl FnOnce(Pid) -> Option<u64>) -> u64 {
        let pid = self.pid.filter(|_| self.is_alive());
        let now = pid.and_then(look).unwrap_or_default();
        self.memory.peak_kib.fetch_max(now, Relaxed);
        now
    }
}

fn signal_group(pid: Option<Pid>, signal: Signal) {
    if let Some(pid) = pid {
        // A group that is gone already needs no signal.
        _ = kill_process_group(pid, signal);
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// The status in the words of Lambda.
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) if code != 0 => format!("Runtime exited with error: exit status {code}"),
        (None, Some(9)) => "Runtime exited with error: signal: killed".to_owned(),
        (None, Some(signal)) => format!("Runtime exited with error: signal: {signal}"),
        _ => "Runtime exited without providing a reason".to_owned(),
    }
}
