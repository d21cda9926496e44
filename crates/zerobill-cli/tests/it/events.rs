//! Where the event of `zerobill invoke` comes from, and events that are none.

use std::path::PathBuf;

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::zerobill::{Run, run, run_with_input};

/// A file with this content, in a folder that is removed when it is dropped.
fn file(content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("event.json");
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

fn run_file(content: impl AsRef<[u8]>) -> Run {
    let (_folder, path) = file(content);
    run(&["invoke", "--event", path.to_str().unwrap()])
}

#[test]
fn a_file_and_standard_input_are_read_alike() {
    let event = "{\"requestType\":\n\t\"health_check\"}\n";
    let (from_file, from_input) = (run_file(event), run_with_input(&["invoke", "-"], event));
    assert_eq!((from_file.exit, from_input.exit), (Some(0), Some(0)), "{from_file}");
    let reply: serde_json::Value = serde_json::from_str(&from_file.stdout).unwrap();
    assert_eq!(reply["status"], "ok");
    assert_eq!(from_file.stdout, from_input.stdout);
}

#[test]
fn an_empty_event_is_an_empty_object() {
    for run in [run_file(""), run_with_input(&["invoke", "-"], "")] {
        assert_eq!(run.exit, Some(1), "{run}");
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document["errorType"], "unhandled_event");
    }
}

#[test]
fn an_event_of_wrong_types_is_the_functions_to_refuse() {
    for event in [
        "7",
        "[]",
        "null",
        r#"{"requestType":7}"#,
        r#"{"Records":{}}"#,
        r#"{"directive":[]}"#,
    ] {
        let run = run_file(event);
        assert_eq!(run.exit, Some(1), "{event}: {run}");
        let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(document["errorType"], "unhandled_event", "{event}");
    }
    let run = run_file(r#"{"requestContext":{"http":{"method":7}},"rawPath":"/health"}"#);
    assert_eq!(run.exit, Some(0), "an answer over HTTP: {run}");
    assert!(run.stdout.contains(r#""statusCode":400"#), "{run}");
}

#[test]
fn an_event_that_is_no_json_is_the_users_error() {
    assert_snapshot!(run_file("{oops"), @r"
    exit: 1
    --- stdout

    --- stderr
    error: could not parse request body into json: key must be a string at line 1 column 2
    ");
    for event in [&b"{} {}"[..], b"\x00\xff\x80\n", b"{\"a\":1,}", b"'a'"] {
        let run = run_with_input(&["invoke", "-"], event);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(1), ""), "{run}");
        assert!(
            run.stderr
                .starts_with("error: could not parse request body into json: "),
            "{run}"
        );
    }
}

#[test]
fn an_event_over_6_mb_is_refused() {
    let event = format!("\"{}\"", "x".repeat(7_000_000));
    assert_snapshot!(run_file(event), @r"
    exit: 1
    --- stdout

    --- stderr
    error: 7000002 bytes exceed the 6291556 bytes that a request may have
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    assert_snapshot!(run(&["invoke", "--event", "no-such-file.json"]), @r"
    exit: 1
    --- stdout

    --- stderr
    error: cannot read `no-such-file.json`: No such file or directory (os error 2)
    ");
    let folder = run(&["invoke", "--event", "/"]);
    assert_eq!(folder.exit, Some(1));
    assert_eq!(folder.stderr, "error: cannot read `/`: Is a directory (os error 21)\n");
}
