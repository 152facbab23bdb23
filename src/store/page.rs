//! Windows on ordered lists.

use rusqlite::{Connection, Params, Row};

/// The limit of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum RowLimit {
    /// All rows.
    All,
    /// At most this many.
    Rows(u64),
}

/// A window of an ordered list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Window {
    /// Rows to skip.
    pub(crate) offset: u64,
    /// Rows to take.
    pub(crate) limit: RowLimit,
}

impl Window {
    /// The window of `limit` rows from an offset.
    pub(crate) const fn rows(offset: u64, limit: u64) -> Self {
        Self {
            offset,
            limit: RowLimit::Rows(limit),
        }
    }

    /// The window of a numbered page, from 1; the number must not be 0.
    pub(crate) const fn page(number: u64, size: u64) -> Self {
        Self::rows(number.saturating_sub(1).saturating_mul(size), size)
    }

    /// Applies the window to a list in memory.
    pub(crate) fn of<T>(self, list: &[T]) -> &[T] {
        let from = usize::try_from(self.offset)
            .unwrap_or(usize::MAX)
            .min(list.len());
        let rest = &list[from..];
        match self.limit {
            RowLimit::All => rest,
            RowLimit::Rows(rows) => {
                &rest[..usize::try_from(rows).unwrap_or(usize::MAX).min(rest.len())]
            }
        }
    }

    /// The first rows of the window, and how many may follow.
    pub(crate) const fn split(self, first: u64) -> (Self, u64) {
        let rows = match self.limit {
            RowLimit::All => u64::MAX,
            RowLimit::Rows(rows) => rows,
        };
        let first = if rows < first { rows } else { first };
        (Self::rows(self.offset, first), rows - first)
    }

    /// `LIMIT` for SQLite; negative means none.
    pub(crate) fn sql_limit(self) -> i64 {
        match self.limit {
            RowLimit::All => -1,
            RowLimit::Rows(rows) => i64::try_from(rows).unwrap_or(i64::MAX),
        }
    }

    /// `OFFSET` for SQLite.
    pub(crate) fn sql_offset(self) -> i64 {
        i64::try_from(self.offset).unwrap_or(i64::MAX)
    }
}

/// The rows of a window, and the length of the whole list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) total: u64,
    pub(crate) rows: Vec<T>,
}

impl<T> Page<T> {
    /// Converts the rows of a page.
    pub(crate) fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page {
            total: self.total,
            rows: self.rows.into_iter().map(each).collect(),
        }
    }
}

/// Every row of a prepared query.
pub(crate) fn select<T>(
    tx: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    tx.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// The rows with these numbers, in their order; the query's parameter is the number of an existing row.
pub(crate) fn pick<T>(
    tx: &Connection,
    sql: &str,
    numbers: &[i64],
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = tx.prepare_cached(sql)?;
    numbers
        .iter()
        .map(|number| statement.query_row([number], &mut read))
        .collect()
}

/// Runs a prepared counting query.
pub(crate) fn count(tx: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<u64> {
    tx.prepare_cached(sql)?.query_row(params, |row| row.get(0))
}
