//! The connections of a store: opening them, choosing one for a call, and closing those of idle files.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::wait::lock;
use super::{InUse, OPEN_STORES, Original, Slot, Store};

/// The size of a connection's statement cache: more than the providers have.
const PREPARED_STATEMENTS: usize = 256;
/// How long a connection waits for another process that writes the same file.
const BUSY: Duration = Duration::from_secs(5);

/// The source of a read.
pub(super) enum Reader<'a> {
    /// Its own connection.
    Connection(rusqlite::Result<InUse<'a>>),
    /// Another store that has the data: the original, or the replacement.
    Other(&'a Store),
}

impl Store {
    /// Whether the connections of a file are closed.
    pub(crate) fn is_asleep(&self) -> bool {
        self.is_asleep.load(Ordering::Acquire)
    }

    /// Closes the connections of an idle file; the next call reopens them. Returns whether it did.
    pub(crate) fn sleep(&self) -> bool {
        let Some(writer) = self.writer.get().filter(|_| self.file.is_some()) else {
            return false;
        };
        let Some(mut writer) = writer.try_lock() else {
            return false;
        };
        let readers: Option<Vec<_>> = self.readers.iter().map(Mutex::try_lock).collect();
        let Some(readers) = readers else {
            return false;
        };
        if self.is_asleep() || self.is_retired.load(Ordering::Acquire) {
            return false;
        }
        // Readers first: the last connection to close checkpoints the WAL, which readers cannot.
        for mut reader in readers {
            drop(reader.take());
        }
        drop(writer.take());
        self.lists.unwatch();
        self.is_asleep.store(true, Ordering::Release);
        OPEN_STORES.fetch_sub(1, Ordering::Relaxed);
        true
    }

    /// The connection in a slot, reopened if the store is asleep.
    pub(super) fn awake<'a>(
        &'a self,
        mut slot: MutexGuard<'a, Option<Connection>>,
        open: fn(&Path) -> rusqlite::Result<Connection>,
    ) -> rusqlite::Result<InUse<'a>> {
        if slot.is_none() {
            let file = self.file.as_deref();
            *slot = Some(open(file.expect("only a store in a file sleeps"))?);
            if self.is_asleep.swap(false, Ordering::AcqRel) {
                OPEN_STORES.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(MutexGuard::map(slot, |slot| {
            slot.as_mut().expect("it was opened above")
        }))
    }

    /// Chooses what to read from.
    pub(super) fn reader(&self) -> Reader<'_> {
        let slot = self.idle_slot();
        let slot = slot.or_else(|| self.readers.first().or_else(|| self.writer.get()).map(lock));
        let Some(slot) = slot else {
            return Reader::Other(self.unwritten());
        };
        match self.replacement.get() {
            // The replacement has the data.
            Some(replacement) if slot.is_none() && self.file.is_none() => {
                Reader::Other(replacement)
            }
            _ => Reader::Connection(self.awake(slot, self.opens_readers())),
        }
    }

    /// An idle connection to read with.
    pub(super) fn idle_reader(&self) -> Option<InUse<'_>> {
        // Do not wake a sleeping store for this.
        let slot = self.idle_slot().filter(|slot| slot.is_some())?;
        self.awake(slot, self.opens_readers()).ok()
    }

    fn idle_slot(&self) -> Option<MutexGuard<'_, Option<Connection>>> {
        let writer = self.writer.get().filter(|_| self.readers.is_empty());
        self.readers.iter().chain(writer).find_map(Mutex::try_lock)
    }

    fn opens_readers(&self) -> fn(&Path) -> rusqlite::Result<Connection> {
        if self.readers.is_empty() {
            open_writer
        } else {
            open_reader
        }
    }

    /// The write connection, if it is idle.
    pub(crate) fn idle_writer(&self) -> rusqlite::Result<Option<InUse<'_>>> {
        let slot = self.writer()?.try_lock();
        slot.map(|slot| self.awake(slot, open_writer)).transpose()
    }

    /// The write connection, on a copy of the original if there is none yet.
    pub(super) fn writer(&self) -> rusqlite::Result<&Slot> {
        let _copying = match self.writer.get() {
            Some(writer) => return Ok(writer),
            None => lock(&self.copying),
        };
        match self.writer.get() {
            Some(writer) => Ok(writer),
            None => {
                let Original { template, part } = self.origin();
                let (original, copy) = match part {
                    Some(part) => (template.part(*part)?, template.copy_of(*part)?),
                    None => (&*template.whole, template.whole.copied()?),
                };
                self.lists.start_as(&original.lists);
                Ok(self.writer.get_or_init(|| Mutex::new(Some(copy))))
            }
        }
    }

    /// The original that a store without a connection reads.
    pub(super) fn unwritten(&self) -> &Self {
        &self.origin().template.whole
    }

    fn origin(&self) -> &Original {
        let original = self.original.as_ref();
        original.expect("a store without a connection has an original")
    }
}

pub(super) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let writer = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&writer)?;
    writer.pragma_update(None, "journal_mode", "wal")?;
    // In WAL mode, every commit survives the process, and those up to the last checkpoint survive a power failure.
    writer.pragma_update(None, "synchronous", "normal")?;
    open_log(&writer)?;
    Ok(writer)
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let reader = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    prepare(&reader)?;
    open_log(&reader)?;
    Ok(reader)
}

pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.busy_timeout(BUSY)?;
    // Large sorts and statement journals would otherwise need a folder for temporary files, which a read-only root does not have.
    connection.pragma_update(None, "temp_store", "memory")?;
    // Otherwise SQLite re-prepares a statement for bound values that might allow a better plan after ANALYZE.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    Ok(())
}

/// Opens the WAL now. SQLite would do so by name on the first access, when a reset may already have removed the files; calls in
/// flight continue on the open ones.
fn open_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
}
