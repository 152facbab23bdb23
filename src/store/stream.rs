//! Lists that are too long to be built whole: the rest of the rows is read while the beginning is sent.
//!
//! Up to [`WHOLE`] an answer is built at once. A longer one goes on after the last row that was read, in a transaction of
//! its own for each part; in between it holds on to nothing but the state, which no reset takes from it. What is written
//! meanwhile may be shown or not; a row that is there all the time is shown once. Knows no HTTP framework.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Connection;
use serde::Serialize;

use super::Store;
use super::pages::{self, CachedBody};

/// About how long an answer may be that is built whole: longer than any page that is kept.
const WHOLE: usize = 1024 * 1024;
const _: () = assert!(
    pages::LONGEST < WHOLE,
    "a beginning must not be kept as a page"
);
/// About how long the parts are that follow.
const PART: usize = 64 * 1024;
/// How many rows a list reads at a time.
pub(crate) const BATCH: u64 = 64;

/// What broke while rows were read: the store, or an encoder.
pub(crate) type ReadError = Box<dyn Error + Send + Sync>;

/// The rows of a list, to be read in its order.
pub(crate) trait RowSource: fmt::Debug + Send + 'static {
    /// Pushes the rows after those that were read before, up to [`BATCH`] of them; says whether there may be more.
    fn read(&mut self, tx: &Connection, items: &mut Items) -> Result<bool, ReadError>;

    /// Between which moments (milliseconds since the epoch) an answer of what was read holds.
    fn holds(&self) -> (i64, i64) {
        (i64::MIN, i64::MAX)
    }
}

/// The items of a JSON array, as far as they are written.
#[derive(Debug)]
pub(crate) struct Items {
    text: Vec<u8>,
    /// Whether an item was written, be it in an earlier part.
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

    /// Reads until there are no more rows, or about that many bytes; says whether there may be more rows.
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

/// Reads a list: its page where it was read to the end, else the beginning of its answer, and what remains. `frame` is the
/// whole answer without a row: its first empty array is where the rows go.
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

/// What follows the beginning of a long answer.
#[derive(Debug)]
pub(crate) struct BodyTail {
    store: Arc<Store>,
    /// Nothing once all of them were read.
    rows: Option<Box<dyn RowSource>>,
    begun: bool,
    tail: Vec<u8>,
}

impl BodyTail {
    /// The same with something after it.
    #[must_use]
    pub(crate) fn and(mut self, behind: &[u8]) -> Self {
        self.tail.extend_from_slice(behind);
        self
    }

    /// The next part; nothing after the last one. After an error there is no more, and what was sent must not look whole.
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
