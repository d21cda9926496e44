//! `zerobill dev` from its banner to its end.

use std::net::TcpListener;

use insta::assert_snapshot;

use crate::{
    processes::{marker, states, wait_for_count, wait_for_states},
    running::Dev,
    zerobill::{run, steady},
};

/// The text with `N` for every number that a summary measures.
fn without_measures(summary: &str) -> String {
    let words = summary.split(' ').map(|word| match word.parse::<f64>() {
        Ok(_) if word.contains('.') => "N",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn it_says_where_it_listens_serves_and_sums_up_on_ctrl_c() {
    let dev = Dev::start(&[]);
    dev.said("Try", 1);
    let (status, body) = dev.get("/health", "");
    assert_eq!(
        (status.as_str(), body.as_str()),
        ("HTTP/1.1 200 OK", r#"{"status":"ok"}"#)
    );
    assert_snapshot!(steady(&dev.printed("START ", 1)), @"START RequestId: ID Version: $LATEST");
    let report = dev.printed("REPORT ", 1);
    assert!(report.contains("\tInit Duration: "), "{report}");
    let billed = report
        .split("Billed Duration: ")
        .nth(1)
        .unwrap()
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let address = dev.address.clone();
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0));
    let talk = run.stderr.replace(&address, "ADDRESS");
    let talk = without_measures(&talk.replace(&format!("billed {billed} ms"), "billed N ms"));
    assert_snapshot!(talk, @r"
    Function URL  http://ADDRESS/
    Invoke API    http://ADDRESS/2015-03-31/functions/function/invocations
    Dashboard     http://ADDRESS/_zerobill/
    Try           curl http://ADDRESS/health
    1 invocations, 1 cold starts, 0 errors, 0 timeouts, 0 throttles; billed N ms, N GB-seconds
    of the month's free tier: N % of the requests, N % of the GB-seconds
    ");
}

/// Takes 2 s: the demo sends a few events a second.
#[test]
fn the_demo_sends_varied_events() {
    let dev = Dev::start(&["--demo"]);
    dev.printed("REPORT ", 5);
    let run = dev.stop("-INT");
    assert_eq!(run.exit, Some(0), "{run}");
    let summary = run.stderr.lines().find(|line| line.contains(" invocations, ")).unwrap();
    let invocations: u32 = summary.split(' ').next().unwrap().parse().unwrap();
    assert!((5..9).contains(&invocations), "{run}");
}

#[test]
fn a_port_that_is_taken_ends_with_64_and_a_hint() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let run = run(&["dev", "--port", &port]);
    assert_snapshot!(run.to_string().replace(&port, "PORT"), @r"
    exit: 64
    --- stdout

    --- stderr
    error: port PORT on 127.0.0.1 is taken
    hint: `--port 0` takes a free one
    ");
}

#[test]
fn the_port_that_another_tool_takes_too_names_that_tool() {
    // An address of its own, so that whoever uses 9000 on this machine is not in the way.
    let _taken = TcpListener::bind("127.9.0.1:9000").unwrap();
    assert_snapshot!(run(&["dev", "--host", "127.9.0.1"]), @r"
    exit: 64
    --- stdout

    --- stderr
    error: port 9000 on 127.9.0.1 is taken; `cargo lambda watch` uses 9000 too
    hint: `--port 0` takes a free one
    ");
}

#[test]
fn it_warns_only_where_other_machines_can_reach_it() {
    let warning = "warning: other machines can reach this port, invoke the function and read what it logs";
    for (host, warns) in [("0.0.0.0", true), ("127.0.0.1", false), ("127.0.0.2", false)] {
        let run = {
            let dev = Dev::start(&["--host", host]);
            dev.said("Try", 1);
            dev.stop("-INT")
        };
        assert_eq!(run.exit, Some(0));
        assert_eq!(run.stderr.lines().any(|line| line == warning), warns, "{host}: {run}");
    }
}

#[test]
fn another_path_is_the_functions_to_answer() {
    let dev = Dev::start(&[]);
    let (status, body) = dev.get("/nothing", "");
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    assert_eq!(
        body,
        r#"{"error":{"code":"not_found","message":"this function answers `GET /health` over HTTP"}}"#
    );
    assert_eq!(dev.stop("-INT").exit, Some(0));
}

#[test]
fn nothing_is_left_behind_by_either_signal() {
    for signal in ["-INT", "-TERM"] {
        let marker = marker(signal);
        let dev = Dev::start(&["--env", &marker]);
        dev.get("/health", "");
        dev.printed("REPORT ", 1);
        assert_eq!(states(&marker).len(), 1, "the environment waits for its next event");
        let run = dev.stop(signal);
        assert_eq!(run.exit, Some(0), "{run}");
        assert!(
            run.stderr.contains("\n1 invocations, 1 cold starts, 0 errors, "),
            "{run}"
        );
        assert_eq!(states(&marker), [] as [char; 0]);
    }
}

/// Takes 7 s: a running invocation has 5 s to end, and what does not heed SIGTERM then another 2 s.
#[test]
fn what_the_function_started_ends_too() {
    let marker = marker("grandchild");
    let script = "trap '' TERM; sleep 60 & sleep 60";
    let dev = Dev::start(&["--env", &marker, "--", "sh", "-c", script]);
    let invocation = std::thread::spawn({
        let url = dev.url();
        move || run(&["invoke", "--sample", "health", "--url", &url])
    });
    wait_for_count(&marker, 3);
    assert_eq!(dev.stop("-INT").exit, Some(0));
    assert_eq!(states(&marker), [] as [char; 0]);
    assert_eq!(invocation.join().unwrap().exit, Some(1));
}

#[test]
fn a_frozen_function_serves_again() {
    let marker = marker("freeze");
    let dev = Dev::start(&["--freeze", "--env", &marker]);
    for count in 1..=5 {
        assert_eq!(dev.get("/health", "").1, r#"{"status":"ok"}"#);
        dev.printed("REPORT ", count);
        wait_for_states(&marker, &['T']);
    }
    let run = dev.stop("-INT");
    assert!(
        run.stderr.contains("\n5 invocations, 1 cold starts, 0 errors, "),
        "{run}"
    );
    assert_eq!(states(&marker), [] as [char; 0]);
}

#[test]
fn a_web_page_may_call_only_where_its_origin_is_named() {
    let page = "Origin: http://localhost:5173\r\n";
    let dev = Dev::start(&[]);
    let (status, body) = dev.get("/health", page);
    assert_eq!(status, "HTTP/1.1 403 Forbidden");
    assert!(
        body.contains("`--allow-origin http://localhost:5173` lets them"),
        "{body}"
    );
    let dev = Dev::start(&[
        "--allow-origin",
        "http://a.example",
        "--allow-origin",
        "http://localhost:5173",
    ]);
    assert_eq!(dev.get("/health", page).0, "HTTP/1.1 200 OK");
    assert_eq!(
        dev.get("/health", "Origin: http://b.example\r\n").0,
        "HTTP/1.1 403 Forbidden"
    );
}

/// Takes 5 s: the running invocation has so long to end.
#[test]
fn a_function_over_its_concurrency_is_throttled_and_counted() {
    let dev = Dev::start(&["--concurrency", "1", "--", "sh", "-c", "echo started; sleep 60"]);
    let first = std::thread::spawn({
        let url = dev.url();
        move || run(&["invoke", "--sample", "health", "--url", &url])
    });
    dev.printed("started", 1);
    let second = run(&["invoke", "--sample", "health", "--url", &dev.url()]);
    assert_snapshot!(second, @r"
    exit: 1
    --- stdout

    --- stderr
    error: rate exceeded: 1 of 1 invocations are running
    ");
    let run = dev.stop("-INT");
    assert!(run.stderr.contains(", 1 throttles; "), "{run}");
    assert_eq!(first.join().unwrap().exit, Some(1));
}
