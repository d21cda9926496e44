//! `zerobill invoke` with an engine of its own.

use insta::assert_snapshot;

use crate::zerobill::run;

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
fn a_function_that_fails_ends_with_1_and_its_document() {
    let script = "echo $OWN, $AWS_LAMBDA_FUNCTION_MEMORY_SIZE MB; exit 3";
    let arguments = [
        "invoke", "--sample", "health", "--memory", "256", "--env", "OWN=own", "--", "sh", "-c", script,
    ];
    assert_snapshot!(run(&arguments), @r#"
    exit: 1
    --- stdout
    {"errorType":"Runtime.ExitError","errorMessage":"RequestId: ID Error: Runtime exited with error: exit status 3"}

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
fn a_variable_reaches_the_function_and_is_not_printed() {
    let exposed = run(&["invoke", "--sample", "operation", "--env", "ZEROBILL_EXPOSE=cache.set"]);
    assert_eq!(exposed.exit, Some(1), "{exposed}");
    let document = r#"{"errorType":"operation_not_exposed","errorMessage":"operation `cache.stats` is not exposed to events; name it in `ZEROBILL_EXPOSE` to allow it"}"#;
    assert_eq!(exposed.stdout.trim_end(), document);
    let secret = run(&[
        "invoke",
        "--sample",
        "health",
        "--env",
        "A=zbsecret=value",
        "--env",
        "EMPTY=",
    ]);
    assert_eq!(secret.exit, Some(0), "{secret}");
    assert!(!format!("{}{}", secret.stdout, secret.stderr).contains("zbsecret"));
}

/// Takes 0.3 s: the function's limit.
#[test]
fn a_function_past_its_limit_is_ended() {
    // It asks for an event and then does nothing with it.
    let script = r#"
        exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}"
        printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n' >&3
        read -r answer <&3
        echo "asked"
        sleep 60
    "#;
    let arguments = [
        "invoke",
        "--sample",
        "health",
        "--timeout",
        "0.3",
        "--",
        "bash",
        "-c",
        script,
    ];
    let run = run(&arguments);
    assert_eq!(run.exit, Some(1), "{run}");
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["errorType"], "Sandbox.Timedout");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with(" Error: Task timed out after 0.30 seconds"),
        "{message}"
    );
    assert!(run.stderr.contains("\nasked\n"), "{run}");
    let report = run.stderr.lines().last().unwrap();
    assert!(
        report.starts_with("REPORT ") && report.contains("\tStatus: timeout"),
        "{report}"
    );
}
