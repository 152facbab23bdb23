//! Streams of seed documents, one per line: one thread reads and parses while another merges.

use std::io::BufRead;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rusqlite::Connection;

use super::{Document, DocumentError, SeedError, merge};
use crate::provider::SeedContext;
use crate::provider::json::{MARK, Place};

/// The batch size between the threads, and how many batches may wait: memory is bounded however long the stream is.
const PARCEL: usize = 128;
const WAITING: usize = 8;

/// What is wrong with a stream, and where; lines count from 1.
#[derive(Debug)]
pub(crate) struct LineError {
    pub(crate) place: Place,
    pub(crate) cause: LineCause,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum LineCause {
    /// It cannot be read, or is not JSON.
    #[error("{0}")]
    Text(String),
    /// It is not a valid seed.
    #[error("{0}")]
    Seed(SeedError),
}

impl LineError {
    /// An error in the document of one line, whose position knows nothing of the other lines.
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

/// The documents of a batch of lines, up to the first that cannot be read.
type Parcel = Vec<Result<(usize, Document), LineError>>;

/// Merges every line, numbered from `first`, and returns the number of records. On an error, the caller has to roll back.
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
        // An invalid line ends this loop and drops the receiver, which ends the other thread too.
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
    // The receiver is gone only if it already has an error.
    let _ = parsed.send(parcel);
}
