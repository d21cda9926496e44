//! What a function is: its program and its limits.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use crate::{log_settings::LogSettings, queue::QueueSettings, schedule::Schedule};

/// A function for the engine to run.
#[derive(Clone, Debug)]
pub struct FunctionSettings {
    /// Its name.
    pub name: String,
    /// The program that speaks the Runtime API.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// The folder it runs in; the engine's own where none is named.
    pub directory: Option<PathBuf>,
    /// Variables beside those of this process and of Lambda; these win.
    pub environment: Vec<(String, String)>,
    /// Memory in MB, from 128 to 10240. A process that uses more is ended, as on Lambda.
    pub memory_mb: u32,
    /// What the temporary folder may hold in MB, from 512 to 10240. Each environment has its own, which `TMPDIR` names.
    pub temporary_mb: u32,
    /// Whether the processes of an environment have, after INIT, only the share of the CPU that goes with their memory on Lambda:
    /// one CPU with 1769 MB. [`Engine::cpu_share_problem`](crate::Engine::cpu_share_problem) says where that cannot be.
    pub cpu_share: bool,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// How many invocations may run at once.
    pub concurrency: usize,
    /// How many of them one environment serves at once, as on Lambda Managed Instances, which call it
    /// `PerExecutionEnvironmentMaxConcurrency`. With more than 1 the log is JSON, nothing is frozen, an invocation that runs out of
    /// time ends alone, and extensions do not hear of invocations.
    pub environment_concurrency: usize,
    /// How long an environment may wait for an event before it is ended.
    pub idle_limit: Duration,
    /// The path of the Function URL, such as `/orders`, under which the function sees its own root. Every function is also at
    /// `/lambda-url/NAME`, and the first one at every path that is no other's.
    pub url_path: Option<String>,
    /// A file to which asynchronous events are appended that have failed for good, one JSON line each.
    pub dead_letter: Option<PathBuf>,
    /// When it is invoked by itself.
    pub schedules: Vec<Schedule>,
    /// Queues whose messages invoke it.
    pub queues: Vec<QueueSettings>,
    /// A folder whose programs are external extensions, as those in `/opt/extensions` are on Lambda.
    pub extensions: Option<PathBuf>,
    /// How the log is written.
    pub log: LogSettings,
}

impl FunctionSettings {
    /// A function with Lambda's defaults: 128 MB, 3 s, 512 MB for temporary files; up to 10 at once, and 10 minutes without an
    /// event until an environment ends.
    pub fn new(name: impl Into<String>, program: impl Into<OsString>) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
            memory_mb: 128,
            temporary_mb: 512,
            cpu_share: false,
            timeout: Duration::from_secs(3),
            concurrency: 10,
            environment_concurrency: 1,
            idle_limit: Duration::from_secs(600),
            url_path: None,
            dead_letter: None,
            schedules: Vec::new(),
            queues: Vec::new(),
            extensions: None,
            log: LogSettings::default(),
        }
    }

    /// The ARN under which it is invoked.
    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", self.name)
    }
}

/// The region and the account that local functions are in.
pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ACCOUNT: &str = "123456789012";
