//! A function to measure, and its running process as the kernel accounts for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::clock::Moment;
use crate::runtime_api::{Answer, RuntimeApi};

/// A name and a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    /// The file with its event, if it takes another one than the rest.
    pub(crate) event_file: Option<PathBuf>,
    /// What each invocation sends.
    pub(crate) event: Arc<[u8]>,
    /// What its environment holds beside what Lambda sets.
    pub(crate) variables: Vec<(String, String)>,
}

impl Subject {
    /// Reads `NAME=PROGRAM ARGUMENT…` or `NAME@EVENT-FILE=PROGRAM ARGUMENT…`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let Some((name, command)) = text.split_once('=') else {
            bail!("`{text}` is not `NAME=PROGRAM ARGUMENT…`")
        };
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if name.is_empty() || command.is_empty() {
            bail!("`{text}` is not `NAME=PROGRAM ARGUMENT…`");
        }
        let (name, event_file) = name
            .split_once('@')
            .map_or((name, None), |(name, file)| (name, Some(file)));
        Ok(Self {
            name: name.to_owned(),
            command,
            event_file: event_file.map(PathBuf::from),
            event: Arc::default(),
            variables: Vec::new(),
        })
    }

    /// Starts the function against a Runtime API of its own.
    pub(crate) fn start(&self, folder: &Path) -> Result<Process> {
        self.start_under(folder, &[])
    }

    /// Starts the function as the last arguments of another program, such as a profiler.
    pub(crate) fn start_under(&self, folder: &Path, wrapper: &[&str]) -> Result<Process> {
        let api = RuntimeApi::start()?;
        let words: Vec<&str> = wrapper
            .iter()
            .copied()
            .chain(self.command.iter().map(String::as_str))
            .collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(folder).env_clear();
        command.envs([
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
            ("AWS_REGION", "eu-west-1"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.env("AWS_LAMBDA_RUNTIME_API", api.address());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Moment::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start `{}` as `{}`", self.name, words[0]))?;
        let event = Arc::clone(&self.event);
        Ok(Process {
            child,
            event,
            api,
            started,
        })
    }
}

/// A function that runs; stopped when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    event: Arc<[u8]>,
    pub(crate) api: RuntimeApi,
    pub(crate) started: Moment,
}

impl Process {
    /// Sends its event and waits for the answer.
    pub(crate) fn invoke(&mut self) -> Result<Answer> {
        let child = &mut self.child;
        self.api.invoke(&self.event, || match child.try_wait()? {
            Some(status) => bail!("the function ended: {status}"),
            None => Ok(()),
        })
    }

    /// CPU time of all its threads since it was started, in user and kernel mode.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanoseconds = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += on_cpu(&text).with_context(|| format!("`schedstat` is not as known: {text}"))?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }

    /// Its memory.
    pub(crate) fn memory(&self) -> Result<Memory> {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        Memory::parse(&text).context("`smaps_rollup` is not as known")
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, and waits.
    pub(crate) fn end(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Ends it as Lambda would, and waits.
    pub(crate) fn terminate(mut self) -> Result<()> {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()?;
        if !status.success() {
            bail!("the function ended by itself");
        }
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; there is nobody left to tell.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// The first figure of `schedstat`: nanoseconds on a CPU.
fn on_cpu(schedstat: &str) -> Option<u64> {
    schedstat.split_whitespace().next()?.parse().ok()
}

/// What a process holds in memory, in KB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memory {
    /// What only this process holds and has written.
    pub(crate) private_dirty_kb: u64,
    /// All that is resident, shared pages included.
    pub(crate) resident_kb: u64,
}

impl Memory {
    fn parse(smaps_rollup: &str) -> Option<Self> {
        let figure = |name: &str| {
            let line = smaps_rollup
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            line.trim().strip_suffix(" kB")?.parse().ok()
        };
        Some(Self {
            private_dirty_kb: figure("Private_Dirty")?,
            resident_kb: figure("Rss")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_has_a_name_and_a_command() {
        let subject = Subject::parse("python=python3 -m awslambdaric hello.handler").unwrap();
        assert_eq!(subject.name, "python");
        assert_eq!(subject.command, ["python3", "-m", "awslambdaric", "hello.handler"]);
        assert_eq!(subject.event_file, None);
        let subject = Subject::parse("http@get.json=target/hello-http").unwrap();
        assert_eq!(
            (subject.name.as_str(), subject.event_file),
            ("http", Some(PathBuf::from("get.json")))
        );
        for wrong in ["python", "=python3", "python= "] {
            assert_eq!(
                Subject::parse(wrong).unwrap_err().to_string(),
                format!("`{wrong}` is not `NAME=PROGRAM ARGUMENT…`")
            );
        }
    }

    #[test]
    fn the_kernel_s_figures_are_read() {
        assert_eq!(on_cpu("1234567 89 10\n"), Some(1_234_567));
        let text = "5-7 ---p 0 00:00 0 [rollup]\nRss:                2964 kB\nPss: 1 kB\nPrivate_Dirty:       256 kB\n";
        assert_eq!(
            Memory::parse(text),
            Some(Memory {
                private_dirty_kb: 256,
                resident_kb: 2964
            })
        );
        assert_eq!(Memory::parse("Rss: 1 kB\n"), None);
    }
}
