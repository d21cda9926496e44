//! `zerobill invoke` with an engine of its own.

use insta::assert_snapshot;

use crate::zerobill::{run, run_with_input};

#[test]
fn the_reply_is_data_and_the_log_is_talk() {
    let run = run(&["invoke", "--sample", "function-url"]);
    assert_snapshot!(run, @r#"
    exit: 0
    --- stdout
    {"body":"{\"status\":\"ok\"}","headers":{"cache-control":"no-store","content-type":"application/json"},"isBase64Encoded":false,"statusCode":200}

    --- stderr
    INIT_START Runtime Version: local | Runtime Version ARN: local
    START RequestId: ID Version: $LATEST
    END RequestId: ID
    REPORT RequestId: ID | Duration: N ms | Billed Duration: N ms | Memory Size: 128 MB | Max Memory Used: N MB | Init Duration: N ms
    "#);
}

#[test]
fn the_built_in_function_lets_its_own_engine_call_operations() {
    let run = run(&["invoke", "--sample", "operation"]);
    assert_eq!(run.exit, Some(0), "{run}");
    let reply: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(reply["hits"], 0, "{reply}");
}

#[test]
fn an_event_comes_from_a_file_or_from_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    std::fs::write(&file, r#"{"requestType":"health_check"}"#).unwrap();
    let from_file = run(&["invoke", "--event", file.to_str().unwrap()]);
    let from_input = run_with_input(&["invoke", "-"], r#"{"requestType":"health_check"}"#);
    assert_eq!((from_file.exit, from_input.exit), (Some(0), Some(0)), "{from_file}");
    let reply: serde_json::Value = serde_json::from_str(&from_file.stdout).unwrap();
    assert_eq!(reply["status"], "ok");
    assert_eq!(from_file.stdout, from_input.stdout);
}

#[test]
fn a_function_that_fails_ends_with_1_and_its_document() {
    let script = "echo $OWN, $AWS_LAMBDA_FUNCTION_MEMORY_SIZE MB; exit 3";
    let arguments = [
        "invoke", "--sample", "health", "--memory", "256", "--env", "OWN=own", "--", "sh", "-c", script,
    ];
    assert_snapshot!(run(&arguments), @r#"
    exit: 1
    --- stdout
    {"errorType":"Runtime.ExitError","errorMessage":"Runtime exited with error: exit status 3"}

    --- stderr
    INIT_START Runtime Version: local | Runtime Version ARN: local
    own, 256 MB
    INIT_REPORT Init Duration: N ms | Phase: init | Status: error | Error Type: Runtime.ExitError
    START RequestId: ID Version: $LATEST
    RequestId: ID Error: Runtime exited with error: exit status 3 | Runtime.ExitError
    END RequestId: ID
    REPORT RequestId: ID | Duration: N ms | Billed Duration: N ms | Memory Size: 256 MB | Max Memory Used: N MB | Status: error | Error Type: Runtime.ExitError
    "#);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let run = run(&["invoke", "--sample", "health", "--", "./no-such-program"]);
    assert_eq!(run.exit, Some(1));
    let document = r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"the program `./no-such-program` cannot be started: No such file or directory (os error 2)"}"#;
    assert_eq!(run.stdout.trim_end(), document);
}

#[test]
fn without_an_event_it_says_how_to_give_one() {
    assert_snapshot!(run(&["invoke"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: no event is given
    hint: `--sample health`, `--event FILE` or `-`
    ");
}

#[test]
fn a_misspelt_sample_gets_the_nearest() {
    assert_snapshot!(run(&["invoke", "--sample", "helth"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: no sample is named `helth`, did you mean `health`; `--sample list` names them all
    ");
}

#[test]
fn the_samples_are_listed() {
    let run = run(&["invoke", "--sample", "list"]);
    assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""));
    let first = run.stdout.lines().next().unwrap();
    assert_eq!(first, "health             Asks the function whether it is well.");
    for name in ["alexa-discovery", "function-url", "sqs", "self-test"] {
        let listed = run.stdout.lines().any(|line| line.split(' ').next() == Some(name));
        assert!(listed, "{name} is not in {}", run.stdout);
    }
}

#[test]
fn an_event_that_is_no_json_is_the_users_error() {
    assert_snapshot!(run_with_input(&["invoke", "-"], "{oops"), @r"
    exit: 1
    --- stdout

    --- stderr
    error: could not parse request body into json: key must be a string at line 1 column 2
    ");
}

#[test]
fn an_event_over_6_mb_is_refused() {
    let event = format!("\"{}\"", "x".repeat(7_000_000));
    assert_snapshot!(run_with_input(&["invoke", "-"], &event), @r"
    exit: 1
    --- stdout

    --- stderr
    error: 7000002 bytes exceed the 6291556 bytes that a request may have
    ");
}

#[test]
fn an_event_file_that_is_not_there_is_named() {
    assert_snapshot!(run(&["invoke", "--event", "no-such-file.json"]), @r"
    exit: 1
    --- stdout

    --- stderr
    error: cannot read `no-such-file.json`: No such file or directory (os error 2)
    ");
}

#[test]
fn an_engine_that_is_not_there_is_named() {
    assert_snapshot!(run(&["invoke", "--sample", "health", "--url", "http://127.0.0.1:1"]), @r"
    exit: 1
    --- stdout

    --- stderr
    error: cannot reach `http://127.0.0.1:1`: Connection refused (os error 111)
    hint: `zerobill dev` starts an engine
    ");
    assert_snapshot!(run(&["invoke", "--sample", "health", "--url", "https://x"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: `https://x` is not the address of an engine
    hint: `--url http://127.0.0.1:9000`
    ");
}

#[test]
fn settings_that_lambda_does_not_have_end_with_64() {
    assert_snapshot!(run(&["invoke", "--sample", "health", "--memory", "64"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: function `function`: 64 MB of memory are not from 128 to 10240
    ");
    for wrong in [
        &["--timeout", "0"][..],
        &["--timeout", "901"],
        &["--env", "=x"],
        &["--no-such-option"],
    ] {
        let run = run(&[&["invoke", "--sample", "health"][..], wrong].concat());
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{run}");
        assert!(run.stderr.starts_with("error: "), "{run}");
    }
}

#[test]
fn help_is_data_and_ends_with_0() {
    for arguments in [
        &["--help"][..],
        &["invoke", "--help"],
        &["dev", "--help"],
        &["--version"],
    ] {
        let run = run(arguments);
        assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!run.stdout.is_empty());
    }
    assert_eq!(run(&[]).exit, Some(64));
}
