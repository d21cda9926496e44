//! The function as a bare process, without a local Lambda.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Condvar, Mutex, OnceLock},
    thread::JoinHandle,
};

use serde_json::Value;

use crate::lab::PATIENCE;

pub(crate) const BOOTSTRAP: &str = env!("CARGO_BIN_EXE_bootstrap");

/// The example `own_handlers`, built.
pub(crate) fn own_handlers() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build_example).clone()
}

/// Builds it, unless `cargo test` has: it does not where it is told which targets to test.
fn build_example() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/PROFILE/deps/it-0123: the example lies beside `deps`.
    let folder = test.parent().unwrap().parent().unwrap();
    let program = folder.join("examples").join("own_handlers");
    if is_current(&program) {
        return program;
    }
    let profile = match folder.file_name().unwrap().to_str().unwrap() {
        "debug" => "dev",
        other => other,
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet", "--package", "zerobill-function"])
        .args(["--example", "own_handlers", "--profile", profile, "--target-dir"])
        .arg(folder.parent().unwrap())
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    for name in variables_of_cargo() {
        cargo.env_remove(name);
    }
    let status = cargo.status().unwrap();
    assert!(status.success(), "the example does not build");
    program
}

/// Whether a program is newer than everything it is made of, which cargo lists in a file beside it.
fn is_current(program: &Path) -> bool {
    let changed = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    let (Some(built), Ok(list)) = (changed(program), std::fs::read_to_string(program.with_extension("d"))) else {
        return false;
    };
    let sources = list.split_whitespace().skip(1);
    sources
        .map(Path::new)
        .all(|source| changed(source).is_some_and(|changed| changed <= built))
}

/// What cargo tells a test of its package: build scripts look at that, and would run again.
#[expect(
    clippy::disallowed_methods,
    reason = "a cargo inside a cargo inherits these, so these are to be found"
)]
fn variables_of_cargo() -> impl Iterator<Item = std::ffi::OsString> {
    let told = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    std::env::vars_os()
        .map(|(name, _)| name)
        .filter(move |name| name.to_str().is_some_and(told))
}

/// A command with the variables that Lambda sets and no other.
pub(crate) fn lambda(program: impl AsRef<std::ffi::OsStr>, runtime_api: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs([
        ("AWS_LAMBDA_RUNTIME_API", runtime_api),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
    ]);
    command.envs(variables.iter().copied()).stdin(Stdio::null());
    command
}

/// Exit code, standard output and standard error.
pub(crate) fn ended(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

pub(crate) fn is_json_object(line: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, Value>>(line).is_ok()
}

/// A running function whose lines are collected; it is killed when it is dropped.
pub(crate) struct Function {
    pub(crate) process: Child,
    lines: Arc<(Mutex<Vec<String>>, Condvar)>,
    reader: Option<JoinHandle<()>>,
}

impl Function {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let (stdout, collected) = (process.stdout.take().unwrap(), Arc::clone(&lines));
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                collected.0.lock().unwrap().push(line.unwrap());
                collected.1.notify_all();
            }
        });
        Self {
            process,
            lines,
            reader: Some(reader),
        }
    }

    /// The first `count` lines, which must be JSON; waits for them.
    pub(crate) fn logged(&self, count: usize) -> Vec<Value> {
        let lines = self.lines.0.lock().unwrap();
        let (lines, timeout) = self
            .lines
            .1
            .wait_timeout_while(lines, PATIENCE, |lines| lines.len() < count)
            .unwrap();
        assert!(!timeout.timed_out(), "not {count} lines: {lines:#?}");
        let parsed = |line: &String| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        lines.iter().take(count).map(parsed).collect()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let process = self.process.id().to_string();
        let status = Command::new("kill").args([signal, &process]).status().unwrap();
        assert!(status.success());
    }

    /// Ends it and gives every line it has written; there must be nothing on standard error.
    pub(crate) fn stop(mut self) -> Vec<Value> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let mut talk = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
        assert_eq!(talk, "");
        self.reader.take().unwrap().join().unwrap();
        let count = self.lines.0.lock().unwrap().len();
        self.logged(count)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
