//! A small function: INIT at full speed, and then a share of a CPU, as Lambda gives it.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::clock::Moment;
use crate::statistics::Summary;
use crate::subject::{Process, Subject};

/// Where the kernel keeps groups with a share of a CPU.
const GROUPS: &str = "/sys/fs/cgroup/cpu";
/// Lambda's own period.
const PERIOD_US: u64 = 20_000;
const WARM: usize = 20;
/// Between later events: a small function answers one now and then, and has its share again by the next.
const PAUSE: Duration = Duration::from_micros(PERIOD_US);

/// What a function does with its share.
#[derive(Debug)]
pub(crate) struct Throttled {
    /// CPU time of the first event.
    pub(crate) first_cpu_ms: Summary,
    /// From offering the first event to its answer.
    pub(crate) first_ms: Summary,
    /// The same for the events after it.
    pub(crate) warm_ms: Summary,
    /// How many percent of these took no longer than the millisecond that is billed at least.
    pub(crate) within_1_ms_percent: f64,
}

/// A share of a CPU.
#[derive(Debug)]
pub(crate) struct Share {
    folder: PathBuf,
}

impl Share {
    /// Makes a group of processes that together have this share of one CPU.
    pub(crate) fn new(percent: u64) -> Result<Self> {
        let folder = Path::new(GROUPS).join(format!("zerobill-bench-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
        let share = Self { folder };
        share.set("cpu.cfs_period_us", PERIOD_US)?;
        share.set("cpu.cfs_quota_us", PERIOD_US * percent / 100)?;
        Ok(share)
    }

    fn set(&self, name: &str, value: u64) -> Result<()> {
        let file = self.folder.join(name);
        fs::write(&file, value.to_string()).with_context(|| format!("cannot write `{}`", file.display()))
    }

    /// Gives a process no more than the share from now on.
    pub(crate) fn limit(&self, process: &Process) -> Result<()> {
        self.set("cgroup.procs", process.id().into())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // Its processes have ended; a group that is left behind limits nobody.
        let _left = fs::remove_dir(&self.folder);
    }
}

/// Starts each function `count` times, in turn.
pub(crate) fn measure(subjects: &[Subject], folder: &Path, percent: u64, count: usize) -> Result<Vec<Throttled>> {
    let mut samples: Vec<[Vec<f64>; 3]> = vec![Default::default(); subjects.len()];
    // A group for each process: one that was throttled leaves nothing behind for the next.
    for _ in 0..count {
        for (subject, [cpu, first, warm]) in subjects.iter().zip(&mut samples) {
            let share = Share::new(percent)?;
            let mut process = subject.start(folder)?;
            process.api.idle()?;
            share.limit(&process)?;
            let before = process.cpu()?;
            first.push(one(&mut process).with_context(|| format!("first event of `{}`", subject.name))?);
            cpu.push(process.cpu()?.saturating_sub(before).as_secs_f64() * 1e3);
            for _ in 0..WARM {
                thread::sleep(PAUSE);
                warm.push(one(&mut process)?);
            }
            process.end()?;
        }
    }
    let summarise = |[cpu, first, warm]: [Vec<f64>; 3]| Throttled {
        within_1_ms_percent: within(1.0, &warm),
        first_cpu_ms: Summary::of(cpu),
        first_ms: Summary::of(first),
        warm_ms: Summary::of(warm),
    };
    Ok(samples.into_iter().map(summarise).collect())
}

/// How many percent of the samples are at most `limit`.
fn within(limit: f64, samples: &[f64]) -> f64 {
    let within = samples.iter().filter(|sample| **sample <= limit).count();
    within as f64 * 100.0 / samples.len().max(1) as f64
}

/// Milliseconds from offering an event to the last byte of its answer.
fn one(process: &mut Process) -> Result<f64> {
    let offered = Moment::now();
    let answer = process.invoke()?;
    process.api.idle()?;
    Ok(answer.at.since(offered).as_secs_f64() * 1e3)
}

/// A table of the results, or why there are none.
pub(crate) fn section(subjects: &[Subject], percent: u64, results: &Result<Vec<Throttled>>) -> String {
    let mut text = format!("\n## At {percent} % of a CPU\n\n");
    let results = match results {
        Ok(results) => results,
        Err(error) => {
            let _infallible = writeln!(text, "Not measured: {error:#}.");
            return text;
        }
    };
    text.push_str(
        "INIT is not limited, as on Lambda. Later events come one at a time, 20 ms after the last answer.\n\n\
         | function | first event ms | its CPU ms | later events ms | of these within 1 ms |\n|---|---:|---:|---:|---:|\n",
    );
    for (subject, result) in subjects.iter().zip(results) {
        let (first, cpu, warm) = (result.first_ms, result.first_cpu_ms, result.warm_ms);
        let (name, within) = (&subject.name, result.within_1_ms_percent);
        let _infallible = writeln!(text, "| {name} | {first} | {cpu} | {warm} | {within:.1} % |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_each_function_and_a_machine_without_groups_is_said() {
        let subjects = [Subject::parse("ours=a").unwrap()];
        let summary = Summary::of(vec![1.0, 2.0, 3.0]);
        let results = Ok(vec![Throttled {
            first_cpu_ms: Summary::of(vec![0.25]),
            first_ms: summary,
            warm_ms: Summary::of(vec![0.5]),
            within_1_ms_percent: within(1.0, &[0.5, 1.0, 1.5, 0.1]),
        }]);
        let text = section(&subjects, 7, &results);
        assert!(
            text.ends_with("| ours | 2.00 (1.50–2.50) | 0.25 (0.25–0.25) | 0.50 (0.50–0.50) | 75.0 % |\n"),
            "{text}"
        );
        let text = section(&subjects, 7, &Err(anyhow::anyhow!("no groups")));
        assert_eq!(text, "\n## At 7 % of a CPU\n\nNot measured: no groups.\n");
    }
}
