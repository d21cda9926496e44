//! Runs the command, and takes out of what it prints what differs from run to run.

use std::{
    fmt,
    io::Write,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

/// How long anything may take that does come to its end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a run came to; it prints as a snapshot shows it.
pub(crate) struct Run {
    pub(crate) exit: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command with these arguments, and without what this process has set.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null());
    for name in [
        "AWS_LAMBDA_LOG_LEVEL",
        "AWS_PROFILE",
        "NO_COLOR",
        "POWERTOOLS_LOG_LEVEL",
        "ZEROBILL_CONFIG",
        "ZEROBILL_EXPOSE",
        "ZEROBILL_LOG_LEVEL",
    ] {
        command.env_remove(name);
    }
    // Counted nowhere: what a test does is not to reach the next one.
    command.env("ZEROBILL_METER_FOLDER", "");
    // Nor what whoever runs the tests has in files.
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        command.env(name, "/dev/null");
    }
    command
}

/// The command's executable.
pub(crate) fn program() -> &'static str {
    env!("CARGO_BIN_EXE_zerobill")
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Run {
    let mut command = command(arguments);
    finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()))
}

/// Runs a command to its end, which must come in time.
pub(crate) fn finish(command: &mut Command) -> Run {
    end_of(command.spawn().unwrap())
}

/// The end of a process; one that does not come to it is killed, which its exit code shows.
fn end_of(process: Child) -> Run {
    let ((ended, end), id) = (channel::<()>(), process.id().to_string());
    let watchdog = std::thread::spawn(move || {
        if end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            Command::new("kill").args(["-KILL", &id]).status().unwrap();
        }
    });
    let output = process.wait_with_output().unwrap();
    drop(ended);
    watchdog.join().unwrap();
    output.into()
}

/// Runs it with `input` on its standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    let mut process = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    process.stdin.take().unwrap().write_all(input.as_ref()).unwrap();
    end_of(process)
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            exit: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exit = self
            .exit
            .map_or_else(|| "by a signal".to_owned(), |exit| exit.to_string());
        writeln!(f, "exit: {exit}\n--- stdout\n{}", steady(&self.stdout))?;
        write!(f, "--- stderr\n{}", steady(&self.stderr))
    }
}

/// The text with `ID` for request ids, `N` for what was measured, and ` | ` for tabs.
pub(crate) fn steady(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(steady_line).collect();
    lines.push(String::new());
    lines.join("\n")
}

fn steady_line(line: &str) -> String {
    let fields: Vec<String> = line.trim_end().split('\t').map(steady_field).collect();
    fields.join(" | ")
}

fn steady_field(field: &str) -> String {
    const MEASURED: [&str; 4] = ["Billed Duration:", "Duration:", "Init Duration:", "Max Memory Used:"];
    let mut words: Vec<&str> = field.split(' ').collect();
    if MEASURED.iter().any(|name| field.contains(name)) {
        let number = words.len() - 2;
        words[number] = "N";
    }
    for word in &mut words {
        if word.len() == 36 && word.matches('-').count() == 4 {
            *word = "ID";
        }
    }
    words.join(" ")
}
