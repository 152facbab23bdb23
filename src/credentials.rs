//! Access keys that seeds bring, beside those that flags configure: active, disabled, read-only, temporary.

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::Time;
use crate::seed::{self, SeedError};
use crate::settings::Credential;
use crate::store::page::select;

/// The table, in every namespace.
pub(crate) const SCHEMA: &str = "CREATE TABLE credentials (
    access_key TEXT PRIMARY KEY,
    secret_key TEXT NOT NULL,
    token TEXT,
    disabled INTEGER NOT NULL,
    read_only INTEGER NOT NULL,
    expires INTEGER
) STRICT;";

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
            "INSERT OR REPLACE INTO credentials VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
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

/// Adds a key that a provider issued.
pub(crate) fn add(tx: &Connection, key: &Credential) -> rusqlite::Result<usize> {
    tx.prepare_cached("INSERT OR REPLACE INTO credentials VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute((
            &key.access_key,
            &key.secret_key,
            &key.token,
            key.disabled,
            key.read_only,
            key.expires.map(Time::millis),
        ))
}

/// Gives every key as a seed document of its own.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    for key in select(
        tx,
        &format!("SELECT {COLUMNS} FROM credentials ORDER BY access_key"),
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
