//! What the model's lists share: order, and windows on the rows that match a filter.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::store::Tx;
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, RowLimit, Window, count};
use crate::store::rows::RowReader;
use crate::store::seek::Start;

/// The direction of a list along its keys, the last of which is the insertion order.
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

    /// The condition for rows at or after another, by its key and seq.
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

/// A list, its parent, and its number of rows.
pub(super) struct Scope {
    pub(super) list: &'static List,
    /// The column to sort by before the list's own key, if the request names one.
    pub(super) first: Option<&'static str>,
    pub(super) parent: Value,
    pub(super) total: u64,
}

impl Scope {
    /// The columns to sort by, the most significant first.
    pub(super) fn keys(&self) -> Vec<&'static str> {
        let keys = self.first.into_iter().chain(self.list.sort_key);
        keys.chain([self.list.number]).collect()
    }
}

/// A window on the matching rows of a list.
pub(super) fn page<R: RowReader>(
    tx: &Tx<'_>,
    scope: &Scope,
    filter: &Filter,
    (order, window): (Order, Window),
    reader: &R,
) -> rusqlite::Result<Page<R::Row>> {
    let &Scope {
        list,
        first,
        ref parent,
        total,
    } = scope;
    let (table, direction) = (list.table, order.direction());
    // Only the list's own order is cached.
    if first.is_none()
        && let Some(query) = filter.query()
        && let Some(found) = tx.search(list, parent.clone(), total, direction, query, window)?
    {
        return Ok(Page {
            total: found.total,
            rows: reader.pick(tx, &found.numbers)?,
        });
    }
    let mut values: Vec<Value> = Vec::new();
    let mut rows_of = format!("FROM {table} WHERE ");
    match list.parent {
        Some(column) => {
            rows_of.push_str(&format!("{column} = ?"));
            values.push(parent.clone());
        }
        None => rows_of.push_str("TRUE"),
    }
    rows_of.push_str(filter.sql());
    values.extend_from_slice(filter.values());
    let (total, start) = if !filter.is_empty() {
        let sql = format!("SELECT count(*) {rows_of}");
        let total = count(tx, &sql, params_from_iter(&values))?;
        (total, Start::first(window.offset))
    } else if first.is_some() {
        (total, Start::first(window.offset))
    } else {
        let start = tx.start(list, parent.clone(), total, direction, window.offset)?;
        (total, start)
    };
    let offset = start.sql_offset();
    if let Some(key) = start.key {
        let from = order.from(list.sort_key.unwrap_or("create_time"));
        rows_of.push_str(&format!(" AND {from}"));
        values.extend([Value::Text(key.sort_key), Value::Integer(key.number)]);
    }
    if window.limit == RowLimit::Rows(0) {
        return Ok(Page {
            total,
            rows: Vec::new(),
        });
    }
    values.extend([window.sql_limit(), offset].map(Value::Integer));
    let order = order.sql(&scope.keys());
    let from = format!("{rows_of} {order} LIMIT ? OFFSET ?");
    let rows = reader.select(tx, &from, params_from_iter(&values), window.limit)?;
    Ok(Page { total, rows })
}

/// The form in which search_word and names are compared.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The form in which a search_word of jobs and the two texts that it is searched in are compared. A line feed separates
/// the two, so that no match can extend from one into the other; one within a text is replaced with Unicode's line
/// separator.
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
