//! Builds: what waits for them, what they replace, and what is shown of them.

use serde_json::{Value, json};
use zerobill_engine::FunctionSettings;

use super::state;
use crate::{
    client::Connection,
    lab::{Lab, NAME, eventually, program},
};

#[test]
fn events_wait_for_a_build_and_are_answered_by_what_it_built() {
    let lab = Lab::new("echo");
    let before = lab.answer(&json!({})).0;
    let build = lab.engine().build("cargo build");
    assert_eq!(
        state(&lab)["build"],
        json!({ "status": "running", "command": "cargo build", "output": "" })
    );
    let mut waiting = Connection::open(lab.address);
    let invoke = format!("/2015-03-31/functions/{NAME}/invocations");
    waiting.send("POST", &invoke, "", b"{}");
    // Another request gets an answer meanwhile, so the first one has arrived.
    assert_eq!(state(&lab)["functions"][0]["invocations"], 1);
    lab.wait(build.succeeded());
    let after = waiting.read().json();
    assert_ne!(after["process"], before["process"]);
    let state = state(&lab);
    assert_eq!(
        (&state["build"], &state["functions"][0]["cold_starts"]),
        (&Value::Null, &json!(2))
    );
}

#[test]
fn events_that_come_before_the_first_build_wait_for_it_where_one_is_to_come() {
    let folder = tempfile::tempdir().unwrap();
    let built = folder.path().join("echo");
    let lab = Lab::start(FunctionSettings::new(NAME, &built), |builder| {
        builder.wait_for_build(true)
    });
    let mut waiting = Connection::open(lab.address);
    let invoke = format!("/2015-03-31/functions/{NAME}/invocations");
    waiting.send("POST", &invoke, "", b"{}");
    // Another request gets an answer meanwhile, so the first one has arrived.
    assert_eq!(state(&lab)["functions"][0]["cold_starts"], 0);
    let build = lab.engine().build("cargo build");
    std::os::unix::fs::symlink(program("echo"), &built).unwrap();
    lab.wait(build.succeeded());
    let reply = waiting.read();
    assert_eq!(reply.header("x-amz-function-error"), None, "{}", reply.text());
}

#[test]
fn after_a_build_that_failed_everything_goes_on_and_its_end_is_shown() {
    let lab = Lab::new("echo");
    let before = lab.answer(&json!({})).0;
    let output = format!("{}error: <b>no</b>", "ä".repeat(40_000));
    lab.engine().build("cargo build").failed(&output);
    assert_eq!(lab.answer(&json!({})).0["process"], before["process"]);
    let build = state(&lab)["build"].clone();
    assert_eq!(build["status"], "failed");
    let shown = build["output"].as_str().unwrap();
    assert!(
        shown.ends_with("error: <b>no</b>") && shown.len() <= 65_536,
        "{} bytes",
        shown.len()
    );
}

#[test]
fn a_busy_environment_of_an_earlier_build_takes_no_further_event() {
    let lab = Lab::new("meets");
    let folder = tempfile::tempdir().unwrap();
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let event = json!({ "touch": begun, "await": [go] }).to_string();
    let busy = std::thread::scope(|scope| {
        let busy = scope.spawn(|| lab.post("", event.as_bytes()));
        eventually("the invocation runs", || begun.exists().then_some(()));
        lab.wait(lab.engine().build("restart").succeeded());
        std::fs::write(&go, "").unwrap();
        busy.join().unwrap().json()
    });
    assert_ne!(lab.answer(&json!({})).0["process"], busy["process"]);
    assert_eq!(lab.state().cold_starts, 2);
}
