//! The lists that providers declare, and the SQL that keeps their in-memory order up to date ([`super::index`]).

/// Beyond this many touched rows in a transaction, orders are rebuilt when needed instead of updated.
pub(super) const TOUCHED: i64 = if cfg!(test) { 500 } else { 10_000 };

/// A list declared by a provider: the rows of a table in an order, all of them or those of a parent.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) table: &'static str,
    /// The parent column; `None` if all rows are in one list.
    pub(crate) parent: Option<&'static str>,
    /// The text column that is the primary sort key, if there is one.
    pub(crate) sort_key: Option<&'static str>,
    /// The integer column that is the next sort key, unique within a list.
    pub(crate) number: &'static str,
    /// The columns for substring filters.
    pub(crate) texts: &'static [&'static str],
    /// The columns (or expressions) for equality filters, with few distinct values each.
    pub(crate) filter_columns: &'static [&'static str],
}

impl List {
    fn sort_key(&self) -> &'static str {
        self.sort_key.unwrap_or("''")
    }

    fn parent(&self) -> &'static str {
        self.parent.unwrap_or("NULL")
    }

    /// The columns that a search needs.
    fn searched(&self, is_searchable: bool) -> impl Iterator<Item = &'static str> {
        let columns = self.texts.iter().chain(self.filter_columns).copied();
        columns.take(if is_searchable { usize::MAX } else { 0 })
    }

    /// Every row of a list, in its order.
    pub(super) fn walk(&self, is_searchable: bool) -> String {
        let Self { table, number, .. } = self;
        let sort_key = self.sort_key();
        let searched: String = self
            .searched(is_searchable)
            .map(|column| format!(", {column}"))
            .collect();
        let mine = self
            .parent
            .map_or("?1 IS NULL".to_owned(), |parent| format!("{parent} = ?1"));
        let order = self
            .sort_key
            .map_or_else(String::new, |sort_key| format!("{sort_key}, "));
        format!(
            "SELECT {sort_key}, {number}{searched} FROM {table} WHERE {mine} ORDER BY {order}{number}"
        )
    }

    /// One row by its key.
    pub(super) fn look_up(&self, is_searchable: bool) -> String {
        let Self { table, number, .. } = self;
        let (sort_key, parent) = (self.sort_key(), self.parent());
        let searched: Vec<_> = self.searched(is_searchable).collect();
        let searched = if searched.is_empty() {
            "1".to_owned()
        } else {
            searched.join(", ")
        };
        format!(
            "SELECT {searched} FROM {table} WHERE {parent} IS ?1 AND {sort_key} = ?2 AND {number} = ?3"
        )
    }

    /// Creates the triggers that record touched rows, under the list's number among the watched ones. Leftovers of a failed attempt may
    /// exist.
    pub(super) fn triggers(&self, place: usize) -> String {
        let note = |row: &str| {
            let column = |column: Option<&str>, otherwise: &str| {
                column.map_or_else(|| otherwise.to_owned(), |column| format!("{row}.{column}"))
            };
            let (parent, sort_key) = (column(self.parent, "NULL"), column(self.sort_key, "''"));
            format!(
                "INSERT INTO touched SELECT {place}, {parent}, {sort_key}, {row}.{}
                   WHERE (SELECT coalesce(max(rowid), 0) FROM touched) <= {TOUCHED};",
                self.number
            )
        };
        let table = self.table;
        [
            ("INSERT", note("new")),
            ("UPDATE", note("old") + &note("new")),
            ("DELETE", note("old")),
        ]
        .map(|(event, notes)| {
            format!(
                "CREATE TEMP TRIGGER IF NOT EXISTS touched_{place}_{event} AFTER {event} ON main.{table} BEGIN {notes} END;"
            )
        })
        .concat()
    }
}
