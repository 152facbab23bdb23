//! The in-memory orders of a store's long lists, and how they follow the tables.
//!
//! SQLite scans to an offset, and through the whole table for a filter without an index. For a long list, the store keeps an
//! [`Order`] in memory, built by the first call that would have to scan far ([`super::seek`]). Temporary triggers record which rows a
//! transaction touches, including cascades; a rollback discards the records, and a commit updates the orders. None of this is in
//! the file, and short lists have no order.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Row as SqlRow, params};

use super::lists::{List, TOUCHED};
use super::order::{Order, Row, RowKey};

/// The orders of a store's long lists.
#[derive(Debug, Default)]
pub(super) struct Lists {
    indexes: RwLock<Indexes>,
    /// How many lists may have an order, and how many of them are watched by triggers.
    known: AtomicUsize,
    watched: AtomicUsize,
    /// How many orders were built, for tests to tell updating from rebuilding.
    #[cfg(test)]
    pub(super) built: AtomicUsize,
    /// How many commits have begun. As long as they are as many as are over, the orders are of the newest generation.
    begun: AtomicU64,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Indexes {
    /// The lists that may have an order.
    lists: Vec<&'static List>,
    pub(super) orders: Vec<ListIndex>,
}

/// The order of one parent's list.
#[derive(Debug, Clone)]
pub(super) struct ListIndex {
    list: &'static List,
    parent: Value,
    /// Whether the order has what filters look at: a list that is only paged through does without.
    pub(super) is_searchable: bool,
    pub(super) order: Order,
}

impl ListIndex {
    fn is(&self, list: &'static List, parent: &Value) -> bool {
        std::ptr::eq(self.list, list) && self.parent == *parent
    }

    /// Reads a whole list.
    pub(super) fn build(
        connection: &Connection,
        list: &'static List,
        parent: Value,
        is_searchable: bool,
    ) -> rusqlite::Result<Self> {
        let texts = if is_searchable { list.texts.len() } else { 0 };
        let mut order = Order::new(list.sort_key.is_some(), texts);
        let mut statement = connection.prepare_cached(&list.walk(is_searchable))?;
        let mut rows = statement.query([&parent])?;
        while let Some(row) = rows.next()? {
            let searched = searched(row, 2)?;
            let (texts, filter_columns) = searched.split_at(texts);
            order.push(Row {
                sort_key: row.get_ref(0)?.as_str()?,
                number: row.get(1)?,
                texts,
                filter_columns,
            });
        }
        Ok(Self {
            list,
            parent,
            is_searchable,
            order,
        })
    }

    /// Brings a row up to date.
    fn follow(&mut self, change: &RowChange) {
        self.order.remove(&change.key);
        if let Some(searched) = &change.searched {
            let texts = self.list.texts.len().min(searched.len());
            let (texts, filter_columns) = searched.split_at(texts);
            self.order.insert(Row {
                sort_key: &change.key.sort_key,
                number: change.key.number,
                texts,
                filter_columns,
            });
        }
    }
}

/// The columns from that one on, numbers as their digits.
fn searched<'a>(row: &'a SqlRow<'_>, from: usize) -> rusqlite::Result<Vec<Cow<'a, str>>> {
    (from..row.as_ref().column_count())
        .map(|column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Integer(0) => Cow::Borrowed("0"),
                ValueRef::Integer(1) => Cow::Borrowed("1"),
                ValueRef::Integer(number) => Cow::Owned(number.to_string()),
                value => Cow::Borrowed(value.as_str()?),
            })
        })
        .collect()
}

impl Indexes {
    pub(super) fn find(&self, list: &'static List, parent: &Value) -> Option<&ListIndex> {
        self.orders.iter().find(|index| index.is(list, parent))
    }
}

/// What a transaction does to the orders.
#[derive(Debug)]
pub(super) enum Changes {
    /// The rows that it touched.
    Rows(Vec<RowChange>),
    /// More than it pays to follow.
    TooMany,
}

/// A row that was touched.
#[derive(Debug)]
pub(super) struct RowChange {
    list: &'static List,
    parent: Value,
    key: RowKey,
    /// What a search needs of it; none where there is no such row any more.
    searched: Option<Vec<Cow<'static, str>>>,
}

impl Lists {
    /// Takes over the orders of a database that this one's is a copy of.
    pub(super) fn start_as(&self, original: &Self) {
        let indexes = original.read().clone();
        self.known.store(indexes.lists.len(), Ordering::Release);
        *self.write() = indexes;
    }

    /// Has the triggers watch the lists that have become known since. They see the transactions that begin after this.
    pub(super) fn watch(&self, connection: &Connection) -> rusqlite::Result<()> {
        let watched = self.watched.load(Ordering::Acquire);
        if watched == self.known.load(Ordering::Acquire) {
            return Ok(());
        }
        let lists = self.read().lists.clone();
        if watched == 0 {
            connection.execute_batch(
                "CREATE TEMP TABLE IF NOT EXISTS touched (list, parent, sort_key, number)",
            )?;
        }
        for (place, list) in lists.iter().enumerate().skip(watched) {
            connection.execute_batch(&list.triggers(place))?;
        }
        self.watched.store(lists.len(), Ordering::Release);
        Ok(())
    }

    /// What the transaction has done so far, as far as orders need to know.
    pub(super) fn changes(&self, tx: &Connection) -> rusqlite::Result<Changes> {
        if self.watched.load(Ordering::Acquire) == 0 {
            return Ok(Changes::Rows(Vec::new()));
        }
        let last: Option<i64> = tx
            .prepare_cached("SELECT max(rowid) FROM touched")?
            .query_row([], |row| row.get(0))?;
        let changes = match last {
            None => return Ok(Changes::Rows(Vec::new())),
            Some(last) if TOUCHED < last => Changes::TooMany,
            Some(_) => Changes::Rows(self.touched(tx)?),
        };
        tx.prepare_cached("DELETE FROM touched")?.execute([])?;
        Ok(changes)
    }

    fn touched(&self, tx: &Connection) -> rusqlite::Result<Vec<RowChange>> {
        let indexes = self.read();
        let mut statement =
            tx.prepare_cached("SELECT DISTINCT list, parent, sort_key, number FROM touched")?;
        let mut rows = statement.query([])?;
        let mut changes = Vec::new();
        while let Some(row) = rows.next()? {
            let (list, parent) = (indexes.lists[row.get::<_, usize>(0)?], row.get(1)?);
            let Some(index) = indexes.find(list, &parent) else {
                continue;
            };
            let key = RowKey {
                sort_key: row.get(2)?,
                number: row.get(3)?,
            };
            let owned = |row: &SqlRow<'_>| {
                let searched = searched(row, 0)?.into_iter();
                Ok(searched.map(|text| Cow::Owned(text.into_owned())).collect())
            };
            let searched = tx
                .prepare_cached(&list.look_up(index.is_searchable))?
                .query_row(params![parent, key.sort_key, key.number], owned)
                .optional()?;
            changes.push(RowChange {
                list,
                parent,
                key,
                searched,
            });
        }
        Ok(changes)
    }

    /// Notes that a commit begins: until it is over, the generation of the orders is unknown.
    pub(super) fn begin(&self) {
        self.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether no commit has begun after those of that generation.
    pub(super) fn is_settled(&self, generation: u64) -> bool {
        self.begun.load(Ordering::SeqCst) == generation
    }

    /// Gives up the orders, which may not be of the newest generation. They are built again when needed.
    pub(super) fn forget(&self) {
        self.write().orders.clear();
    }

    /// The connection with the triggers is closed: the next one has none.
    pub(super) fn unwatch(&self) {
        self.forget();
        self.watched.store(0, Ordering::Release);
    }

    /// Has the orders follow what was committed.
    pub(super) fn follow(&self, changes: Changes) {
        match changes {
            Changes::Rows(changes) if changes.is_empty() => {}
            Changes::Rows(changes) => {
                let mut indexes = self.write();
                for change in &changes {
                    let mut orders = indexes.orders.iter_mut();
                    if let Some(index) = orders.find(|index| index.is(change.list, &change.parent))
                    {
                        index.follow(change);
                    }
                }
                indexes.orders.retain(|index| 0 < index.order.len());
            }
            Changes::TooMany => self.forget(),
        }
    }

    pub(super) fn add(&self, index: ListIndex) {
        #[cfg(test)]
        self.built.fetch_add(1, Ordering::Relaxed);
        let mut indexes = self.write();
        if !indexes
            .lists
            .iter()
            .any(|list| std::ptr::eq(*list, index.list))
        {
            indexes.lists.push(index.list);
            self.known.store(indexes.lists.len(), Ordering::Release);
        }
        indexes
            .orders
            .retain(|old| !old.is(index.list, &index.parent));
        indexes.orders.push(index);
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Indexes> {
        self.indexes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Indexes> {
        self.indexes.write().unwrap_or_else(PoisonError::into_inner)
    }
}
