//! The demo as a database, built when rollcall was compiled.

use crate::store::Store;

/// Built by `build.rs` from the schemas and `image/demo.sql`.
static DEMO: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/demo.image"));

/// A database with the tables of every provider, holding the demo. Its password salts are the same on every start, which is fine:
/// the passwords are public.
pub(super) fn demo() -> rusqlite::Result<Store> {
    Store::of_image(DEMO)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rusqlite::Connection;
    use rusqlite::types::Value;

    use super::*;
    use crate::namespace::clock::Clock;
    use crate::namespace::ids::Ids;
    use crate::provider::SeedContext;
    use crate::providers::PROVIDERS;
    use crate::seed::template::empty_store;
    use crate::seed::{Document, merge};
    use crate::store::page::select;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/seed/image/demo.sql");
    /// Set, the test writes that file instead of looking at it.
    const WRITE: &str = "ROLLCALL_WRITE_IMAGE";

    /// The demo as its documents make it.
    fn merged() -> Store {
        let store = empty_store().expect("valid schemas");
        let ids = Ids::seeded(0, "demo");
        let now = Clock::default().now();
        let context = SeedContext { ids: &ids, now };
        let merged = store.write(|tx| {
            for provider in PROVIDERS {
                let document = Document::parse(provider.demo.as_bytes());
                merge(tx, &document.expect("a document"), &context).expect(provider.id);
            }
            Ok::<_, rusqlite::Error>(())
        });
        merged.expect("the demo");
        store
    }

    fn texts(connection: &Connection, sql: &str) -> Vec<String> {
        select(connection, sql, [], |row| row.get(0)).expect(sql)
    }

    /// Tables, indexes and triggers as SQL, in the order of their names.
    fn schema(connection: &Connection) -> Vec<String> {
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name";
        texts(connection, sql)
    }

    /// The version and the rows of all tables as SQL, a row a line. The tables' own rows give way.
    fn rows(connection: &Connection) -> String {
        let tables = texts(
            connection,
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name",
        );
        let of_table = |table: &String| {
            // Hidden are generated columns.
            let columns =
                format!("SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0");
            let columns = texts(connection, &columns);
            let quoted: Vec<String> = columns
                .iter()
                .map(|column| format!("quote({column})"))
                .collect();
            let row = quoted.join(" || ', ' || ");
            let rows = texts(
                connection,
                &format!("SELECT '(' || {row} || ')' FROM {table}"),
            );
            match rows.as_slice() {
                [] => String::new(),
                rows => format!(
                    "DELETE FROM {table};\nINSERT INTO {table} ({}) VALUES\n{};\n",
                    columns.join(", "),
                    rows.join(",\n")
                ),
            }
        };
        let version =
            "SELECT 'PRAGMA user_version = ' || user_version || ';\n' FROM pragma_user_version";
        let tables = tables.iter().map(of_table);
        texts(connection, version)
            .into_iter()
            .chain(tables)
            .collect()
    }

    fn of<T>(store: &Store, what: impl Fn(&Connection) -> T) -> T {
        store
            .read(|tx| Ok::<_, rusqlite::Error>(what(tx)))
            .expect("readable")
    }

    #[test]
    fn the_image_is_what_the_seed_files_make() {
        let merged = merged();
        let made = of(&merged, rows);
        if std::env::var_os(WRITE).is_some() {
            // What is built in is still that of the file as it was.
            return fs::write(FILE, made).expect("a writable checkout");
        }
        let kept = fs::read_to_string(FILE).expect("a file of the checkout");
        assert!(
            kept == made,
            "demo.sql is not what seed-data makes; `{WRITE}=1 cargo test --lib image` writes it"
        );
        let image = demo().expect("an image");
        assert_eq!(of(&image, schema), of(&merged, schema));
        assert!(
            of(&image, rows) == made,
            "the image is not what build.rs was given"
        );
    }

    #[test]
    fn the_image_is_sound_and_has_our_pages() {
        let image = demo().expect("an image");
        of(&image, |connection| {
            let found = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, Value>(0));
            let text = Value::Text("ok".to_owned());
            assert_eq!(found("PRAGMA integrity_check"), Ok(text));
            assert_eq!(
                found("SELECT count(*) FROM pragma_foreign_key_check"),
                Ok(Value::Integer(0))
            );
            let size = i64::from(crate::store::PAGE);
            assert_eq!(found("PRAGMA page_size"), Ok(Value::Integer(size)));
        });
    }
}
