//! Columns that hold JSON. Each reader checks them: a snapshot from elsewhere may hold anything that its schema lets through.

use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

/// The value that a column's text stands for.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    from_text(row.get_ref(column)?.as_str()?, column)
}

/// The same of a text that was read before.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, cause.into())
    })
}
