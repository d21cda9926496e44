//! `zerobill dev --watch` with a crate that cargo builds: a bare client of the Runtime API.

use std::{fs, path::Path, thread::sleep, time::Duration};

use serde_json::Value;

use crate::{running::Dev, zerobill::PATIENCE};

const MANIFEST: &str = "[package]\nname = \"greets\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// Answers every event with its greeting.
const SOURCE: &str = r#"
use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
};

const GREETING: &str = "one";

fn main() {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let invocation = "/2018-06-01/runtime/invocation";
    loop {
        let mut next = TcpStream::connect(&api).unwrap();
        write!(next, "GET {invocation}/next HTTP/1.1\r\nHost: {api}\r\n\r\n").unwrap();
        let head = BufReader::new(next).lines().map(Result::unwrap);
        let id = head
            .map(|line| line.to_ascii_lowercase())
            .find_map(|line| Some(line.strip_prefix("lambda-runtime-aws-request-id: ")?.to_owned()))
            .unwrap();
        let mut answer = TcpStream::connect(&api).unwrap();
        let head = format!("Host: {api}\r\nContent-Length: {}\r\nConnection: close", GREETING.len() + 2);
        write!(answer, "POST {invocation}/{id}/response HTTP/1.1\r\n{head}\r\n\r\n\"{GREETING}\"").unwrap();
        answer.read_to_string(&mut String::new()).unwrap();
    }
}
"#;

/// Writes the crate so that it greets with this expression.
fn write(folder: &Path, greeting: &str) {
    fs::write(folder.join("src/main.rs"), SOURCE.replace("\"one\"", greeting)).unwrap();
}

fn greeting(dev: &Dev) -> String {
    let (status, body) = dev.get("/", "");
    assert_eq!(status, "HTTP/1.1 200 OK", "{body}");
    body
}

/// The build that the page shows, once it is in this state.
fn build(dev: &Dev, status: &Value) -> Value {
    const PAUSE: Duration = Duration::from_millis(10);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        let state: Value = serde_json::from_str(&dev.get("/_zerobill/state", "").1).unwrap();
        if state["build"]["status"] == *status {
            return state["build"].clone();
        }
        sleep(PAUSE);
    }
    panic!("no build is {status} in time");
}

/// Takes 2 to 5 s: four builds of a small crate.
#[test]
fn what_cargo_builds_replaces_the_function_requests_wait_for_it_and_an_error_is_shown_until_it_is_mended() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    fs::create_dir(folder.join("src")).unwrap();
    write(folder, "\"one\"");
    let cargo = format!("{} build --offline --target-dir target --color never", env!("CARGO"));
    let dev = Dev::start_in(
        folder,
        &["--watch", "src", "--build", &cargo, "--", "./target/debug/greets"],
    );
    // Sent before there is a program: it waits for the first build.
    assert_eq!(greeting(&dev), "one");

    write(folder, "\"two\"");
    dev.said("changed: src/main.rs", 1);
    build(&dev, &Value::from("running"));
    assert_eq!(greeting(&dev), "two", "it waits for the build");

    write(folder, "2");
    dev.said("error[E0308]: mismatched types", 1);
    dev.said(&format!("error: `{cargo}` failed; what was built before goes on"), 1);
    let failed = build(&dev, &Value::from("failed"));
    let output = failed["output"].as_str().unwrap();
    assert!(
        output.contains("error[E0308]: mismatched types") && output.contains("--> src/main.rs:8"),
        "{output}"
    );
    assert_eq!(greeting(&dev), "two", "what was built before goes on");

    write(folder, "\"three\"");
    dev.said("built; ", 3);
    assert_eq!(greeting(&dev), "three");
    build(&dev, &Value::Null);
    let run = dev.stop("-INT");
    assert!(
        run.stderr.contains("\n4 invocations, 3 cold starts, 0 errors, "),
        "{run}"
    );
}
