//! A server that does as its script says, byte by byte, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::invocation::spawn;

/// What the server does with one request. The last act of a script is repeated.
#[derive(Clone)]
pub(super) enum Act {
    /// Sends these bytes and waits for the next request.
    Answer(Vec<u8>),
    /// Sends these bytes and closes.
    AnswerAndClose(Vec<u8>),
    /// Reads the request and resets the connection.
    ResetAfterRequest,
    /// Resets the connection before it reads anything.
    ResetAtOnce,
    /// Reads the request and closes its side, without a word.
    HalfClose,
    /// Reads the request and never answers.
    Silence,
    /// Sends these bytes again and again after the first.
    Endless(Vec<u8>, Vec<u8>),
}

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The connection it came on, from 0.
    pub(super) connection: usize,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Seen {
    /// Its first line without the version.
    pub(super) fn line(&self) -> &str {
        let line = self.head.lines().next().unwrap_or_default();
        line.strip_suffix(" HTTP/1.1").expect("it is HTTP/1.1")
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let pairs = lines.filter_map(|line| line.split_once(": "));
        pairs
            .into_iter()
            .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }
}

#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    script: Arc<Vec<Act>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<Mutex<usize>>,
}

impl Server {
    pub(super) async fn start(script: impl Into<Vec<Act>>) -> Self {
        let (server, listener) = Self::bind(script).await;
        let running = server.clone();
        spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("accepts");
                let (server, connection) = (running.clone(), running.connected());
                spawn(async move {
                    if let Some(stream) = server.serve(stream, connection).await {
                        stream.set_zero_linger().expect("a socket");
                    }
                });
            }
        });
        server
    }

    /// The server without its loop, for those who wrap its connections.
    pub(super) async fn bind(script: impl Into<Vec<Act>>) -> (Self, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = Self {
            address: listener.local_addr().expect("bound"),
            script: Arc::new(script.into()),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        (server, listener)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("whole").clone()
    }

    /// The first lines of what was asked.
    pub(super) fn asked(&self) -> Vec<String> {
        self.seen().iter().map(|seen| seen.line().to_owned()).collect()
    }

    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().expect("whole")
    }

    /// Counts a connection; says which it is.
    pub(super) fn connected(&self) -> usize {
        let mut connections = self.connections.lock().expect("whole");
        *connections += 1;
        *connections - 1
    }

    /// Serves one connection; gives it back where it is to be reset.
    pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(&self, mut stream: S, connection: usize) -> Option<S> {
        loop {
            if matches!(self.act(connection), Act::ResetAtOnce) {
                self.seen.lock().expect("whole").push(Seen {
                    connection,
                    head: "RESET / HTTP/1.1".to_owned(),
                    body: Vec::new(),
                });
                return Some(stream);
            }
            let (head, body) = read_request(&mut stream).await?;
            let act = self.act(connection);
            self.seen.lock().expect("whole").push(Seen { connection, head, body });
            match act {
                Act::Answer(bytes) => stream.write_all(&bytes).await.ok()?,
                Act::AnswerAndClose(bytes) => {
                    stream.write_all(&bytes).await.ok()?;
                    stream.shutdown().await.ok();
                    return None;
                }
                Act::ResetAfterRequest | Act::ResetAtOnce => return Some(stream),
                Act::HalfClose => {
                    stream.shutdown().await.ok();
                    drain(&mut stream).await;
                    return None;
                }
                Act::Silence => {
                    drain(&mut stream).await;
                    return None;
                }
                Act::Endless(first, again) => {
                    stream.write_all(&first).await.ok()?;
                    while stream.write_all(&again).await.is_ok() {}
                    return None;
                }
            }
        }
    }

    fn act(&self, _connection: usize) -> Act {
        let at = self.seen.lock().expect("whole").len();
        self.script[at.min(self.script.len() - 1)].clone()
    }
}

/// Reads until the client closes.
async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut bytes = [0; 1_024];
    while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
}

/// The head and the body of the next request, if one comes.
pub(super) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().expect("a number"))
    });
    let mut body = bytes.split_off(end + 4);
    while body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, body))
}

/// A server that has gone: its port refuses connections.
pub(super) async fn refused() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    format!("http://{}/", listener.local_addr().expect("bound"))
}

/// An answer of this status with headers and a body.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(super) fn ok(body: &str) -> Act {
    Act::Answer(answer("200 OK", "", body))
}

pub(super) fn status(status: &str) -> Act {
    Act::Answer(answer(status, "", ""))
}

pub(super) fn redirect(status: &str, location: &str) -> Act {
    Act::Answer(answer(status, &format!("location: {location}\r\n"), ""))
}

/// Copies both ways until both ends are done.
pub(super) async fn join(mut one: TcpStream, mut other: TcpStream) {
    _ = tokio::io::copy_bidirectional(&mut one, &mut other).await;
}
