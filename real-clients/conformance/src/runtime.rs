//! A client of the Runtime API that shows every byte: what it sends is what is written here.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
};

const RUNTIME: &str = "/2018-06-01/runtime";
const EXTENSION: &str = "/2020-01-01/extension";

/// A connection to the Runtime API.
#[derive(Debug)]
pub struct Runtime {
    address: String,
    /// What comes before the path: nothing on Lambda, but some local ones have the function's name there.
    base: String,
    stream: BufReader<TcpStream>,
}

/// An answer of the Runtime API; of `/next`, an event.
#[derive(Debug)]
pub struct Answer {
    /// The status, such as 202.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The header of this name in lower case; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }

    /// The headers of the invocation.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Runtime {
    /// The one that `AWS_LAMBDA_RUNTIME_API` names.
    pub fn connect(address: &str) -> io::Result<Self> {
        // Lambda's has no scheme; some local ones have.
        let address = address.trim_start_matches("http://");
        let (host, base) = address.split_at(address.find('/').unwrap_or(address.len()));
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            address: host.to_owned(),
            base: base.trim_end_matches('/').to_owned(),
            stream: BufReader::new(stream),
        })
    }

    /// Waits for an event, however long that takes.
    pub fn next_invocation(&mut self) -> io::Result<Answer> {
        self.exchange("GET", &format!("{RUNTIME}/invocation/next"), "", b"")
    }

    /// Answers an event.
    pub fn respond(&mut self, request_id: &str, head: &str, body: &[u8]) -> io::Result<Answer> {
        self.exchange(
            "POST",
            &format!("{RUNTIME}/invocation/{request_id}/response"),
            head,
            body,
        )
    }

    /// Answers an event with an error document.
    pub fn fail(&mut self, request_id: &str, head: &str, body: &[u8]) -> io::Result<Answer> {
        self.exchange("POST", &format!("{RUNTIME}/invocation/{request_id}/error"), head, body)
    }

    /// Begins an answer whose parts follow, each with [`Self::part`].
    pub fn begin_stream(&mut self, request_id: &str, content_type: &str) -> io::Result<()> {
        let head = format!(
            "POST {}{RUNTIME}/invocation/{request_id}/response HTTP/1.1\r\nHost: {}\r\nTransfer-Encoding: chunked\r\n\
             Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: {content_type}\r\n\r\n",
            self.base, self.address
        );
        self.stream.get_mut().write_all(head.as_bytes())
    }

    /// One part of a streamed answer; an empty one ends it.
    pub fn part(&mut self, bytes: &[u8]) -> io::Result<()> {
        let part = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        self.stream.get_mut().write_all(&part)
    }

    /// Registers an extension of this name for invocations; the answer has its identifier.
    pub fn register(&mut self, name: &str) -> io::Result<Answer> {
        let head = format!("Lambda-Extension-Name: {name}\r\n");
        self.exchange(
            "POST",
            &format!("{EXTENSION}/register"),
            &head,
            br#"{"events":["INVOKE"]}"#,
        )
    }

    /// Waits for the next event of a registered extension.
    pub fn next_of_extension(&mut self, identifier: &str) -> io::Result<Answer> {
        let head = format!("Lambda-Extension-Identifier: {identifier}\r\n");
        self.exchange("GET", &format!("{EXTENSION}/event/next"), &head, b"")
    }

    fn exchange(&mut self, method: &str, path: &str, head: &str, body: &[u8]) -> io::Result<Answer> {
        let (base, address, length) = (&self.base, &self.address, body.len());
        let start =
            format!("{method} {base}{path} HTTP/1.1\r\nHost: {address}\r\n{head}Content-Length: {length}\r\n\r\n");
        self.stream.get_mut().write_all(&[start.as_bytes(), body].concat())?;
        self.read()
    }

    /// Reads the answer to what was sent.
    pub fn read(&mut self) -> io::Result<Answer> {
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let (mut headers, mut body) = (Vec::new(), Vec::new());
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let value = |name: &str| {
            headers
                .iter()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.as_str())
        };
        if value("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line()?, 16).map_err(io::Error::other)?;
                let start = body.len();
                body.resize(start + length, 0);
                self.stream.read_exact(&mut body[start..])?;
                self.line()?;
                if length == 0 {
                    break;
                }
            }
        } else {
            body.resize(
                value("content-length")
                    .and_then(|length| length.parse().ok())
                    .unwrap_or(0),
                0,
            );
            self.stream.read_exact(&mut body)?;
        }
        Ok(Answer {
            status: status.unwrap_or(0),
            headers,
            body,
        })
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}
