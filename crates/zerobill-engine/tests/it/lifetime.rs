//! How an engine begins and ends: no port it cannot have, and no process left over.

use std::{net::TcpListener, thread, time::Duration};

use serde_json::{Value, json};
use zerobill_engine::{Engine, EngineError, FunctionSettings};

use crate::lab::{Lab, NAME, Stopwatch, eventually, is_running, program};

/// The ids in a reply of `misbehaves`.
fn processes(reply: &Value) -> Vec<u64> {
    ["process", "child"]
        .into_iter()
        .filter_map(|name| reply[name].as_u64())
        .collect()
}

pub(crate) fn start(settings: FunctionSettings, address: &str) -> Result<Engine, EngineError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(Engine::builder().function(settings).listen(address).start())
}

#[test]
fn a_port_that_is_taken_is_named_with_who_usually_has_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = start(FunctionSettings::new(NAME, "x"), &format!("127.0.0.1:{port}")).unwrap_err();
    assert!(matches!(error, EngineError::PortTaken { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("port {port} on 127.0.0.1 is taken"));
    let usual = EngineError::PortTaken {
        host: "127.0.0.1".to_owned(),
        port: 9_000,
    };
    assert_eq!(
        usual.to_string(),
        "port 9000 on 127.0.0.1 is taken; `cargo lambda watch` uses 9000 too"
    );
}

#[test]
fn settings_that_lambda_does_not_have_are_refused() {
    let settings = |change: fn(&mut FunctionSettings)| {
        let mut settings = FunctionSettings::new(NAME, "x");
        change(&mut settings);
        start(settings, "127.0.0.1:0").unwrap_err().to_string()
    };
    assert_eq!(
        settings(|settings| settings.memory_mb = 64),
        "function `hello`: 64 MB of memory are not from 128 to 10240"
    );
    let error = settings(|settings| settings.timeout = Duration::from_secs(901));
    assert_eq!(
        error,
        "function `hello`: a timeout of 901 s is not more than 0 and at most 900"
    );
    let error = settings(|settings| settings.concurrency = 0);
    assert_eq!(error, "function `hello`: a concurrency of 0 is not from 1 to 1000");
    assert_eq!(
        settings(|settings| settings.temporary_mb = 100),
        "function `hello`: 100 MB for temporary files are not from 512 to 10240"
    );
    assert_eq!(
        settings(|settings| settings.url_path = Some("orders".to_owned())),
        "function `hello`: the path of its Function URL must begin with `/`"
    );
    let error = settings(|settings| "a b".clone_into(&mut settings.name));
    assert_eq!(
        error,
        "function `a b`: its name must be 1 to 64 letters, digits, `-` and `_`"
    );
}

#[test]
fn after_shutdown_no_process_is_left_not_even_a_child_of_the_function() {
    let mut lab = Lab::new("misbehaves");
    let reply = lab.answer(&json!({ "do": "leave a child" })).0;
    let processes = processes(&reply);
    assert_eq!(processes.len(), 2);
    assert!(processes.iter().all(|id| is_running(*id)));
    lab.shutdown();
    eventually("no process is left", || {
        (!processes.iter().any(|id| is_running(*id))).then_some(())
    });
}

#[test]
fn shutdown_ends_an_invocation_that_does_not_end_by_itself() {
    // Takes 7 s at most: what runs has 5 s to end, and then 2 s after SIGTERM.
    let mut lab = Lab::with("misbehaves", |settings| settings.timeout = Duration::from_secs(600));
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    let address = lab.address;
    let caller = thread::spawn(move || {
        let path = format!("/2015-03-31/functions/{NAME}/invocations");
        let mut connection = crate::client::Connection::open(address);
        connection.send("POST", &path, "", br#"{"do":"hang"}"#);
        connection
    });
    lab.log.wait_for("START ", 2);
    let stopwatch = Stopwatch::start();
    lab.shutdown();
    assert!(
        stopwatch.elapsed() < Duration::from_secs(10),
        "{:?}",
        stopwatch.elapsed()
    );
    assert!(!is_running(process));
    drop(caller.join().unwrap());
}

#[test]
fn shutdown_lets_an_invocation_end_that_is_nearly_done() {
    let mut lab = Lab::new("meets");
    let folder = tempfile::tempdir().unwrap();
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let event = json!({ "touch": begun, "await": [go], "n": 1 }).to_string();
    let address = lab.address;
    let caller = thread::spawn(move || {
        let path = format!("/2015-03-31/functions/{NAME}/invocations");
        crate::client::request(address, "POST", &path, "", event.as_bytes())
    });
    eventually("the invocation runs", || begun.exists().then_some(()));
    let releases = thread::spawn(move || {
        thread::sleep(Duration::from_millis(300));
        std::fs::write(&go, "").unwrap();
    });
    lab.shutdown();
    releases.join().unwrap();
    let response = caller.join().unwrap();
    assert_eq!((response.status, &response.json()["n"]), (200, &json!(1)));
}

#[test]
fn an_engine_that_is_dropped_leaves_no_process() {
    let mut lab = Lab::with("misbehaves", |settings| settings.timeout = Duration::from_secs(600));
    let reply = lab.answer(&json!({ "do": "leave a child" })).0;
    let mut ids = processes(&reply);
    // One of them runs, one is idle, and a client keeps its connection.
    let path = format!("/2015-03-31/functions/{NAME}/invocations");
    let mut kept = crate::client::Connection::open(lab.address);
    kept.send("POST", &path, "", br#"{"do":"hang"}"#);
    lab.log.wait_for("START ", 2);
    let second = lab.answer(&json!({})).0;
    ids.extend(processes(&second));
    assert_eq!(ids.len(), 3);
    lab.drop_engine();
    eventually("no process is left", || {
        (!ids.iter().any(|id| is_running(*id))).then_some(())
    });
}

#[test]
fn a_frozen_environment_ends_too() {
    let settings = FunctionSettings::new(NAME, program("echo"));
    let mut lab = Lab::start(settings, |builder| builder.freeze(true));
    let process = lab.answer(&json!({})).0["process"].as_u64().unwrap();
    lab.shutdown();
    assert!(!is_running(process));
}

#[test]
fn a_closed_port_is_closed_after_shutdown() {
    let mut lab = Lab::new("echo");
    assert_eq!(lab.post("", b"{}").status, 200);
    let address = lab.address;
    lab.shutdown();
    eventually("the port is free", || TcpListener::bind(address).ok());
}
