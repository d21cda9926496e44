//! An HTTP client that shows every byte: it writes what it is given and splits what comes back.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A connection to a server.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).unwrap();
    }

    /// Writes a request with a length; `head` are header lines, each with its end.
    pub(crate) fn send(&mut self, method: &str, path: &str, head: &str, body: &[u8]) {
        let length = body.len();
        let start = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{head}Content-Length: {length}\r\n\r\n");
        self.write(&[start.as_bytes(), body].concat());
    }

    pub(crate) fn exchange(&mut self, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
        self.send(method, path, head, body);
        self.read()
    }

    pub(crate) fn read(&mut self) -> Response {
        let (status, headers) = self.read_head();
        let response = Response {
            status,
            headers,
            body: Vec::new(),
        };
        let body = if response.header("transfer-encoding") == Some("chunked") {
            let mut body = Vec::new();
            while let Some(chunk) = self.read_chunk() {
                body.extend(chunk);
            }
            body
        } else {
            let length = response
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            let mut body = vec![0; length];
            self.stream.read_exact(&mut body).unwrap();
            body
        };
        Response { body, ..response }
    }

    pub(crate) fn read_head(&mut self) -> (u16, Vec<(String, String)>) {
        let status = self.line().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else {
                return (status, headers);
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }

    /// The next chunk of a chunked body, or none at its end.
    pub(crate) fn read_chunk(&mut self) -> Option<Vec<u8>> {
        let length = usize::from_str_radix(&self.line(), 16).unwrap();
        let mut chunk = vec![0; length];
        self.stream.read_exact(&mut chunk).unwrap();
        assert_eq!(self.line(), "");
        (length > 0).then_some(chunk)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        assert!(line.ends_with("\r\n"), "the connection ended in a line: {line:?}");
        line.truncate(line.len() - 2);
        line
    }
}

impl Response {
    /// The one header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "`{name}` is there more than once: {all:?}");
        all.first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let headers = self.headers.iter();
        headers
            .filter(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// One request on a connection of its own.
pub(crate) fn request(address: SocketAddr, method: &str, path: &str, head: &str, body: &[u8]) -> Response {
    Connection::open(address).exchange(method, path, head, body)
}
