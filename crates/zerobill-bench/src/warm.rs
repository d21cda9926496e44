//! Warm invocations: from offering an event to the last byte of its answer, in a process that has answered before.

use std::path::Path;

use anyhow::{Context, Result};

use crate::clock::Moment;
use crate::statistics::Summary;
use crate::subject::{Process, Subject};

/// What a warm invocation of one function costs.
#[derive(Debug)]
pub(crate) struct Warm {
    pub(crate) cpu_us: Summary,
    pub(crate) wall_us: Summary,
    /// After all of them.
    pub(crate) private_dirty_kb: u64,
    /// Invocations measured.
    pub(crate) count: usize,
}

/// Sends `rounds` times `batch` events to each function, in turn.
pub(crate) fn measure(subjects: &[Subject], folder: &Path, rounds: usize, batch: usize) -> Result<Vec<Warm>> {
    let mut running = Vec::new();
    for subject in subjects {
        let mut process = subject.start(folder)?;
        process
            .invoke()
            .with_context(|| format!("first invocation of `{}`", subject.name))?;
        running.push((process, Vec::new(), Vec::new()));
    }
    for _ in 0..rounds {
        for (process, cpu, wall) in &mut running {
            let (cpu_us, walls) = round(process, batch)?;
            cpu.push(cpu_us);
            wall.extend(walls);
        }
    }
    let summarise = |(process, cpu, wall): (Process, Vec<f64>, Vec<f64>)| {
        Ok(Warm {
            cpu_us: Summary::of(cpu),
            count: wall.len(),
            wall_us: Summary::of(wall),
            private_dirty_kb: process.memory()?.private_dirty_kb,
        })
    };
    running.into_iter().map(summarise).collect()
}

/// CPU microseconds per invocation, and the wall time of each.
fn round(process: &mut Process, batch: usize) -> Result<(f64, Vec<f64>)> {
    process.api.idle()?;
    let before = process.cpu()?;
    let mut walls = Vec::with_capacity(batch);
    for _ in 0..batch {
        let offered = Moment::now();
        let answer = process.invoke()?;
        walls.push(answer.at.since(offered).as_secs_f64() * 1e6);
        process.api.idle()?;
    }
    let cpu = process.cpu()?.saturating_sub(before);
    Ok((cpu.as_secs_f64() * 1e6 / batch as f64, walls))
}
