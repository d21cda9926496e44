//! What the files hold: exports of the analytics, reports, and what is neither.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use zerobill::analytics::{self, Export, Merged, Tally};
use zerobill_free_tier::{MbMs, Report};

use crate::{failure::Failure, logs};

/// How many lines that could not be read are quoted.
const QUOTED: usize = 5;

/// What the files hold.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) files: u64,
    pub(super) events: u64,
    /// Events that hold an export.
    pub(super) exports: u64,
    /// Events that are a report.
    pub(super) reports: u64,
    /// Events that begin like one of these and are none.
    pub(super) unreadable: u64,
    /// Where the first of them stand, and why.
    pub(super) problems: Vec<String>,
    pub(super) merged: Merged,
    /// What all environments have counted together.
    pub(super) tally: Tally,
    /// What invocations took, by the function's memory in MB.
    pub(super) by_memory: BTreeMap<u64, Invocations>,
}

/// Invocations with the same memory.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Invocations {
    pub(super) count: u64,
    /// Those of them that were the first of their environment.
    pub(super) cold: u64,
    pub(super) billed_ms: u64,
    pub(super) init_us: u64,
    /// The most memory that one used, in MB.
    pub(super) max_used_mb: u64,
}

impl Invocations {
    pub(super) fn mb_ms(&self, memory_mb: u64) -> MbMs {
        MbMs::of(1, memory_mb, self.billed_ms)
    }

    fn add(&mut self, report: &Report) {
        self.count += 1;
        self.cold += u64::from(report.init_us.is_some());
        self.billed_ms = self.billed_ms.saturating_add(report.billed_ms);
        self.init_us = self.init_us.saturating_add(report.init_us.unwrap_or_default());
        self.max_used_mb = self.max_used_mb.max(report.max_memory_mb);
    }
}

impl Evidence {
    /// Reads these files.
    pub(super) fn read(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut evidence = Self::default();
        for file in files {
            let text = logs::text(file)?;
            let place = file.display().to_string();
            // An answer of `debug.analytics`, perhaps on many lines.
            match serde_json::from_str::<Export>(&text) {
                Ok(_) => evidence.take(&place, &text),
                Err(_) => logs::for_each(&text, |line, event| {
                    evidence.take(&format!("{place}:{line}"), &event.message);
                }),
            }
            evidence.files += 1;
        }
        evidence.tally = evidence.merged.tally();
        Ok(evidence)
    }

    /// The functions that wrote the exports.
    pub(super) fn functions(&self) -> BTreeSet<&str> {
        let named = self.merged.exports().map(|export| export.function.as_str());
        named.filter(|name| !name.is_empty()).collect()
    }

    fn take(&mut self, place: &str, message: &str) {
        self.events += 1;
        match analytics::read(message) {
            Some(Ok(export)) => {
                self.exports += 1;
                self.merged.insert(export);
                return;
            }
            Some(Err(problem)) => return self.cannot_read(place, &problem.to_string()),
            None => {}
        }
        match logs::report(message) {
            None => {}
            Some(Ok(report)) => {
                self.reports += 1;
                self.by_memory.entry(report.memory_mb).or_default().add(&report);
            }
            Some(Err(problem)) => self.cannot_read(place, &problem),
        }
    }

    fn cannot_read(&mut self, place: &str, problem: &str) {
        self.unreadable += 1;
        if self.problems.len() < QUOTED {
            self.problems.push(format!("{place}: {problem}"));
        }
    }
}
