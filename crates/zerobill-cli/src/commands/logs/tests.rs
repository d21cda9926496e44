//! Lines as people see them, and which are left out.

use super::*;

fn of(source: &str, text: &str) -> Line {
    let record = serde_json::json!({
        "number": 1, "time_ms": 1_767_323_045_678_i64, "function": "shop", "environment": 2, "source": source,
        "request_id": "5d1f0a52-1", "text": text,
    });
    match serde_json::from_value(record).unwrap() {
        Record::Line(line) => line,
        Record::Missed { .. } => panic!("not a line"),
    }
}

fn arguments() -> cli::Logs {
    cli::Logs {
        url: String::new(),
        follow: false,
        level: None,
        function: None,
        request_id: None,
        format: LogsFormat::Text,
    }
}

#[test]
fn a_json_line_is_shown_by_its_message() {
    let line = of(
        "stdout",
        r#"{"level":"WARN","message":"paid\u001b[2J","timestamp":"x","service":"cart","n":3}"#,
    );
    assert_eq!(
        line.painted(Paint::PLAIN),
        "03:04:05.678 shop#2 WARN  paid\\u{1b}[2J service=cart n=3"
    );
    assert!(line.painted(Paint::COLOURED).contains("\u{1b}[33mWARN \u{1b}[0m paid"));
}

#[test]
fn other_lines_stay_as_they_are_but_for_control_characters() {
    for (source, text, shown) in [
        (
            "stdout",
            "plain \u{1b}]0;title\u{7} text",
            "plain \\u{1b}]0;title\\u{7} text",
        ),
        ("stderr", "{not json", "{not json"),
        ("stdout", r#"{"level":"INFO"}"#, r#"{"level":"INFO"}"#),
        (
            "platform",
            "REPORT RequestId: 1\tDuration: 2 ms",
            "REPORT RequestId: 1  Duration: 2 ms",
        ),
    ] {
        assert_eq!(
            of(source, text).painted(Paint::PLAIN),
            format!("03:04:05.678 shop#2 {shown}")
        );
    }
}

#[test]
fn every_line_has_the_level_that_it_says_or_that_it_shows() {
    for (source, text, level) in [
        ("stdout", r#"{"level":"debug"}"#, Some(Level::Debug)),
        ("stdout", r#"{"level":"WARNING"}"#, Some(Level::Warn)),
        ("stdout", r#"{"level":"FATAL"}"#, Some(Level::Critical)),
        ("stdout", "plain", Some(Level::Info)),
        ("platform", "START RequestId: 1", None),
        ("platform", "REPORT RequestId: 1\tStatus: timeout", Some(Level::Error)),
        (
            "platform",
            r#"{"type":"platform.report","record":{"status":"timeout"}}"#,
            Some(Level::Error),
        ),
        (
            "platform",
            "2026-01-02T03:04:05.678Z 1 Task timed out after 3.00 seconds",
            Some(Level::Error),
        ),
    ] {
        assert_eq!(of(source, text).level(), level, "{text}");
    }
}

#[test]
fn filters_hold_together() {
    let line = of("stdout", r#"{"level":"WARN","message":"m"}"#);
    assert!(wanted(&line, &arguments()));
    let filter = |level, function: &str, request_id: &str| cli::Logs {
        level: Some(level),
        function: Some(function.to_owned()),
        request_id: Some(request_id.to_owned()),
        ..arguments()
    };
    assert!(wanted(&line, &filter(Level::Warn, "shop", "5d1f")));
    assert!(!wanted(&line, &filter(Level::Error, "shop", "5d1f")));
    assert!(!wanted(&line, &filter(Level::Warn, "cart", "5d1f")));
    assert!(!wanted(&line, &filter(Level::Warn, "shop", "6")));
    let platform = of("platform", "START RequestId: 1");
    let least = cli::Logs {
        level: Some(Level::Trace),
        ..arguments()
    };
    assert!(wanted(&platform, &arguments()) && !wanted(&platform, &least));
}
