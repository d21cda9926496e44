//! The built-in events, sent to the built-in function.

use insta::assert_snapshot;

use crate::zerobill::run;

/// The names that `--sample list` prints.
fn names() -> Vec<String> {
    let list = run(&["invoke", "--sample", "list"]);
    assert_eq!((list.exit, list.stderr.as_str()), (Some(0), ""));
    let first = list.stdout.lines().next().unwrap();
    assert_eq!(first, "health             Asks the function whether it is well.");
    let name = |line: &str| line.split("  ").next().unwrap().to_owned();
    list.stdout.lines().map(name).collect()
}

/// What a sample must come to: the status of its HTTP response, `reply`, or the type of its error.
fn outcome(name: &str) -> &'static str {
    match name {
        "function-url" => "200",
        "function-url-post" | "http-api" | "rest-api" | "alb" => "404",
        // Alexa is always answered in its own words, also that nothing is configured.
        "health" | "stats" | "operation" | "self-test" | "benchmark" | "alexa-discovery" | "alexa-turn-on"
        | "alexa-skill" | "doctor" => "reply",
        _ => "unhandled_event",
    }
}

#[test]
fn every_sample_is_answered_and_none_kills_the_function() {
    let names = names();
    for name in [
        "alexa-discovery",
        "alexa-skill",
        "sqs",
        "sns",
        "s3",
        "dynamodb",
        "kinesis",
        "schedule",
        "assist",
    ] {
        assert!(names.iter().any(|listed| listed == name), "{name} is not listed");
    }
    for name in names {
        let run = run(&["invoke", "--sample", &name]);
        let reply: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let found = match (&reply["statusCode"], &reply["errorType"]) {
            (serde_json::Value::Number(status), _) => status.to_string(),
            (_, serde_json::Value::String(error)) => error.clone(),
            _ => "reply".to_owned(),
        };
        assert_eq!(found, outcome(&name), "{name}: {run}");
        let failed = reply["errorType"].is_string();
        assert_eq!(run.exit, Some(i32::from(failed)), "{name}: {run}");
        assert!(!run.stderr.contains("Runtime.ExitError"), "{name}: {run}");
    }
}

#[test]
fn a_misspelt_sample_gets_the_nearest() {
    assert_snapshot!(run(&["invoke", "--sample", "helth"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: no sample is named `helth`, did you mean `health`; `--sample list` names them all
    ");
    assert_snapshot!(run(&["invoke", "--sample", "zzz"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: no sample is named `zzz`; `--sample list` names them all
    ");
}
