//! Environments that serve several invocations at once, as those of Lambda Managed Instances do.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};
use zerobill_engine::FunctionSettings;

use crate::lab::{Lab, NAME, eventually, is_running, process_state, program};

/// An engine whose environments serve `at_once` invocations each.
pub(crate) fn lab(example: &str, at_once: usize) -> Lab {
    Lab::with(example, |settings| {
        settings.concurrency = 40;
        settings.environment_concurrency = at_once;
    })
}

/// An event that meets `all` others in `folder`.
fn meeting(folder: &Path, n: usize, all: usize) -> Value {
    let file = |n: usize| folder.join(n.to_string()).display().to_string();
    json!({ "n": n, "touch": file(n), "await": (0..all).map(file).collect::<Vec<_>>() })
}

/// `all` invocations that are answered once all of them run; gives the processes that they ran in.
fn meet(lab: &Lab, all: usize) -> Vec<u64> {
    let folder = tempdir().unwrap();
    thread::scope(|scope| {
        let call = |n| {
            let event = meeting(folder.path(), n, all).to_string();
            scope.spawn(move || {
                let response = lab.post("", event.as_bytes());
                assert_eq!(response.status, 200, "{}", response.text());
                assert_eq!(response.json()["n"], n);
                response.json()["process"].as_u64().unwrap()
            })
        };
        let callers: Vec<_> = (0..all).map(call).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

/// An invocation that runs until a file is there.
struct Held {
    folder: TempDir,
}

impl Held {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its event, with what else is in `more`.
    fn event(&self, more: Value) -> String {
        let mut event = json!({ "touch": self.file("begun"), "await": [self.file("go")] });
        if let (Value::Object(event), Value::Object(more)) = (&mut event, more) {
            event.extend(more);
        }
        event.to_string()
    }

    fn wait_until_it_runs(&self) {
        eventually("it runs", || self.file("begun").exists().then_some(()));
    }

    fn release(&self) {
        std::fs::write(self.file("go"), "").unwrap();
    }
}

fn distinct(processes: &[u64]) -> usize {
    processes.iter().collect::<BTreeSet<_>>().len()
}

/// The records of the platform's own lines of this kind.
fn records(lab: &Lab, kind: &str) -> Vec<Value> {
    let lines = lab.log.lines().into_iter();
    let parsed = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    parsed
        .filter(|line| line["type"] == kind)
        .map(|line| line["record"].clone())
        .collect()
}

fn all_reported(lab: &Lab, count: usize) -> Vec<Value> {
    eventually("the reports", || {
        Some(records(lab, "platform.report")).filter(|reports| reports.len() >= count)
    })
}

#[test]
fn twenty_at_once_share_the_one_environment_that_is_started_for_the_first() {
    let lab = lab("concurrent", 20);
    for _ in 0..3 {
        assert_eq!(distinct(&meet(&lab, 20)), 1);
    }
    let reports = all_reported(&lab, 60);
    let ids: BTreeSet<_> = reports
        .iter()
        .map(|report| report["requestId"].as_str().unwrap())
        .collect();
    assert_eq!((reports.len(), ids.len()), (60, 60));
    assert!(reports.iter().all(|report| report["status"] == "success"));
    let state = lab.state();
    assert_eq!(
        (state.invocations, state.cold_starts, state.errors, state.throttles),
        (60, 1, 0, 0)
    );
    assert_eq!((state.running, state.idle), (0, 1));
}

#[test]
fn what_one_environment_cannot_take_goes_to_another() {
    let lab = lab("concurrent", 2);
    let processes = meet(&lab, 5);
    assert_eq!(distinct(&processes), 3);
    for process in &processes {
        assert!(processes.iter().filter(|other| *other == process).count() <= 2);
    }
    assert_eq!(distinct(&meet(&lab, 6)), 3, "they are used again, each twice");
    assert_eq!(lab.state().cold_starts, 3);
}

#[test]
fn concurrency_counts_invocations_not_environments() {
    let lab = Lab::with("concurrent", |settings| {
        settings.concurrency = 2;
        settings.environment_concurrency = 10;
    });
    let held = [Held::new(), Held::new()];
    thread::scope(|scope| {
        let lab = &lab;
        let busy = held.each_ref().map(|held| {
            let event = held.event(json!({}));
            scope.spawn(move || lab.post("", event.as_bytes()))
        });
        held.iter().for_each(Held::wait_until_it_runs);
        assert_eq!(lab.state().running, 2);
        assert_eq!(lab.post("", b"{}").status, 429);
        held.iter().for_each(Held::release);
        assert!(busy.into_iter().all(|caller| caller.join().unwrap().status == 200));
    });
    assert_eq!(lab.post("", b"{}").status, 200);
    assert_eq!(lab.state().cold_starts, 1);
}

#[test]
fn a_timeout_ends_one_invocation_and_no_other() {
    // Takes 1 s.
    let lab = Lab::with("concurrent", |settings| {
        settings.environment_concurrency = 3;
        settings.timeout = Duration::from_secs(1);
    });
    let process = lab.answer(&json!({})).0["process"].clone();
    let hangs = Held::new();
    let (document, beside) = thread::scope(|scope| {
        let hanging = scope.spawn(|| lab.post("", hangs.event(json!({ "log": "hung" })).as_bytes()));
        hangs.wait_until_it_runs();
        let beside = scope.spawn(|| {
            // Beyond the end of the other one's time.
            thread::sleep(Duration::from_millis(700));
            let held = Held::new();
            thread::scope(|scope| {
                let caller = scope.spawn(|| lab.post("", held.event(json!({})).as_bytes()));
                held.wait_until_it_runs();
                thread::sleep(Duration::from_millis(600));
                held.release();
                caller.join().unwrap()
            })
        });
        (hanging.join().unwrap().json(), beside.join().unwrap())
    });
    assert_eq!(document["errorType"], "Sandbox.Timedout");
    assert_eq!((beside.status, &beside.json()["process"]), (200, &process));
    let reports = all_reported(&lab, 3);
    let statuses: Vec<_> = reports
        .iter()
        .map(|report| report["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["success", "timeout", "success"]);
    // Its worker comes back once the handler ends, and a late answer harms nobody.
    let two = meet(&lab, 2);
    hangs.release();
    eventually("the handler ends", || {
        let ended = |line: &String| line.contains(r#""message":"hung""#) && line.contains("after");
        lab.log.lines().iter().any(ended).then_some(())
    });
    // The worker is refused its late answer, and asks for the next event.
    thread::sleep(Duration::from_millis(500));
    let three = meet(&lab, 3);
    assert_eq!(distinct(&[two, three].concat()), 1);
    let state = lab.state();
    assert_eq!((state.timeouts, state.errors, state.cold_starts), (1, 1, 1));
}

#[test]
fn a_process_that_ends_takes_all_its_invocations_with_it_and_no_more() {
    let lab = lab("concurrent", 3);
    let held = [Held::new(), Held::new(), Held::new()];
    let documents = thread::scope(|scope| {
        let lab = &lab;
        let callers = held.each_ref().map(|held| {
            let event = held.event(json!({ "exit": 3 }));
            scope.spawn(move || lab.post("", event.as_bytes()))
        });
        held.iter().for_each(Held::wait_until_it_runs);
        held[1].release();
        callers.map(|caller| caller.join().unwrap().json())
    });
    for document in documents {
        assert_eq!(document["errorType"], "Runtime.ExitError", "{document}");
    }
    assert_eq!(distinct(&meet(&lab, 3)), 1);
    let state = lab.state();
    assert_eq!((state.errors, state.cold_starts, state.idle), (3, 2, 1));
}

#[test]
fn each_invocation_has_its_own_lines() {
    let lab = lab("concurrent", 4);
    let held = Held::new();
    let (outer, inner) = thread::scope(|scope| {
        let event: Value = serde_json::from_str(&held.event(json!({ "log": "outer" }))).unwrap();
        let outer = scope.spawn({
            let lab = &lab;
            move || lab.invoke(&event)
        });
        held.wait_until_it_runs();
        let inner = lab.invoke(&json!({ "log": "inner" }));
        held.release();
        (outer.join().unwrap(), inner)
    });
    for (reply, own, other) in [(outer, "outer", "inner"), (inner, "inner", "outer")] {
        let tail = String::from_utf8(reply.log_tail).unwrap();
        assert_eq!(tail.matches(&format!(r#""message":"{own}""#)).count(), 2, "{tail}");
        assert!(!tail.contains(other), "{tail}");
        let lines: Vec<Value> = tail.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |line: &Value| {
            line["requestId"]
                .as_str()
                .or(line["record"]["requestId"].as_str())
                .map(str::to_owned)
        };
        assert!(
            lines.iter().all(|line| of(line) == Some(reply.request_id.clone())),
            "{tail}"
        );
        assert_eq!(lines.first().unwrap()["type"], "platform.start");
        assert_eq!(lines.last().unwrap()["type"], "platform.report");
    }
}

#[test]
fn the_function_is_told_how_many_it_serves_at_once() {
    let variables = |at_once| lab("concurrent", at_once).answer(&json!({})).0["variables"].clone();
    let several = variables(7);
    assert_eq!(several["AWS_LAMBDA_MAX_CONCURRENCY"], "7");
    assert_eq!(several["AWS_LAMBDA_INITIALIZATION_TYPE"], "lambda-managed-instances");
    assert_eq!(several["AWS_LAMBDA_LOG_FORMAT"], "JSON");
    let one = variables(1);
    assert_eq!(one["AWS_LAMBDA_MAX_CONCURRENCY"], Value::Null);
    assert_eq!(one["AWS_LAMBDA_INITIALIZATION_TYPE"], "on-demand");
}

#[test]
fn nothing_is_frozen_between_invocations() {
    let mut settings = FunctionSettings::new(NAME, program("concurrent"));
    settings.environment_concurrency = 2;
    let lab = Lab::start(settings, |builder| builder.freeze(true));
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    all_reported(&lab, 1);
    eventually("it is idle", || (lab.state().idle == 1).then_some(()));
    assert_ne!(process_state(process), 'T');
}

#[test]
fn a_program_that_asks_for_one_event_at_a_time_is_given_one_at_a_time() {
    let lab = lab("meets", 5);
    assert_eq!(distinct(&meet(&lab, 2)), 2);
    assert_eq!(distinct(&meet(&lab, 2)), 2);
    for _ in 0..20 {
        meet(&lab, 1);
    }
    assert_eq!(lab.state().cold_starts, 2);
}

#[test]
fn an_environment_ends_once_it_has_served_nobody_for_its_time() {
    let lab = Lab::with("concurrent", |settings| {
        settings.environment_concurrency = 3;
        settings.idle_limit = Duration::from_millis(300);
    });
    let held = Held::new();
    let process = thread::scope(|scope| {
        let busy = scope.spawn(|| lab.post("", held.event(json!({})).as_bytes()).json());
        held.wait_until_it_runs();
        let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
        thread::sleep(Duration::from_millis(700));
        assert!(is_running(process), "one invocation still runs in it");
        held.release();
        assert_eq!(busy.join().unwrap()["process"], process);
        process
    });
    eventually("it has ended", || (!is_running(process)).then_some(()));
    assert_eq!(lab.state().idle, 0);
    assert_eq!(lab.post("", b"{}").status, 200);
}

#[test]
fn shutdown_leaves_no_process_though_a_worker_hangs() {
    // Takes 1 s.
    let mut lab = Lab::with("concurrent", |settings| {
        settings.environment_concurrency = 2;
        settings.timeout = Duration::from_secs(1);
    });
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    let hangs = Held::new();
    assert_eq!(
        lab.post("", hangs.event(json!({})).as_bytes()).json()["errorType"],
        "Sandbox.Timedout"
    );
    assert!(is_running(process));
    lab.shutdown();
    assert!(!is_running(process));
}
