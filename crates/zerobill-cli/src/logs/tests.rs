//! Every form in which Lambda reports an invocation, in every form in which logs are exported.

use std::{fs, io::Write as _, path::PathBuf};

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use zerobill_free_tier::MbMs;

use super::*;

/// Kind, message, and billed milliseconds times MB.
const REPORTS: &[(&str, &str, u128)] = &[
    (
        "warm",
        "REPORT RequestId: 5d1f0a52-7c1e-4b0e-9a55-0f6c2b7d9e01\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t",
        13 * 128,
    ),
    (
        "cold",
        "REPORT RequestId: 0b7e2f9c-31aa-4c85-8d8a-6f1c35b0a702\tDuration: 1655.10 ms\tBilled Duration: 1978 ms\tMemory Size: 256 MB\tMax Memory Used: 97 MB\tInit Duration: 322.04 ms\t",
        1_978 * 256,
    ),
    (
        "cold, before INIT was billed",
        "REPORT RequestId: c2a4d8e0-55b1-4a7c-b0de-19f2a6e4c803\tDuration: 1028.49 ms\tBilled Duration: 1029 ms\tMemory Size: 256 MB\tMax Memory Used: 93 MB\tInit Duration: 615.62 ms\t",
        1_029 * 256,
    ),
    (
        "restored",
        "REPORT RequestId: 91e5d7a3-6c48-4f1b-9b2e-8d7c6a5f4b05\tDuration: 306.34 ms\tBilled Duration: 610 ms\tMemory Size: 3009 MB\tMax Memory Used: 155 MB\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t",
        610 * 3_009,
    ),
    (
        "timed out",
        "REPORT RequestId: 2c9a8b7d-0e1f-4d3c-a2b1-5f6e7d8c9a06\tDuration: 900000.00 ms\tBilled Duration: 900000 ms\tMemory Size: 1024 MB\tMax Memory Used: 134 MB\tStatus: timeout",
        900_000 * 1_024,
    ),
    (
        "timed out, cold",
        "REPORT RequestId: 4e8d2c6b-7a5f-4c1e-b9d0-3a2b1c0d9e07\tDuration: 600000.00 ms\tBilled Duration: 600477 ms\tMemory Size: 1536 MB\tMax Memory Used: 1035 MB\tInit Duration: 476.75 ms\tStatus: timeout",
        600_477 * 1_536,
    ),
    (
        "failed",
        "REPORT RequestId: 6a1b3c5d-8e7f-4a9b-8c0d-1e2f3a4b5c08\tDuration: 97.30 ms\tBilled Duration: 98 ms\tMemory Size: 1024 MB\tMax Memory Used: 43 MB\tStatus: error\tError Type: Runtime.ImportModuleError",
        98 * 1_024,
    ),
    (
        "of `sam logs`",
        "2026/10/01/[$LATEST]374cd7798d2a4e36a494a23d658b9741 2026-10-01T10:16:34.686000 REPORT RequestId: 8b2c4d6e-9f0a-4b1c-9d2e-3f4a5b6c7d09 Duration: 201.67 ms Billed Duration: 682 ms Memory Size: 2048 MB Max Memory Used: 81 MB Init Duration: 480.25 ms XRAY TraceId: 1-61c86fa4-59b3c6d959653c527fd10966 SegmentId: 107ea78a5750a811 Sampled: true",
        682 * 2_048,
    ),
    (
        "JSON",
        r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.report","record":{"requestId":"79b5e81f-9cdd-4145-b1f6-7c50ef8a2a10","metrics":{"durationMs":1233.96,"billedDurationMs":1698,"memorySizeMB":256,"maxMemoryUsedMB":123,"initDurationMs":463.512},"status":"success"}}"#,
        1_698 * 256,
    ),
    (
        "JSON, in another order",
        r#"{"time": "2026-10-08T07:31:00.001Z", "type": "platform.report", "record": {"requestId": "0f9e8d7c-6b5a-4433-9211-00aa11bb2211", "status": "timeout", "metrics": {"durationMs": 3000.0, "billedDurationMs": 3000, "memorySizeMB": 128, "maxMemoryUsedMB": 40}, "tracing": {"spanId": "24cd7d670fa455f0", "type": "X-Amzn-Trace-Id", "value": "Root=1-6352a70e-1e2c502e358361800241fd45;Parent=35465b3a9e2f7c6a;Sampled=1"}}}"#,
        3_000 * 128,
    ),
];

const OTHERS: &[&str] = &[
    "START RequestId: 5d1f0a52-7c1e-4b0e-9a55-0f6c2b7d9e01 Version: $LATEST",
    "INIT_REPORT Init Duration: 10009.13 ms\tPhase: init\tStatus: timeout",
    r#"{"time":"2026-10-08T07:30:29.470Z","type":"platform.start","record":{"requestId":"79b5"}}"#,
    "XRAY TraceId: 1-6a507b87-0cc4438344b48ef127ab1931\tSegmentId: d0025b207c551fde\tSampled: true",
];

fn logs_of(bytes: &[u8]) -> Logs {
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("export");
    fs::write(&file, bytes).unwrap();
    read(&[file]).unwrap()
}

fn all() -> Vec<&'static str> {
    REPORTS
        .iter()
        .map(|(_, line, _)| *line)
        .chain(OTHERS.iter().copied())
        .collect()
}

fn assert_all(logs: &Logs) {
    let mb_ms = REPORTS.iter().map(|(_, _, mb_ms)| mb_ms).sum();
    let bytes: usize = all().iter().map(|line| line.len() + 26).sum();
    assert_eq!((logs.traffic.requests, logs.traffic.mb_ms), (10, MbMs(mb_ms)));
    assert_eq!((logs.events, logs.traffic.log_bytes), (14, bytes as u128));
    assert_eq!((logs.unparsed, logs.computed_differs), (0, 1), "{:?}", logs.problems);
}

#[test]
fn each_report_counts_as_it_was_billed() {
    for (kind, line, mb_ms) in REPORTS {
        let logs = logs_of(line.as_bytes());
        let differs = u64::from(*kind == "cold, before INIT was billed");
        let counted = (
            logs.traffic.requests,
            logs.traffic.mb_ms,
            logs.unparsed,
            logs.computed_differs,
        );
        assert_eq!(counted, (1, MbMs(*mb_ms), 0, differs), "{kind}");
    }
    for other in OTHERS {
        let logs = logs_of(other.as_bytes());
        assert_eq!(
            (logs.events, logs.traffic.requests, logs.unparsed),
            (1, 0, 0),
            "{other}"
        );
    }
}

#[test]
fn lines_gzip_answers_and_tables_say_the_same() {
    let text = all().join("\n");
    assert_all(&logs_of(text.as_bytes()));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    assert_all(&logs_of(&gzip.finish().unwrap()));
    let events: Vec<_> = all()
        .into_iter()
        .map(|line| json!({ "message": line, "timestamp": 1_800_000_000_000_u64 }))
        .collect();
    assert_all(&logs_of(
        json!({ "events": events, "nextToken": "t" }).to_string().as_bytes(),
    ));
    assert_all(&logs_of(json!(events).to_string().as_bytes()));
    let row = |line: &str| json!([{ "field": "@timestamp", "value": "2026-10-08 07:30:29.470" }, { "field": "@message", "value": line }]);
    let rows: Vec<_> = all().into_iter().map(row).collect();
    assert_all(&logs_of(
        json!({ "status": "Complete", "results": rows }).to_string().as_bytes(),
    ));
    let quoted = |line: &str| format!("2026-10-08 07:30:29.470,\"{}\"\n", line.replace('"', "\"\""));
    let table: String = all().into_iter().map(quoted).collect();
    assert_all(&logs_of(format!("@timestamp,@message\n{table}").as_bytes()));
}

#[test]
fn a_message_of_two_lines_is_one_event() {
    let message = format!(
        "{}\nXRAY TraceId: 1-6a507b87\tSegmentId: d0\tSampled: true\t\n",
        REPORTS[0].1
    );
    let logs = logs_of(json!({ "events": [{ "message": message }] }).to_string().as_bytes());
    assert_eq!((logs.events, logs.traffic.requests, logs.unparsed), (1, 1, 0));
}

#[test]
fn what_is_cut_short_or_negative_is_counted_and_named() {
    let cut = &REPORTS[0].1[..90];
    let negative = REPORTS[0].1.replace("12.34", "-12.34");
    let json = REPORTS[8].1;
    let (cut_json, negative_json) = (&json[..120], json.replace("1233.96", "-1.0"));
    let logs = logs_of(
        [cut, &negative, cut_json, &negative_json, "all is well"]
            .join("\n")
            .as_bytes(),
    );
    assert_eq!((logs.events, logs.traffic.requests, logs.unparsed), (5, 0, 4));
    let problems: Vec<_> = logs
        .problems
        .iter()
        .map(|problem| problem.split_once("export:").unwrap().1)
        .collect();
    assert_eq!(problems[0], "1: the `REPORT` line has no `Billed Duration`");
    assert_eq!(
        problems[1],
        "2: `Duration` of the `REPORT` line is `-12.34`, which is not a number of milliseconds"
    );
    assert!(
        problems[2].starts_with("3: the `platform.report` cannot be read: EOF"),
        "{}",
        problems[2]
    );
    assert_eq!(
        problems[3],
        "4: `durationMs` of the `platform.report` is -1, which is no duration"
    );
}

#[test]
fn the_time_they_cover_is_from_the_first_to_the_last() {
    let span = |text: &str| logs_of(text.as_bytes()).span_ms;
    assert_eq!(span(REPORTS[0].1), None);
    let both = format!("{}\n{}\n{}", REPORTS[9].1, REPORTS[0].1, REPORTS[8].1);
    assert_eq!(span(&both), Some((1_791_444_629_470, 1_791_444_660_001)));
    assert_eq!(
        span("2026-10-31T23:59:59.000Z a\n2026-11-01T00:00:01.000Z b"),
        Some((1_793_491_199_000, 1_793_491_201_000))
    );
}

#[test]
fn a_gzip_file_that_is_cut_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export.gz");
    fs::write(&file, [0x1f, 0x8b, 8, 0, 0]).unwrap();
    let error = read(&[file]).unwrap_err().error.to_string();
    assert!(error.contains("export.gz`: it is no whole gzip file: "), "{error}");
    let error = read(&[folder.path().join("none")]).unwrap_err().error.to_string();
    assert!(error.contains("No such file"), "{error}");
}

#[test]
fn bytes_that_are_no_text_are_events_like_others() {
    let logs = logs_of(&[&[0xff, 0xfe, b'\n'], REPORTS[0].1.as_bytes()].concat());
    assert_eq!((logs.events, logs.traffic.requests), (2, 1));
}
