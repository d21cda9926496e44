//! What a function asks in turn: a stand-in that gives one recorded answer to every request, and takes next to no time for it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use anyhow::{Context, Result, ensure};

use crate::clock::Moment;
use crate::runtime_api::request;
use crate::statistics::Summary;
use crate::trust::Trust;

/// The variable that tells functions where it is.
const URL: &str = "BASE_URL";
const SAMPLES: usize = 2000;

/// A server on the loopback interface, for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Upstream {
    address: SocketAddr,
    answer: Arc<[u8]>,
    trust: Option<Trust>,
}

impl Upstream {
    /// Serves the JSON of a file, behind TLS if there is somebody to trust.
    pub(crate) fn start(file: &Path, trust: Option<Trust>) -> Result<Self> {
        let body = fs::read(file).with_context(|| format!("cannot read `{}`", file.display()))?;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let answer: Arc<[u8]> = [head.into_bytes(), body].concat().into();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (served, server) = (Arc::clone(&answer), trust.as_ref().map(Trust::server));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, server) = (Arc::clone(&served), server.clone());
                thread::spawn(move || {
                    stream.set_nodelay(true).ok()?;
                    match server {
                        Some(server) => serve(server.accept(stream).ok()?, &answer),
                        None => serve(stream, &answer),
                    }
                });
            }
        });
        Ok(Self { address, answer, trust })
    }

    /// What tells functions where it is, and whom they can trust.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        let scheme = if self.trust.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://localhost:{}", self.address.port());
        let mut variables = vec![(URL.to_owned(), url)];
        variables.extend(self.trust.iter().flat_map(Trust::variables));
        variables
    }

    /// Microseconds until a client that does nothing else has its answer, on one connection.
    pub(crate) fn direct(&self, event: &[u8]) -> Result<Summary> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_nodelay(true)?;
        match &self.trust {
            Some(trust) => self.time(trust.connect(stream)?, event),
            None => self.time(stream, event),
        }
    }

    fn time(&self, mut stream: impl Read + Write, event: &[u8]) -> Result<Summary> {
        let head = format!(
            "POST /api/alexa/smart_home HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
            event.len()
        );
        let request = [head.as_bytes(), event].concat();
        let mut answer = vec![0; self.answer.len()];
        let mut samples = Vec::with_capacity(SAMPLES);
        for _ in 0..SAMPLES {
            let sent = Moment::now();
            stream.write_all(&request)?;
            stream.read_exact(&mut answer)?;
            samples.push(Moment::now().since(sent).as_secs_f64() * 1e6);
            ensure!(answer[..] == self.answer[..], "the stand-in answered something else");
        }
        Ok(Summary::of(samples))
    }
}

/// Answers one connection until it ends.
fn serve(stream: impl Read + Write, answer: &[u8]) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        // No answer to HEAD has a body: what follows its head would end the connection.
        let is_head = reader.fill_buf().ok()?.starts_with(b"HEAD ");
        request(&mut reader)?;
        let head = answer.windows(4).position(|end| end == b"\r\n\r\n").map(|end| end + 4);
        let end = head.filter(|_| is_head).unwrap_or(answer.len());
        reader.get_mut().write_all(&answer[..end]).ok()?;
        reader.get_mut().flush().ok()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_the_head_has_no_body_and_leaves_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answer.json");
        fs::write(&file, r#"{"event":{}}"#).unwrap();
        let upstream = Upstream::start(&file, None).unwrap();
        let mut stream = TcpStream::connect(upstream.address).unwrap();
        stream.write_all(b"HEAD / HTTP/1.1\r\n\r\n").unwrap();
        let mut both = vec![0; 2 * upstream.answer.len() - 12];
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        stream.read_exact(&mut both).unwrap();
        let (head, whole) = both.split_at(upstream.answer.len() - 12);
        assert!(head.ends_with(b"content-length: 12\r\n\r\n"), "{both:?}");
        assert_eq!(whole, &upstream.answer[..]);
    }

    #[test]
    fn every_request_has_the_recorded_answer_also_behind_tls() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answer.json");
        fs::write(&file, r#"{"event":{}}"#).unwrap();
        for trust in [None, Some(Trust::new(folder.path()).unwrap())] {
            let names = if trust.is_some() { 3 } else { 1 };
            let upstream = Upstream::start(&file, trust).unwrap();
            assert_eq!(upstream.variables().len(), names);
            let direct = upstream.direct(b"{}").unwrap();
            assert!(direct.median > 0.0 && direct.median < 1e6, "{direct:?}");
        }
    }
}
