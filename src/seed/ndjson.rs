//! Streams of seed documents, one a line: one thread reads and parses them while another merges.

use std::io::BufRead;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use rusqlite::Connection;

use super::{Document, DocumentError, SeedError, merge};
use crate::provider::SeedContext;
use crate::provider::json::MARK;

/// How many documents go from thread to thread at once, and how many such parcels may wait: memory stays bounded however
/// long the stream is.
const PARCEL: usize = 128;
const WAITING: usize = 8;

/// What is wrong with a stream, and in which line, the first being 1.
#[derive(Debug)]
pub(crate) struct LineError {
    pub(crate) line: usize,
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

impl From<DocumentError> for LineCause {
    fn from(cause: DocumentError) -> Self {
        match cause {
            // The line is the stream's; within it, the column counts.
            DocumentError::Text(cause) => {
                Self::Text(cause.rule.replace(" at line 1 column", " at column"))
            }
            DocumentError::Seed(cause) => Self::Seed(cause),
        }
    }
}

/// The documents of some lines, up to the first that cannot be read.
type Parcel = Vec<(usize, Result<Document, LineCause>)>;

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
        // A line that cannot be taken ends this loop; then nobody waits for further parcels, and the other thread ends too.
        for (line, document) in parcels.into_iter().flatten() {
            let failed = |cause| LineError { line, cause };
            let document = document.map_err(failed)?;
            records +=
                merge(tx, &document, context).map_err(|cause| failed(LineCause::Seed(cause)))?;
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
            Ok(_) => Document::parse(without_mark(&text, line)).map_err(LineCause::from),
            Err(cause) => Err(LineCause::Text(cause.to_string())),
        };
        let is_last = document.is_err();
        parcel.push((line, document));
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
