//! Instructions, which do not depend on what else the machine does: counted by valgrind, as few machines let one ask the CPU.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::subject::Subject;

const WARM: u64 = 50;

/// A function's instructions, or why they were not counted.
pub(crate) type Counted = Result<Count, String>;

/// Instructions in user mode.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    /// From the start of the process to its end after one invocation.
    pub(crate) cold: u64,
    /// Of one further invocation.
    pub(crate) warm: u64,
}

/// Runs each function twice under valgrind; the difference of the two runs is the warm invocations.
pub(crate) fn measure(subjects: &[Subject], folder: &Path, event: &[u8]) -> Vec<Counted> {
    let installed = Command::new("valgrind").arg("--version").output().is_ok();
    let count = |subject: &Subject| {
        if !installed {
            return Err("`valgrind` is not installed".to_owned());
        }
        count(subject, folder, event).map_err(|error| format!("{error:#}"))
    };
    subjects.iter().map(count).collect()
}

fn count(subject: &Subject, folder: &Path, event: &[u8]) -> Result<Count> {
    let cold = run(subject, folder, event, 1)?;
    let more = run(subject, folder, event, 1 + WARM)?;
    Ok(Count {
        cold,
        warm: more.saturating_sub(cold) / WARM,
    })
}

fn run(subject: &Subject, folder: &Path, event: &[u8], invocations: u64) -> Result<u64> {
    let name = format!("zerobill-bench-{}-{invocations}", std::process::id());
    let file = std::env::temp_dir().join(name);
    let option = format!("--callgrind-out-file={}", file.display());
    let mut process = subject.start_under(folder, &["valgrind", "--tool=callgrind", &option])?;
    for _ in 0..invocations {
        process.invoke(event)?;
    }
    process.api.idle()?;
    process.terminate()?;
    let text = fs::read_to_string(&file).with_context(|| format!("valgrind left no `{}`", file.display()))?;
    fs::remove_file(&file)?;
    total(&text).with_context(|| format!("no total in `{}`", file.display()))
}

/// The total of a callgrind file.
fn total(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")))?;
    line.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_callgrind_file_is_read() {
        assert_eq!(total("events: Ir\nfn=(1)\n1 5\n\ntotals: 1234567\n"), Some(1_234_567));
        assert_eq!(total("events: Ir\n"), None);
    }
}
