//! Streams long lists: the remaining rows are read while the beginning is sent.
//!
//! Up to [`WHOLE`], an answer is built at once. A longer one continues after the last row that was read, with a separate transaction
//! for each part; in between it holds only the state, which survives a reset. Concurrent writes may or may not be shown; a row that
//! exists all the time is shown once. Knows no HTTP framework.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Connection;
use serde::Serialize;

use super::Store;
use super::pages::{self, CachedBody};

/// The approximate size up to which an answer is built at once: larger than any cached page.
const WHOLE: usize = 1024 * 1024;
const _: () = assert!(
    pages::LONGEST < WHOLE,
    "a beginning must not be kept as a page"
);
/// The approximate size of the parts that follow.
const PART: usize = 64 * 1024;
/// The number of rows per batch.
pub(crate) const BATCH: u64 = 64;

/// An error while reading rows: of the store, or of an encoder.
pub(crate) type ReadError = Box<dyn Error + Send + Sync>;

/// Reads the rows of a list in order.
pub(crate) trait RowSource: fmt::Debug + Send + 'static {
    /// Pushes the next rows, up to [`BATCH`]; returns whether there may be more.
    fn read(&mut self, tx: &Connection, items: &mut Items) -> Result<bool, ReadError>;

    /// The time range (milliseconds since the epoch) in which an answer with these rows is valid.
    fn holds(&self) -> (i64, i64) {
        (i64::MIN, i64::MAX)
    }
}

/// A JSON array in progress.
#[derive(Debug)]
pub(crate) struct Items {
    text: Vec<u8>,
    /// Whether an item was written, in this or an earlier part.
    begun: bool,
}

impl Items {
    pub(crate) fn push(&mut self, item: &impl Serialize) -> serde_json::Result<()> {
        if self.begun {
            self.text.push(b',');
        }
        self.begun = true;
        serde_json::to_writer(&mut self.text, item)
    }

    /// Reads until the end, or up to about that many bytes; returns whether there may be more rows.
    fn fill(
        &mut self,
        tx: &Connection,
        rows: &mut dyn RowSource,
        length: usize,
    ) -> Result<bool, ReadError> {
        while rows.read(tx, self)? {
            if length <= self.text.len() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Reads a list: a page if it was read to the end, else the beginning of the answer and the rest. `frame` is the answer without
/// rows: they go into its first empty array.
pub(crate) fn start(
    store: &Arc<Store>,
    tx: &Connection,
    frame: &str,
    mut rows: impl RowSource,
) -> Result<(CachedBody, Option<BodyTail>), ReadError> {
    let (head, tail) = frame
        .split_once("[]")
        .expect("a list without rows has an empty array");
    let mut items = Items {
        text: [head, "["].concat().into_bytes(),
        begun: false,
    };
    let more = items.fill(tx, &mut rows, WHOLE)?;
    let tail = ["]", tail].concat().into_bytes();
    let (from, until) = rows.holds();
    let remains = if more {
        Some(BodyTail {
            store: Arc::clone(store),
            rows: Some(Box::new(rows)),
            begun: items.begun,
            tail,
        })
    } else {
        items.text.extend_from_slice(&tail);
        None
    };
    Ok((CachedBody::between(from, until, items.text), remains))
}

/// The rest of a long answer.
#[derive(Debug)]
pub(crate) struct BodyTail {
    store: Arc<Store>,
    /// `None` once all rows were read.
    rows: Option<Box<dyn RowSource>>,
    begun: bool,
    tail: Vec<u8>,
}

impl BodyTail {
    /// Appends a suffix.
    #[must_use]
    pub(crate) fn and(mut self, behind: &[u8]) -> Self {
        self.tail.extend_from_slice(behind);
        self
    }

    /// The next part; `None` after the last. After an error, the answer must be seen as incomplete.
    pub(crate) fn next(&mut self) -> Result<Option<Bytes>, ReadError> {
        let Some(mut rows) = self.rows.take() else {
            return Ok(None);
        };
        let mut items = Items {
            text: Vec::with_capacity(PART + PART / 4),
            begun: self.begun,
        };
        let more = self.store.read(|tx| items.fill(tx, &mut *rows, PART))?;
        self.begun = items.begun;
        if more {
            self.rows = Some(rows);
        } else {
            items.text.append(&mut self.tail);
        }
        Ok(Some(items.text.into()))
    }
}
