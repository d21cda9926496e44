//! `zerobill call`.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::zerobill::{command, finish, run};

#[test]
fn an_operation_answers_with_indented_json() {
    assert_snapshot!(run(&["call", "cache.set", r#"{"key":"k","value":"größe"}"#]), @r"
    exit: 0
    --- stdout
    true

    --- stderr
    ");
    assert_snapshot!(run(&["call", "cache.stats"]), @r#"
    exit: 0
    --- stdout
    {
      "bytes": 0,
      "entries": 0,
      "evictions": 0,
      "expired": 0,
      "hits": 0,
      "max_bytes": 4194304,
      "misses": 0,
      "stale": 0
    }

    --- stderr
    "#);
}

#[test]
fn wrong_names_and_parameters_end_with_64_and_the_nearest() {
    let hint = "\nhint: `zerobill ops NAME` lists the parameters";
    for (operation, parameters, problem) in [
        (
            "cahce.get",
            "{}",
            "unknown interface `cahce`; did you mean `cache`?".to_owned(),
        ),
        (
            "cache.gte",
            "{}",
            "unknown operation `cache.gte`; did you mean `get`?".to_owned(),
        ),
        (
            "cache.get",
            r#"{"kye":"k"}"#,
            format!("unknown parameter `kye`; did you mean `key`?{hint}"),
        ),
        (
            "cache.get",
            r#"{"key":7}"#,
            format!("parameter `key` must be of type string, not integer{hint}"),
        ),
        ("cache.get", "{}", format!("parameter `key` is missing: the key{hint}")),
        (
            "cache.get",
            "[]",
            format!("parameters must be an object, not array{hint}"),
        ),
        (
            "cache.get",
            "{",
            "PARAMS is not JSON: EOF while parsing an object at line 1 column 1".to_owned(),
        ),
        (
            "cache",
            "{}",
            "`cache` is not of the form INTERFACE.OPERATION\nhint: `zerobill ops` lists them".to_owned(),
        ),
    ] {
        let run = run(&["call", operation, parameters]);
        assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{run}");
        assert_eq!(run.stderr, format!("error: {problem}\n"));
    }
}

#[test]
fn a_bad_configuration_is_told_whole() {
    let mut command = command(&["call", "cache.stats"]);
    command
        .env("ZEROBILL_CACHE_MAX_BYTES", "lots")
        .env("ZEROBILL_CACHE_TTL_SECONDS", "soon")
        .env("ZEROBILL_EXPOSE", "cache.stat");
    let run = finish(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!((run.exit, run.stdout.as_str()), (Some(64), ""), "{run}");
    assert!(
        run.stderr.starts_with("error: the configuration has 3 faults: (1) "),
        "{run}"
    );
    for fault in [
        "environment variable `ZEROBILL_CACHE_MAX_BYTES`: `lots` is not a whole number",
        "environment variable `ZEROBILL_CACHE_TTL_SECONDS`: `soon` is not",
        "`expose`: there is no operation `cache.stat`; did you mean `cache.stats`?",
    ] {
        assert!(run.stderr.contains(fault), "{fault} is not in {run}");
    }
}
