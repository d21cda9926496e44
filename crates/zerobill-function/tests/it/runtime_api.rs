//! A Runtime API that hands out whatever a test gives it, several events at once too, and keeps what it is told.
//! A local Lambda would refuse the events that matter here.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

use crate::lab::PATIENCE;

/// One request of the function that tells something: an answer, or an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    /// Such as `/invocation/ID/response`.
    pub(crate) path: String,
    /// Every header line, in lower case.
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) struct RuntimeApi {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Request ids and bodies of the events to hand out.
    events: VecDeque<(String, Vec<u8>)>,
    told: Vec<Told>,
    closed: bool,
}

impl RuntimeApi {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let served = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                // A connection ends with the process at its other end.
                std::thread::spawn(move || serve(&served, stream));
            }
        });
        Self { address, shared }
    }

    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Hands out an event as soon as the function asks for one.
    pub(crate) fn offer(&self, id: &str, event: &[u8]) {
        self.shared.lock().events.push_back((id.to_owned(), event.to_vec()));
        self.shared.changed.notify_all();
    }

    /// What the function has told at the path that ends so; waits for it.
    pub(crate) fn told(&self, path: &str) -> Told {
        let find = |state: &State| state.told.iter().find(|told| told.path.contains(path)).cloned();
        let state = self.shared.lock();
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, PATIENCE, |state| find(state).is_none());
        let state = waited.unwrap().0;
        find(&state).unwrap_or_else(|| panic!("nothing came at {path}: {:#?}", state.told))
    }

    /// Offers an event and waits for what comes of it.
    pub(crate) fn invoke(&self, id: &str, event: &[u8]) -> Told {
        self.offer(id, event);
        self.told(&format!("/invocation/{id}/"))
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// Serves one connection until it ends.
fn serve(shared: &Shared, mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let told = request(&mut reader)?;
        let answer = if told.path == "/invocation/next" {
            next(shared)?
        } else {
            shared.lock().told.push(told);
            shared.changed.notify_all();
            b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_vec()
        };
        stream.write_all(&answer).ok()?;
    }
}

/// One request with a body of known length or none.
fn request(reader: &mut impl BufRead) -> Option<Told> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|&read| read > 0)?;
    let path = first.split(' ').nth(1)?.strip_prefix("/2018-06-01/runtime")?.to_owned();
    let mut head = String::new();
    while reader.read_line(&mut head).ok()? > 2 {}
    let head = head.to_ascii_lowercase();
    assert!(
        !head.contains("transfer-encoding"),
        "a reply of known length has a length"
    );
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    Some(Told { path, head, body })
}

/// Waits for an event, as long as it takes.
fn next(shared: &Shared) -> Option<Vec<u8>> {
    let mut state = shared.lock();
    let (id, event) = loop {
        if state.closed {
            return None;
        }
        match state.events.pop_front() {
            Some(event) => break event,
            None => state = shared.changed.wait(state).unwrap(),
        }
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         lambda-runtime-aws-request-id: {id}\r\nlambda-runtime-deadline-ms: 4102444800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:eu-west-1:123456789012:function:f\r\n\
         lambda-runtime-trace-id: Root=1-trace-{id};Parent=0;Sampled=0\r\n\r\n",
        event.len()
    );
    Some([head.into_bytes(), event].concat())
}
