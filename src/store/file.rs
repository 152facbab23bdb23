//! Validates data files: schema, version, and the reasons to refuse one.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use rusqlite::Connection;

use super::schema;
use super::trouble;

/// Why a file cannot be opened as a store.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// Written by a newer rollcall.
    #[error("was written by a newer rollcall (data version {found}, this one reads up to {known})")]
    Newer {
        /// The version in the file.
        found: i64,
        /// The newest version that this binary knows.
        known: i64,
    },
    /// The pointer to it is damaged, or leads elsewhere.
    #[error("cannot be found: the file \"live\" in its folder does not name a database")]
    Pointer,
    /// Nothing is where the pointer leads.
    #[error(
        "cannot be found: the database that the file \"live\" in its folder names is not there"
    )]
    Missing,
    /// Not a database, or not one of rollcall's.
    #[error("is not a rollcall database, or was never completed")]
    Foreign,
    /// A database that SQLite cannot use.
    #[error("is damaged: {0}")]
    Damaged(rusqlite::Error),
    /// A database whose parts do not fit together.
    #[error("is damaged: its parts do not fit together")]
    Inconsistent,
    /// Checking it takes longer than for any valid database of its size.
    #[error("is damaged: checking it takes longer than for any valid database of its size")]
    Endless,
    /// A resource is missing: disk space, file handles.
    #[error("cannot be used: {0}")]
    Machine(&'static str),
    /// The file system refused.
    #[error("cannot be opened: {0}")]
    Io(std::io::Error),
}

impl OpenError {
    /// Whether other data in this one's place would mend it.
    pub(crate) const fn is_of_data(&self) -> bool {
        !matches!(self, Self::Newer { .. } | Self::Machine(_))
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(cause: rusqlite::Error) -> Self {
        match trouble::of_sqlite(&cause) {
            Some(trouble) => Self::Machine(trouble),
            None => Self::Damaged(cause),
        }
    }
}

impl From<std::io::Error> for OpenError {
    fn from(cause: std::io::Error) -> Self {
        match trouble::of_io(&cause) {
            Some(trouble) => Self::Machine(trouble),
            None => Self::Io(cause),
        }
    }
}

pub(super) fn create_schema(
    connection: &Connection,
    parts: &[&str],
    version: i64,
) -> rusqlite::Result<()> {
    for part in parts {
        connection.execute_batch(&schema::plain(part))?;
    }
    connection.pragma_update(None, "user_version", version)
}

/// The header of a database, as SQLite documents it.
pub(super) type Header = [u8; 100];

/// Reads the version of a file without changing it; refuses newer and foreign files.
pub(crate) fn check(path: &Path, version: i64) -> Result<i64, OpenError> {
    match fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Err(OpenError::Missing),
        Err(cause) => return Err(cause.into()),
        // A link leads out of the folder, and opening a pipe waits for its other end.
        Ok(found) if !found.is_file() => return Err(OpenError::Foreign),
        Ok(_) => {}
    }
    let mut header: Header = [0; 100];
    let read = fs::File::open(path)?.read_exact(&mut header);
    check_header(read.is_ok().then_some(&header), version)
}

/// Reading the main file suffices: a file has its version before it gets its name, so the version is never only in the WAL.
pub(super) fn check_header(header: Option<&Header>, version: i64) -> Result<i64, OpenError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    const VERSION_AT: usize = 60;
    let header = header.ok_or(OpenError::Foreign)?;
    let found = header[VERSION_AT..]
        .first_chunk()
        .map_or(0, |bytes| i64::from(u32::from_be_bytes(*bytes)));
    if !header.starts_with(MAGIC) || found < 1 {
        return Err(OpenError::Foreign);
    }
    if version < found {
        Err(OpenError::Newer {
            found,
            known: version,
        })
    } else {
        Ok(found)
    }
}
