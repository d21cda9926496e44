//! The end of an execution environment. Lambda tells it only to processes that have registered as an extension, by SIGTERM.

use std::{
    io::{BufRead as _, BufReader, Error, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    time::Duration,
};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// How long Lambda may take to answer.
const LIMIT: Duration = Duration::from_secs(2);

/// The name of the extension.
const NAME: &str = "zerobill-analytics";

/// No answer of the Extensions API has longer lines, or more of them, before its body.
const MAX_HEADERS: usize = 64;

/// A registration. Dropped, it is still one: Lambda forgets none.
pub(crate) struct Ending {
    terminate: Signal,
    /// The request for an event that never comes: until it is made, INIT does not end.
    _next: TcpStream,
}

impl Ending {
    /// Registers at the Extensions API, which is where the Runtime API is. It must be done in INIT, and within the
    /// executor.
    ///
    /// # Errors
    /// If Lambda does not take it.
    pub(crate) fn register(runtime_api: &str) -> Result<Self, Error> {
        // Listened for first, since without it the signal ends the process.
        let terminate = signal(SignalKind::terminate())?;
        let head = format!("POST /2020-01-01/extension/register HTTP/1.1\r\nLambda-Extension-Name: {NAME}\r\n");
        let stream = send(runtime_api, &head, "{\"events\":[]}")?;
        let identifier = identifier(stream)?;
        let head =
            format!("GET /2020-01-01/extension/event/next HTTP/1.1\r\nLambda-Extension-Identifier: {identifier}\r\n");
        let next = send(runtime_api, &head, "")?;
        Ok(Self { terminate, _next: next })
    }

    /// Comes when the environment is to end.
    pub(crate) async fn wait(mut self) {
        self.terminate.recv().await;
    }
}

fn send(runtime_api: &str, head: &str, body: &str) -> Result<TcpStream, Error> {
    let address = runtime_api.to_socket_addrs()?.next();
    let address = address.ok_or_else(|| Error::other("the Runtime API has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    write!(
        stream,
        "{head}Host: {runtime_api}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    Ok(stream)
}

/// The identifier in the answer to a registration.
fn identifier(stream: TcpStream) -> Result<String, Error> {
    let mut lines = BufReader::new(stream).lines();
    let status = lines.next().transpose()?.unwrap_or_default();
    if status.split(' ').nth(1) != Some("200") {
        return Err(Error::other(format!("the registration was answered with `{status}`")));
    }
    for line in lines.take(MAX_HEADERS) {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("lambda-extension-identifier") => {
                return Ok(value.trim().to_owned());
            }
            Some(_) => {}
            None => break,
        }
    }
    Err(Error::other("the registration was answered without an identifier"))
}
