//! `zerobill guard` at a running `zerobill dev`, which refuses invocations of a function that is stopped.

use serde_json::Value;

use crate::{
    running::Dev,
    zerobill::{Run, run},
};

/// A local Lambda, and a file that keeps what was stopped there.
struct Lab {
    dev: Dev,
    folder: tempfile::TempDir,
}

impl Lab {
    fn new() -> Self {
        let (dev, folder) = (Dev::start(&[]), tempfile::tempdir().unwrap());
        Self { dev, folder }
    }

    fn guard(&self, arguments: &[&str]) -> Run {
        let store = self.folder.path().join("trips.json");
        let (store, url) = (store.to_str().unwrap(), self.dev.url());
        let place = ["--store", store, "--endpoint-url", &url];
        let mut run = run(&[&["guard"], arguments, &place].concat());
        run.stderr = run.stderr.replace(store, "trips.json");
        run.stdout = run.stdout.replace(store, "trips.json");
        run
    }

    fn health(&self) -> String {
        self.dev.get("/health", "").0
    }
}

#[test]
fn the_template_and_what_can_run_beyond_a_budget_are_printed() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let page = std::fs::read_to_string(format!("{root}/docs/guard.md")).unwrap();
    for (concurrency, shown) in [("10", "10"), ("50", "50"), ("1000", "1,000")] {
        let run = run(&["guard", "install", "--concurrency", concurrency]);
        assert_eq!(
            run.stdout,
            std::fs::read_to_string(format!("{root}/deploy/sam/guard.yaml")).unwrap()
        );
        let said = run.stderr.lines().find(|line| line.starts_with("with ")).unwrap();
        let words: Vec<_> = said.split(' ').collect();
        assert_eq!(
            (words[1], words[4]),
            (shown, if concurrency == "10" { "12,000" } else { words[4] }),
            "{said}"
        );
        // As the page has it.
        let dollars = words
            .iter()
            .find(|word| word.starts_with('$'))
            .unwrap()
            .trim_end_matches(',');
        let row = format!("| {concurrency} | {} | {dollars} |", words[4]);
        assert!(page.contains(&row), "{row}");
        // And as a simulation computes it.
        let scenario = "memory = 512\nduration_ms = 200\n[cap]\nrequests = 1\nevery_seconds = 60\ndelay_seconds = 180";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cap.toml");
        std::fs::write(&file, scenario).unwrap();
        let simulated = crate::zerobill::run(&[
            "simulate",
            file.to_str().unwrap(),
            "--requests",
            "0",
            "--concurrency",
            concurrency,
            "--format",
            "json",
        ]);
        let simulated: Value = serde_json::from_str(&simulated.stdout).unwrap();
        let requests = simulated["cap"]["bound"]["requests"].as_u64().unwrap();
        assert_eq!(words[4].replace(',', ""), requests.to_string());
    }
    let terraform = run(&["guard", "install", "--as", "terraform", "--format", "json"]);
    let terraform: Value = serde_json::from_str(&terraform.stdout).unwrap();
    assert_eq!(terraform["overshoot"]["requests"], 1_200_000);
    let template = terraform["template"].as_str().unwrap();
    assert!(
        template.contains("resource \"aws_cloudwatch_metric_alarm\" \"guard\"")
            && template.contains("variable \"stoppable\"")
    );
}

fn came_to(run: &Run, exit: i32, stdout: &str, stderr: &str) {
    assert_eq!(
        (run.exit, run.stdout.as_str(), run.stderr.as_str()),
        (Some(exit), stdout, stderr)
    );
}

const PLAN: &str = "`function` gets the reserved concurrency 0, so that each invocation is refused with 429; what there is before \
                    is kept in `trips.json`\n";

#[test]
fn a_function_is_stopped_and_released() {
    let lab = Lab::new();
    let stop = ["trip", "--function", "function", "--reason", "a loop"];
    assert_eq!(lab.health(), "HTTP/1.1 200 OK");
    came_to(
        &lab.guard(&[&stop[..], &["--dry-run"]].concat()),
        0,
        "no reserved concurrency\n",
        PLAN,
    );
    assert_eq!(lab.health(), "HTTP/1.1 200 OK", "a dry run changes nothing");
    came_to(&lab.guard(&["status"]), 0, "no function is stopped\n", "");

    came_to(&lab.guard(&stop), 0, "`function` is stopped\n", PLAN);
    assert_eq!(lab.health(), "HTTP/1.1 429 Too Many Requests");
    let status = lab.guard(&["status", "--format", "json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    let trip = &status["stopped"][0];
    let facts = [
        &trip["function"],
        &trip["state"],
        &trip["reason"],
        &trip["saved"]["concurrency"],
    ];
    assert_eq!(facts, ["function", "stopped", "a loop", "unreserved"]);
    let since = trip["since"].as_str().unwrap();
    let line = format!("function  stopped since {since}: a loop\n    before: no reserved concurrency\n");
    came_to(&lab.guard(&["status"]), 0, &line, "");

    let release = ["release", "--function", "function"];
    came_to(
        &lab.guard(&[&release[..], &["--dry-run"]].concat()),
        0,
        "",
        "would restore: no reserved concurrency\n",
    );
    assert_eq!(lab.health(), "HTTP/1.1 429 Too Many Requests");
    came_to(
        &lab.guard(&release),
        0,
        "`function` runs again\n",
        "restored: no reserved concurrency\n",
    );
    assert_eq!(lab.health(), "HTTP/1.1 200 OK");
    came_to(
        &lab.guard(&release),
        0,
        "`function` is not stopped, as far as `trips.json` knows\n",
        "",
    );
}

#[test]
fn what_is_missing_is_said_with_what_to_do() {
    came_to(
        &run(&["guard", "status"]),
        64,
        "",
        "error: it is not said where the guard keeps what it has stopped\n\
         hint: `--table NAME` is the guard's table, and `--store FILE` a file for functions that run on this machine\n",
    );
    let lab = Lab::new();
    let unknown = lab.guard(&["trip", "--function", "shop"]);
    assert_eq!((unknown.exit, unknown.stdout.as_str()), (Some(1), ""));
    assert!(
        unknown
            .stderr
            .ends_with("\nerror: there is no function `shop`; check its name and the region\n"),
        "{unknown}"
    );
    let url = lab.dev.url();
    let down = run(&[
        "guard",
        "trip",
        "--function",
        "function",
        "--store",
        "/dev/null/trips",
        "--endpoint-url",
        &url,
    ]);
    assert_eq!(down.exit, Some(1), "{down}");
    assert!(
        down.stderr
            .contains("error: the trips in `/dev/null/trips` cannot be used: "),
        "{down}"
    );
    assert_eq!(lab.health(), "HTTP/1.1 200 OK", "what cannot be saved is not changed");
}
