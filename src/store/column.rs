//! JSON columns. Every read checks them, because a foreign snapshot may contain anything that its schema accepts.

use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;

/// Parses the text of a column.
pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    from_text(row.get_ref(column)?.as_str()?, column)
}

/// The same for a text that was already read.
pub(crate) fn from_text<T: DeserializeOwned>(text: &str, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|cause| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, cause.into())
    })
}
