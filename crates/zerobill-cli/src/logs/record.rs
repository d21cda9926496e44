//! What Lambda reports of an invocation, in its text format or its JSON format.

use serde::Deserialize;
use zerobill_free_tier::{Report, ReportError, Status};

/// The report in `message`; `None` if it is another kind of message, and a reason if it is one that cannot be read.
pub(crate) fn report(message: &str) -> Option<Result<Report, String>> {
    if message.contains("\"platform.report\"") {
        return from_json(message);
    }
    match message.parse() {
        Ok(report) => Some(Ok(report)),
        Err(ReportError::NotAReport) => None,
        Err(error) => Some(Err(error.to_string())),
    }
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    record: Record,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    request_id: String,
    metrics: Metrics,
    status: Option<String>,
    error_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    duration_ms: f64,
    billed_duration_ms: u64,
    #[serde(rename = "memorySizeMB")]
    memory_mb: u64,
    #[serde(rename = "maxMemoryUsedMB")]
    max_memory_mb: u64,
    init_duration_ms: Option<f64>,
    restore_duration_ms: Option<f64>,
    billed_restore_duration_ms: Option<u64>,
}

fn from_json(message: &str) -> Option<Result<Report, String>> {
    // A prefix of the export may stand before it.
    let json = &message[message.find('{')?..];
    let line: Line = match serde_json::from_str(json) {
        Ok(line) => line,
        Err(error) => return Some(Err(format!("the `platform.report` cannot be read: {error}"))),
    };
    if line.kind != "platform.report" {
        return None;
    }
    let metrics = line.record.metrics;
    let read = || {
        let duration_us = microseconds("durationMs", metrics.duration_ms)?;
        let optional = |name, value: Option<f64>| value.map(|ms| microseconds(name, ms)).transpose();
        let init_us = optional("initDurationMs", metrics.init_duration_ms)?;
        let restore_us = optional("restoreDurationMs", metrics.restore_duration_ms)?;
        Ok(Report {
            billed_ms: metrics.billed_duration_ms,
            max_memory_mb: metrics.max_memory_mb,
            restore_us,
            billed_restore_ms: metrics.billed_restore_duration_ms,
            status: match line.record.status.as_deref() {
                Some("timeout") => Status::Timeout,
                Some("error" | "failure") => Status::Error,
                _ => Status::Success,
            },
            error_type: line.record.error_type,
            ..Report::new(line.record.request_id, duration_us, init_us, metrics.memory_mb)
        })
    };
    Some(read())
}

/// Milliseconds with decimals, in whole microseconds.
fn microseconds(name: &str, ms: f64) -> Result<u64, String> {
    const LONGEST_MS: f64 = 1e12;
    if !(0.0..=LONGEST_MS).contains(&ms) {
        return Err(format!(
            "`{name}` of the `platform.report` is {ms}, which is no duration"
        ));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 10¹⁵, as checked above"
    )]
    Ok((ms * 1_000.0).round() as u64)
}
