//! What a function is: its program and its limits.

use std::{ffi::OsString, path::PathBuf, time::Duration};

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
    /// Memory in MB, from 128 to 10240. It is billed, not enforced.
    pub memory_mb: u32,
    /// How long an invocation may take.
    pub timeout: Duration,
    /// How many invocations may run at once.
    pub concurrency: usize,
}

impl FunctionSettings {
    /// A function with Lambda's defaults: 128 MB, 3 s; and up to 10 at once.
    pub fn new(name: impl Into<String>, program: impl Into<OsString>) -> Self {
        Self {
            name: name.into(),
            program: program.into(),
            arguments: Vec::new(),
            directory: None,
            environment: Vec::new(),
            memory_mb: 128,
            timeout: Duration::from_secs(3),
            concurrency: 10,
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
