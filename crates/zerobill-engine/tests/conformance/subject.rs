//! The local Lambda that the rows are about: this engine, or the one that is named.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use zerobill_engine::{Engine, FunctionSettings};

use crate::client::{Connection, Response, request};

/// Serves a function that does what it is asked, and some that do one thing only.
pub(crate) struct Subject {
    address: SocketAddr,
    folder: TempDir,
    /// Dropped with the subject, and its processes with it.
    _engine: Option<(Engine, Runtime)>,
}

const FUNCTION: &str = "conformance";

/// One that exits in INIT, one with an extension inside, one that never asks, and one that starts and answers slowly.
const OTHERS: [&str; 4] = [
    "conformance-exits",
    "conformance-extended",
    "conformance-silent",
    "conformance-slow",
];

impl Subject {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some(url) = other() {
            let host = url.trim_start_matches("http://").trim_end_matches('/');
            let address = host.to_socket_addrs().unwrap().next().unwrap();
            return Self {
                address,
                folder,
                _engine: None,
            };
        }
        let runtime = Runtime::new().unwrap();
        let mut builder = Engine::builder();
        for name in [FUNCTION].into_iter().chain(OTHERS) {
            builder = builder.function(FunctionSettings::new(name, program(name)));
        }
        let engine = runtime.block_on(builder.start()).unwrap();
        Self {
            address: engine.address(),
            folder,
            _engine: Some((engine, runtime)),
        }
    }

    /// A file of this name that is there only if the function has made it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Calls the Function URL.
    pub(crate) fn url(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
        request(self.address, method, &url_path(path), head, body)
    }

    /// A connection that has asked the Function URL.
    pub(crate) fn asked(&self, path: &str) -> Connection {
        let mut connection = Connection::open(self.address);
        connection.send("GET", &url_path(path), "", b"");
        connection
    }

    /// The event that the Function URL makes of a request.
    pub(crate) fn event(&self, method: &str, path: &str, head: &str, body: &[u8]) -> Value {
        let response = self.url(method, path, head, body);
        assert_eq!(response.status, 200, "{}", response.text());
        response.json()
    }

    /// What a caller of the Function URL gets where the function replies so.
    pub(crate) fn reply(&self, reply: &str) -> Response {
        self.url("POST", "/reply", "Content-Type: application/json\r\n", reply.as_bytes())
    }

    /// Calls the Invoke API.
    pub(crate) fn invoke(&self, head: &str, event: &[u8]) -> Response {
        self.invoke_other(FUNCTION, head, event)
    }

    pub(crate) fn invoke_other(&self, function: &str, head: &str, event: &[u8]) -> Response {
        let path = format!("/2015-03-31/functions/{function}/invocations");
        request(self.address, "POST", &path, head, event)
    }

    /// The reply to an event.
    pub(crate) fn answer(&self, event: &Value) -> Value {
        let response = self.invoke("", event.to_string().as_bytes());
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(response.header("x-amz-function-error"), None, "{}", response.text());
        response.json()
    }
}

fn url_path(path: &str) -> String {
    format!("/lambda-url/{FUNCTION}{path}")
}

#[expect(clippy::disallowed_methods, reason = "the variable says what is tested")]
fn other() -> Option<String> {
    std::env::var("ZEROBILL_CONFORMANCE_URL").ok()
}

/// A function of `real-clients/conformance`, built.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build).join(name)
}

fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/conformance-0123: what lies beside `deps` is of the same profile.
    let target = test.ancestors().nth(3).unwrap();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--package", "conformance", "--bins", "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the functions do not build");
    target.join("debug")
}

/// Asserts that a reply is this failure, said as Lambda says it.
pub(crate) fn assert_failed(response: &Response, error_type: &str, message: &str) {
    assert_eq!(
        (response.status, response.header("x-amz-function-error")),
        (200, Some("Unhandled"))
    );
    let request_id = response.header("x-amzn-requestid").unwrap_or_default();
    assert_eq!(
        response.text(),
        format!(r#"{{"errorType":"{error_type}","errorMessage":"RequestId: {request_id} Error: {message}"}}"#)
    );
}

/// How often the function has added a line to a file.
pub(crate) fn count(file: &Path) -> usize {
    std::fs::read_to_string(file).map_or(0, |lines| lines.lines().count())
}

/// Waits until `condition` holds; says whether it did within `patience`.
pub(crate) fn within(patience: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let begun = Stopwatch::start();
    while !condition() {
        if begun.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

/// Measures time.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place of the rows that reads a clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
