//! `zerobill analyze` as someone runs it.

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, write::GzEncoder};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    running::Dev,
    zerobill::{Run, run},
};

/// Exports of two environments, the first of them twice, with reports, other lines, and two lines that cannot be read.
const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/analyze/shop.log");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/analytics.md");

/// Has a function log its analytics.
const EVERY: &str = "ZEROBILL_ANALYTICS_REQUESTS=10";

fn analyze(arguments: &[&str]) -> Run {
    run(&[&["analyze"], arguments].concat())
}

fn json_of(arguments: &[&str]) -> Value {
    let run = analyze(&[arguments, &["--format", "json"]].concat());
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

fn written(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let file = folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    file.display().to_string()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn the_page_shows_an_analysis_as_it_is_printed() {
    let run = analyze(&[LOG]);
    assert_eq!(run.exit, Some(0), "{run}");
    let mut page = fs::read_to_string(PAGE).unwrap();
    let shown = "```console\n$ zerobill analyze shop.log\n";
    let start = page.find(shown).unwrap();
    let end = start + 3 + page[start + 3..].find("```\n").unwrap() + 4;
    let printed = format!("{shown}{}```\n", run.stdout);
    let environment = zerobill::environment::Environment::process();
    if environment.get("UPDATE_EXPECT").is_some() {
        page.replace_range(start..end, &printed);
        fs::write(PAGE, &page).unwrap();
    } else {
        assert_eq!(page[start..end], printed, "run this test with UPDATE_EXPECT=1");
    }
    let problems = run.stderr.replace(LOG, "shop.log");
    assert_snapshot!(problems, @r"
    cannot read shop.log:8: it is an export of version 2, and this reads version 1
    cannot read shop.log:9: it is no whole export of usage analytics: EOF while parsing an object at line 1 column 395
    ");
}

#[test]
fn what_is_hot_what_it_costs_and_what_it_would_save_add_up() {
    let analysis = json_of(&[LOG]);
    let number = |name: &str| analysis[name].as_u64().unwrap();
    assert_eq!(
        (number("environments"), number("requests"), number("failed")),
        (2, 160, 1)
    );
    assert_eq!(
        (
            number("events"),
            number("exports"),
            number("reports"),
            number("unreadable")
        ),
        (9, 3, 2, 2)
    );
    assert_eq!(analysis["combinations"]["http_client+security"], 120);
    assert_eq!(analysis["kinds"], json!({ "http-v2": 158, "schedule": 2 }));
    let http_client = &analysis["interfaces"]["http_client"];
    assert_eq!(
        (&http_client["requests"], &http_client["share"], &http_client["hot"]),
        (&json!(122), &json!(0.7625), &json!(true))
    );
    assert_eq!(analysis["interfaces"]["cache"]["cold"], true);
    // 256 MB is 256 / 1769 of a processor: of 40 ms there, 5.789 ms remain in INIT.
    let preload = &analysis["preload"][0];
    assert_eq!(
        (&preload["interface"], &preload["wait_us"], &preload["gain_us"]),
        (&json!("http_client"), &json!(40_000), &json!(34_211))
    );
    let saved = preload["gb_seconds"].as_f64().unwrap();
    assert!((saved - 0.068_423 * 0.25).abs() < 1e-6, "{saved}");
    assert_eq!(analysis["preload"][1]["interface"], "security");
    assert_eq!(analysis["preload"].as_array().unwrap().len(), 2);
    assert_eq!(analysis["unused_features"], json!([]));
    let memory = &analysis["memory"][0];
    assert_eq!(
        (&memory["memory_mb"], &memory["advised_mb"], &memory["is_short"]),
        (&json!(256), &json!(128), &json!(false))
    );
    assert_eq!(
        (&memory["gb_seconds"], &memory["gb_seconds_if_durations_stay"]),
        (&json!(0.05), &json!(0.025))
    );
    // With a whole processor nothing is faster in INIT.
    let whole = json_of(&[LOG, "--memory", "1769"]);
    assert_eq!(
        (&whole["cpu_share"], &whole["preload"][0]["gain_us"]),
        (&json!(1.0), &json!(0))
    );
}

#[test]
fn the_same_is_read_twice_in_any_order_and_any_form() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(LOG).unwrap();
    let messages = text
        .lines()
        .rev()
        .map(|line| json!({ "message": line, "timestamp": 1_791_444_629_470_u64 }));
    let answer = json!({ "events": messages.collect::<Vec<_>>() }).to_string();
    let quoted = |line: &str| format!("2026-10-08 07:30:29.470,\"{}\"\n", line.replace('"', "\"\""));
    let table = format!("@timestamp,@message\n{}", text.lines().map(quoted).collect::<String>());
    let forms = [
        written(&folder, "log.gz", &gzip(text.as_bytes())),
        written(&folder, "answer.json", answer.as_bytes()),
        written(&folder, "table.csv", table.as_bytes()),
    ];
    let expected = json_of(&[LOG]);
    for form in &forms {
        let analysis = json_of(&[form]);
        for name in [
            "requests",
            "interfaces",
            "combinations",
            "preload",
            "memory",
            "unreadable",
        ] {
            assert_eq!(analysis[name], expected[name], "{name} of {form}");
        }
    }
    let all = json_of(&[LOG, &forms[0], &forms[1], &forms[2]]);
    assert_eq!(
        (&all["environments"], &all["interfaces"]),
        (&json!(2), &expected["interfaces"])
    );
}

#[test]
fn an_answer_of_the_operation_on_many_lines_is_an_export() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(&["call", "debug.analytics"]);
    let export: Value = serde_json::from_str(&run.stdout).unwrap();
    let file = written(&folder, "answer.json", format!("{export:#}").as_bytes());
    assert_eq!(json_of(&[&file])["environments"], 1);
}

#[test]
fn counts_without_end_and_lines_of_any_kind_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let most = u64::MAX;
    let export = |environment: &str| {
        json!({ "level": "INFO", "analytics": {
            "zerobill_analytics": 1, "environment": environment, "requests": most, "failed": most, "kinds": { "sqs": most },
            "interfaces": { "cache": { "requests": most, "built_in_requests": most, "built_in_requests_us": most } },
        }})
        .to_string()
    };
    let mut log = [export("a"), "x".repeat(1 << 20), String::new(), export("b")]
        .join("\r\n")
        .into_bytes();
    log.extend(b"\n\x00\xff\xfe \"zerobill_analytics\" {\n");
    let empty = written(&folder, "empty.log", b"");
    let analysis = json_of(&[&written(&folder, "odd.log", &log), &empty]);
    assert_eq!(
        (&analysis["environments"], &analysis["requests"], &analysis["files"]),
        (&json!(2), &json!(most), &json!(2))
    );
    assert_eq!((&analysis["exports"], &analysis["unreadable"]), (&json!(2), &json!(0)));
    assert_eq!(analysis["interfaces"]["cache"]["share"], 1.0);
    let cut = &gzip(&log)[..200];
    let cut = analyze(&[&written(&folder, "cut.gz", cut)]);
    assert_eq!(cut.exit, Some(1));
    assert!(cut.stderr.contains("it is no whole gzip file"), "{cut}");
}

#[test]
fn files_without_analytics_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let none = written(&folder, "none.log", b"all is well\n");
    assert_snapshot!(analyze(&[&none]), @r"
    exit: 1
    --- stdout

    --- stderr
    error: there are no usage analytics in the 1 events of these files
    hint: a function logs them where `ZEROBILL_ANALYTICS_REQUESTS` is set, to 100 for example
    ");
    // Functions in any language have reports.
    let report = "REPORT RequestId: 5d1f\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 120 MB\t";
    let reports = written(&folder, "reports.log", report.as_bytes());
    assert_snapshot!(analyze(&[&reports]), @r"
    exit: 0
    --- stdout

    memory: 120 of 128 MB were used at most, in 1 invocation; that is short, 192 MB is safer

    1 event in 1 file: 0 with analytics, 1 report, 0 of other kinds, 0 that could not be read

    --- stderr
    ");
    let output = folder.path().join("plan.json").display().to_string();
    assert_eq!(analyze(&[&reports, "--output", &output]).exit, Some(1));
    assert!(!Path::new(&output).exists());
    let missing = analyze(&["/nowhere/at/all.log"]);
    assert_eq!(missing.exit, Some(1));
    assert!(
        missing
            .stderr
            .contains("cannot read `/nowhere/at/all.log`: No such file"),
        "{missing}"
    );
}

#[test]
fn the_file_it_writes_is_what_auto_builds() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("zerobill-analytics.json").display().to_string();
    let run = analyze(&[LOG, "--output", &output]);
    assert_eq!(run.exit, Some(0), "{run}");
    assert!(
        run.stderr
            .contains(&format!("written to `{output}`; beside the function")),
        "{run}"
    );
    let plan: Value = serde_json::from_str(&fs::read_to_string(&output).unwrap()).unwrap();
    assert_eq!(
        plan,
        json!({ "zerobill_plan": 1, "requests": 160, "environments": 2, "preload": ["http_client", "security"] })
    );
    let root = format!("LAMBDA_TASK_ROOT={}", folder.path().display());
    let dev = Dev::start(&["--env", "ZEROBILL_PRELOAD=auto", "--env", EVERY, "--env", &root]);
    dev.get("/health", "");
    let log = dev.printed("{", 1);
    let built: Value = serde_json::from_str(&log).unwrap();
    let http_client = &built["analytics"]["interfaces"]["http_client"];
    assert_eq!(
        (&http_client["built_in_init"], &http_client["built_in_requests"]),
        (&json!(1), &json!(0)),
        "{log}"
    );
    assert_eq!(http_client["requests"], 0, "built is not used");
}

/// Takes 2 s: the demo sends a few events a second.
#[test]
fn the_log_of_the_demo_is_analysed() {
    let dev = Dev::start(&["--demo"]);
    dev.printed("REPORT ", 5);
    let run = dev.stop("-INT");
    let folder = tempfile::tempdir().unwrap();
    let log = written(&folder, "demo.log", run.stdout.as_bytes());
    let analysis = json_of(&[&log]);
    assert_eq!(analysis["functions"], json!(["function"]));
    assert!(analysis["environments"].as_u64().unwrap() >= 1);
    // Its first export comes after the first request.
    assert!(analysis["requests"].as_u64().unwrap() >= 1);
    assert!(analysis["reports"].as_u64().unwrap() >= 5);
    assert_eq!(analysis["memory"][0]["memory_mb"], 128);
}

#[test]
fn an_environment_that_ends_logs_what_it_counted_last() {
    let dev = Dev::start(&[
        "--env",
        EVERY,
        "--env",
        "ZEROBILL_ANALYTICS_AT_END=true",
        "--env",
        "ZEROBILL_LOG_LEVEL=CRITICAL",
    ]);
    for _ in 0..3 {
        dev.get("/health", "");
    }
    let run = dev.stop("-INT");
    let exports: Vec<Value> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let requests: Vec<_> = exports
        .iter()
        .map(|line| line["analytics"]["requests"].clone())
        .collect();
    assert_eq!(requests, [1, 2, 3], "{run}");
    assert_eq!(exports[2]["function_request_id"], Value::Null, "outside of any request");
}
