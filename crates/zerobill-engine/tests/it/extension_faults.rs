//! Extensions that fail, and what they ask wrongly.

use std::{os::unix::fs::PermissionsExt, thread};

use serde_json::json;
use tempfile::TempDir;
use zerobill_engine::{EngineError, FunctionSettings, LineKind};

use crate::{
    client::{Connection, Response},
    extensions::{NEXT, Played, REGISTER, api, during, lab, puppets},
    lab::{NAME, eventually, is_running},
};

fn error_type(response: &Response) -> (u16, String) {
    (
        response.status,
        response.json()["errorType"].as_str().unwrap().to_owned(),
    )
}

/// A folder with one extension that is a script.
fn script(name: &str, text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn an_extension_that_dies_fails_the_invocation() {
    let folder = puppets(&["fragile"]);
    let lab = lab("misbehaves", folder.path(), |_| {});
    let (response, ()) = during(&lab, &json!({ "do": "hang" }), || {
        let mut fragile = Played::register(api(&lab, 1), "fragile", &json!(["INVOKE"]));
        fragile.ask();
        fragile.event();
        let head = "Lambda-Extension-Function-Error-Type: Extension.NoDisk\r\n";
        let accepted = fragile.call("POST", "/2020-01-01/extension/exit/error", head, b"{}");
        assert_eq!((accepted.status, accepted.text()), (202, r#"{"status":"OK"}"#));
    });
    assert_eq!(response.json()["errorType"], "Extension.ExitError");
    assert_eq!(
        lab.log.starting("EXTENSION").pop().unwrap(),
        "EXTENSION\tName: fragile\tState: ExitError\tEvents: [INVOKE]\tError Type: Extension.NoDisk"
    );
    assert_eq!(lab.state().errors, 1);
}

#[test]
fn an_extension_that_cannot_start_fails_the_init_and_says_why() {
    let exits = script("meter", "echo no table >&2; exit 3");
    let lab_of = |folder: &TempDir| lab("echo", folder.path(), |_| {});
    let lab = lab_of(&exits);
    let (document, failed) = lab.answer(&json!({}));
    assert!(failed);
    assert_eq!(
        document,
        json!({ "errorType": "Extension.Crash", "errorMessage": "exit status 3" })
    );
    assert_eq!(lab.log.kind_of("no table"), LineKind::Extension);
    assert_eq!(
        lab.log.starting("EXTENSION"),
        ["EXTENSION\tName: meter\tState: Exited\tEvents: []\tError Type: Extension.Crash"]
    );
    let init = lab.log.starting("INIT_REPORT").pop().unwrap();
    assert!(
        init.ends_with("\tPhase: init\tStatus: error\tError Type: Extension.Crash"),
        "{init}"
    );

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("readme.txt"), "no program").unwrap();
    let lab = lab_of(&folder);
    let document = lab.answer(&json!({})).0;
    assert_eq!(document["errorType"], "Extension.LaunchError");
    let message = document["errorMessage"].as_str().unwrap();
    assert!(
        message.starts_with("the extension `readme.txt` cannot be started: "),
        "{message}"
    );
}

#[test]
fn init_error_is_reported_by_its_type() {
    let folder = puppets(&["meter"]);
    let lab = lab("echo", folder.path(), |_| {});
    let (response, ()) = during(&lab, &json!({}), || {
        let meter = Played::register(api(&lab, 1), "meter", &json!(["INVOKE"]));
        let path = "/2020-01-01/extension/init/error";
        let missing = meter.call("POST", path, "", b"");
        assert_eq!(error_type(&missing), (403, "Extension.MissingHeader".to_owned()));
        let head = "Lambda-Extension-Function-Error-Type: Extension.NoTable\r\n";
        assert_eq!(meter.call("POST", path, head, b"{}").status, 202);
        let again = meter.call("GET", NEXT, "", b"");
        assert_eq!(error_type(&again), (403, "Extension.InvalidExtensionState".to_owned()));
    });
    assert_eq!(response.json()["errorType"], "Extension.InitError");
    assert_eq!(
        lab.log.starting("EXTENSION"),
        ["EXTENSION\tName: meter\tState: InitError\tEvents: [INVOKE]\tError Type: Extension.NoTable"]
    );
}

#[test]
fn what_an_extension_asks_wrongly_is_refused_by_name() {
    let folder = puppets(&["observer"]);
    let lab = lab("echo", folder.path(), |_| {});
    let (_, _kept) = during(&lab, &json!({}), || {
        let address = api(&lab, 1);
        let register = |head: &str, body: &str| {
            error_type(&Connection::open(address).exchange("POST", REGISTER, head, body.as_bytes()))
        };
        let refused = |name: &str| (403, name.to_owned());
        let name = "Lambda-Extension-Name: observer\r\n";
        assert_eq!(register("", "{}"), refused("Extension.InvalidExtensionName"));
        assert_eq!(register(name, "{"), refused("InvalidRequestFormat"));
        assert_eq!(
            register(name, r#"{"events":["SLEEP"]}"#),
            refused("Extension.InvalidEventType")
        );
        let internal = "Lambda-Extension-Name: inside\r\n";
        assert_eq!(
            register(internal, r#"{"events":["SHUTDOWN"]}"#),
            refused("Extension.InvalidEventType")
        );
        let next = |head: &str| error_type(&Connection::open(address).exchange("GET", NEXT, head, b""));
        assert_eq!(next(""), refused("Extension.MissingExtensionIdentifier"));
        let head = "Lambda-Extension-Identifier: me\r\n";
        assert_eq!(next(head), refused("Extension.InvalidExtensionIdentifier"));
        let head = "Lambda-Extension-Identifier: 4b7e3f0e-6b1c-4a53-8a3e-111111111111\r\n";
        assert_eq!(next(head), refused("Extension.UnknownExtensionIdentifier"));
        let mut observer = Played::register(address, "observer", &json!([]));
        assert_eq!(register(name, "{}"), refused("Extension.InvalidExtensionState"));
        assert_eq!(
            observer.call("GET", "/2020-01-01/extension/nothing", "", b"").status,
            404
        );
        observer.ask();
        lab.log.wait_for("START", 1);
        assert_eq!(register(internal, "{}"), refused("Extension.RegistrationClosed"));
        observer
    });
}

#[test]
fn no_process_of_an_extension_is_left() {
    let folder = script("forks", "sleep 600 & echo child $!; exec sleep 600");
    let mut lab = lab("echo", folder.path(), |_| {});
    let address = lab.address;
    let caller = thread::spawn(move || {
        let mut connection = Connection::open(address);
        connection.send("POST", &format!("/2015-03-31/functions/{NAME}/invocations"), "", b"{}");
        connection
    });
    let child: u64 = lab.log.wait_for("child ", 1)["child ".len()..].parse().unwrap();
    assert!(is_running(child));
    lab.drop_engine();
    eventually("the child of the extension is gone", || {
        (!is_running(child)).then_some(())
    });
    drop(caller.join().unwrap());
}

#[test]
fn a_folder_that_is_not_there_is_said_at_the_start() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut settings = FunctionSettings::new(NAME, "x");
    settings.extensions = Some("/nowhere/at/all".into());
    let error = runtime
        .block_on(zerobill_engine::Engine::builder().function(settings).start())
        .unwrap_err();
    assert!(matches!(error, EngineError::Settings { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("function `hello`: the extensions in `/nowhere/at/all`: "),
        "{text}"
    );
}
