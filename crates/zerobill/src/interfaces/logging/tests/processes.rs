//! What only a process of its own can show: a closed standard output, and a subscriber for all threads.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tracing_subscriber::layer::SubscriberExt as _;

use super::{gateway, messages};
use crate::{Gateway, environment::Environment, logging::layer};

/// Set in the processes that a test of this file starts of itself.
const CHILD: &str = "TEST_RUNS_AS_CHILD";

fn is_child() -> bool {
    Environment::process().get(CHILD).is_some()
}

/// This test binary again, running the one test `name` as a child.
fn child(name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(CHILD, "1")
        .args(["--exact", "--nocapture"])
        .arg(format!("{}::{name}", module_path!().split_once("::").unwrap().1))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The child: logs once its standard output is closed.
fn log_to_nobody() {
    let mut go = String::new();
    std::io::stdin().read_line(&mut go).unwrap();
    let gateway = Gateway::builder().environment(Environment::default()).build().unwrap();
    for _ in 0..3 {
        gateway.logging().info("nobody reads this", ());
    }
    let (lost, health) = (gateway.stats().lost_lines, gateway.health());
    eprintln!("lost {lost}: {:?}", health[1]);
    assert_eq!(lost, 3);
}

#[test]
fn a_closed_standard_output_is_counted_and_nothing_else() {
    if is_child() {
        return log_to_nobody();
    }
    let mut child = child("a_closed_standard_output_is_counted_and_nothing_else");
    // The child is up once the test harness has said so.
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("running 1 test") {
        line.clear();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0, "the child ended early");
    }
    drop(stdout);
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    child.wait().unwrap();
    assert!(
        stderr.contains(
            r#"lost 3: ("logging", Health { status: Degraded, reasons: ["standard output did not take 3 lines"] })"#
        ),
        "{stderr}"
    );
}

/// Logs while it is being formatted.
struct Chatty;

impl std::fmt::Debug for Chatty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        tracing::info!("inner");
        f.write_str("chatty")
    }
}

/// The child: a subscriber for all threads, and a value that logs while a span records it.
fn record_a_value_that_logs() {
    let (gateway, output) = gateway([]);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer().gateway(gateway))).unwrap();
    let span = tracing::info_span!("span", late = tracing::field::Empty).entered();
    span.record("late", tracing::field::debug(Chatty));
    tracing::info!(again = ?Chatty, "outer");
    assert_eq!(messages(&output), ["inner", "inner", "outer"]);
}

#[test]
fn a_value_that_logs_while_a_span_records_it_does_not_hang() {
    if is_child() {
        return record_a_value_that_logs();
    }
    let mut child = child("a_value_that_logs_while_a_span_records_it_does_not_hang");
    // It takes a few milliseconds, or for ever.
    let mut waited = Duration::ZERO;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(waited < Duration::from_secs(20), "it hangs: {:?}", child.kill());
        std::thread::sleep(Duration::from_millis(5));
        waited += Duration::from_millis(5);
    };
    let mut stdout = String::new();
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    assert!(status.success() && stdout.contains("1 passed"), "{stdout}");
}
