//! A namespace's data as ndjson: one record per line, each a complete seed document.
//!
//! A long export is read while it is sent, in one transaction, so it is consistent and never entirely in memory. The transaction
//! waits for a slow client only while nothing else waits for the store; after that, the rest is read into memory. Only one export
//! of a namespace streams at a time. Concurrent requests share one copy in memory.

use std::io::Write as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame;
use rusqlite::Connection;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::extract::PathParam;
use super::in_flight::{InFlight, shared};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::namespace::State as Data;
use crate::providers::PROVIDERS;
use crate::{seed, store};

pub(super) const NDJSON: &str = "application/x-ndjson";

/// Exports up to about this size are built in memory.
const WHOLE: usize = 1024 * 1024;
/// About the size of the chunks of a longer one.
const PART: usize = 64 * 1024;
/// How much is read ahead of the client.
const AHEAD: usize = 1024 * 1024;
/// How long a transaction may wait for its client in total: the WAL grows meanwhile.
const HELD: Duration = Duration::from_secs(30);
/// How often a waiting transaction checks whether others wait for it.
const LOOK: Duration = Duration::from_millis(10);
/// How many exports may stream at once, in all namespaces: each takes a thread.
const STREAMS: usize = 16;
static STREAMED: AtomicUsize = AtomicUsize::new(0);

/// Every record, in the order in which they can be merged.
pub(super) fn each_record(
    tx: &Connection,
    add: &mut dyn FnMut(&str, Value),
) -> rusqlite::Result<()> {
    seed::credentials::export(tx, &mut |value| add("credentials", value))?;
    for provider in PROVIDERS {
        (provider.data.export)(tx, &mut |value| add(provider.id, value))?;
    }
    Ok(())
}

fn write_line(lines: &mut Vec<u8>, id: &str, value: &Value) {
    // Writing to memory cannot fail.
    let _ = writeln!(lines, "{}", json!({ id: value }));
}

/// All lines, built once for concurrent requests.
pub(super) fn lines(state: &Data) -> rusqlite::Result<Bytes> {
    let in_flight = state.memory.get::<InFlight>();
    shared(&in_flight.export, &state.data, |store| {
        let mut lines = Vec::new();
        let mut add = |id: &str, value: Value| write_line(&mut lines, id, &value);
        store.read(|tx| each_record(tx, &mut add))?;
        lines.shrink_to_fit();
        Ok(lines)
    })
}

pub(super) fn ndjson(lines: impl IntoResponse) -> Response {
    ([("content-type", NDJSON)], lines).into_response()
}

/// The data of a namespace as ndjson.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Result<Response, Problem> {
    let state = blocking(move || Ok(app.namespaces.existing(&name)?.state())).await?;
    let Some(turn) = StreamPermit::take(&state) else {
        return blocking(move || Ok(ndjson(lines(&state)?))).await;
    };
    let (parts, mut sent) = unbounded_channel();
    let ahead = Arc::<AtomicUsize>::default();
    let reader = Reader {
        parts,
        ahead: Arc::clone(&ahead),
        text: Vec::new(),
        length: WHOLE,
        held: Duration::ZERO,
    };
    tokio::task::spawn_blocking(move || reader.read(&state));
    match sent.recv().await {
        Some(Part::Last(text)) => Ok(ndjson(text)),
        Some(Part::Broken(cause)) => Err(cause.into()),
        first => Ok(ndjson(Body::new(Streamed {
            first,
            sent,
            ahead,
            is_over: false,
            _turn: turn,
        }))),
    }
}

/// Permission to stream an export: one per namespace, until its client has received everything.
struct StreamPermit(Arc<InFlight>);

impl StreamPermit {
    fn take(state: &Data) -> Option<Self> {
        let in_flight = state.memory.get::<InFlight>();
        let is_free = |taken: usize| (taken < STREAMS).then_some(taken + 1);
        if in_flight.is_streamed.swap(true, Ordering::AcqRel) {
            return None;
        }
        let among_all = STREAMED.fetch_update(Ordering::AcqRel, Ordering::Acquire, is_free);
        if among_all.is_err() {
            in_flight.is_streamed.store(false, Ordering::Release);
            return None;
        }
        Some(Self(in_flight))
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        STREAMED.fetch_sub(1, Ordering::AcqRel);
        self.0.is_streamed.store(false, Ordering::Release);
    }
}

enum Part {
    /// Lines from the reading thread.
    Next(Bytes, Thread),
    Last(Bytes),
    Broken(rusqlite::Error),
}

/// The reader, on its own thread.
struct Reader {
    parts: UnboundedSender<Part>,
    /// How many bytes have been read but not sent.
    ahead: Arc<AtomicUsize>,
    text: Vec<u8>,
    /// The size of the next chunk.
    length: usize,
    /// How long it has waited for the client so far.
    held: Duration,
}

impl Reader {
    fn read(mut self, state: &Data) {
        let mut add = |id: &str, value: Value| {
            // The client is gone; only skip the remaining rows.
            if !self.parts.is_closed() {
                write_line(&mut self.text, id, &value);
                if self.length <= self.text.len() {
                    self.send();
                }
            }
        };
        let store = state.data.readable();
        let read = store.and_then(|store| store.read(|tx| each_record(tx, &mut add)));
        let last = match read {
            Ok(()) => Part::Last(self.text.into()),
            Err(cause) => Part::Broken(cause),
        };
        // A client that is gone needs no error.
        let _ = self.parts.send(last);
    }

    fn send(&mut self) {
        self.length = PART;
        let part = std::mem::replace(&mut self.text, Vec::with_capacity(PART + PART / 4));
        self.ahead.fetch_add(part.len(), Ordering::AcqRel);
        let next = Part::Next(part.into(), thread::current());
        if self.parts.send(next).is_ok() {
            self.wait();
        }
    }

    /// Waits for the client, unless others wait for the store.
    fn wait(&mut self) {
        let began = Instant::now();
        while AHEAD < self.ahead.load(Ordering::Acquire)
            && self.held + began.elapsed() < HELD
            && !self.parts.is_closed()
            && !store::is_waited_for()
        {
            thread::park_timeout(LOOK);
        }
        self.held += began.elapsed();
    }
}

/// A body that is read while it is sent.
struct Streamed {
    first: Option<Part>,
    sent: UnboundedReceiver<Part>,
    ahead: Arc<AtomicUsize>,
    is_over: bool,
    _turn: StreamPermit,
}

/// An error after an export has started; the client sees the connection break.
#[derive(Debug, thiserror::Error)]
#[error("an export broke off")]
struct BrokenOff;

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let part = match self.first.take() {
            Some(first) => Some(first),
            None => ready!(self.sent.poll_recv(context)),
        };
        let sent = match part {
            Some(Part::Next(lines, reader)) => {
                self.ahead.fetch_sub(lines.len(), Ordering::AcqRel);
                reader.unpark();
                return Poll::Ready(Some(Ok(Frame::data(lines))));
            }
            Some(Part::Last(lines)) => (!lines.is_empty()).then(|| Ok(Frame::data(lines))),
            Some(Part::Broken(cause)) => {
                tracing::error!(%cause, "an export broke off");
                Some(Err(BrokenOff))
            }
            // Its thread panicked.
            None => Some(Err(BrokenOff)),
        };
        self.is_over = true;
        Poll::Ready(sent)
    }
}
