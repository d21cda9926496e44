//! `zerobill forecast` as someone runs it.

use std::{fs, process::Stdio};

use serde_json::{Value, json};

use crate::{
    running::Dev,
    zerobill::{Run, command, finish, run},
};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// What a forecast for 2026-11 prints as JSON.
fn json_of(arguments: &[&str]) -> Value {
    let run = forecast(&[arguments, &["--format", "json"]].concat());
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn forecast(arguments: &[&str]) -> Run {
    run(&[&["forecast", "--month", "2026-11"], arguments].concat())
}

fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("input");
    fs::write(&file, text).unwrap();
    let path = file.display().to_string();
    (folder, path)
}

#[test]
fn the_readme_shows_a_forecast_as_it_is_printed() {
    let mut readme = fs::read_to_string(README).unwrap();
    let shown = "zerobill forecast --requests 2000000 --duration-ms 120 --memory 512 --month 2026-11";
    let arguments: Vec<_> = shown.split(' ').skip(1).collect();
    let run = finish(command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()));
    assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""));
    let printed = format!("```console\n$ {shown}\n{}```\n", run.stdout);
    let start = readme.find(&format!("```console\n$ {shown}\n")).unwrap();
    let end = start + 3 + readme[start + 3..].find("```\n").unwrap() + 4;
    if zerobill::environment::Environment::process()
        .get("UPDATE_EXPECT")
        .is_some()
    {
        readme.replace_range(start..end, &printed);
        fs::write(README, &readme).unwrap();
    } else {
        assert_eq!(readme[start..end], printed, "run this test with UPDATE_EXPECT=1");
    }
}

#[test]
fn figures_given_by_hand_are_a_month() {
    let forecast = json_of(&[
        "--requests",
        "3000000",
        "--duration-ms",
        "500",
        "--memory",
        "1024",
        "--arch",
        "arm64",
    ]);
    let allowance = |id: &str| {
        let all = forecast["allowances"].as_array().unwrap();
        all.iter().find(|one| one["id"] == id).unwrap().clone()
    };
    let duration = allowance("lambda.gb_seconds.arm64");
    // 1,500,000 GB-seconds, of which 1,100,000 at $13.3334 a million.
    assert_eq!(
        [
            &duration["used"],
            &duration["free"],
            &duration["share"],
            &duration["exhausted_on"],
            &duration["cost_usd"]
        ],
        [
            &json!(1_500_000.0),
            &json!(400_000),
            &json!(3.75),
            &json!("2026-11-09"),
            &json!(14.666_74)
        ]
    );
    assert_eq!(allowance("lambda.requests")["cost_usd"], json!(0.4));
    assert_eq!(forecast["cost_usd"], json!(15.066_74));
    assert_eq!(forecast["cost_at_worst_usd"], json!(15.666_74));
    assert_eq!(
        forecast["first_to_end"],
        json!({ "id": "lambda.gb_seconds.arm64", "exhausted_on": "2026-11-09" })
    );
    assert_eq!(
        forecast["by_memory"][0],
        json!({ "memory_mb": 128, "free_invocations": 1_000_000, "cost_usd": 0.4 })
    );
}

#[test]
fn logs_are_scaled_to_the_month_by_the_time_they_cover() {
    let line = |time: &str| {
        format!(
            "{time} REPORT RequestId: 5d1f0a52\tDuration: 99.10 ms\tBilled Duration: 100 ms\tMemory Size: 1024 MB\tMax Memory Used: 41 MB\t\n"
        )
    };
    let text = format!(
        "{}{}{}REPORT RequestId: cut\n",
        line("2026-11-01T00:00:00.000Z"),
        line("2026-11-02T12:00:00.000Z"),
        line("2026-11-04T00:00:00.000Z")
    );
    let (_folder, file) = written(&text);
    let forecast = json_of(&["--logs", &file]);
    assert_eq!(
        (&forecast["requests"], &forecast["gb_seconds"]),
        (&json!(30), &json!(3.0)),
        "three days are a tenth"
    );
    let logs = &forecast["logs"];
    assert_eq!(
        [
            &logs["reports"],
            &logs["events"],
            &logs["unparsed"],
            &forecast["unparsed"]
        ],
        [3, 4, 1, 1]
    );
    assert_eq!(json_of(&["--logs", &file, "--days", "6"])["requests"], 15);
    assert_eq!(json_of(&["--logs", &file, "--requests", "300"])["gb_seconds"], 30.0);
}

#[test]
fn what_is_odd_about_the_time_of_logs_is_said() {
    let line = |time: &str| {
        format!(
            "{time} REPORT RequestId: 5d1f0a52\tDuration: 1.00 ms\tBilled Duration: 1 ms\tMemory Size: 128 MB\tMax Memory Used: 41 MB\t\n"
        )
    };
    for (times, requests, note) in [
        // Over the end of a month, in either order.
        (
            ["2026-11-30T23:59:30.000Z", "2026-12-01T00:00:00.000Z"],
            172_800,
            "the logs cover less than a minute; a month scaled from less than a day is a rough guess",
        ),
        (
            ["2026-12-01T00:01:00.000Z", "2026-11-30T23:59:00.000Z"],
            43_200,
            "the logs cover 2 minutes; a month scaled from less than a day is a rough guess",
        ),
        (
            ["1970-01-01T00:00:00.000Z", "2026-11-01T00:00:00.000Z"],
            1,
            "the logs cover 20758 days from their first to their last time; if one of these is wrong, `--days` says it right",
        ),
    ] {
        let (_folder, file) = written(&times.map(line).concat());
        let forecast = json_of(&["--logs", &file]);
        assert_eq!(
            (&forecast["requests"], &forecast["notes"]),
            (&json!(requests), &json!([note])),
            "{times:?}"
        );
    }
}

#[test]
fn amounts_below_zero_are_no_usage() {
    let (_folder, file) = written(r#"{"freeTierUsages": [{"usageType": "x", "actualUsageAmount": 1, "limit": -1}]}"#);
    let run = forecast(&["--usage", &file]);
    assert_eq!((run.exit, run.stdout.as_str()), (Some(1), ""));
    let problem = format!("error: cannot read `{file}`: `limit` of `x` is -1, which is no amount\n");
    assert!(run.stderr.starts_with(&problem), "{run}");
}

#[test]
fn logs_without_an_invocation_are_no_forecast() {
    let (_folder, file) = written("all is well\nREPORT RequestId: 1\tDuration: x ms\n");
    let run = forecast(&["--logs", &file]);
    assert_eq!((run.exit, run.stdout.as_str()), (Some(1), ""));
    let expected = format!(
        "error: no invocation is reported in the 2 events of these logs; {file}:2: `Duration` of the `REPORT` line is `x`, which is not a number of milliseconds\n\
         hint: Lambda's own log group has a REPORT line for each invocation\n"
    );
    assert_eq!(run.stderr, expected);
}

#[test]
fn what_aws_counts_is_read_and_sorted() {
    let usage = json!({ "freeTierUsages": [
        { "service": "AmazonCloudWatch", "usageType": "AlarmMonitorUsage", "actualUsageAmount": 2, "forecastedUsageAmount": 3, "limit": 10, "unit": "Alarms" },
        { "service": "AWS Lambda", "usageType": "Global-Request", "actualUsageAmount": 500_000.0, "forecastedUsageAmount": 1_500_000.0, "limit": 1_000_000.0, "unit": "Requests" },
    ] });
    let (_folder, file) = written(&usage.to_string());
    // In a month that is over, what was used is taken as used evenly: the 20th of 30 days is the last free one.
    let run = run(&["forecast", "--month", "2025-11", "--usage", &file]);
    let expected = "\
first to end: AWS Lambda Global-Request, on 2025-11-21

AWS Lambda Global-Request           ████████████████████! 150.0 %  500,000 now, 1,500,000 by the end, of 1,000,000 Requests  ends 2025-11-21
AmazonCloudWatch AlarmMonitorUsage  ██████░░░░░░░░░░░░░░   30.0 %  2 now, 3 by the end, of 10 Alarms
";
    assert_eq!((run.exit, run.stdout.as_str()), (Some(0), expected));
    let (_folder, file) = written("{}");
    let run = forecast(&["--usage", &file]);
    assert!(
        run.exit == Some(1) && run.stderr.contains("missing field `freeTierUsages`"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_running_engine_is_asked_what_it_has_seen() {
    let dev = Dev::start(&[]);
    let url = dev.url();
    let none = forecast(&["--dev", &url]);
    assert_eq!(
        none.stderr,
        format!("error: the engine at `{url}` has seen no invocation yet\n")
    );
    for _ in 0..4 {
        assert_eq!(run(&["invoke", "--sample", "health", "--url", &url]).exit, Some(0));
    }
    let seen = json_of(&["--dev", &url]);
    assert_eq!(seen["requests"], 4);
    let scaled = json_of(&["--dev", &url, "--requests", "4000000"]);
    assert_eq!(scaled["requests"], 4_000_000);
    let ratio = scaled["gb_seconds"].as_f64().unwrap() / seen["gb_seconds"].as_f64().unwrap();
    assert!((ratio - 1e6).abs() < 1.0, "{ratio}");
}

#[test]
fn a_plot_is_drawn_beside_the_table() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("month.svg").display().to_string();
    let run = forecast(&["--requests", "500000", "--duration-ms", "1", "--plot", &file]);
    assert_eq!(run.exit, Some(0));
    let picture = fs::read_to_string(&file).unwrap();
    assert!(
        picture.starts_with("<svg ") && picture.contains(">requests 50.0 %</text>"),
        "{picture}"
    );
}

#[test]
fn arguments_that_cannot_be_end_with_64() {
    for (arguments, problem) in [
        (&["--requests", "1"][..], "--duration-ms"),
        (&["--duration-ms", "1"], "--requests"),
        (&["--requests", "1", "--duration-ms", "0"], "0 is not in 1..=900000"),
        (&["--requests", "-1", "--duration-ms", "1"], "-1"),
        (&["--requests", "1", "--duration-ms", "NaN"], "NaN"),
        (
            &["--requests", "1", "--duration-ms", "1", "--memory", "64"],
            "64 is not in 128..=10240",
        ),
        (&["--requests", "1", "--duration-ms", "1", "--arch", "mips"], "mips"),
        (
            &["--requests", "1", "--duration-ms", "1", "--logs", "x"],
            "cannot be used with",
        ),
    ] {
        let run = forecast(arguments);
        assert_eq!(run.exit, Some(64), "{arguments:?}");
        assert!(run.stderr.contains(problem), "{arguments:?}: {}", run.stderr);
    }
    let run = run(&[
        "forecast",
        "--month",
        "2026-13",
        "--requests",
        "1",
        "--duration-ms",
        "1",
    ]);
    assert!(
        run.stderr.contains("`2026-13` is not a month such as `2026-11`"),
        "{}",
        run.stderr
    );
}
