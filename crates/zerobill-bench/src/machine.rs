//! What the figures were taken on.

use std::fs;
use std::process::Command;

/// CPU, kernel and compiler in one line.
pub(crate) fn describe() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let count = cpus.lines().filter(|line| line.starts_with("processor")).count();
    let model = cpus
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown CPU", |(_, name)| name);
    format!(
        "{count} x {model}, Linux {}, {}",
        said("uname", "-r"),
        said("rustc", "-V")
    )
}

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map_or_else(
        |_| format!("no `{program}`"),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
