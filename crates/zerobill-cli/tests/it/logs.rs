//! `zerobill logs` with a running engine.

use std::{io::BufRead, io::BufReader, process::Stdio};

use insta::assert_snapshot;

use crate::{
    running::Dev,
    zerobill::{command, run, steady},
};

#[test]
fn the_lines_of_an_engine_are_printed_and_filtered() {
    let script = r#"echo '{"level":"WARN","message":"low stock","item":7}'; exit 3"#;
    let dev = Dev::start(&["--", "sh", "-c", script]);
    assert_eq!(
        run(&["invoke", "--sample", "health", "--url", &dev.url()]).exit,
        Some(1)
    );
    let logs = |more: &[&str]| {
        let run = run(&[&["logs", "--url", &dev.url()][..], more].concat());
        assert_eq!((run.exit, run.stderr.as_str()), (Some(0), ""));
        run.stdout
    };
    let all = logs(&[]);
    assert_eq!(all.lines().count(), 7, "{all}");
    let text = |line: &str| line.split_once(' ').unwrap().1.to_owned();
    assert_eq!(text(all.lines().nth(1).unwrap()), "function#1 WARN  low stock item=7");
    assert_eq!(logs(&["--level", "critical"]), "");
    let errors = logs(&["--level", "error"]);
    assert!(errors.lines().all(|line| line.contains("rror")), "{errors}");
    assert_eq!(logs(&["--function", "other"]), "");
    let json = logs(&["--level", "warn", "--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["text"], r#"{"level":"WARN","message":"low stock","item":7}"#);
    let request_id = first["request_id"].as_str().unwrap().to_owned();
    assert_eq!(logs(&["--request-id", &request_id[..8]]).lines().count(), 7);
}

#[test]
fn followed_lines_come_as_they_are_written_until_the_engine_ends() {
    let dev = Dev::start(&[]);
    let mut follower = command(&["logs", "--follow", "--url", &dev.url()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    dev.get("/health", "");
    let seen: Vec<String> = lines.by_ref().take(4).map(Result::unwrap).collect();
    assert!(seen[3].contains(" REPORT RequestId: "), "{seen:?}");
    assert_eq!(dev.stop("-INT").exit, Some(0));
    assert_eq!(lines.count(), 0);
    assert_eq!(follower.wait().unwrap().code(), Some(0));
}

#[test]
fn without_an_engine_it_says_how_to_start_one() {
    let run = run(&["logs", "--url", "http://127.0.0.1:1"]);
    assert_snapshot!(steady(&run.to_string()), @r"
    exit: 1
    --- stdout

    --- stderr
    error: cannot reach `http://127.0.0.1:1`: Connection refused (os error 111)
    hint: `zerobill dev` starts an engine
    ");
}
