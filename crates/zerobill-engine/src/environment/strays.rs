//! Processes that a function has started and that have left its process group: they still have its variables.

use std::fs;

use rustix::process::{Pid, Signal, kill_process};

/// How often the processes are looked through: one that starts another while it is looked for is found the next time.
const PASSES: usize = 3;

/// The variable by which a process is known, and what it starts.
pub(super) const MARK: &str = "_ZEROBILL_PROCESS";

/// Ends every process that has `mark` in its variable [`MARK`]; none where the system does not list them.
pub(super) fn end(mark: &str) {
    let marker = format!("{MARK}={mark}");
    for _ in 0..PASSES {
        let found = having(&marker);
        if found.is_empty() {
            return;
        }
        for pid in found {
            // One that has ended meanwhile needs no signal.
            _ = kill_process(pid, Signal::KILL);
        }
    }
}

fn having(marker: &str) -> Vec<Pid> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let has_marker = |variables: &[u8]| variables.split(|byte| *byte == 0).any(|one| one == marker.as_bytes());
    let own = i32::try_from(std::process::id()).ok();
    processes
        .flatten()
        .filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok())
        .filter(|id| Some(*id) != own)
        // What is another user's cannot be read, and one that waits to be reaped has none.
        .filter(|id| fs::read(format!("/proc/{id}/environ")).is_ok_and(|variables| has_marker(&variables)))
        .filter_map(Pid::from_raw)
        .collect()
}
