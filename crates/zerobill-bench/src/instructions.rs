//! Instructions, which do not depend on what else the machine does: counted by valgrind, as few machines let one ask the CPU.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::subject::Subject;

const WARM: u64 = 50;

/// Instructions of each function, or why there are none.
#[derive(Debug)]
pub(crate) enum Instructions {
    Counted(Vec<Count>),
    Missing(String),
}

/// Instructions in user mode.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    /// From the start of the process to its end after one invocation.
    pub(crate) cold: u64,
    /// Of one further invocation.
    pub(crate) warm: u64,
}

/// Runs each function twice under valgrind; the difference of the two runs is the warm invocations.
pub(crate) fn measure(subjects: &[Subject], folder: &Path, event: &[u8]) -> Result<Instructions> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Ok(Instructions::Missing("`valgrind` is not installed".to_owned()));
    }
    let mut counts = Vec::new();
    for subject in subjects {
        let cold = run(subject, folder, event, 1).with_context(|| format!("instructions of `{}`", subject.name))?;
        let more = run(subject, folder, event, 1 + WARM)?;
        counts.push(Count {
            cold,
            warm: more.saturating_sub(cold) / WARM,
        });
    }
    Ok(Instructions::Counted(counts))
}

fn run(subject: &Subject, folder: &Path, event: &[u8], invocations: u64) -> Result<u64> {
    let name = format!("zerobill-bench-{}-{invocations}", std::process::id());
    let file = std::env::temp_dir().join(name);
    let option = format!("--callgrind-out-file={}", file.display());
    let process = subject.start_under(folder, &["valgrind", "--tool=callgrind", &option])?;
    for _ in 0..invocations {
        process.api.invoke(event)?;
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
