//! The cache of encoded rows: after a write that only adds rows, the pages of a list are joined from the unchanged ones.
//!
//! Every write makes all pages stale ([`super::pages`]), because the total changes and rows may move. But most of the cost of a page
//! is its rows, and a test suite that adds users and lists them needs the same rows again and again. So a store that is written to
//! keeps each encoded row until a write that may have changed rows.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, Params, Row, Statement};
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use super::page::{self, RowLimit};
use super::stream::BATCH;
use super::{PROVES, Tx};

/// The memory limit for the rows of one store.
const BYTES: usize = 1024 * 1024;
/// The overhead of a row besides its text: its entry and allocator rounding.
const OVERHEAD: usize = 128;

/// A row as JSON, and the time range (milliseconds since the epoch) in which it is valid.
#[derive(Debug, Clone)]
pub(crate) struct EncodedRow {
    /// Its number in its table, once it is read.
    number: i64,
    json: Arc<RawValue>,
    from: i64,
    until: i64,
}

impl EncodedRow {
    /// A row that does not depend on the time.
    pub(crate) fn always(row: &impl Serialize) -> serde_json::Result<Self> {
        Self::between((i64::MIN, i64::MAX), row)
    }

    /// A row that is valid from one time until before another.
    pub(crate) fn between(
        (from, until): (i64, i64),
        row: &impl Serialize,
    ) -> serde_json::Result<Self> {
        Ok(Self {
            number: 0,
            json: to_raw_value(row)?.into(),
            from,
            until,
        })
    }

    /// Its number in its table.
    pub(crate) const fn number(&self) -> i64 {
        self.number
    }

    /// The time range in which it is valid.
    pub(crate) const fn holds(&self) -> (i64, i64) {
        (self.from, self.until)
    }
}

impl Serialize for EncodedRow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// Reads the rows of a page.
pub(crate) trait RowReader {
    type Row;

    /// The rows of `FROM … ORDER BY … LIMIT …`, up to a limit.
    fn select(
        &self,
        tx: &Tx<'_>,
        from: &str,
        params: impl Params,
        limit: RowLimit,
    ) -> rusqlite::Result<Vec<Self::Row>>;

    /// The rows with these numbers, in their order; all have to exist.
    fn pick(&self, tx: &Tx<'_>, numbers: &[i64]) -> rusqlite::Result<Vec<Self::Row>>;
}

/// The table of the rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    pub(crate) table: &'static str,
    /// The integer key of the rows of the table, or of a parent.
    pub(crate) number: &'static str,
    /// The parent's column and value, if numbers are unique only within a parent.
    pub(crate) parent: Option<(&'static str, i64)>,
    pub(crate) columns: &'static str,
}

impl Columns {
    /// A table with a single integer key.
    pub(crate) const fn of(
        table: &'static str,
        number: &'static str,
        columns: &'static str,
    ) -> Self {
        Self {
            table,
            number,
            parent: None,
            columns,
        }
    }

    /// The query for a row by its number and parent.
    fn of_one(&self) -> String {
        let Self {
            table,
            number,
            columns,
            ..
        } = self;
        let parent = self
            .parent
            .map_or_else(String::new, |(column, _)| format!(" AND {column} = ?2"));
        format!("SELECT {columns} FROM {table} WHERE {number} = ?1{parent}")
    }

    fn query<'s>(
        &self,
        statement: &'s mut Statement<'_>,
        number: i64,
    ) -> rusqlite::Result<rusqlite::Rows<'s>> {
        match self.parent {
            Some((_, parent)) => statement.query([number, parent]),
            None => statement.query([number]),
        }
    }
}

/// Reads each row.
pub(crate) struct PlainReader<T> {
    pub(crate) columns: Columns,
    pub(crate) read: fn(&Row<'_>) -> rusqlite::Result<T>,
}

impl<T> RowReader for PlainReader<T> {
    type Row = T;

    fn select(
        &self,
        tx: &Tx<'_>,
        from: &str,
        params: impl Params,
        _: RowLimit,
    ) -> rusqlite::Result<Vec<T>> {
        let sql = format!("SELECT {} {from}", self.columns.columns);
        page::select(tx, &sql, params, self.read)
    }

    fn pick(&self, tx: &Tx<'_>, numbers: &[i64]) -> rusqlite::Result<Vec<T>> {
        let mut statement = tx.prepare_cached(&self.columns.of_one())?;
        let one = |number: &i64| {
            let mut rows = self.columns.query(&mut statement, *number)?;
            let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            (self.read)(row)
        };
        numbers.iter().map(one).collect()
    }
}

/// How a list encodes its rows.
pub(crate) struct RowEncoder<'a, T> {
    /// What the encoding depends on besides the row and the time.
    variant: u8,
    /// The time of the call, in milliseconds since the epoch.
    now: i64,
    encode: &'a dyn Fn(T) -> serde_json::Result<EncodedRow>,
}

impl<'a, T> RowEncoder<'a, T> {
    /// Rows at a given time; `variant` is what else their encoding depends on.
    pub(crate) fn new(
        variant: u8,
        now: i64,
        encode: &'a dyn Fn(T) -> serde_json::Result<EncodedRow>,
    ) -> Self {
        Self {
            variant,
            now,
            encode,
        }
    }
}

/// Encodes each row, or takes it from the cache.
pub(crate) struct CachedReader<'a, T> {
    pub(crate) columns: Columns,
    pub(crate) read: &'a dyn Fn(&Row<'_>) -> rusqlite::Result<T>,
    pub(crate) encoder: &'a RowEncoder<'a, T>,
}

impl<T> RowReader for CachedReader<'_, T> {
    type Row = EncodedRow;

    fn select(
        &self,
        tx: &Tx<'_>,
        from: &str,
        params: impl Params,
        limit: RowLimit,
    ) -> rusqlite::Result<Vec<EncodedRow>> {
        let is_page = matches!(limit, RowLimit::Rows(rows) if rows <= BATCH);
        if is_page && tx.keeps_rows() {
            let sql = format!("SELECT {} {from}", self.columns.number);
            let numbers = page::select(tx, &sql, params, |row| row.get(0))?;
            return self.pick(tx, &numbers);
        }
        self.read_all(tx, from, params)
    }

    fn pick(&self, tx: &Tx<'_>, numbers: &[i64]) -> rusqlite::Result<Vec<EncodedRow>> {
        let generation = tx.rows_generation();
        let kept = match generation {
            Some(generation) => {
                let keys = numbers.iter().map(|number| self.key(*number));
                tx.store.rows.find(generation, self.encoder.now, keys)
            }
            None => vec![None; numbers.len()],
        };
        if !PROVES && kept.iter().all(Option::is_some) {
            return Ok(kept.into_iter().flatten().collect());
        }
        let mut statement = tx.prepare_cached(&self.columns.of_one())?;
        let mut new = Vec::new();
        let mut all = Vec::with_capacity(numbers.len());
        for (number, kept) in numbers.iter().zip(kept) {
            if let Some(kept) = kept.as_ref().filter(|_| !PROVES) {
                all.push(kept.clone());
                continue;
            }
            let mut rows = self.columns.query(&mut statement, *number)?;
            let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            let row = self.encoded(row, *number)?;
            if let Some(kept) = kept {
                assert_eq!(
                    kept.json.get(),
                    row.json.get(),
                    "a cached row differs from a fresh one"
                );
            }
            new.push((self.key(*number), row.clone()));
            all.push(row);
        }
        if let Some(generation) = generation.filter(|_| tx.keeps_rows()) {
            tx.store.rows.keep(generation, new);
        }
        Ok(all)
    }
}

impl<T> CachedReader<'_, T> {
    /// Like [`RowReader::select`], but encodes every row anew.
    pub(crate) fn read_all(
        &self,
        tx: &Connection,
        from: &str,
        params: impl Params,
    ) -> rusqlite::Result<Vec<EncodedRow>> {
        let Columns {
            columns, number, ..
        } = self.columns;
        let mut statement = tx.prepare_cached(&format!("SELECT {columns}, {number} {from}"))?;
        let last = statement.column_count() - 1;
        let mut rows = statement.query(params)?;
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            read.push(self.encoded(row, row.get(last)?)?);
        }
        Ok(read)
    }

    fn encoded(&self, row: &Row<'_>, number: i64) -> rusqlite::Result<EncodedRow> {
        let encoded = (self.encoder.encode)((self.read)(row)?);
        let encoded =
            encoded.map_err(|cause| rusqlite::Error::ToSqlConversionFailure(cause.into()))?;
        Ok(EncodedRow { number, ..encoded })
    }

    fn key(&self, number: i64) -> Key {
        Key {
            table: self.columns.table,
            parent: self.columns.parent.map_or(0, |(_, parent)| parent),
            variant: self.encoder.variant,
            number,
        }
    }
}

impl Tx<'_> {
    /// Whether caching rows pays: only after a write, since only writes make pages stale.
    fn keeps_rows(&self) -> bool {
        0 < self.generation && self.rows_generation().is_some()
    }

    /// The cache generation of this transaction; none during a commit that it may or may not see.
    fn rows_generation(&self) -> Option<u64> {
        let is_now = self.store.lists.is_settled(self.generation);
        is_now.then(|| self.store.rows_generation())
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    table: &'static str,
    parent: i64,
    variant: u8,
    number: i64,
}

/// The rows of one store.
#[derive(Debug, Default)]
pub(super) struct RowCache {
    kept: RwLock<KeptRows>,
}

#[derive(Debug, Default)]
struct KeptRows {
    generation: u64,
    bytes: usize,
    rows: HashMap<Key, EncodedRow>,
}

impl RowCache {
    /// The cached rows for keys, if they were encoded at this generation and are valid now.
    fn find(
        &self,
        generation: u64,
        now: i64,
        keys: impl Iterator<Item = Key>,
    ) -> Vec<Option<EncodedRow>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let is_current = kept.generation == generation;
        let holds = |row: &&EncodedRow| is_current && row.from <= now && now < row.until;
        keys.map(|key| kept.rows.get(&key).filter(holds).cloned())
            .collect()
    }

    /// Caches rows that were encoded at this generation. If there is no room, all others are evicted.
    fn keep(&self, generation: u64, rows: Vec<(Key, EncodedRow)>) {
        if rows.is_empty() {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if generation < kept.generation {
            return;
        }
        for (key, row) in rows {
            let size = OVERHEAD + row.json.get().len();
            if BYTES < size {
                continue;
            }
            if kept.generation < generation || BYTES < kept.bytes + size {
                *kept = KeptRows {
                    generation,
                    ..KeptRows::default()
                };
            }
            kept.bytes += size;
            if let Some(older) = kept.rows.insert(key, row) {
                kept.bytes -= OVERHEAD + older.json.get().len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Store;
    use super::super::page::RowLimit;
    use super::*;

    const SCHEMA: &[&str] =
        &["CREATE TABLE users (seq INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"];
    const USER: Columns = Columns::of("users", "seq", "name");

    fn store() -> Store {
        Store::in_memory(SCHEMA, 1).expect("a valid schema")
    }

    /// Adds rows, or changes some as well.
    fn write(store: &Store, only_adds: bool, sql: &str) {
        let work = |tx: &Connection| tx.execute_batch(sql);
        let written = if only_adds {
            store.add(work)
        } else {
            store.write(work)
        };
        written.expect("valid SQL");
    }

    /// The list, as a page from a moment on, and how many rows of it were encoded for it.
    fn list(store: &Store, now: i64) -> (String, usize) {
        let encoded = std::cell::Cell::new(0);
        let encode = |name: String| {
            encoded.set(encoded.get() + 1);
            // A row whose name is a number holds until then.
            let until = name.parse().unwrap_or(i64::MAX);
            let is_over = until <= now;
            let holds = if is_over {
                (until, i64::MAX)
            } else {
                (i64::MIN, until)
            };
            EncodedRow::between(holds, &(name, is_over))
        };
        let reader = CachedReader {
            columns: USER,
            read: &|row| row.get(0),
            encoder: &RowEncoder::new(0, now, &encode),
        };
        let rows =
            store.read(|tx| reader.select(tx, "FROM users ORDER BY seq", [], RowLimit::Rows(10)));
        let rows = rows.expect("readable");
        (
            serde_json::to_string(&rows).expect("rows are JSON"),
            encoded.get(),
        )
    }

    /// How many rows are encoded that are kept: none, but where every kept one is proven.
    const fn proven(rows: usize) -> usize {
        if PROVES { rows } else { 0 }
    }

    #[test]
    fn rows_are_kept_while_others_are_added() {
        let store = store();
        write(&store, true, "INSERT INTO users (name) VALUES ('a'), ('b')");
        assert_eq!(
            list(&store, 0),
            (r#"[["a",false],["b",false]]"#.to_owned(), 2)
        );
        write(&store, true, "INSERT INTO users (name) VALUES ('c')");
        let all = r#"[["a",false],["b",false],["c",false]]"#.to_owned();
        assert_eq!(list(&store, 0), (all, 1 + proven(2)));
        write(
            &store,
            false,
            "UPDATE users SET name = 'B' WHERE seq = 2; DELETE FROM users WHERE seq = 1",
        );
        assert_eq!(
            list(&store, 0),
            (r#"[["B",false],["c",false]]"#.to_owned(), 2)
        );
    }

    #[test]
    fn a_row_is_kept_as_long_as_it_holds() {
        let store = store();
        write(
            &store,
            true,
            "INSERT INTO users (name) VALUES ('20'), ('b')",
        );
        list(&store, 0);
        assert_eq!(list(&store, 19).1, proven(2));
        assert_eq!(
            list(&store, 20),
            (r#"[["20",true],["b",false]]"#.to_owned(), 1 + proven(1))
        );
        assert_eq!(
            list(&store, 0).1,
            1 + proven(1),
            "the clock may be set back"
        );
    }

    #[test]
    fn nothing_is_kept_before_the_first_write() {
        let store = store();
        list(&store, 0);
        assert_eq!(
            store
                .rows
                .kept
                .read()
                .expect("no test panics here")
                .rows
                .len(),
            0
        );
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "a cached row differs from a fresh one")]
    fn the_tests_see_a_row_that_an_addition_changed() {
        let store = store();
        write(&store, true, "INSERT INTO users (name) VALUES ('a')");
        list(&store, 0);
        write(&store, true, "UPDATE users SET name = 'b'");
        list(&store, 0);
    }

    #[test]
    fn endless_rows_take_bounded_memory() {
        let rows = RowCache::default();
        let long = "x".repeat(10_000);
        for number in 0..1000 {
            let key = Key {
                table: "users",
                parent: 0,
                variant: 0,
                number: number % 700,
            };
            let row = EncodedRow::always(&long).expect("a text is JSON");
            rows.keep(1, vec![(key, row)]);
            let kept = rows.kept.read().expect("no test panics here");
            assert!(kept.bytes <= BYTES);
            let sizes = kept
                .rows
                .values()
                .map(|row| OVERHEAD + row.json.get().len());
            assert_eq!(kept.bytes, sizes.sum::<usize>());
        }
    }
}
