//! Access keys from seeds or issued by a provider, in addition to configured ones: active, disabled, read-only or temporary.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::namespace::clock::Time;
use crate::namespace::settings::Credential;
use crate::store::database::Part;
use crate::store::page::select;

/// An access key, as sent: `test-ak~books` is the key `test-ak` in the namespace `books`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentKey {
    /// The key's own id.
    pub(crate) id: String,
    /// The namespace suffix.
    pub(crate) namespace: Option<String>,
}

impl SentKey {
    /// Splits a key, as sent, into its own id and the namespace.
    pub(crate) fn split(sent: &str) -> (&str, Option<&str>) {
        match sent.split_once('~') {
            Some((id, namespace)) => (id, Some(namespace)),
            None => (sent, None),
        }
    }

    /// The same, owned.
    pub(crate) fn parse(sent: &str) -> Self {
        let (id, namespace) = Self::split(sent);
        Self {
            id: id.to_owned(),
            namespace: namespace.map(str::to_owned),
        }
    }
}

/// The table, in every namespace.
pub(crate) const SCHEMA: &str = include_str!("credentials.sql");

/// How many issued keys a namespace keeps; the oldest are dropped first.
pub(crate) const MOST_ISSUED: i64 = 10_000;

/// A separate part: keys are looked up for every provider.
pub(crate) const PART: Part = Part {
    name: "credentials",
    schema: &[SCHEMA],
};

const COLUMNS: &str = "access_key, secret_key, token, disabled, read_only, expires";

/// Stores a key that a provider issued, and drops expired and excess ones.
pub(crate) fn issue(tx: &Connection, key: &Credential, now: Time) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM credentials WHERE issued IS NOT NULL AND expires <= ?1")?
        .execute([now.millis()])?;
    let sql = format!(
        "INSERT INTO credentials ({COLUMNS}, issued) VALUES (?1, ?2, ?3, ?4, ?5, ?6,
           (SELECT coalesce(max(issued), 0) + 1 FROM credentials))"
    );
    write(tx, &sql, key)?;
    let sql = "DELETE FROM credentials WHERE issued <= (SELECT max(issued) FROM credentials) - ?1";
    tx.prepare_cached(sql)?.execute([MOST_ISSUED])?;
    Ok(())
}

/// Stores a key from a seed.
pub(crate) fn put(tx: &Connection, key: &Credential) -> rusqlite::Result<()> {
    let sql =
        format!("INSERT OR REPLACE INTO credentials ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    write(tx, &sql, key)
}

/// Runs a statement with all of [`COLUMNS`].
fn write(tx: &Connection, sql: &str, key: &Credential) -> rusqlite::Result<()> {
    tx.prepare_cached(sql)?.execute((
        &key.access_key,
        &key.secret_key,
        &key.token,
        key.disabled,
        key.read_only,
        key.expires.map(Time::millis),
    ))?;
    Ok(())
}

/// Removes a key, if it exists.
pub(crate) fn delete(tx: &Connection, access_key: &str) -> rusqlite::Result<()> {
    tx.execute(
        "DELETE FROM credentials WHERE access_key = ?1",
        [access_key],
    )?;
    Ok(())
}

/// All keys from seeds. Issued keys are not data; they expire on their own.
pub(crate) fn seeded(tx: &Connection) -> rusqlite::Result<Vec<Credential>> {
    let sql = format!("SELECT {COLUMNS} FROM credentials WHERE issued IS NULL ORDER BY access_key");
    select(tx, &sql, [], from_row)
}

/// The key with an id.
pub(crate) fn find(tx: &Connection, access_key: &str) -> rusqlite::Result<Option<Credential>> {
    let sql = format!("SELECT {COLUMNS} FROM credentials WHERE access_key = ?1");
    tx.prepare_cached(&sql)?
        .query_row([access_key], from_row)
        .optional()
}

/// Every key.
pub(crate) fn all(tx: &Connection) -> rusqlite::Result<Vec<Credential>> {
    select(
        tx,
        &format!("SELECT {COLUMNS} FROM credentials ORDER BY access_key"),
        [],
        from_row,
    )
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Credential> {
    Ok(Credential {
        access_key: row.get(0)?,
        secret_key: row.get(1)?,
        token: row.get(2)?,
        disabled: row.get(3)?,
        read_only: row.get(4)?,
        expires: row.get::<_, Option<i64>>(5)?.map(Time::from_millis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[test]
    fn issued_keys_past_their_time_are_forgotten_and_the_others_are_capped() {
        const NOW: Time = Time::from_millis(1_716_193_800_000);
        let end = NOW.plus_millis(1000);
        let store = Store::in_memory(&[SCHEMA], 1).expect("a valid schema");
        let key = |access_key: String| Credential {
            access_key,
            secret_key: "s".to_owned(),
            token: Some("t".to_owned()),
            disabled: false,
            read_only: false,
            expires: Some(end),
        };
        let filled: rusqlite::Result<()> = store.write(|tx| {
            put(tx, &key("seeded".to_owned()))?;
            for number in 0..MOST_ISSUED + 5 {
                issue(tx, &key(number.to_string()), NOW)?;
            }
            Ok(())
        });
        filled.expect("there is room");
        let known = || -> rusqlite::Result<Vec<String>> {
            let all = store.read(|tx| all(tx))?;
            Ok(all.into_iter().map(|key| key.access_key).collect())
        };
        let kept = known().expect("the table is there");
        assert_eq!(kept.len() as i64, MOST_ISSUED + 1);
        assert!(!kept.contains(&"4".to_owned()) && kept.contains(&"5".to_owned()));
        let issued: rusqlite::Result<()> =
            store.write(|tx| issue(tx, &key("one more".to_owned()), end));
        issued.expect("there is room");
        assert_eq!(known().expect("the table is there"), ["one more", "seeded"]);
    }
}
