//! Takes telemetry: of each batch, what invocations are billed.

use std::{
    io::{BufRead, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde::Deserialize;

use crate::ledger::Ledger;

/// The name that an environment has for itself on Lambda; elsewhere it is the loopback interface.
const HOSTS: [&str; 2] = ["sandbox.localdomain:0", "127.0.0.1:0"];

/// More than Lambda ever sends at once.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A ledger that reports correct as they come.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<(Mutex<Ledger>, Condvar)>);

#[derive(Deserialize)]
struct Event {
    r#type: String,
    record: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    request_id: String,
    metrics: Metrics,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    billed_duration_ms: u64,
}

impl Shared {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self(Arc::new((Mutex::new(ledger), Condvar::new())))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until every invocation has its report, at most for `limit`.
    pub(crate) fn settle(&self, limit: Duration) {
        let waiting = self.0.1.wait_timeout_while(self.lock(), limit, |ledger| ledger.waits());
        // Either way the ledger says what it knows.
        drop(waiting);
    }

    /// Corrects the ledger by the reports in a batch.
    fn take(&self, batch: &[u8]) {
        let events: Vec<Event> = serde_json::from_slice(batch).unwrap_or_default();
        let reports = events.into_iter().filter(|event| event.r#type == "platform.report");
        let mut ledger = self.lock();
        for event in reports {
            if let Ok(report) = serde_json::from_value::<Report>(event.record) {
                ledger.correct(&report.request_id, report.metrics.billed_duration_ms);
            }
        }
        self.0.1.notify_all();
    }
}

/// Listens on a free port, in a thread of its own; gives the port.
pub(crate) fn listen(shared: Shared) -> std::io::Result<u16> {
    let listener = TcpListener::bind(HOSTS[0]).or_else(|_| TcpListener::bind(HOSTS[1]))?;
    let port = listener.local_addr()?.port();
    thread::Builder::new().name("telemetry".to_owned()).spawn(move || {
        for stream in listener.incoming().flatten() {
            // Lambda keeps one connection. A broken one is opened anew.
            _ = serve(&shared, &stream);
        }
    })?;
    Ok(port)
}

fn serve(shared: &Shared, stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(batch) = read(&mut reader)? {
        shared.take(&batch);
        let mut writer = stream;
        writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
    Ok(())
}

/// The body of one request; none at the end of the connection.
fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let (mut length, mut chunked, mut line) = (0, false, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let header = line.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap_or(0);
        }
        chunked |= name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked");
    }
    let mut body = Vec::new();
    if !chunked {
        reader.by_ref().take(length.min(MAX_BYTES)).read_to_end(&mut body)?;
        return Ok(Some(body));
    }
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim_end().split(';').next().unwrap_or_default(), 16).unwrap_or(0);
        if body.len() as u64 + size <= MAX_BYTES {
            reader.by_ref().take(size).read_to_end(&mut body)?;
        }
        // The end of the chunk.
        line.clear();
        reader.read_line(&mut line)?;
        if size == 0 {
            return Ok(Some(body));
        }
    }
}

#[cfg(test)]
mod tests {
    use zerobill_free_tier::Month;

    use super::*;
    use crate::ledger::Amounts;

    const BATCH: &str = r#"[
        {"time":"2026-11-01T00:00:00.000Z","type":"platform.runtimeDone","record":{"requestId":"a","status":"success"}},
        {"time":"2026-11-01T00:00:00.000Z","type":"platform.report","record":{"requestId":"a","status":"success",
         "metrics":{"durationMs":11.2,"billedDurationMs":12,"memorySizeMB":128,"maxMemoryUsedMB":40}}}]"#;

    #[test]
    fn a_batch_that_is_posted_corrects_the_ledger() {
        let month = Month::new(2026, 11).unwrap();
        let shared = Shared::new(Ledger::new(128));
        shared.lock().begin("a", month, 0, 3_000);
        let port = listen(shared.clone()).unwrap();
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let length = BATCH.len();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{BATCH}"
        )
        .unwrap();
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 OK");
        shared.settle(Duration::from_secs(10));
        assert_eq!(
            shared.lock().take(),
            Some((
                month,
                Amounts {
                    requests: 1,
                    mb_ms: 12 * 128
                }
            ))
        );
    }

    #[test]
    fn bodies_are_read_with_a_length_and_in_chunks() {
        let mut plain: &[u8] =
            b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n[]POST / HTTP/1.1\r\ncontent-length: 1\r\n\r\n7";
        assert_eq!(read(&mut plain).unwrap().unwrap(), b"[]");
        assert_eq!(read(&mut plain).unwrap().unwrap(), b"7");
        assert_eq!(read(&mut plain).unwrap(), None);
        let mut chunked: &[u8] =
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1;x=y\r\n]\r\n0\r\n\r\n";
        assert_eq!(read(&mut chunked).unwrap().unwrap(), b"[]");
    }

    #[test]
    fn what_is_no_telemetry_changes_nothing() {
        let shared = Shared::new(Ledger::new(128));
        shared.lock().begin("a", Month::new(2026, 11).unwrap(), 0, 1);
        for batch in [
            "",
            "{",
            "{}",
            r#"[{"type":"platform.report","record":{"requestId":"a"}}]"#,
        ] {
            shared.take(batch.as_bytes());
        }
        assert!(shared.lock().waits());
    }
}
