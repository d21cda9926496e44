//! A stand-in for Home Assistant: it answers as it is told, and remembers what it was asked.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use zerobill::invocation::spawn;

/// What it does with each request.
#[derive(Clone)]
pub(crate) enum Act {
    /// It sends these bytes.
    Answer(Vec<u8>),
    /// It sends them once it is told to, unless nobody listens by then.
    Wait(Vec<u8>, Arc<Notify>),
    /// It closes the connection.
    Close,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// Its first line without the version.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap().strip_suffix(" HTTP/1.1").unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        pairs
            .into_iter()
            .find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }
}

/// The stand-in.
#[derive(Clone)]
pub(crate) struct House {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Whether a request that was waited for ended with its answer.
    ended: Arc<AtomicBool>,
    changed: Arc<Notify>,
}

impl House {
    pub(crate) async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let house = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            ended: Arc::default(),
            changed: Arc::default(),
        };
        let own = house.clone();
        spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (house, act) = (own.clone(), act.clone());
                spawn(async move { house.serve(stream, act).await });
            }
        });
        house
    }

    /// One that answers with this status, headers and body.
    pub(crate) async fn answering(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        Self::start(Act::Answer(answer(status, headers, body))).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until a request that it made wait has had its answer.
    pub(crate) async fn has_ended(&self) {
        while !self.ended.load(Ordering::Acquire) {
            self.changed.notified().await;
        }
    }

    async fn serve(&self, mut stream: TcpStream, act: Act) -> Option<()> {
        loop {
            let asked = read_request(&mut stream).await?;
            self.asked.lock().unwrap().push(asked);
            match &act {
                Act::Answer(bytes) => stream.write_all(bytes).await.ok()?,
                Act::Close => return None,
                Act::Wait(bytes, go) => {
                    let mut byte = [0];
                    tokio::select! {
                        () = go.notified() => stream.write_all(bytes).await.ok()?,
                        // As Home Assistant does, which gives up work that nobody waits for.
                        _ = stream.read(&mut byte) => return None,
                    }
                    self.ended.store(true, Ordering::Release);
                    self.changed.notify_one();
                }
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        // A server without TLS takes the greeting of one with TLS for a bad request.
        if bytes.first() == Some(&0x16) {
            stream.write_all(&answer("400 Bad Request", "", "")).await.ok()?;
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut asked = Asked {
        head,
        body: bytes.split_off(end + 4),
    };
    let length = asked
        .header("content-length")
        .map_or(0, |length| length.parse().unwrap());
    while asked.body.len() < length {
        if stream.read_buf(&mut asked.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(asked)
}

/// An answer's bytes.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
