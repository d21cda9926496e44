//! The process of an execution environment, with all that it starts: one process group, stopped and ended as one.

use std::{
    ffi::OsString,
    io,
    os::fd::OwnedFd,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{process::Command, sync::watch};

use crate::{settings::FunctionSettings, task};

/// A running process.
#[derive(Debug)]
pub(super) struct Child {
    pid: Option<Pid>,
    exited: watch::Receiver<Option<Exit>>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exit(pub(super) String);

/// Its standard output and standard error.
pub(super) struct Outputs {
    pub(super) stdout: OwnedFd,
    pub(super) stderr: OwnedFd,
}

impl Child {
    /// Starts the function's program with `variables` beside those of this process.
    pub(super) fn start(settings: &FunctionSettings, variables: Vec<(&str, OsString)>) -> io::Result<(Self, Outputs)> {
        let mut command = Command::new(&settings.program);
        command
            .args(&settings.arguments)
            .envs(variables)
            .envs(settings.environment.iter().map(|(name, value)| (name, value)))
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
        let (exit, exited) = watch::channel(None);
        task::spawn(async move {
            let status = process.wait().await;
            exit.send_replace(Some(Exit(status.map_or_else(|error| error.to_string(), describe))));
        });
        Ok((Self { pid, exited }, Outputs { stdout, stderr }))
    }

    /// Waits until the process has ended.
    pub(super) async fn exited(&self) -> Exit {
        let mut exited = self.exited.clone();
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

    /// Sends `signal` to the whole group.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            // A group that is gone already needs no signal.
            _ = kill_process_group(pid, signal);
        }
    }

    /// Asks the group to end, and ends it after `grace`.
    pub(super) async fn end(&self, grace: Duration) {
        self.signal(Signal::CONT);
        self.signal(Signal::TERM);
        _ = tokio::time::timeout(grace, self.exited()).await;
        self.signal(Signal::KILL);
        self.exited().await;
    }

    /// The most memory it has used, in MB, rounded up; 0 where the system does not say.
    pub(super) fn peak_memory_mb(&self) -> u64 {
        let Some(pid) = self.pid else { return 0 };
        let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_raw_nonzero())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u64 = line
            .and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok())
            .unwrap_or_default();
        kib.div_ceil(1_024)
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
