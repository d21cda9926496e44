//! A client of the Invoke API that costs little itself: one connection, one thread.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

const PATIENCE: Duration = Duration::from_secs(30);

/// A function of a running local Lambda.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    host: String,
    path: String,
}

impl Target {
    /// Reads `NAME=http://HOST:PORT/PATH`.
    pub(crate) fn parse(argument: &str) -> Result<Self, String> {
        let parts = argument.split_once('=').and_then(|(name, url)| {
            let (host, path) = url.strip_prefix("http://")?.split_once('/')?;
            Some((name, host, path))
        });
        let (name, host, path) = parts.ok_or("it must be NAME=http://HOST:PORT/PATH")?;
        Ok(Self {
            name: name.to_owned(),
            host: host.to_owned(),
            path: format!("/{path}"),
        })
    }
}

/// A connection that is kept.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    request: Vec<u8>,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn open(target: &Target) -> Result<Self> {
        let stream =
            TcpStream::connect(&target.host).with_context(|| format!("nothing listens at `{}`", target.host))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}",
            target.path, target.host
        );
        Ok(Self {
            stream: BufReader::new(stream),
            request: request.into_bytes(),
            body: Vec::new(),
        })
    }

    /// One invocation; an answer that is no success is an error.
    pub(crate) fn invoke(&mut self) -> Result<()> {
        self.stream.get_mut().write_all(&self.request)?;
        let status = self.line()?;
        let mut length = None;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            ensure!(!line.starts_with("x-amz-function-error"), "the function failed");
            if let Some(value) = line.strip_prefix("content-length:") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        self.body.resize(length.context("an answer without a length")?, 0);
        self.stream.read_exact(&mut self.body)?;
        if status.split(' ').nth(1) != Some("200") {
            bail!("`{status}`: {}", String::from_utf8_lossy(&self.body));
        }
        Ok(())
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line)?;
        ensure!(read > 0, "the connection was closed");
        Ok(line.trim_end().to_owned())
    }
}
