//! What Lambda itself says of an environment and its invocations: as lines of text, as JSON, and as telemetry.

use serde_json::{Value, json};
use zerobill_free_tier::{Report, Status};

use crate::log_settings::LogLevel;

/// One thing that happened. What it is made of is only written out where somebody reads it.
#[derive(Debug)]
pub(crate) enum PlatformEvent<'a> {
    InitStart {
        function: &'a str,
    },
    InitRuntimeDone {
        failure: Option<&'a Failure<'a>>,
    },
    InitReport {
        duration_us: u64,
        failure: Option<&'a Failure<'a>>,
    },
    Start {
        request_id: &'a str,
        trace_id: &'a str,
    },
    RuntimeDone(RuntimeDone<'a>),
    Report {
        report: &'a Report,
        trace_id: &'a str,
    },
    Extension {
        name: &'a str,
        state: &'a str,
        events: &'a [&'static str],
        error_type: Option<&'a str>,
    },
    TelemetrySubscription {
        name: &'a str,
        types: &'a [&'static str],
    },
    LogsDropped {
        records: u64,
        bytes: u64,
    },
}

/// Why INIT or an invocation did not end well.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    pub(crate) timed_out: bool,
    pub(crate) error_type: &'a str,
}

/// The end of a function's own work, before that of its extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RuntimeDone<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) trace_id: &'a str,
    pub(crate) status: Status,
    pub(crate) error_type: Option<&'a str>,
    /// Milliseconds since 1970 at which the function was given the event.
    pub(crate) started_ms: u64,
    pub(crate) duration_us: u64,
    /// The size of the reply, where it was not streamed.
    pub(crate) produced_bytes: Option<usize>,
}

impl Failure<'_> {
    fn status(&self) -> &'static str {
        if self.timed_out { "timeout" } else { "error" }
    }
}

impl PlatformEvent<'_> {
    /// Its name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::InitStart { .. } => "platform.initStart",
            Self::InitRuntimeDone { .. } => "platform.initRuntimeDone",
            Self::InitReport { .. } => "platform.initReport",
            Self::Start { .. } => "platform.start",
            Self::RuntimeDone(_) => "platform.runtimeDone",
            Self::Report { .. } => "platform.report",
            Self::Extension { .. } => "platform.extension",
            Self::TelemetrySubscription { .. } => "platform.telemetrySubscription",
            Self::LogsDropped { .. } => "platform.logsDropped",
        }
    }

    /// The level at which it is logged in JSON.
    pub(crate) fn level(&self) -> LogLevel {
        match self {
            Self::InitRuntimeDone { failure: None } | Self::InitReport { failure: None, .. } => LogLevel::Debug,
            Self::RuntimeDone(done) if done.status == Status::Success => LogLevel::Debug,
            Self::InitRuntimeDone { .. }
            | Self::InitReport { .. }
            | Self::RuntimeDone(_)
            | Self::LogsDropped { .. }
            | Self::Extension {
                error_type: Some(_), ..
            } => LogLevel::Warn,
            Self::Report { report, .. } if report.status != Status::Success => LogLevel::Warn,
            Self::InitStart { .. }
            | Self::Start { .. }
            | Self::Report { .. }
            | Self::Extension { .. }
            | Self::TelemetrySubscription { .. } => LogLevel::Info,
        }
    }

    /// The lines of text that Lambda writes of it; none of what is only in JSON.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::InitStart { .. } => Some("INIT_START Runtime Version: local\tRuntime Version ARN: local".to_owned()),
            Self::InitReport {
                duration_us,
                failure: Some(failure),
            } => Some(format!(
                "INIT_REPORT Init Duration: {}.{:02} ms\tPhase: init\tStatus: {}\tError Type: {}",
                duration_us / 1_000,
                duration_us % 1_000 / 10,
                failure.status(),
                failure.error_type
            )),
            Self::Start { request_id, .. } => Some(format!("START RequestId: {request_id} Version: $LATEST")),
            Self::Report { report, .. } => Some(format!("END RequestId: {}\n{report}", report.request_id)),
            Self::Extension {
                name,
                state,
                events,
                error_type,
            } => {
                let mut line = format!(
                    "EXTENSION\tName: {name}\tState: {state}\tEvents: [{}]",
                    events.join(",")
                );
                if let Some(error_type) = error_type {
                    line.push_str("\tError Type: ");
                    line.push_str(error_type);
                }
                Some(line)
            }
            Self::TelemetrySubscription { name, types } => {
                let types: Vec<_> = types.iter().map(|name| capitalised(name)).collect();
                Some(format!(
                    "TELEMETRY\tName: {name}\tState: Subscribed\tTypes: [{}]",
                    types.join(", ")
                ))
            }
            Self::InitRuntimeDone { .. }
            | Self::InitReport { failure: None, .. }
            | Self::RuntimeDone(_)
            | Self::LogsDropped { .. } => None,
        }
    }

    /// Its record in JSON.
    pub(crate) fn record(&self) -> Value {
        match self {
            Self::InitStart { function } => json!({
                "initializationType": "on-demand",
                "phase": "init",
                "runtimeVersion": "local",
                "runtimeVersionArn": "local",
                "functionName": function,
                "functionVersion": "$LATEST",
            }),
            Self::InitRuntimeDone { failure } => {
                with_failure(json!({ "initializationType": "on-demand", "phase": "init" }), *failure)
            }
            Self::InitReport { duration_us, failure } => with_failure(
                json!({
                    "initializationType": "on-demand",
                    "phase": "init",
                    "metrics": { "durationMs": milliseconds(*duration_us) },
                }),
                *failure,
            ),
            Self::Start { request_id, trace_id } => json!({
                "requestId": request_id,
                "version": "$LATEST",
                "tracing": tracing(trace_id),
            }),
            Self::RuntimeDone(done) => done.record(),
            Self::Report { report, trace_id } => report_record(report, trace_id),
            Self::Extension {
                name,
                state,
                events,
                error_type,
            } => {
                let mut record = json!({ "name": name, "state": state, "events": events });
                if let Some(error_type) = error_type {
                    record["errorType"] = (*error_type).into();
                }
                record
            }
            Self::TelemetrySubscription { name, types } => {
                json!({ "name": name, "state": "Subscribed", "types": types })
            }
            Self::LogsDropped { records, bytes } => json!({
                "reason": "the subscriber did not take its telemetry fast enough",
                "droppedRecords": records,
                "droppedBytes": bytes,
            }),
        }
    }
}

impl RuntimeDone<'_> {
    fn record(&self) -> Value {
        let mut metrics = json!({ "durationMs": milliseconds(self.duration_us) });
        if let Some(bytes) = self.produced_bytes {
            metrics["producedBytes"] = bytes.into();
        }
        let mut record = json!({
            "requestId": self.request_id,
            "status": status(self.status),
            "metrics": metrics,
            "spans": [{
                "name": "responseLatency",
                "start": crate::task::timestamp(self.started_ms),
                "durationMs": milliseconds(self.duration_us),
            }],
            "tracing": tracing(self.trace_id),
        });
        if let Some(error_type) = self.error_type {
            record["errorType"] = error_type.into();
        }
        record
    }
}

fn report_record(report: &Report, trace_id: &str) -> Value {
    let mut metrics = json!({
        "durationMs": milliseconds(report.duration_us),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.max_memory_mb,
    });
    if let Some(init) = report.init_us {
        metrics["initDurationMs"] = milliseconds(init).into();
    }
    let mut record = json!({
        "requestId": report.request_id,
        "status": status(report.status),
        "metrics": metrics,
        "tracing": tracing(trace_id),
    });
    if let Some(error_type) = &report.error_type {
        record["errorType"] = error_type.as_str().into();
    }
    record
}

fn with_failure(mut record: Value, failure: Option<&Failure<'_>>) -> Value {
    record["status"] = failure.map_or("success", Failure::status).into();
    if let Some(failure) = failure {
        record["errorType"] = failure.error_type.into();
    }
    record
}

/// Hundredths of a millisecond, as Lambda prints them.
fn milliseconds(microseconds: u64) -> f64 {
    (microseconds / 10) as f64 / 100.0
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Success => "success",
        Status::Timeout => "timeout",
        // Telemetry knows `failure`, too, for an invocation that failed without an error's type; the engine always has one.
        _ => "error",
    }
}

fn tracing(trace_id: &str) -> Value {
    let parent = trace_id.split(';').find_map(|part| part.strip_prefix("Parent="));
    let mut tracing = json!({ "type": "X-Amzn-Trace-Id", "value": trace_id });
    if let Some(parent) = parent {
        tracing["spanId"] = parent.into();
    }
    tracing
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
