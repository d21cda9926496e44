//! A server on loopback that answers as it is told, and counts.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

/// What it answers, and how often it was asked. It ends with the process.
pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    status: u16,
    body: String,
    requests: usize,
}

impl Server {
    /// A server that answers with `status` and `body`.
    pub(crate) fn start(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let body = body.to_owned();
        let state = Arc::new(Mutex::new(State {
            status,
            body,
            requests: 0,
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let lines = BufReader::new(&connection).lines().map_while(Result::ok);
                if lines.take_while(|line| !line.is_empty()).count() == 0 {
                    continue;
                }
                let mut state = shared.lock().unwrap();
                state.requests += 1;
                let (status, body, length) = (state.status, &state.body, state.body.len());
                let answer =
                    format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
                connection.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self { url, state }
    }

    /// Answers with `status` and `body` from now on.
    pub(crate) fn answer(&self, status: u16, body: &str) {
        let mut state = self.state.lock().unwrap();
        state.status = status;
        body.clone_into(&mut state.body);
    }

    /// How often it was asked.
    pub(crate) fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}
