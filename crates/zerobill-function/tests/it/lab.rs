//! The function under a local Lambda, and what it writes.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::runtime::Runtime;
use zerobill_engine::{Engine, FunctionSettings, FunctionState, InvokeRequest, LineKind, LogLine};

use crate::process::{BOOTSTRAP, is_json_object};

/// How long anything may take that does come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Variables that this process may have and a test does not want; an empty one counts as not set.
const UNWANTED: [&str; 6] = [
    "AWS_LAMBDA_LOG_LEVEL",
    "POWERTOOLS_LOG_LEVEL",
    "ZEROBILL_CONFIG",
    "ZEROBILL_EXPOSE",
    "ZEROBILL_LOG_LEVEL",
    "ZEROBILL_SERVICE_NAME",
];

/// A running engine with the function.
pub(crate) struct Lab {
    runtime: Runtime,
    engine: Engine,
    name: String,
    lines: Arc<Mutex<Vec<(LineKind, String)>>>,
}

impl Lab {
    /// `bootstrap` with Lambda's defaults.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    /// `bootstrap` with these variables.
    pub(crate) fn set(variables: &[(&str, &str)]) -> Self {
        Self::with(|settings| {
            let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            settings.environment.extend(variables);
        })
    }

    /// `bootstrap`, or whatever `change` makes of it.
    pub(crate) fn with(change: impl FnOnce(&mut FunctionSettings)) -> Self {
        let mut settings = FunctionSettings::new("f", BOOTSTRAP);
        settings.timeout = PATIENCE;
        let unset = UNWANTED.iter().map(|name| ((*name).to_owned(), String::new()));
        settings.environment.extend(unset);
        change(&mut settings);
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (sink, name) = (Arc::clone(&lines), settings.name.clone());
        let builder = Engine::builder()
            .function(settings)
            .log_sink(move |line: LogLine<'_>| sink.lock().unwrap().push((line.kind, line.text.to_owned())));
        let engine = runtime.block_on(builder.start()).unwrap();
        Self {
            runtime,
            engine,
            name,
            lines,
        }
    }

    /// The reply to `event` byte for byte, and whether it is an error.
    pub(crate) fn invoke(&self, event: impl Into<String>) -> (String, bool) {
        let request = InvokeRequest::new(event.into());
        let reply = self.runtime.block_on(async {
            let reply = self.engine.invoke(&self.name, request).await.unwrap();
            (reply.payload.collect().await.unwrap(), reply.function_error)
        });
        (String::from_utf8(reply.0.to_vec()).unwrap(), reply.1)
    }

    /// The reply that must be no error, as JSON.
    pub(crate) fn answer(&self, event: impl Into<String>) -> Value {
        let (reply, failed) = self.invoke(event);
        assert!(!failed, "{reply}");
        serde_json::from_str(&reply).unwrap()
    }

    /// `errorType` and `errorMessage` of a reply that must be an error.
    pub(crate) fn error(&self, event: impl Into<String>) -> (String, String) {
        let (reply, failed) = self.invoke(event);
        assert!(failed, "{reply}");
        let document: Value = serde_json::from_str(&reply).unwrap();
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        (text("errorType"), text("errorMessage"))
    }

    /// The response of the Function URL to a request of these lines.
    pub(crate) fn request(&self, head: &str, body: &str) -> String {
        exchange(self.engine.address(), head, body)
    }

    /// Every line that the function has written so far, which must each be JSON.
    pub(crate) fn logged(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        let own = lines.iter().filter(|(kind, _)| *kind != LineKind::Platform);
        own.map(|(_, line)| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .collect()
    }

    /// Everything in the log, Lambda's own lines too.
    pub(crate) fn log(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|(_, line)| line.clone()).collect()
    }

    /// What it has used.
    pub(crate) fn state(&self) -> FunctionState {
        self.engine.state().functions.remove(0)
    }
}

/// Whatever a test is about: the function writes JSON lines on standard output and nothing else.
impl Drop for Lab {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        for (kind, line) in self.lines.lock().unwrap().iter() {
            match kind {
                LineKind::Stdout => assert!(is_json_object(line), "not a JSON line: {line}"),
                LineKind::Stderr => panic!("written to standard error: {line}"),
                LineKind::Platform | LineKind::Extension => {}
            }
        }
    }
}

/// One HTTP exchange; `head` is the first line of the request and its headers but for `Host`, `Connection` and the length.
fn exchange(address: SocketAddr, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let (length, (first, headers)) = (body.len(), head.split_once('\n').unwrap_or((head, "")));
    let headers = headers.replace('\n', "\r\n");
    let request = format!(
        "{first} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}
