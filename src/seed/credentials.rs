//! The part of a seed document that belongs to no provider: access keys, active, disabled, read-only or temporary.

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::namespace::clock::Time;
use crate::namespace::credentials;
use crate::namespace::settings::Credential;
use crate::provider::seed::{SeedError, decode};

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
    /// Such as 2024-05-20T08:30:00Z.
    #[serde(default)]
    expires: Option<String>,
}

/// Merges the `credentials` of a seed document.
pub(super) fn merge(tx: &Connection, document: &RawValue) -> Result<u64, SeedError> {
    let rows: Vec<SeedCredential> = decode(document)?;
    for (index, row) in rows.iter().enumerate() {
        if row.delete {
            credentials::delete(tx, &row.access_key)?;
            continue;
        }
        let rule = |name: &str, rule: &str| SeedError::new(format!("[{index}].{name}"), rule);
        if row.access_key.is_empty() || row.access_key.contains('~') {
            return Err(rule(
                "access_key",
                "an access key must not be empty or contain ~, which separates the namespace",
            ));
        }
        if row.secret_key.is_empty() {
            return Err(rule("secret_key", "an access key needs a secret key"));
        }
        let expires = row.expires.as_deref().map(|text| {
            Time::parse_rfc3339(text).ok_or_else(|| {
                rule(
                    "expires",
                    &format!("invalid time \"{text}\"; write it as 2024-05-20T08:30:00Z"),
                )
            })
        });
        let key = Credential {
            access_key: row.access_key.clone(),
            secret_key: row.secret_key.clone(),
            token: row.token.clone(),
            disabled: row.disabled,
            read_only: row.read_only,
            expires: expires.transpose()?,
        };
        credentials::put(tx, &key)?;
    }
    Ok(rows.len() as u64)
}

/// Exports every key from seeds as a separate seed document.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    for key in credentials::seeded(tx)? {
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
