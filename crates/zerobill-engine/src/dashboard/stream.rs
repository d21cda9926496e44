//! What is sent as it happens. Nothing is queued for a reader: each is told what has changed since it last asked for more, so a
//! slow one misses what lies between and holds up nobody.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Query, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, watch},
    time::{sleep, timeout},
};

use super::journal::Journal;
use crate::front::Front;

/// How many may read at once.
pub(crate) const READERS: usize = 32;

/// The shortest time between two messages.
const PAUSE: Duration = Duration::from_millis(200);

/// The longest: the month's outlook changes with time alone, and a reader that is gone is found out by it.
const SILENCE: Duration = Duration::from_secs(10);

/// How many log lines are sent in one piece.
const PIECE: usize = 256;

/// A reader's place.
struct Reader {
    front: Arc<Front>,
    /// The version, or the number of the line, up to which it knows everything.
    seen: u64,
    begun: bool,
    stopped: watch::Receiver<bool>,
    _seat: OwnedSemaphorePermit,
}

impl Reader {
    /// None where too many read already.
    fn new(front: Arc<Front>) -> Option<Self> {
        let seat = Arc::clone(&front.readers).try_acquire_owned().ok()?;
        Some(Self {
            seen: 0,
            begun: false,
            stopped: front.stopped.clone(),
            front,
            _seat: seat,
        })
    }

    fn journal(&self) -> &Journal {
        &self.front.journal
    }

    /// Waits for something new; false once the engine ends.
    async fn waits(&mut self, version: u64) -> bool {
        if !std::mem::replace(&mut self.begun, true) {
            return true;
        }
        let (journal, mut stopped) = (Arc::clone(&self.front.journal), self.stopped.clone());
        let news = async {
            sleep(PAUSE).await;
            _ = timeout(SILENCE, journal.changed_since(version)).await;
        };
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => false,
            () = news => true,
        }
    }
}

/// The page's messages: `state`, then `invocations` with those that changed.
pub(super) async fn events(State(front): State<Arc<Front>>) -> Response {
    match Reader::new(front) {
        Some(reader) => Sse::new(messages(reader).map(Ok::<_, Infallible>)).into_response(),
        None => refused(),
    }
}

fn messages(reader: Reader) -> impl Stream<Item = Event> {
    let ticks = stream::unfold(reader, |mut reader| async {
        let seen = reader.seen;
        if !reader.waits(seen).await {
            return None;
        }
        let version = reader.journal().content().version;
        // What changes between the two is sent again with the next message.
        let changed = reader.journal().invocations_since(reader.seen);
        let overview = reader.journal().overview(&reader.front.functions);
        reader.seen = version;
        let mut messages = vec![message("state", &overview)];
        if !changed.is_empty() {
            messages.push(message("invocations", &changed));
        }
        Some((stream::iter(messages), reader))
    });
    ticks.flatten()
}

fn message(name: &str, data: &impl serde::Serialize) -> Event {
    // What is sent has text for keys and can always be written.
    Event::default()
        .event(name)
        .data(serde_json::to_string(data).unwrap_or_default())
}

/// Which log lines are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// Goes on with what is logged later.
    follow: bool,
}

/// The log lines that are remembered, one JSON document a line, the oldest first; those that a slow reader missed are counted
/// by a document `{"missed": n}` in their place.
pub(super) async fn logs(State(front): State<Arc<Front>>, Query(wanted): Query<Wanted>) -> Response {
    let Some(mut reader) = Reader::new(front) else {
        return refused();
    };
    let (first, next) = {
        let content = reader.journal().content();
        (content.lines.first(), content.lines.next())
    };
    // What was forgotten before anybody asked was not missed.
    reader.seen = first - 1;
    let pieces = stream::unfold(reader, move |mut reader| async move {
        loop {
            if !wanted.follow && reader.seen + 1 >= next {
                return None;
            }
            let version = reader.journal().content().version;
            if let Some(piece) = piece(&mut reader) {
                return Some((Ok::<_, Infallible>(piece), reader));
            }
            if !reader.waits(version).await {
                return None;
            }
        }
    });
    ([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(pieces)).into_response()
}

fn refused() -> Response {
    let message = format!("{READERS} readers are connected already; close one");
    (StatusCode::SERVICE_UNAVAILABLE, message).into_response()
}

/// The next lines for a reader, if there are any.
fn piece(reader: &mut Reader) -> Option<Bytes> {
    let (missed, lines) = {
        let content = reader.journal().content();
        let missed = content.lines.first().saturating_sub(reader.seen + 1);
        let lines: Vec<_> = content
            .lines
            .from(reader.seen + 1)
            .take(PIECE)
            .map(|(number, line)| (number, line.view(number)))
            .collect();
        (missed, lines)
    };
    reader.seen = lines.last()?.0;
    let mut piece = Vec::new();
    if missed > 0 {
        piece.extend_from_slice(json!({ "missed": missed }).to_string().as_bytes());
        piece.push(b'\n');
    }
    for (_, line) in lines {
        piece.extend(serde_json::to_vec(&line).unwrap_or_default());
        piece.push(b'\n');
    }
    Some(piece.into())
}
