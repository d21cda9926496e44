//! What is said of an invocation, in text and in JSON.

use serde_json::json;
use zerobill_free_tier::{Report, Status};

use super::{Failure, PlatformEvent, RuntimeDone};
use crate::log_settings::LogLevel;

const TRACE: &str = "Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1";

#[test]
fn a_report_is_two_lines_of_text_and_one_record() {
    let mut report = Report::new("6d68ca91", 693_920, Some(397_680), 128);
    report.max_memory_mb = 84;
    let event = PlatformEvent::Report {
        report: &report,
        trace_id: TRACE,
    };
    assert_eq!(event.name(), "platform.report");
    assert_eq!(
        event.text().unwrap(),
        "END RequestId: 6d68ca91\nREPORT RequestId: 6d68ca91\tDuration: 693.92 ms\tBilled Duration: 1092 ms\t\
         Memory Size: 128 MB\tMax Memory Used: 84 MB\tInit Duration: 397.68 ms\t"
    );
    assert_eq!(
        event.record(),
        json!({
            "requestId": "6d68ca91",
            "status": "success",
            "metrics": {
                "durationMs": 693.92,
                "billedDurationMs": 1092,
                "memorySizeMB": 128,
                "maxMemoryUsedMB": 84,
                "initDurationMs": 397.68,
            },
            "tracing": { "type": "X-Amzn-Trace-Id", "value": TRACE, "spanId": "0efbd19962d95b05" },
        })
    );
}

#[test]
fn levels_are_those_of_lambda_s_table() {
    let failure = Failure {
        timed_out: false,
        error_type: "Runtime.ExitError",
    };
    let done = |status| {
        PlatformEvent::RuntimeDone(RuntimeDone {
            request_id: "1",
            trace_id: TRACE,
            status,
            error_type: None,
            started_ms: 0,
            duration_us: 1,
            produced_bytes: None,
        })
    };
    for (event, level) in [
        (PlatformEvent::InitStart { function: "f" }, LogLevel::Info),
        (PlatformEvent::InitRuntimeDone { failure: None }, LogLevel::Debug),
        (
            PlatformEvent::InitRuntimeDone {
                failure: Some(&failure),
            },
            LogLevel::Warn,
        ),
        (
            PlatformEvent::InitReport {
                duration_us: 1,
                failure: None,
            },
            LogLevel::Debug,
        ),
        (
            PlatformEvent::InitReport {
                duration_us: 1,
                failure: Some(&failure),
            },
            LogLevel::Warn,
        ),
        (
            PlatformEvent::Start {
                request_id: "1",
                trace_id: TRACE,
            },
            LogLevel::Info,
        ),
        (done(Status::Success), LogLevel::Debug),
        (done(Status::Timeout), LogLevel::Warn),
        (PlatformEvent::LogsDropped { records: 1, bytes: 1 }, LogLevel::Warn),
    ] {
        assert_eq!(event.level(), level, "{event:?}");
    }
}

#[test]
fn extensions_and_subscriptions_are_said_in_lambda_s_words() {
    let event = PlatformEvent::Extension {
        name: "meter",
        state: "InitError",
        events: &["INVOKE", "SHUTDOWN"],
        error_type: Some("Extension.NoTable"),
    };
    assert_eq!(
        event.text().unwrap(),
        "EXTENSION\tName: meter\tState: InitError\tEvents: [INVOKE,SHUTDOWN]\tError Type: Extension.NoTable"
    );
    let event = PlatformEvent::TelemetrySubscription {
        name: "meter",
        types: &["platform", "function"],
    };
    assert_eq!(
        event.text().unwrap(),
        "TELEMETRY\tName: meter\tState: Subscribed\tTypes: [Platform, Function]"
    );
    assert_eq!(
        event.record(),
        json!({ "name": "meter", "state": "Subscribed", "types": ["platform", "function"] })
    );
}
