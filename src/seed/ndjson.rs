//! Streams of seed documents, one a line: one thread reads and parses them while another merges.

use std::io::BufRead;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rusqlite::Connection;

use super::{Document, DocumentError, SeedError, merge};
use crate::provider::SeedContext;
use crate::provider::json::{MARK, Place};

/// How many documents go from thread to thread at once, and how many such parcels may wait: memory stays bounded however
/// long the stream is.
const PARCEL: usize = 128;
const WAITING: usize = 8;

/// What is wrong with a stream, and where, its first line being 1.
#[derive(Debug)]
pub(crate) struct LineError {
    pub(crate) place: Place,
    pub(crate) cause: LineCause,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LineCause {
    /// It cannot be read, or is no JSON.
    #[error("{0}")]
    Text(String),
    /// It cannot be taken.
    #[error("{0}")]
    Seed(SeedError),
}

impl LineError {
    /// What is wrong with the document of a line, which knows of no other lines.
    fn of(line: usize, cause: DocumentError) -> Self {
        let place = Place {
            line,
            ..cause.place()
        };
        let cause = match cause {
            DocumentError::Text(_, cause) => LineCause::Text(cause.without_position().to_owned()),
            DocumentError::Seed(cause) => LineCause::Seed(cause),
        };
        Self { place, cause }
    }
}

/// The documents of some lines, up to the first that cannot be read.
type Parcel = Vec<Result<(usize, Document), LineError>>;

/// Merges every line, the first of which has that number; all of it or, when the caller rolls back, nothing. Says how many
/// records there were.
pub(crate) fn merge_lines(
    tx: &Connection,
    lines: impl BufRead + Send,
    first: usize,
    context: &SeedContext<'_>,
) -> Result<u64, LineError> {
    thread::scope(|scope| {
        let (parsed, parcels) = sync_channel(WAITING);
        scope.spawn(move || parse(lines, first, &parsed));
        let mut records = 0;
        // A line that cannot be taken ends this loop; then no further parcels are awaited, and the other thread ends too.
        for document in parcels.into_iter().flatten() {
            let (line, document) = document?;
            records += merge(tx, &document, context)
                .map_err(|cause| LineError::of(line, DocumentError::Seed(cause)))?;
        }
        Ok(records)
    })
}

/// The texts of a stream's documents.
pub(super) fn texts(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = stream.split(|byte| *byte == b'\n').zip(1..);
    let lines = lines.map(|(text, line)| without_mark(text, line));
    lines.filter(|text| !text.trim_ascii().is_empty())
}

fn without_mark(text: &[u8], line: usize) -> &[u8] {
    let rest = text.strip_prefix(MARK).filter(|_| line == 1);
    rest.unwrap_or(text)
}

fn parse(mut lines: impl BufRead, first: usize, parsed: &SyncSender<Parcel>) {
    let mut parcel = Parcel::with_capacity(PARCEL);
    let mut text = Vec::new();
    for line in first.. {
        text.clear();
        let document = match lines.read_until(b'\n', &mut text) {
            Ok(0) => break,
            Ok(_) if without_mark(&text, line).trim_ascii().is_empty() => continue,
            Ok(_) => Document::parse(without_mark(&text, line))
                .map(|document| (line, document))
                .map_err(|cause| LineError::of(line, cause)),
            Err(cause) => Err(LineError {
                place: Place { line, column: 0 },
                cause: LineCause::Text(cause.to_string()),
            }),
        };
        let is_last = document.is_err();
        parcel.push(document);
        if is_last {
            break;
        }
        if parcel.len() == PARCEL && parsed.send(std::mem::take(&mut parcel)).is_err() {
            return;
        }
    }
    // The receiver is gone only where it knows of an error already.
    let _ = parsed.send(parcel);
}
