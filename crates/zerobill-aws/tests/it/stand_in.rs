//! A server with fixed answers.
#![expect(clippy::unwrap_used, reason = "a helper of a test fails like a test")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A request's method and the begin of its path, the status, and the body; or `None`, to say nothing and close.
pub(crate) type Answer = (&'static str, &'static str, u16, &'static str);

/// Answers each request with the first answer that fits it, and any other with 403.
pub(crate) struct StandIn {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Listens on a port of its own until the process ends.
    pub(crate) fn new(answers: &'static [Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let log = Arc::clone(&log);
                thread::spawn(move || while answer(stream.as_ref().unwrap(), answers, &log).is_some() {});
            }
        });
        Self { url, asked }
    }

    /// The requests that changed something, as `METHOD PATH`.
    pub(crate) fn changes(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let changing = asked.iter().filter(|line| !line.starts_with("GET "));
        changing.cloned().collect()
    }
}

/// Answers one request of a connection; none at its end.
fn answer(mut stream: &TcpStream, answers: &[Answer], log: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let request = line.rsplit_once(' ')?.0.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
        if header.trim().is_empty() {
            break;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    let (method, path) = request.split_once(' ')?;
    log.lock().unwrap().push(request.clone());
    let found = answers
        .iter()
        .find(|(wanted, begin, ..)| *wanted == method && path.starts_with(begin));
    let denied = r#"{"__type":"AccessDeniedException","message":"User is not authorized"}"#;
    let (status, body) = found.map_or((403, denied), |(_, _, status, body)| (*status, *body));
    let kind = match status {
        400.. => "x-amzn-errortype: ",
        _ => "x-none: ",
    };
    let code = serde_json::from_str::<serde_json::Value>(body).unwrap();
    let code = code["__type"].as_str().unwrap_or("none").to_owned();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{kind}{code}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).ok()
}
