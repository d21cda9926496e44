//! What it costs an invocation to be recorded for the dashboard.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use zerobill_free_tier::Report;

use super::Journal;
use crate::{invocation::InvokeRequest, log::LineKind, task};

/// Small beside the function behind it; code that is not optimised takes more.
const LIMIT: Duration = Duration::from_micros(if cfg!(debug_assertions) { 1_000 } else { 10 });

const INVOCATIONS: u32 = 1_000;
const ROUNDS: usize = 10;

const LINE: &str =
    r#"{"level":"INFO","message":"order placed","timestamp":"2026-01-02T03:04:05.678Z","service":"shop","order":4711}"#;
const REPORT: &str = "REPORT RequestId: 8f5e0ad0-4a3c-4d2b-8a3e-0d6ac3f1c1b7\tDuration: 1.50 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\tMax Memory Used: 30 MB";

#[test]
fn an_invocation_is_recorded_in_less_than_its_budget() {
    let (journal, function) = (Arc::new(Journal::new(false)), Arc::<str>::from("shop"));
    journal.environment_starts(&function, 1);
    let report: Report = REPORT.parse().unwrap();
    let (request, reply) = (InvokeRequest::new(r#"{"order":4711}"#), Bytes::from_static(b"{}"));
    let record = || {
        let record = journal.begin(&function, &report.request_id, &request);
        record.starts(1, None);
        let place = record.place();
        for (kind, text) in [
            (
                LineKind::Platform,
                "START RequestId: 8f5e0ad0-4a3c-4d2b-8a3e-0d6ac3f1c1b7 Version: $LATEST",
            ),
            (LineKind::Stdout, LINE),
            (LineKind::Platform, REPORT),
        ] {
            journal.line(&function, 1, kind, Some(&place), text);
        }
        record.ends(&report, false, &reply);
    };
    // The shortest round: whatever else the machine does makes it longer.
    let round = |_| {
        let started = task::now();
        (0..INVOCATIONS).for_each(|_| record());
        started.elapsed() / INVOCATIONS
    };
    let each = (0..ROUNDS).map(round).min().unwrap();
    assert!(each < LIMIT, "{each:?}");
}
