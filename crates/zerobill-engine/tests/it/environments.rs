//! Execution environments: how many there are, when they are reused, and how they fail.

use std::{collections::BTreeSet, path::Path, thread, time::Duration};

use serde_json::{Value, json};
use tempfile::tempdir;
use zerobill_engine::FunctionSettings;
use zerobill_free_tier::{Report, Status};

use crate::lab::{Lab, NAME, Stopwatch, eventually, process_state, program};

/// An event that meets `all` others in `folder`.
fn meeting(folder: &Path, n: usize, all: usize) -> Value {
    let file = |n: usize| folder.join(n.to_string()).display().to_string();
    json!({ "n": n, "touch": file(n), "await": (0..all).map(file).collect::<Vec<_>>() })
}

#[test]
fn l11_20_parallel_requests_have_20_environments_which_are_reused() {
    let lab = Lab::with("meets", |settings| settings.concurrency = 20);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let folder = tempdir().unwrap();
        let replies: Vec<Value> = thread::scope(|scope| {
            let callers: Vec<_> = (0..20)
                .map(|n| {
                    let event = meeting(folder.path(), n, 20).to_string();
                    let lab = &lab;
                    scope.spawn(move || {
                        let response = lab.post("", event.as_bytes());
                        assert_eq!(response.status, 200, "{}", response.text());
                        response.json()
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        });
        for (n, reply) in replies.iter().enumerate() {
            assert_eq!(reply["n"], n);
        }
        let processes: BTreeSet<u64> = replies.iter().map(|reply| reply["process"].as_u64().unwrap()).collect();
        assert_eq!(processes.len(), 20);
        seen.push(processes);
    }
    assert_eq!(seen[0], seen[1], "environments are reused");
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.throttles), (40, 20, 0));
}

#[test]
fn l11_beyond_the_concurrency_a_request_is_throttled() {
    let lab = Lab::with("meets", |settings| settings.concurrency = 1);
    let folder = tempdir().unwrap();
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let event = json!({ "touch": begun, "await": [go] }).to_string();
    thread::scope(|scope| {
        let busy = scope.spawn(|| lab.post("", event.as_bytes()));
        eventually("the first invocation runs", || begun.exists().then_some(()));
        let refused = lab.post("", b"{}");
        assert_eq!(refused.status, 429);
        assert_eq!(refused.header("x-amzn-errortype"), Some("TooManyRequestsException"));
        assert_eq!(
            refused.json()["Reason"],
            "ReservedFunctionConcurrentInvocationLimitExceeded"
        );
        let refused = lab.url("GET", "/", "", b"");
        assert_eq!(refused.status, 429);
        std::fs::write(&go, "").unwrap();
        assert_eq!(busy.join().unwrap().status, 200);
    });
    assert_eq!(lab.post("", b"{}").status, 200);
    assert_eq!(lab.state().throttles, 2);
}

#[test]
fn l11_an_environment_that_died_while_idle_is_replaced() {
    let lab = Lab::new("echo");
    let first = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    std::process::Command::new("kill")
        .args(["-KILL", &first.to_string()])
        .status()
        .unwrap();
    eventually("no dead environment is kept", || (lab.state().idle == 0).then_some(()));
    let (second, failed) = lab.answer(&json!({}));
    assert!(!failed, "{second}");
    assert_ne!(second["process"], first);
    eventually("the new one waits", || (lab.state().idle == 1).then_some(()));
}

#[test]
fn callers_one_after_the_other_share_one_environment() {
    let lab = Lab::with("echo", |settings| settings.concurrency = 5);
    let processes: BTreeSet<u64> = (0..50)
        .map(|_| lab.post("", b"{}").json()["process"].as_u64().unwrap())
        .collect();
    assert_eq!(processes.len(), 1);
    let state = lab.state();
    assert_eq!((state.invocations, state.cold_starts, state.errors), (50, 1, 0));
}

#[test]
fn l14_a_program_that_exits_in_init_is_reported_at_once_each_time() {
    let lab = Lab::new("crash_at_init");
    let stopwatch = Stopwatch::start();
    for n in 1..=2 {
        let (document, failed) = lab.answer(&json!({}));
        assert!(failed);
        assert_eq!(document["errorType"], "Runtime.ExitError");
        let message = document["errorMessage"].as_str().unwrap();
        assert!(
            message.ends_with("Runtime exited with error: exit status 1"),
            "{message}"
        );
        // One start for each event, and none besides.
        assert_eq!(lab.log.starting("INIT_START").len(), n);
        assert_eq!(lab.log.starting("no settings").len(), n);
    }
    assert!(
        stopwatch.elapsed() < Duration::from_secs(5),
        "{:?}",
        stopwatch.elapsed()
    );
    let state = lab.state();
    assert_eq!(
        (state.invocations, state.errors, state.running, state.idle),
        (2, 2, 0, 0)
    );
    let lines = lab.log.lines();
    let init_report = lines.iter().position(|line| line.starts_with("INIT_REPORT ")).unwrap();
    assert!(lines[init_report].ends_with("\tPhase: init\tStatus: error\tError Type: Runtime.ExitError"));
    let output = lines.iter().position(|line| line == "no settings").unwrap();
    assert!(output < init_report, "{lines:#?}");
}

#[test]
fn l14_a_program_that_never_asks_is_ended_after_ten_seconds() {
    // Takes 10 s: the limit is Lambda's.
    let lab = Lab::new("never_asks");
    let stopwatch = Stopwatch::start();
    let (document, failed) = lab.answer(&json!({}));
    assert!(failed);
    assert_eq!(document["errorType"], "Sandbox.Timedout");
    let elapsed = stopwatch.elapsed();
    assert!(
        (Duration::from_secs(10)..Duration::from_secs(13)).contains(&elapsed),
        "{elapsed:?}"
    );
    assert_eq!(lab.log.starting("INIT_START").len(), 1);
    let report = lab.log.starting("INIT_REPORT Init Duration: 100").remove(0);
    assert!(report.contains("\tPhase: init\tStatus: timeout"), "{report}");
    let state = lab.state();
    assert_eq!((state.running, state.idle), (0, 0));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let lab = Lab::start(FunctionSettings::new(NAME, "./no-such-program"), |builder| builder);
    for _ in 0..2 {
        let (document, failed) = lab.answer(&json!({}));
        assert!(failed);
        assert_eq!(document["errorType"], "Runtime.InvalidEntrypoint");
        let message = document["errorMessage"].as_str().unwrap();
        assert!(
            message.contains("`./no-such-program`") && message.contains("No such file"),
            "{message}"
        );
    }
}

#[test]
fn l15_a_handler_past_its_timeout_is_ended_then_and_replaced() {
    // Takes 1 s.
    let lab = Lab::with("misbehaves", |settings| settings.timeout = Duration::from_secs(1));
    let first = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    let stopwatch = Stopwatch::start();
    let (document, failed) = lab.answer(&json!({ "do": "hang" }));
    let elapsed = stopwatch.elapsed();
    assert!(
        (Duration::from_secs(1)..Duration::from_secs(3)).contains(&elapsed),
        "{elapsed:?}"
    );
    assert!(failed);
    assert_eq!(document["errorType"], "Sandbox.Timedout");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    eventually("the process has ended", || {
        (!crate::lab::is_running(first)).then_some(())
    });
    assert_ne!(lab.answer(&json!({})).0["process"], first);

    let report: Report = lab.log.starting("REPORT ")[1].parse().unwrap();
    assert_eq!(
        (report.status, report.duration_us, report.billed_ms),
        (Status::Timeout, 1_000_000, 1_000)
    );
    assert!(report.max_memory_mb > 0, "{report}");
    let state = lab.state();
    assert_eq!((state.timeouts, state.errors, state.cold_starts), (1, 1, 2));
}

#[test]
fn l15_the_clock_starts_after_init() {
    // Takes 1.5 s: INIT outlasts the timeout.
    let script = format!("sleep 1.5; exec '{}'", program("echo").display());
    let mut settings = FunctionSettings::new(NAME, "sh");
    settings.arguments = vec!["-c".into(), script.into()];
    settings.timeout = Duration::from_secs(1);
    let lab = Lab::start(settings, |builder| builder);
    let (reply, failed) = lab.answer(&json!({}));
    assert!(!failed, "{reply}");
    let report: Report = lab.log.starting("REPORT ")[0].parse().unwrap();
    assert!(
        report.init_us.unwrap() >= 1_500_000 && report.duration_us < 1_000_000,
        "{report}"
    );
    assert!(report.billed_ms >= 1_500, "INIT is billed: {report}");
}

#[test]
fn a_process_that_leaves_in_an_invocation_is_reported_and_replaced() {
    let lab = Lab::new("misbehaves");
    let (document, failed) = lab.answer(&json!({ "do": "exit" }));
    assert!(failed);
    assert_eq!(document["errorType"], "Runtime.ExitError");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.ends_with("Error: Runtime exited with error: exit status 3"),
        "{message}"
    );
    assert!(!lab.answer(&json!({})).1);
    let report: Report = lab.log.starting("REPORT ")[0].parse().unwrap();
    assert_eq!(
        (report.status, report.error_type.as_deref()),
        (Status::Error, Some("Runtime.ExitError"))
    );
}

#[test]
fn a_panic_is_one_failed_invocation() {
    let lab = Lab::new("misbehaves");
    let first = lab.answer(&json!({})).0["process"].clone();
    let (document, failed) = lab.answer(&json!({ "do": "panic" }));
    assert!(failed);
    assert!(
        document["errorMessage"].as_str().unwrap().contains("asked to panic"),
        "{document}"
    );
    assert_eq!(lab.answer(&json!({})).0["process"], first);
    assert_eq!(lab.state().errors, 1);
}

#[test]
fn l17_every_variable_of_a_real_lambda_is_set() {
    let lab = Lab::with("echo", |settings| {
        settings.memory_mb = 256;
        settings.environment = vec![("OWN".to_owned(), "value".to_owned())];
    });
    let variables = lab.answer(&json!({})).0["variables"].clone();
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", NAME),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/hello"),
        ("TZ", ":UTC"),
        ("OWN", "value"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    let stream = variables["AWS_LAMBDA_LOG_STREAM_NAME"].as_str().unwrap();
    let (day, rest) = stream.split_once("/[$LATEST]").unwrap();
    assert_eq!((day.split('/').count(), rest.len()), (3, 32), "{stream}");
    for name in [
        "_HANDLER",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
        "LANG",
        "PATH",
    ] {
        assert!(
            variables[name].as_str().is_some_and(|value| !value.is_empty()),
            "{name}"
        );
    }
    let api: std::net::SocketAddr = variables["AWS_LAMBDA_RUNTIME_API"].as_str().unwrap().parse().unwrap();
    assert!(api.ip().is_loopback() && api != lab.address);
}

#[test]
fn log_lines_stand_in_lambdas_order() {
    let lab = Lab::new("echo");
    let cold = lab.invoke(&json!({ "print": "one" }));
    let warm = lab.invoke(&json!({ "print": "two" }));
    let lines = lab.log.lines();
    let heads: Vec<String> = lines
        .iter()
        .map(|line| line.replace(&cold.request_id, "COLD").replace(&warm.request_id, "WARM"))
        .map(|line| {
            line.split('\t')
                .next()
                .unwrap()
                .split(" Version:")
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        heads,
        [
            "INIT_START Runtime",
            "START RequestId: COLD",
            "one",
            "END RequestId: COLD",
            "REPORT RequestId: COLD",
            "START RequestId: WARM",
            "two",
            "END RequestId: WARM",
            "REPORT RequestId: WARM",
        ]
    );
    assert_eq!(lab.log.kind_of("one"), zerobill_engine::LineKind::Stdout);
    assert_eq!(
        lines[1],
        format!("START RequestId: {} Version: $LATEST", cold.request_id)
    );
    let reports: Vec<Report> = [4, 8].map(|at| lines[at].parse().unwrap()).into();
    assert!(reports[0].init_us.is_some() && reports[1].init_us.is_none());
    assert_eq!(
        (&lines[4], &lines[8]),
        (&cold.report.to_string(), &warm.report.to_string())
    );
    assert!(
        reports
            .iter()
            .all(|report| report.max_memory_mb > 0 && report.memory_mb == 128)
    );
    let state = lab.state();
    assert_eq!(state.billed_ms, reports[0].billed_ms + reports[1].billed_ms);
}

#[test]
fn whoever_reads_the_report_line_can_have_the_next_event_answered() {
    let settings = FunctionSettings::new(NAME, program("echo"));
    let (reported, reports) = std::sync::mpsc::channel();
    let sink = move |line: zerobill_engine::LogLine<'_>| {
        if line.text.starts_with("REPORT ") {
            // Nobody listens any more when the test is over.
            _ = reported.send(());
        }
    };
    let mut settings = settings;
    settings.concurrency = 1;
    let lab = Lab::start(settings, |builder| builder.log_sink(sink));
    let mut connection = crate::client::Connection::open(lab.address);
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    for _ in 0..200 {
        connection.send("POST", &path, "", b"{}");
        reports.recv_timeout(Duration::from_secs(30)).unwrap();
        // The answer may still be on its way.
        let mut other = crate::client::Connection::open(lab.address);
        assert_eq!(other.exchange("POST", &path, "", b"{}").status, 200);
        reports.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(connection.read().status, 200);
    }
    let state = lab.state();
    assert_eq!((state.cold_starts, state.throttles), (1, 0));
}

#[test]
fn a_frozen_environment_is_stopped_between_invocations() {
    let settings = FunctionSettings::new(NAME, program("echo"));
    let lab = Lab::start(settings, |builder| builder.freeze(true));
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    for _ in 0..3 {
        eventually("the process is stopped", || {
            (process_state(process) == 'T').then_some(())
        });
        assert_eq!(lab.answer(&json!({})).0["process"], process);
    }
}
