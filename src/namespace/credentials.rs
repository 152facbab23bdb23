//! Access keys that seeds bring or a provider issues, beside those that flags configure: active, disabled, read-only,
//! temporary.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::namespace::clock::Time;
use crate::namespace::settings::Credential;
use crate::provider::seed::{self, SeedError};
use crate::store::page::select;

/// The table, in every namespace.
pub(crate) const SCHEMA: &str = "CREATE TABLE credentials (
    access_key TEXT PRIMARY KEY,
    secret_key TEXT NOT NULL,
    token TEXT,
    disabled INTEGER NOT NULL,
    read_only INTEGER NOT NULL,
    expires INTEGER,
    -- The number of a key that a provider issued, in the order of issue; NULL for what a seed brought.
    issued INTEGER UNIQUE
) STRICT;
CREATE INDEX credentials_by_end ON credentials (expires) WHERE issued IS NOT NULL;";

/// How many issued keys a namespace keeps; the oldest go first.
pub(crate) const MOST_ISSUED: i64 = 10_000;

const COLUMNS: &str = "access_key, secret_key, token, disabled, read_only, expires";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedCredential {
    access_key: String,
    #[serde(rename = "$delete", default)]
    delete: bool,
    #[serde(default)]
    secret_key: String,
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    read_only: bool,
    /// As 2024-05-20T08:30:00Z.
    #[serde(default)]
    expires: Option<String>,
}

/// Merges the `credentials` of a seed document.
pub(crate) fn seed(tx: &Connection, document: &Value) -> Result<u64, SeedError> {
    // serde would take an array for an object, by position.
    let is_list = document
        .as_array()
        .is_some_and(|rows| rows.iter().all(Value::is_object));
    if !is_list {
        return Err(SeedError::new("", "credentials are a list of objects"));
    }
    let rows: Vec<SeedCredential> = seed::decode(document)?;
    for (index, row) in rows.iter().enumerate() {
        if row.delete {
            tx.execute(
                "DELETE FROM credentials WHERE access_key = ?1",
                [&row.access_key],
            )?;
            continue;
        }
        let rule = |name: &str, rule: &str| SeedError::new(format!("[{index}].{name}"), rule);
        if row.access_key.is_empty() || row.access_key.contains('~') {
            return Err(rule(
                "access_key",
                "an access key is not empty and holds no ~, which sets the namespace apart",
            ));
        }
        if row.secret_key.is_empty() {
            return Err(rule("secret_key", "an access key has a secret key"));
        }
        let expires = row.expires.as_deref().map(|text| {
            let time = Time::parse_rfc3339(text).map(Time::millis);
            time.ok_or_else(|| {
                rule(
                    "expires",
                    &format!("\"{text}\" is no time; write it as 2024-05-20T08:30:00Z"),
                )
            })
        });
        tx.execute(
            &format!(
                "INSERT OR REPLACE INTO credentials ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            ),
            (
                &row.access_key,
                &row.secret_key,
                &row.token,
                row.disabled,
                row.read_only,
                expires.transpose()?,
            ),
        )?;
    }
    Ok(rows.len() as u64)
}

/// Keeps a key that a provider issued, and forgets those that are past their time or too many.
pub(crate) fn issue(tx: &Connection, key: &Credential, now: Time) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM credentials WHERE issued IS NOT NULL AND expires <= ?1")?
        .execute([now.millis()])?;
    let sql = format!(
        "INSERT INTO credentials ({COLUMNS}, issued) VALUES (?1, ?2, ?3, ?4, ?5, ?6,
           (SELECT coalesce(max(issued), 0) + 1 FROM credentials))"
    );
    tx.prepare_cached(&sql)?.execute((
        &key.access_key,
        &key.secret_key,
        &key.token,
        key.disabled,
        key.read_only,
        key.expires.map(Time::millis),
    ))?;
    let sql = "DELETE FROM credentials WHERE issued <= (SELECT max(issued) FROM credentials) - ?1";
    tx.prepare_cached(sql)?.execute([MOST_ISSUED])?;
    Ok(())
}

/// Gives every key of a seed as a seed document of its own. What was issued is no data: it ends by itself.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    for key in select(
        tx,
        &format!("SELECT {COLUMNS} FROM credentials WHERE issued IS NULL ORDER BY access_key"),
        [],
        from_row,
    )? {
        each(json!([{
            "access_key": key.access_key,
            "secret_key": key.secret_key,
            "token": key.token,
            "disabled": key.disabled,
            "read_only": key.read_only,
            "expires": key.expires.map(Time::rfc3339_millis),
        }]));
    }
    Ok(())
}

/// The key of that id.
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
        let seeded = json!([{ "access_key": "seeded", "secret_key": "s", "expires": "2024-05-20T08:30:01Z" }]);
        let filled: Result<(), SeedError> = store.write(|tx| {
            seed(tx, &seeded)?;
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
