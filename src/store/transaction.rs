//! Transactions whose statements stay prepared: SQLite would parse `BEGIN` again for every call.

use std::ops::Deref;

use rusqlite::Connection;

/// An open transaction; dropped without a commit, by a panic too, it is rolled back.
#[derive(Debug)]
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    is_open: bool,
}

impl<'c> Transaction<'c> {
    /// Begins to read.
    pub(super) fn reading(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN DEFERRED")
    }

    /// Begins to write, and waits for other processes that do.
    pub(super) fn writing(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN IMMEDIATE")
    }

    /// None at all: where no other write can happen meanwhile, everything that is read is of one generation anyway.
    pub(super) const fn unneeded(connection: &'c Connection) -> Self {
        Self {
            connection,
            is_open: false,
        }
    }

    fn begin(connection: &'c Connection, sql: &str) -> rusqlite::Result<Self> {
        connection.prepare_cached(sql)?.execute([])?;
        Ok(Self {
            connection,
            is_open: true,
        })
    }

    /// Keeps what was written.
    pub(super) fn commit(mut self) -> rusqlite::Result<()> {
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.is_open = false;
        Ok(())
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.is_open {
            return;
        }
        let rolled_back = self
            .connection
            .prepare_cached("ROLLBACK")
            .and_then(|mut rollback| rollback.execute([]));
        if let Err(cause) = rolled_back {
            // SQLite rolls back by itself after the errors that matter (a full disk), and then there is nothing to end.
            tracing::debug!(%cause, "a transaction was over already");
        }
    }
}
