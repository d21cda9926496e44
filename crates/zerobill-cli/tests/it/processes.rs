//! Finds the processes that a command has started, by a variable that they have.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::zerobill::PATIENCE;

/// A variable with a value that no other process has, as `--env` takes it.
pub(crate) fn marker(test: &str) -> String {
    format!("MARKER_OF_A_TEST={test}-{}", std::process::id())
}

/// The state letters of all processes that have the variable, as in `man proc`; those that have ended do not count.
pub(crate) fn states(marker: &str) -> Vec<char> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let states = processes.filter_map(|process| state(process.path(), marker));
    states.filter(|state| *state != 'Z').collect()
}

fn state(folder: PathBuf, marker: &str) -> Option<char> {
    let variables = std::fs::read(folder.join("environ")).ok()?;
    let has = variables
        .split(|byte| *byte == 0)
        .any(|variable| variable == marker.as_bytes());
    let stat = std::fs::read_to_string(folder.join("stat")).ok().filter(|_| has)?;
    stat.rsplit(')').next()?.trim_start().chars().next()
}

/// Ends all processes that have the variable, without asking them.
pub(crate) fn kill_all(marker: &str) {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ours = processes.filter(|process| state(process.path(), marker).is_some());
    for process in ours {
        // One that has ended meanwhile cannot be killed.
        _ = Command::new("kill").arg("-KILL").arg(process.file_name()).status();
    }
}

/// Waits until the states are as `wanted`.
pub(crate) fn wait_for_states(marker: &str, wanted: &[char]) {
    wait_until(marker, |states| states == wanted);
}

/// Waits until so many processes have the variable.
pub(crate) fn wait_for_count(marker: &str, count: usize) {
    wait_until(marker, |states| states.len() == count);
}

fn wait_until(marker: &str, as_wanted: impl Fn(&[char]) -> bool) {
    const PAUSE: Duration = Duration::from_millis(5);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        if as_wanted(&states(marker)) {
            return;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("the processes are in the states {:?}", states(marker));
}
