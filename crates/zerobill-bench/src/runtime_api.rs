//! The least a Runtime API can be: it hands out one event at a time and takes the time at which the answer is in.
//! Blocking threads and no library, so that little but the function runs while it is measured.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::clock::Moment;

/// How long a function may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a function that takes long is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// A function's answer, and when its last byte was read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) at: Moment,
}

/// A server for one function process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    event: Option<Vec<u8>>,
    answers: VecDeque<Result<Answer, String>>,
    handed_out: u64,
    /// Whether the function waits for an event.
    waiting: bool,
    closed: bool,
}

impl RuntimeApi {
    /// Listens on a free port.
    pub(crate) fn start() -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen on the loopback interface")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if served.lock().closed {
                    break;
                }
                let served = Arc::clone(&served);
                // A connection ends with the process at its other end.
                thread::spawn(move || serve(&served, stream));
            }
        });
        Ok(Self { address, shared })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Offers one event; waits for the answer as long as `alive` says that it can come.
    pub(crate) fn invoke(&self, event: &[u8], mut alive: impl FnMut() -> Result<()>) -> Result<Answer> {
        let mut state = self.shared.lock();
        state.event = Some(event.to_vec());
        self.shared.changed.notify_all();
        let offered = Moment::now();
        loop {
            state = self.shared.wait_until(state, GLANCE, |state| !state.answers.is_empty());
            match state.answers.pop_front() {
                Some(Ok(answer)) => return Ok(answer),
                Some(Err(error)) => bail!("the function failed: {error}"),
                None => alive()?,
            }
            ensure!(
                Moment::now().since(offered) < PATIENCE,
                "no answer within {} s",
                PATIENCE.as_secs()
            );
        }
    }

    /// Waits until the function asks for its next event, and so has nothing left to do.
    pub(crate) fn idle(&self) -> Result<()> {
        let state = self
            .shared
            .wait_until(self.shared.lock(), PATIENCE, |state| state.waiting);
        ensure!(
            state.waiting,
            "the function did not ask for an event within {} s",
            PATIENCE.as_secs()
        );
        Ok(())
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
        // Wakes the accepting thread, which then sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until<'a>(
        &self,
        state: MutexGuard<'a, State>,
        limit: Duration,
        ready: impl Fn(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        let waited = self.changed.wait_timeout_while(state, limit, |state| !ready(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Serves one connection until it ends.
fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (path, body) = request(&mut reader)?;
        let answer = if path.ends_with("/invocation/next") {
            next(shared)?
        } else {
            let at = Moment::now();
            let answer = if path.ends_with("/response") {
                Ok(Answer { body, at })
            } else {
                Err(format!("{path}: {}", String::from_utf8_lossy(&body)))
            };
            shared.lock().answers.push_back(answer);
            shared.changed.notify_all();
            b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec()
        };
        writer.write_all(&answer).ok()?;
    }
}

/// The path and the body of one request.
pub(crate) fn request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|&read| read > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut chunked) = (0, false);
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked");
    }
    if chunked {
        return Some((path, chunks(reader)?));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, body))
}

/// A body in chunks, without trailers.
fn chunks(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let mut line = String::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let length = usize::from_str_radix(line.trim_end().split(';').next()?, 16).ok()?;
        let start = body.len();
        body.resize(start + length, 0);
        reader.read_exact(&mut body[start..]).ok()?;
        reader.read_exact(&mut [0; 2]).ok()?;
        if length == 0 {
            return Some(body);
        }
    }
}

/// Waits for an event, as long as it takes.
fn next(shared: &Shared) -> Option<Vec<u8>> {
    let mut state = shared.lock();
    state.waiting = true;
    shared.changed.notify_all();
    let (event, number) = loop {
        if state.closed {
            return None;
        }
        if let Some(event) = state.event.take() {
            state.handed_out += 1;
            state.waiting = false;
            break (event, state.handed_out);
        }
        state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
    };
    drop(state);
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: 00000000-0000-4000-8000-{number:012}\r\n\
         lambda-runtime-deadline-ms: 4102444800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:123456789012:function:bench\r\n\
         lambda-runtime-trace-id: Root=1-5e1b4151-43a0913a12345678901234567\r\n\r\n",
        event.len()
    );
    Some([head.into_bytes(), event].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_known_length_and_one_in_chunks_are_read() {
        let plain = "POST /a/response HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcPOST";
        assert_eq!(
            request(&mut plain.as_bytes()),
            Some(("/a/response".to_owned(), b"abc".to_vec()))
        );
        let chunked =
            "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\na;x=1\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(
            request(&mut chunked.as_bytes()),
            Some(("/b".to_owned(), b"ab0123456789".to_vec()))
        );
        assert_eq!(request(&mut "".as_bytes()), None);
    }

    #[test]
    fn an_event_is_handed_out_once_and_its_answer_returned() {
        let api = RuntimeApi::start().unwrap();
        let address = api.address();
        let function = thread::spawn(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream
                .write_all(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
                .unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (status, event) = request(&mut reader).unwrap();
            stream
                .write_all(b"POST /x/response HTTP/1.1\r\ncontent-length: 1\r\n\r\n7")
                .unwrap();
            (status, event)
        });
        api.idle().unwrap();
        assert_eq!(api.invoke(b"{\"n\":7}", || Ok(())).unwrap().body, b"7");
        // Of an answer's first line, the second word is the status.
        assert_eq!(function.join().unwrap(), ("200".to_owned(), b"{\"n\":7}".to_vec()));
    }

    #[test]
    fn an_error_of_the_function_is_an_error() {
        let api = RuntimeApi::start().unwrap();
        let mut stream = TcpStream::connect(api.address()).unwrap();
        stream
            .write_all(b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}")
            .unwrap();
        let error = api.invoke(b"{}", || Ok(())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the function failed: /2018-06-01/runtime/init/error: {}"
        );
    }
}
