//! Instructions and allocations, which do not depend on what else the machine does: counted by valgrind, as few machines let one
//! ask the CPU.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::subject::Subject;

const WARM: u64 = 50;

/// What was counted of a function, or why nothing was.
pub(crate) type Counted = Result<Count, String>;

/// Instructions in user mode, and allocations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    /// From the start of the process to its end after one invocation.
    pub(crate) cold: u64,
    /// Of one further invocation.
    pub(crate) warm: u64,
    /// Allocations of one further invocation.
    pub(crate) allocations: u64,
}

/// Runs each function twice under each of two tools of valgrind; the difference of the two runs is the warm invocations.
pub(crate) fn measure(subjects: &[Subject], folder: &Path) -> Vec<Counted> {
    let installed = Command::new("valgrind").arg("--version").output().is_ok();
    let count = |subject: &Subject| {
        if !installed {
            return Err("`valgrind` is not installed".to_owned());
        }
        count(subject, folder).map_err(|error| format!("{error:#}"))
    };
    subjects.iter().map(count).collect()
}

fn count(subject: &Subject, folder: &Path) -> Result<Count> {
    let both = |tool: &Tool| {
        let once = run(subject, folder, 1, tool)?;
        let more = run(subject, folder, 1 + WARM, tool)?;
        anyhow::Ok((once, more.saturating_sub(once) / WARM))
    };
    let (cold, warm) = both(&INSTRUCTIONS)?;
    let (_, allocations) = both(&ALLOCATIONS)?;
    Ok(Count {
        cold,
        warm,
        allocations,
    })
}

/// A tool of valgrind, the option that takes its file, and how its total is read there.
struct Tool {
    options: &'static [&'static str],
    file: &'static str,
    total: fn(&str) -> Option<u64>,
}

const INSTRUCTIONS: Tool = Tool {
    options: &["--tool=callgrind"],
    file: "--callgrind-out-file",
    total: instructions,
};

const ALLOCATIONS: Tool = Tool {
    options: &["--tool=memcheck", "--undef-value-errors=no", "--leak-check=no"],
    file: "--log-file",
    total: allocations,
};

fn run(subject: &Subject, folder: &Path, invocations: u64, tool: &Tool) -> Result<u64> {
    let name = format!("zerobill-bench-{}-{invocations}", std::process::id());
    let file = std::env::temp_dir().join(name);
    let option = format!("{}={}", tool.file, file.display());
    let command: Vec<&str> = ["valgrind"]
        .iter()
        .chain(tool.options)
        .copied()
        .chain([option.as_str()])
        .collect();
    let mut process = subject.start_under(folder, &command)?;
    for _ in 0..invocations {
        process.invoke()?;
    }
    process.api.idle()?;
    process.terminate()?;
    let text = fs::read_to_string(&file).with_context(|| format!("valgrind left no `{}`", file.display()))?;
    fs::remove_file(&file)?;
    (tool.total)(&text).with_context(|| format!("no total in `{}`", file.display()))
}

/// The total of a callgrind file.
fn instructions(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")))?;
    line.trim().parse().ok()
}

/// The allocations in memcheck's summary: `total heap usage: 1,234 allocs, 1,200 frees, 56,789 bytes allocated`.
fn allocations(text: &str) -> Option<u64> {
    let (_, usage) = text.split_once("total heap usage: ")?;
    usage.split_once(" allocs")?.0.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_callgrind_file_is_read() {
        assert_eq!(
            instructions("events: Ir\nfn=(1)\n1 5\n\ntotals: 1234567\n"),
            Some(1_234_567)
        );
        assert_eq!(instructions("events: Ir\n"), None);
    }

    #[test]
    fn the_allocations_of_a_summary_are_read() {
        let text = "==7== HEAP SUMMARY:\n==7==   total heap usage: 1,234 allocs, 1,200 frees, 56,789 bytes allocated\n";
        assert_eq!(allocations(text), Some(1_234));
        assert_eq!(allocations("==7== HEAP SUMMARY:"), None);
    }
}
