//! An example under a local Lambda, and what it logs.

use std::{
    fmt::Write as _,
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::runtime::Runtime;
use zerobill_engine::{Engine, FunctionSettings, InvokeRequest, LineKind, LogLine};

/// How long anything may take that does come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A running engine with one example.
pub(crate) struct Function {
    runtime: Runtime,
    engine: Engine,
    lines: Arc<Mutex<Vec<String>>>,
}

/// A response of the Function URL.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Function {
    /// Starts `program` with the settings of the examples and these variables.
    pub(crate) fn start(program: &str, variables: &[(&str, &str)]) -> Self {
        let mut settings = FunctionSettings::new("example", program);
        settings.timeout = PATIENCE;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/zerobill.toml");
        // The process of the tests may have its own level and proxy; an empty variable counts as not set.
        let unset = [
            ("AWS_LAMBDA_LOG_LEVEL", ""),
            ("POWERTOOLS_LOG_LEVEL", ""),
            ("HTTP_PROXY", ""),
            ("http_proxy", ""),
        ];
        let all = [("ZEROBILL_CONFIG", file)]
            .into_iter()
            .chain(unset)
            .chain(variables.iter().copied());
        let owned = all.map(|(name, value)| (name.into(), value.into()));
        settings.environment.extend(owned);
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let engine = Engine::builder().function(settings).log_sink(move |line: LogLine<'_>| {
            if line.kind != LineKind::Platform {
                sink.lock().unwrap().push(line.text.to_owned());
            }
        });
        let engine = runtime.block_on(engine.start()).unwrap();
        Self { runtime, engine, lines }
    }

    /// The reply to `event`, and whether it is an error.
    pub(crate) fn invoke(&self, event: &Value) -> (Value, bool) {
        let request = InvokeRequest::new(event.to_string());
        let reply = self.runtime.block_on(async {
            let reply = self.engine.invoke("example", request).await.unwrap();
            (reply.payload.collect().await.unwrap(), reply.function_error)
        });
        (serde_json::from_slice(&reply.0).unwrap(), reply.1)
    }

    /// The response of the Function URL to `method path` with these headers.
    pub(crate) fn request(&self, line: &str, headers: &[(&str, &str)], body: &str) -> Response {
        let mut stream = TcpStream::connect(self.engine.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let length = body.len();
        let mut request =
            format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n");
        for (name, value) in headers {
            write!(request, "{name}: {value}\r\n").unwrap();
        }
        stream.write_all(format!("{request}\r\n{body}").as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        Response {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_ascii_lowercase(),
            body: serde_json::from_str(body).unwrap(),
        }
    }

    /// What it has logged and counted so far, line by line.
    pub(crate) fn logged(&self) -> Vec<Value> {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The messages of its log lines.
    pub(crate) fn messages(&self) -> Vec<String> {
        let logged = self.logged();
        let messages = logged.iter().filter_map(|line| line["message"].as_str());
        messages.map(str::to_owned).collect()
    }
}
