//! A database that was made when rollcall was built: it is in the binary without its many zeros (`build.rs`).

use std::io::{self, Read};

use rusqlite::Connection;

use super::connection::prepare;
use super::{Store, copy_pages};

impl Store {
    /// A database in memory that is a copy of an image.
    pub(crate) fn of_image(image: &'static [u8]) -> rusqlite::Result<Self> {
        let (length, runs) = image.split_first_chunk().expect("an image has a length");
        let length = usize::try_from(u32::from_le_bytes(*length)).expect("it was in memory once");
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact("main", Runs::of(runs), length, true)?;
        // The pages are copied from where they are, and not by way of a cache.
        connection.pragma_update(None, "mmap_size", length)?;
        // A copy, because every statement out of bytes looks first whether they have changed. The connection stays out of a
        // store, which asks for the number of pages when it is dropped: for that SQLite parses all of the schema.
        let mut copy = Connection::open_in_memory()?;
        copy_pages(&connection, &mut copy, "main")?;
        prepare(&copy)?;
        Ok(Self::new(copy, Vec::new(), None))
    }
}

/// An image as the bytes of a database.
struct Runs {
    bytes: &'static [u8],
    zeros: usize,
    rest: &'static [u8],
}

impl Runs {
    const fn of(rest: &'static [u8]) -> Self {
        Self {
            bytes: &[],
            zeros: 0,
            rest,
        }
    }

    /// Goes on to the next bytes and the zeros after them. Says whether there are any.
    fn next(&mut self) -> bool {
        let Some((&[a, b, c, d], rest)) = self.rest.split_first_chunk() else {
            return false;
        };
        let bytes = usize::from(u16::from_le_bytes([a, b]));
        self.zeros = usize::from(u16::from_le_bytes([c, d]));
        (self.bytes, self.rest) = rest.split_at(bytes);
        true
    }
}

impl Read for Runs {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.bytes.is_empty() && self.zeros == 0 {
            if !self.next() {
                return Ok(0);
            }
        }
        if !self.bytes.is_empty() {
            return self.bytes.read(into);
        }
        let read = self.zeros.min(into.len());
        into[..read].fill(0);
        self.zeros -= read;
        Ok(read)
    }
}
