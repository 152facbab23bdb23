//! A database built at compile time (`build.rs`), stored in the binary without its runs of zeros.

use std::io::{self, Read};

use rusqlite::Connection;

use super::connection::prepare;
use super::{Store, copy_pages};

impl Store {
    /// Creates an in-memory database from an image.
    pub(crate) fn of_image(image: &'static [u8]) -> rusqlite::Result<Self> {
        let (length, runs) = image.split_first_chunk().expect("an image has a length");
        let length = usize::try_from(u32::from_le_bytes(*length)).expect("it was in memory once");
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact("main", Runs::of(runs), length, true)?;
        // Copies the pages directly, bypassing the page cache.
        connection.pragma_update(None, "mmap_size", length)?;
        // Copied, because a database deserialised from bytes checks for changes in every statement. The connection is not put into a
        // store, which would ask for the page count when dropped, and SQLite would parse the whole schema for that.
        let mut copy = Connection::open_in_memory()?;
        copy_pages(&connection, &mut copy, "main")?;
        prepare(&copy)?;
        Ok(Self::new(copy, Vec::new(), None))
    }
}

/// Reads an image as the bytes of a database.
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

    /// Advances to the next run of bytes and zeros. Returns whether there is one.
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
