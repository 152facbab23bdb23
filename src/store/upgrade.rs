//! Upgrades a database: copies the rows of an older schema into the current tables.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::page::select;

/// Copies the rows of the database attached as `old`: for every table, the columns that both have, so a new column needs a default.
/// Existing rows are replaced, and triggers do not run, so nothing is counted twice.
///
/// A table that only one of them has is skipped: a newer one stays as the schema creates it. Returns the number of common tables; a
/// file without any is not ours.
pub(super) fn take_over(connection: &Connection) -> rusqlite::Result<usize> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' INTERSECT
                 SELECT name FROM old.sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = select(connection, sql, [], |row| row.get(0))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    let transaction = connection.unchecked_transaction()?;
    for table in &tables {
        // Hidden columns are generated from the others.
        let sql = "SELECT name FROM pragma_table_xinfo(?1, 'main') WHERE hidden = 0 INTERSECT
                   SELECT name FROM pragma_table_xinfo(?1, 'old') WHERE hidden = 0";
        let columns: Vec<String> = select(&transaction, sql, [table], |row| row.get(0))?;
        let columns = columns.join(", ");
        transaction.execute_batch(&format!(
            "DELETE FROM main.{table}; INSERT INTO main.{table} ({columns}) SELECT {columns} FROM old.{table};"
        ))?;
    }
    transaction.commit()?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    Ok(tables.len())
}
