//! An older database's rows in tables of today: whatever changed in the schema, what was written is not lost.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::page::select;

/// Takes over the rows of the database that is attached as `old`: of every table the columns that both have, so a new column
/// needs a default. The tables' own rows give way, and no trigger counts anything a second time.
///
/// A table that one of them lacks is left alone: one that came later stays as the schema makes it. Says how many tables both
/// have; a file that has none of them is not ours.
pub(super) fn take_over(connection: &Connection) -> rusqlite::Result<usize> {
    let sql = "SELECT name FROM main.sqlite_schema WHERE type = 'table' INTERSECT
                 SELECT name FROM old.sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = select(connection, sql, [], |row| row.get(0))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    let transaction = connection.unchecked_transaction()?;
    for table in &tables {
        // Hidden are generated columns, which follow from the others.
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
