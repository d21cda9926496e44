//! How the process starts, refuses to start, and ends.

use std::os::unix::process::ExitStatusExt;

use insta::assert_snapshot;
use serde_json::Value;

use crate::{
    lab::Lab,
    process::{BOOTSTRAP, Function, ended, is_json_object, lambda},
    runtime_api::RuntimeApi,
};

/// An address at which nobody listens.
const NOWHERE: &str = "127.0.0.1:1";

#[test]
fn outside_lambda_it_says_what_it_is() {
    let mut command = lambda(BOOTSTRAP, NOWHERE, &[]);
    let (exit, stdout, stderr) = ended(command.env_remove("AWS_LAMBDA_RUNTIME_API").output().unwrap());
    assert_eq!((exit, stdout.as_str()), (Some(64), ""));
    assert_snapshot!(stderr, @r"
    bootstrap is an AWS Lambda function and needs the Lambda Runtime API
    hint: run it locally with `zerobill dev -- ./bootstrap`, or deploy it with the runtime `provided.al2023`
    ");
}

#[test]
fn a_variable_that_lambda_sets_and_that_is_missing_or_wrong_is_named() {
    for name in [
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
    ] {
        let (exit, stdout, stderr) = ended(lambda(BOOTSTRAP, NOWHERE, &[]).env_remove(name).output().unwrap());
        assert_eq!((exit, stdout.as_str()), (Some(64), ""));
        assert_eq!(
            stderr,
            format!("the variable `{name}` is not set\nhint: Lambda and `zerobill dev` set it\n")
        );
    }
    let much = [("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much")];
    let (exit, stdout, stderr) = ended(lambda(BOOTSTRAP, NOWHERE, &much).output().unwrap());
    assert_eq!((exit, stdout.as_str()), (Some(64), ""));
    assert_snapshot!(stderr, @r"
    the variable `AWS_LAMBDA_FUNCTION_MEMORY_SIZE` is `much`, which is not a whole number of MB
    hint: Lambda and `zerobill dev` set it
    ");
}

/// Three variables that cannot be.
const WRONG: &[(&str, &str)] = &[
    ("ZEROBILL_CACHE_MAX_BYTES", "lots"),
    ("ZEROBILL_EXPOSE", "cache.stat"),
    ("ZEROBILL_CACHE_TTL_SECONDS", "soon"),
];

const FAULTS: [&str; 3] = [
    "environment variable `ZEROBILL_CACHE_MAX_BYTES`: `lots` is not a whole number",
    "`expose`: there is no operation `cache.stat`; did you mean `cache.stats`?",
    "environment variable `ZEROBILL_CACHE_TTL_SECONDS`: `soon` is not",
];

#[test]
fn a_bad_configuration_is_told_whole_to_the_invoker_and_to_the_log() {
    let lab = Lab::set(WRONG);
    let (code, message) = lab.error("{}");
    assert_eq!(code, "invalid_configuration");
    assert!(message.starts_with("the configuration has 3 faults: "), "{message}");
    for fault in FAULTS {
        assert!(message.contains(fault), "{fault} is not in {message}");
    }
    let logged = lab.logged();
    assert_eq!(logged.len(), 1, "{logged:#?}");
    assert_eq!(
        (&logged[0]["level"], &logged[0]["message"]),
        (&"CRITICAL".into(), &message.into())
    );
}

#[test]
fn a_bad_configuration_ends_the_process_with_64() {
    let api = RuntimeApi::start();
    let output = lambda(BOOTSTRAP, &api.address(), WRONG).output().unwrap();
    let (exit, stdout, stderr) = ended(output);
    assert_eq!((exit, stderr.as_str()), (Some(64), ""));
    assert_eq!(stdout.lines().count(), 1);
    let told = api.told("/init/error");
    assert!(
        told.head
            .contains("lambda-runtime-function-error-type: invalid_configuration"),
        "{told:?}"
    );
    let (line, document): (Value, Value) = (
        serde_json::from_str(&stdout).unwrap(),
        serde_json::from_str(&told.body).unwrap(),
    );
    assert_eq!(document["errorMessage"], line["message"]);
    // Nobody to tell it to changes nothing.
    let (exit, stdout, _) = ended(lambda(BOOTSTRAP, NOWHERE, WRONG).output().unwrap());
    assert_eq!((exit, is_json_object(&stdout)), (Some(64), true));
}

#[test]
fn without_its_runtime_api_it_logs_that_and_ends_with_2() {
    let (exit, stdout, stderr) = ended(lambda(BOOTSTRAP, NOWHERE, &[]).output().unwrap());
    assert_eq!((exit, stderr.as_str()), (Some(2), ""));
    let line: Value = serde_json::from_str(&stdout).unwrap();
    let message = line["message"].as_str().unwrap();
    assert!(message.starts_with("the runtime loop ended: "), "{message}");
}

#[test]
fn sigterm_ends_it() {
    let api = RuntimeApi::start();
    let mut function = Function::start(lambda(BOOTSTRAP, &api.address(), &[]));
    api.invoke("id", br#"{"requestType":"health_check"}"#);
    function.signal("-TERM");
    let status = function.process.wait().unwrap();
    assert_eq!(status.signal(), Some(15), "{status}");
}
