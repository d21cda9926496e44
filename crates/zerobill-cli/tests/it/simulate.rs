//! `zerobill simulate` as someone runs it.

use std::{fs, path::Path};

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::zerobill::{Run, run};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/simulate.md");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// Runs a scenario with further arguments.
fn simulate(scenario: &str, arguments: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scenario.toml");
    fs::write(&file, scenario).unwrap();
    let mut run = run(&[&["simulate", file.to_str().unwrap()], arguments].concat());
    run.stderr = run.stderr.replace(file.to_str().unwrap(), "scenario.toml");
    run
}

/// The block of a page that begins with that line.
fn block(page: impl AsRef<Path>, first_line: &str) -> String {
    let text = fs::read_to_string(page).unwrap();
    let start = text.find(first_line).unwrap() + first_line.len();
    text[start..start + text[start..].find("```").unwrap()].to_owned()
}

#[test]
fn the_page_shows_a_scenario_and_what_it_prints() {
    let run = simulate(&block(PAGE, "```toml\n"), &[]);
    assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout, block(PAGE, "$ zerobill simulate scenario.toml\n"));
}

#[test]
fn the_page_says_what_a_cap_lets_through_by_concurrency() {
    let page = fs::read_to_string(PAGE).unwrap();
    for concurrency in ["10", "50", "1000"] {
        let scenario = "month = \"2026-11\"\nmemory = 256\nduration_ms = 80\ninit_ms = 250\n[cap]\ncents = 500\nevery_seconds = 60\ndelay_seconds = 180";
        let run = simulate(scenario, &["--concurrency", concurrency, "--format", "json"]);
        let value: Value = serde_json::from_str(&run.stdout).unwrap();
        let dollars = value["cap"]["bound"]["usd"].as_f64().unwrap();
        // As amounts are shown: parts of a cent are rounded up.
        let row = format!("| {concurrency} | ${:.2} |", (dollars * 100.0).ceil() / 100.0);
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn the_readme_shows_a_simulation_as_it_is_printed() {
    let scenario = block(README, "```toml\n# flood.toml\n");
    let run = simulate(&scenario, &[]);
    assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(run.stdout, block(README, "$ zerobill simulate flood.toml\n"));
}

#[test]
fn figures_given_by_hand_need_no_file() {
    let arguments = [
        "--requests",
        "1000000000",
        "--duration-ms",
        "120",
        "--init-ms",
        "0",
        "--month",
        "2026-11",
    ];
    let run = run(&[&["simulate"][..], &arguments, &["--format", "json"]].concat());
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["total"]["requests"], json!(1_000_000_000));
    assert_eq!((&value["total"]["refused"], &value["cap"]), (&json!(0), &Value::Null));
    // 15,000,000 GB-seconds, of which 400,000 are free, and 999,000,000 paid requests.
    assert_eq!(value["gb_seconds"], json!(15_000_000.0));
    assert_eq!(value["cost_usd"], json!(443.133_82));
    assert_eq!(value["days"].as_array().unwrap().len(), 30);
    assert_eq!(value["days"][29]["date"], json!("2026-11-30"));
}

#[test]
fn a_cap_that_sees_late_says_what_went_through() {
    // 100 environments of 100 ms run 1,000 of the 2,000 requests of a second.
    let scenario = "
        month = '2026-11'
        init_ms = 0
        concurrency = 100
        burst = [{ at = { day = 2, hour = 1, minute = 5 }, seconds = 3600, per_second = 2000 }]
        cap = { requests = 60000, every_seconds = 60, delay_seconds = 120 }
    ";
    let value: Value = serde_json::from_str(&simulate(scenario, &["--format", "json"]).stdout).unwrap();
    assert_eq!(
        value["cap"],
        json!({
            "budget": { "requests": 60_000 },
            "tripped_at": "2026-11-02T01:08:00Z",
            "over": { "requests": 120_000 },
            "bound": { "requests": 180_000 },
        })
    );
    assert_eq!(
        value["days"][1],
        json!({
            "date": "2026-11-02",
            "requests": 180_000,
            "warm": 179_900,
            "cold": 100,
            "refused": 7_200_000 - 180_000,
            "peak_concurrency": 100,
        })
    );
}

#[test]
fn what_is_wrong_in_a_scenario_is_named() {
    let cases = [
        ("memory = 64", "`memory` is 64, and must be from 128 to 10240"),
        (
            "loop = { at = { day = 31 }, events = 1, sends = 1 }",
            "`loop.at` is day 31, 00:00, which 2026-11 with its 30 days does not have",
        ),
        ("arch = 'mips'", "`arch`: `mips` is not `arm64` or `x86_64`"),
        (
            "cap = { every_seconds = 1, delay_seconds = 1 }",
            "`cap` needs one of `requests`, `gb_seconds` and `cents`",
        ),
    ];
    for (scenario, error) in cases {
        let run = simulate(scenario, &["--month", "2026-11"]);
        let printed = (run.exit, run.stdout.as_str(), run.stderr);
        assert_eq!(printed, (Some(64), "", format!("error: {error}\n")));
    }
    let month = simulate("month = 'May'", &[]);
    assert_eq!(month.stderr, "error: `month`: `May` is not a month such as `2026-11`\n");
    assert_snapshot!(simulate("requests = 1\nmemroy = 128\n", &[]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: `scenario.toml` is no scenario: line 2: unknown field `memroy`, expected one of `month`, `arch`, `memory`, `duration_ms`, `init_ms`, `concurrency`, `keep_seconds`, `requests`, `day`, `burst`, `loop`, `cap`
    hint: `docs/simulate.md` has one with all that it can hold
    ");
    let missing = run(&["simulate", "/nowhere/scenario.toml"]);
    assert_eq!((missing.exit, missing.stdout.as_str()), (Some(1), ""));
    assert!(
        missing
            .stderr
            .starts_with("error: `/nowhere/scenario.toml` cannot be read: "),
        "{}",
        missing.stderr
    );
    let nothing = run(&["simulate"]);
    assert_eq!((nothing.exit, nothing.stdout.as_str()), (Some(64), ""));
}
