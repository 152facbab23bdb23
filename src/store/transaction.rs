//! Transactions with cached statements: otherwise SQLite would parse `BEGIN` for every call.

use std::ops::Deref;

use rusqlite::Connection;

/// An open transaction. Dropping it without a commit, even by a panic, rolls it back.
#[derive(Debug)]
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    is_open: bool,
}

impl<'c> Transaction<'c> {
    /// Begins a read transaction.
    pub(super) fn reading(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN DEFERRED")
    }

    /// Begins a write transaction, waiting for other processes that write.
    pub(super) fn writing(connection: &'c Connection) -> rusqlite::Result<Self> {
        Self::begin(connection, "BEGIN IMMEDIATE")
    }

    /// No transaction: if no write can happen meanwhile, all reads see one generation anyway.
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

    /// Commits.
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
            // SQLite rolls back on its own after serious errors (a full disk); then there is nothing to end.
            tracing::debug!(%cause, "a transaction was already over");
        }
    }
}
