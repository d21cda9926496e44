//! Cold starts: from starting the process to the last byte of its first answer.

use std::path::Path;

use anyhow::{Context, Result};

use crate::statistics::Summary;
use crate::subject::Subject;

/// What a cold start of one function costs.
#[derive(Debug)]
pub(crate) struct Cold {
    pub(crate) cpu_ms: Summary,
    pub(crate) wall_ms: Summary,
    pub(crate) private_dirty_kb: Summary,
    pub(crate) resident_kb: Summary,
}

/// Starts each function `count` times, in turn.
pub(crate) fn measure(subjects: &[Subject], folder: &Path, count: usize) -> Result<Vec<Cold>> {
    let mut samples: Vec<[Vec<f64>; 4]> = vec![Default::default(); subjects.len()];
    // The first round only brings the files into memory.
    for round in 0..=count {
        for (subject, samples) in subjects.iter().zip(&mut samples) {
            let sample = one(subject, folder).with_context(|| format!("cold start of `{}`", subject.name))?;
            if round > 0 {
                samples
                    .iter_mut()
                    .zip(sample)
                    .for_each(|(samples, value)| samples.push(value));
            }
        }
    }
    let summarise = |[cpu, wall, private, resident]: [Vec<f64>; 4]| Cold {
        cpu_ms: Summary::of(cpu),
        wall_ms: Summary::of(wall),
        private_dirty_kb: Summary::of(private),
        resident_kb: Summary::of(resident),
    };
    Ok(samples.into_iter().map(summarise).collect())
}

fn one(subject: &Subject, folder: &Path) -> Result<[f64; 4]> {
    let mut process = subject.start(folder)?;
    let answer = process.invoke()?;
    process.api.idle()?;
    let cpu = process.cpu()?.as_secs_f64() * 1e3;
    let wall = answer.at.since(process.started).as_secs_f64() * 1e3;
    let memory = process.memory()?;
    let body = String::from_utf8_lossy(&answer.body);
    serde_json::from_str::<serde_json::Value>(&body).with_context(|| format!("the answer is no JSON: {body}"))?;
    Ok([cpu, wall, memory.private_dirty_kb as f64, memory.resident_kb as f64])
}
