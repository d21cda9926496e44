//! Runs one command to its end, keeping all it prints, for no longer than a limit.

use std::fs::{self, File, OpenOptions};
use std::io::{IsTerminal, Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::environment::Stopwatch;

const POLL: Duration = Duration::from_millis(20);
/// How long a process that was asked to end may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Finished {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// Its standard output and standard error, in the order they were written.
    pub(crate) output: String,
}

/// Runs `command`, appends what it prints to `log`, and stops it with its children after `limit`.
pub(crate) fn run(command: &mut Command, log: &Path, limit: Duration) -> Result<Finished> {
    let mut file = open(log)?;
    writeln!(file, "$ {}", shown(command))?;
    let start = file.stream_position()?;
    // A terminal's Ctrl-C reaches the children only in our own process group; without one they get a group of their own,
    // which can be stopped whole.
    let grouped = !std::io::stdin().is_terminal();
    if grouped {
        command.process_group(0);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file.try_clone()?)
        .spawn()
        .with_context(|| format!("cannot run `{}`", command.get_program().display()))?;
    let status = wait(&mut child, limit, grouped)?;
    let mut printed = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.read_to_end(&mut printed)?;
    let output = String::from_utf8_lossy(&printed).into_owned();
    match status {
        Some(status) => Ok(Finished { status, output }),
        None => bail!("`{}` was stopped after {} s", shown(command), limit.as_secs()),
    }
}

/// Appends `text` to `log`.
pub(crate) fn note(log: &Path, text: &str) -> Result<()> {
    Ok(open(log)?.write_all(text.as_bytes())?)
}

fn open(log: &Path) -> Result<File> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(log)
        .with_context(|| format!("cannot write `{}`", log.display()))?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}

/// The status of the child, or none when it had to be stopped.
fn wait(child: &mut Child, limit: Duration, grouped: bool) -> Result<Option<ExitStatus>> {
    let started = Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if started.elapsed() > limit {
            stop(child, grouped)?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

/// Asks it to end, so that it can stop what it started itself; ends it when it does not.
fn stop(child: &mut Child, grouped: bool) -> Result<()> {
    let group = Pid::from_child(child);
    let send = |signal| {
        if grouped {
            kill_process_group(group, signal)
        } else {
            kill_process(group, signal)
        }
    };
    send(Signal::TERM)?;
    let asked = Stopwatch::start();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > PATIENCE {
            send(Signal::KILL)?;
            child.wait()?;
            return Ok(());
        }
        thread::sleep(POLL);
    }
    Ok(())
}

fn shown(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn both_streams_are_kept_in_order_and_the_status_is_returned() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("deep/step.log");
        let finished = run(
            &mut shell("echo one; echo two >&2; exit 3"),
            &log,
            Duration::from_secs(10),
        )
        .unwrap();
        assert_eq!(finished.status.code(), Some(3));
        assert_eq!(finished.output, "one\ntwo\n");
        run(&mut shell("echo three"), &log, Duration::from_secs(10)).unwrap();
        let kept = fs::read_to_string(&log).unwrap();
        assert_eq!(
            kept,
            "$ sh -c echo one; echo two >&2; exit 3\none\ntwo\n$ sh -c echo three\nthree\n"
        );
    }

    #[test]
    fn a_command_past_its_limit_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(
            &mut shell("sleep 60"),
            &folder.path().join("log"),
            Duration::from_millis(50),
        )
        .unwrap_err();
        assert_eq!(error.to_string(), "`sh -c sleep 60` was stopped after 0 s");
    }

    #[test]
    fn a_missing_program_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(
            &mut Command::new("no-such-program"),
            &folder.path().join("log"),
            Duration::from_secs(1),
        );
        assert_eq!(error.unwrap_err().to_string(), "cannot run `no-such-program`");
    }
}
