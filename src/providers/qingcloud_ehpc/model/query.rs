//! What the lists of the model share: order, conditions and windows.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::store::Tx;
use crate::store::lists::List;
use crate::store::order::{Direction, Query};
use crate::store::page::{Limit, Page, Window, count, pick, select};
use crate::store::seek::Start;

/// Which way a list runs along its keys, the last of which is the order in which its rows came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

impl Order {
    pub(super) fn sql(self, keys: &[&str]) -> String {
        let direction = match self {
            Self::Ascending => "",
            Self::Descending => " DESC",
        };
        let keys: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        format!("ORDER BY {}", keys.join(", "))
    }

    /// Which rows come with or after one, by its key and seq.
    pub(super) fn from(self, key: &str) -> String {
        let relation = match self {
            Self::Ascending => ">=",
            Self::Descending => "<=",
        };
        format!("({key}, seq) {relation} (?, ?)")
    }

    pub(super) const fn direction(self) -> Direction {
        match self {
            Self::Ascending => Direction::Forward,
            Self::Descending => Direction::Backward,
        }
    }
}

/// A list, whose it is, and how many rows it has.
pub(super) struct Scope {
    pub(super) list: &'static List,
    /// The column to sort by before the list's own key, if another was asked for.
    pub(super) first: Option<&'static str>,
    pub(super) parent: Value,
    pub(super) total: u64,
}

impl Scope {
    /// The columns to sort by, the most telling first.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let keys = self.first.into_iter().chain(self.list.sort_key);
        keys.chain([self.list.number]).collect()
    }
}

/// The conditions of a query, all of which have to hold. A statement's text depends only on which filters there are, so
/// that it stays prepared.
#[derive(Default)]
pub(super) struct Conditions {
    sql: String,
    values: Vec<Value>,
    /// Those that the store can search a long list for by itself.
    query: Query,
    /// Whether there are others.
    has_others: bool,
}

impl Conditions {
    /// Adds a condition on a value that is there; its `?` is the value.
    pub(super) fn when(&mut self, condition: &str, value: Option<String>) {
        if let Some(value) = value {
            self.push(condition, [Value::Text(value)]);
            self.has_others = true;
        }
    }

    /// Adds the condition that the filter_column of that place is a value, if that is there.
    pub(super) fn when_facet(&mut self, list: &List, place: usize, value: Option<String>) {
        if let Some(value) = value {
            let condition = format!("{} = ?", list.filter_columns[place]);
            self.push(&condition, [Value::Text(value.clone())]);
            self.query.filter_columns.push((place, value));
        }
    }

    /// Adds the condition that a list's one text contains a word, in the case that texts are kept in, if there is one.
    pub(super) fn when_contains(&mut self, word: Option<String>) {
        if let Some(word) = word {
            self.push("instr(folded_name, ?)", [Value::Text(word.clone())]);
            self.query.texts.push((0, word));
        }
    }

    pub(super) fn push<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.sql.push_str(if self.sql.is_empty() {
            "WHERE "
        } else {
            " AND "
        });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// A window on the rows of a list that match.
    pub(super) fn page<T>(
        mut self,
        tx: &Tx<'_>,
        scope: &Scope,
        columns: &str,
        (order, window): (Order, Window),
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Page<T>> {
        let &Scope {
            list,
            first,
            ref parent,
            total,
        } = scope;
        let (table, direction) = (list.table, order.direction());
        // Only the list's own order is kept ready.
        if !self.has_others
            && first.is_none()
            && !self.query.is_empty()
            && let Some(found) =
                tx.search(list, parent.clone(), total, direction, &self.query, window)?
        {
            let sql = format!("SELECT {columns} FROM {table} WHERE seq = ?1");
            return Ok(Page {
                total: found.total,
                rows: pick(tx, &sql, &found.numbers, read)?,
            });
        }
        let has_filters = !self.sql.is_empty();
        if let Some(column) = list.parent {
            self.push(&format!("{column} = ?"), [parent.clone()]);
        }
        let (total, start) = if has_filters {
            let sql = format!("SELECT count(*) FROM {table} {}", self.sql);
            let total = count(tx, &sql, params_from_iter(&self.values))?;
            (total, Start::first(window.offset))
        } else if first.is_some() {
            (total, Start::first(window.offset))
        } else {
            let start = tx.start(list, parent.clone(), total, direction, window.offset)?;
            (total, start)
        };
        let offset = start.sql_offset();
        if let Some(key) = start.key {
            self.push(
                &order.from(list.sort_key.unwrap_or("create_time")),
                [Value::Text(key.sort_key), Value::Integer(key.number)],
            );
        }
        if window.limit == Limit::RowSource(0) {
            return Ok(Page {
                total,
                rows: Vec::new(),
            });
        }
        self.values
            .extend([window.sql_limit(), offset].map(Value::Integer));
        let sql = format!(
            "SELECT {columns} FROM {table} {} {} LIMIT ? OFFSET ?",
            self.sql,
            order.sql(&scope.keys())
        );
        let rows = select(tx, &sql, params_from_iter(&self.values), read)?;
        Ok(Page { total, rows })
    }
}

/// What search_word and names are compared as.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// What a search_word of jobs, and each of the two texts that it is looked for in, are compared as. A line feed stands
/// between the two, so that no word can run from one into the other; one within a text is kept as Unicode's own separator.
pub(super) fn folded_line(text: &str) -> String {
    folded(text).replace('\n', "\u{2028}")
}

pub(super) fn json_array(ids: &[String]) -> Option<String> {
    (!ids.is_empty()).then(|| serde_json::to_string(ids).expect("texts become JSON"))
}

pub(super) fn total(tx: &Connection, kind: &str) -> rusqlite::Result<u64> {
    count(
        tx,
        "SELECT total FROM qingcloud_counts WHERE kind = ?1",
        [kind],
    )
}

pub(super) fn for_each<T>(
    tx: &Connection,
    table: &str,
    columns: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    mut each: impl FnMut(T),
) -> rusqlite::Result<()> {
    let order = Order::Ascending.sql(&["create_time", "seq"]);
    let sql = format!("SELECT {columns} FROM {table} {order}");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(read(row)?);
    }
    Ok(())
}
