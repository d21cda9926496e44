//! Logs of functions, whatever they were exported with: what Lambda reported of each invocation, and how much was logged.

mod events;
mod record;
mod times;

use std::{fs::File, io::Read, path::Path};

use flate2::read::MultiGzDecoder;
use zerobill_free_tier::{Report, Traffic};

use self::events::Event;
pub(crate) use self::{events::for_each, record::report};
use crate::failure::Failure;

/// Bytes by which `CloudWatch` counts each event longer than its message.
const EVENT_OVERHEAD: u128 = 26;

/// The most that one file may hold, decompressed.
const MAX_BYTES: u64 = 2 << 30;

/// How many lines that could not be read are quoted.
const QUOTED: usize = 5;

/// What logs say.
#[derive(Debug, Default)]
pub(crate) struct Logs {
    /// Files that were read.
    pub(crate) files: u64,
    /// Log events in them.
    pub(crate) events: u64,
    /// Invocations that were reported; one that Lambda retried is billed each time.
    pub(crate) traffic: Traffic,
    /// Reports whose printed billed duration is not what their durations add up to: the printed one is counted.
    pub(crate) computed_differs: u64,
    /// Events that begin like a report and are none.
    pub(crate) unparsed: u64,
    /// Where the first of them stand, and why.
    pub(crate) problems: Vec<String>,
    /// Times of the first and the last event, in milliseconds since 1970.
    pub(crate) span_ms: Option<(u64, u64)>,
}

/// Reads these files.
///
/// # Errors
/// If one cannot be read, or is too large.
pub(crate) fn read(files: &[std::path::PathBuf]) -> Result<Logs, Failure> {
    let mut logs = Logs::default();
    for file in files {
        let text = text(file)?;
        for_each(&text, |line, event| {
            logs.take(&format!("{}:{line}", file.display()), &event);
        });
        logs.files += 1;
    }
    Ok(logs)
}

/// The text of a file, decompressed if it is gzip.
///
/// # Errors
/// If it cannot be read, or is too large.
pub(crate) fn text(file: &Path) -> Result<String, Failure> {
    let bytes =
        content(file).map_err(|problem| Failure::user(format!("cannot read `{}`: {problem}", file.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Logs {
    fn take(&mut self, place: &str, event: &Event<'_>) {
        self.events += 1;
        let bytes = event.message.len() as u128 + EVENT_OVERHEAD;
        self.traffic.log_bytes = self.traffic.log_bytes.saturating_add(bytes);
        if let Some(time) = event.time_ms.or_else(|| times::in_message(&event.message)) {
            let (first, last) = self.span_ms.unwrap_or((time, time));
            self.span_ms = Some((first.min(time), last.max(time)));
        }
        match report(&event.message) {
            None => {}
            Some(Ok(report)) => self.count(&report),
            Some(Err(problem)) => {
                self.unparsed += 1;
                if self.problems.len() < QUOTED {
                    self.problems.push(format!("{place}: {problem}"));
                }
            }
        }
    }

    fn count(&mut self, report: &Report) {
        let traffic = &mut self.traffic;
        traffic.requests = traffic.requests.saturating_add(1);
        traffic.billed_ms = traffic.billed_ms.saturating_add(report.billed_ms.into());
        traffic.mb_ms = traffic.mb_ms + report.mb_ms();
        self.computed_differs += u64::from(report.computed_billed_ms() != report.billed_ms);
    }
}

/// The bytes of a file, decompressed if it is gzip.
fn content(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut limited = File::open(file).map_err(|error| error.to_string())?.take(MAX_BYTES + 1);
    limited.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        let mut decoder = MultiGzDecoder::new(bytes.as_slice()).take(MAX_BYTES + 1);
        decoder
            .read_to_end(&mut plain)
            .map_err(|error| format!("it is no whole gzip file: {error}"))?;
        bytes = plain;
    }
    if bytes.len() as u64 > MAX_BYTES {
        return Err("it holds more than 2 GiB; split it".to_owned());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
