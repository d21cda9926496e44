//! One subscriber: its buffer, and the task that sends batches to it and tries again until they are taken.

use std::sync::Arc;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{
    Method, Request,
    header::{CONTENT_TYPE, HOST},
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::Notify,
    time::{sleep, timeout},
};

use super::{
    Event, envelope,
    subscription::{Destination, Subscription},
};
use crate::{platform::PlatformEvent, task};

/// The pause before the first further attempt, and the longest one.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// How many full batches wait for a subscriber that is slow before what is new is dropped.
const BATCHES_KEPT: usize = 2;

#[derive(Debug)]
pub(super) struct Subscriber {
    name: String,
    subscription: Subscription,
    buffer: Mutex<Buffer>,
    /// There is something to send.
    filled: Notify,
    /// There is enough to send at once.
    full: Notify,
}

#[derive(Debug, Default)]
struct Buffer {
    events: VecDeque<Bytes>,
    bytes: usize,
    dropped_records: u64,
    dropped_bytes: u64,
}

/// An open connection to the subscriber.
enum Connection {
    Http(SendRequest<Full<Bytes>>),
    Tcp(TcpStream),
}

impl Subscriber {
    pub(super) fn new(name: &str, subscription: Subscription) -> Self {
        Self {
            name: name.to_owned(),
            subscription,
            buffer: Mutex::default(),
            filled: Notify::new(),
            full: Notify::new(),
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Takes an event if it is of a stream that was asked for.
    pub(super) fn take(&self, event: &Event) {
        if !self.subscription.streams.contains(&event.stream) {
            return;
        }
        let structured = event.structured.as_ref().filter(|_| self.subscription.takes_structured);
        let event = structured.unwrap_or(&event.text);
        let (max_items, max_bytes) = (
            self.subscription.buffering.max_items,
            self.subscription.buffering.max_bytes,
        );
        let mut buffer = self.buffer();
        if buffer.events.len() >= BATCHES_KEPT * max_items || buffer.bytes >= BATCHES_KEPT * max_bytes {
            buffer.dropped_records += 1;
            buffer.dropped_bytes += event.len() as u64;
            return;
        }
        buffer.bytes += event.len();
        buffer.events.push_back(event.clone());
        self.filled.notify_one();
        if buffer.events.len() >= max_items || buffer.bytes >= max_bytes {
            self.full.notify_one();
        }
    }

    /// Sends at once what waits for more.
    pub(super) fn flush(&self) {
        self.full.notify_one();
    }

    /// Sends batches until it is aborted.
    pub(super) async fn run(self: Arc<Self>) {
        let mut connection = None;
        loop {
            self.filled.notified().await;
            _ = timeout(self.subscription.buffering.timeout, self.full.notified()).await;
            while let Some(batch) = self.batch() {
                let mut pause = PAUSES.0;
                while self.send(&mut connection, &batch).await.is_none() {
                    connection = None;
                    sleep(pause).await;
                    pause = (pause * 2).min(PAUSES.1);
                }
            }
        }
    }

    /// The next events to send together; the first says what was dropped.
    fn batch(&self) -> Option<Vec<Bytes>> {
        let limits = self.subscription.buffering;
        let mut buffer = self.buffer();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        if buffer.dropped_records > 0 {
            let event = PlatformEvent::LogsDropped {
                records: std::mem::take(&mut buffer.dropped_records),
                bytes: std::mem::take(&mut buffer.dropped_bytes),
            };
            batch.push(envelope(event.name(), event.record()));
        }
        while batch.len() < limits.max_items && bytes < limits.max_bytes {
            let Some(event) = buffer.events.pop_front() else { break };
            bytes += event.len();
            buffer.bytes -= event.len();
            batch.push(event);
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// Sends a batch; gives nothing if it was not taken.
    async fn send(&self, connection: &mut Option<Connection>, batch: &[Bytes]) -> Option<()> {
        if connection.is_none() {
            *connection = Some(self.connect().await?);
        }
        match (connection.as_mut()?, &self.subscription.destination) {
            (Connection::Http(sender), Destination::Http { port, path }) => {
                let body = [b"[", batch.join(&b',').as_slice(), b"]"].concat();
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(path)
                    .header(HOST, format!("sandbox.localdomain:{port}"))
                    .header(CONTENT_TYPE, "application/json")
                    .body(Full::new(body.into()))
                    .ok()?;
                sender.ready().await.ok()?;
                let response = sender.send_request(request).await.ok()?;
                let taken = response.status().is_success();
                // Read to its end, so that the connection can go on.
                response.into_body().collect().await.ok()?;
                taken.then_some(())
            }
            (Connection::Tcp(stream), _) => {
                let lines = [batch.join(&b'\n').as_slice(), b"\n"].concat();
                stream.write_all(&lines).await.ok()
            }
            (Connection::Http(_), Destination::Tcp { .. }) => None,
        }
    }

    async fn connect(&self) -> Option<Connection> {
        let (Destination::Http { port, .. } | Destination::Tcp { port }) = &self.subscription.destination;
        let stream = TcpStream::connect(("127.0.0.1", *port)).await.ok()?;
        if let Destination::Tcp { .. } = self.subscription.destination {
            return Some(Connection::Tcp(stream));
        }
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
        // It ends with the sender.
        task::spawn(async move { _ = connection.await });
        Some(Connection::Http(sender))
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::environment::telemetry::Stream;

    #[test]
    fn what_does_not_fit_is_dropped_and_said() {
        let request =
            br#"{"types":["function"],"buffering":{"maxItems":1000},"destination":{"protocol":"TCP","port":1}}"#;
        let subscriber = Subscriber::new("slow", Subscription::read(request).unwrap());
        let event = |stream| Event {
            stream,
            text: "{}".into(),
            structured: None,
        };
        for _ in 0..2_003 {
            subscriber.take(&event(Stream::Function));
            subscriber.take(&event(Stream::Platform));
        }
        let batch = subscriber.batch().unwrap();
        assert_eq!(batch.len(), 1_000);
        let first: Value = serde_json::from_slice(&batch[0]).unwrap();
        assert_eq!(first["type"], "platform.logsDropped");
        assert_eq!(
            (&first["record"]["droppedRecords"], &first["record"]["droppedBytes"]),
            (&3.into(), &6.into())
        );
        let rest: usize = std::iter::from_fn(|| subscriber.batch()).map(|batch| batch.len()).sum();
        assert_eq!(rest, 1_001);
    }
}
