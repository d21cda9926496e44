//! Arguments that cannot be end with 64, on standard error alone, and say which one it is.

use insta::assert_snapshot;

use crate::zerobill::run;

#[test]
fn each_wrong_argument_is_named() {
    for (arguments, named) in [
        (&["frobnicate"][..], "unrecognized subcommand 'frobnicate'"),
        (&["invok"], "a similar subcommand exists: 'invoke'"),
        (&["dev", "--port", "70000"], "'70000' for '--port <PORT>'"),
        (&["dev", "--host", "nowhere"], "'nowhere' for '--host <HOST>'"),
        (&["dev", "--allow-origin"], "'--allow-origin <ORIGIN>'"),
        (
            &["dev", "--port", "0", "--concurrency", "0"],
            "a concurrency of 0 is not from 1 to 1000",
        ),
        (
            &["dev", "--port", "0", "--concurrency", "1001"],
            "a concurrency of 1001 is not from 1 to 1000",
        ),
        (
            &["dev", "--port", "0", "--per-environment", "0"],
            "0 invocations at once in one environment are not from 1 to 1600",
        ),
        (
            &["dev", "--port", "0", "--per-environment", "1601"],
            "1601 invocations at once in one environment are not from 1 to 1600",
        ),
        (&["ops", "--format", "xml"], "'xml' for '--format <FORMAT>'"),
        (&["call"], "<INTERFACE.OPERATION>"),
        (&["invoke", "x"], "'x' for '[-]'"),
        (&["invoke", "-", "--event", "x"], "cannot be used with '--event <FILE>'"),
        (
            &["invoke", "--sample", "health", "--event", "x"],
            "cannot be used with '--event <FILE>'",
        ),
        (&["invoke", "--sample", "health", "--async"], "--url <URL>"),
        (
            &["invoke", "--sample", "health", "--url", "x", "--env", "A=b"],
            "'--env <NAME=VALUE>'",
        ),
        (
            &["invoke", "--sample", "health", "--url", "x", "--", "sh"],
            "'[COMMAND]...'",
        ),
        (
            &["invoke", "--sample", "health", "--function", "x", "--", "sh"],
            "'[COMMAND]...'",
        ),
    ] {
        let run = run(arguments);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{arguments:?}: {run}");
        assert!(run.stderr.starts_with("error: "), "{run}");
        assert!(run.stderr.contains(named), "{named} is not in {run}");
    }
}

#[test]
fn limits_that_lambda_does_not_have_are_refused() {
    for (setting, value, problem) in [
        (
            "--timeout",
            "0",
            "'0' for '--timeout <SECONDS>': not a number of seconds above 0",
        ),
        ("--timeout", "0.0000000001", "not a number of seconds above 0"),
        ("--timeout", "nan", "not a number of seconds above 0"),
        ("--timeout", "inf", "not a number of seconds above 0"),
        ("--timeout", "1e400", "not a number of seconds above 0"),
        ("--timeout", "3s", "not a number of seconds above 0"),
        ("--timeout=-1", "", "not a number of seconds above 0"),
        (
            "--timeout",
            "901",
            "a timeout of 901 s is not more than 0 and at most 900",
        ),
        ("--memory", "127", "127 MB of memory are not from 128 to 10240"),
        ("--memory", "10241", "10241 MB of memory are not from 128 to 10240"),
        ("--memory", "128MB", "'128MB' for '--memory <MB>'"),
        (
            "--env",
            "NAME",
            "'NAME' for '--env <NAME=VALUE>': not of the form NAME=VALUE",
        ),
        ("--env", "=value", "not of the form NAME=VALUE"),
    ] {
        let arguments = ["invoke", "--sample", "health", setting, value];
        let given = if value.is_empty() { 4 } else { 5 };
        let run = run(&arguments[..given]);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{arguments:?}: {run}");
        assert!(run.stderr.contains(problem), "{problem} is not in {run}");
    }
}

#[test]
fn limits_that_lambda_has_are_taken() {
    for (setting, value) in [
        ("--timeout", "900"),
        ("--timeout", "2.5"),
        ("--memory", "128"),
        ("--memory", "10240"),
        ("--env", "NAME="),
    ] {
        let run = run(&["invoke", "--sample", "health", setting, value]);
        assert_eq!(run.exit, Some(0), "{setting} {value}: {run}");
    }
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
