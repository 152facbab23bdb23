//! Converts a database to the bytes of a single file and back. The bytes are untrusted: nothing is used before they are known to be a
//! valid database of ours, and the check has a time limit.

use std::io::Read as _;
use std::ops::Range;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};

use super::connection::{open_writer, prepare};
use super::file::check_header;
use super::wait::lock;
use super::{OpenError, Store, page};

/// The header's file format version: with or without WAL.
const JOURNAL_FORMAT: Range<usize> = 18..20;
const WITHOUT_LOG: [u8; 2] = [1, 1];
/// The base time limit of a check, and the additional time per size; a million users take a tenth of it.
const CHECK_TIME: Duration = Duration::from_secs(4);
const CHECK_BYTES: usize = 4 * 1024 * 1024;
/// How many SQLite instructions to run between checks of the time.
const STEPS: i32 = 1000;
/// The largest number of tables, indexes and triggers to read; ours has fewer.
const PARTS: usize = 1000;

/// Whether a schema, as printed by [`schema_text`], belongs to a data version.
pub(crate) type IsOurs = fn(version: i64, schema: &str) -> bool;

impl Store {
    /// Serialises this database to the bytes of a file.
    pub(crate) fn to_bytes(&self) -> rusqlite::Result<Vec<u8>> {
        let Some(writer) = self.writer.get() else {
            return self.unwritten().to_bytes();
        };
        let mut writer = self.awake(lock(writer), open_writer)?;
        let mut bytes = writer.serialize("main")?.to_vec();
        // The same format, whether it comes from memory or from a file in WAL mode.
        bytes[JOURNAL_FORMAT].copy_from_slice(&WITHOUT_LOG);
        Ok(bytes)
    }

    /// Loads the bytes of a file into an in-memory database; refuses newer, foreign and damaged ones, and those that take too long.
    pub(crate) fn from_bytes(
        bytes: &[u8],
        version: i64,
        model: &Self,
        is_ours: IsOurs,
    ) -> Result<Self, OpenError> {
        let found = check_header(bytes.first_chunk(), version)?;
        let snapshot = Connection::open_in_memory()?;
        let checked = opened(snapshot, "main", bytes).and_then(|mut snapshot| {
            let deadline = Instant::now() + time_for(bytes.len());
            snapshot.progress_handler(STEPS, Some(move || deadline < Instant::now()))?;
            check(&snapshot, found, is_ours)?;
            snapshot.progress_handler(STEPS, None::<fn() -> bool>)?;
            Ok(snapshot)
        });
        let snapshot = checked.map_err(|cause| match cause {
            OpenError::Damaged(cause) if is_interrupted(&cause) => OpenError::Endless,
            cause => cause,
        })?;
        if found == version {
            return Ok(Self::new(snapshot, Vec::new(), None).copy_in_memory()?);
        }
        drop(snapshot);
        let upgraded = model.with_rows_of(|connection| {
            connection.execute_batch("ATTACH ':memory:' AS old")?;
            deserialize(connection, "old", bytes)
        })?;
        upgraded.read(|tx| check_parts(tx))?;
        Ok(upgraded)
    }
}

fn time_for(bytes: usize) -> Duration {
    let parts = u32::try_from(bytes / CHECK_BYTES).unwrap_or(u32::MAX);
    CHECK_TIME + Duration::from_secs(1).saturating_mul(parts)
}

fn opened(
    mut connection: Connection,
    database: &str,
    bytes: &[u8],
) -> Result<Connection, OpenError> {
    // Before anything runs: none of the file's functions and triggers is trusted.
    prepare(&connection)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    deserialize(&mut connection, database, bytes)?;
    Ok(connection)
}

fn deserialize(connection: &mut Connection, database: &str, bytes: &[u8]) -> rusqlite::Result<()> {
    // A file copied from a running rollcall lacks its WAL.
    let image = bytes[..JOURNAL_FORMAT.start]
        .chain(&WITHOUT_LOG[..])
        .chain(&bytes[JOURNAL_FORMAT.end..]);
    connection.deserialize_read_exact(database, image, bytes.len(), true)
}

fn is_interrupted(cause: &rusqlite::Error) -> bool {
    cause.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

/// Whether it contains exactly the schema of a data version, and is consistent.
fn check(snapshot: &Connection, version: i64, is_ours: IsOurs) -> Result<(), OpenError> {
    if !is_ours(version, &schema_text(snapshot)?) {
        return Err(OpenError::Foreign);
    }
    check_parts(snapshot)
}

fn check_parts(connection: &Connection) -> Result<(), OpenError> {
    let verdict: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    let dangling = || connection.prepare("PRAGMA foreign_key_check")?.exists([]);
    if verdict == "ok" && !dangling()? {
        Ok(())
    } else {
        Err(OpenError::Inconsistent)
    }
}

/// The SQL of every table, index and trigger (the name if it has none), ordered by name.
pub(crate) fn schema_text(connection: &Connection) -> rusqlite::Result<String> {
    // Sorted here instead of in SQL, so that an endless schema is never read to its end.
    let sql = "SELECT name, coalesce(sql, name) FROM sqlite_schema LIMIT ?1";
    let mut parts: Vec<(String, String)> = page::select(connection, sql, [PARTS], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?;
    parts.sort();
    let parts: Vec<String> = parts.into_iter().map(|(_, sql)| sql).collect();
    Ok(parts.join("\n"))
}
