//! Tokens: IAM issues them, and all Huawei providers check them. Their content is IAM's concern.
//!
//! A token's text is `MII`, 253 random letters and digits, `~` and the name of its namespace, so that the text alone
//! identifies the namespace of a request. Tokens expire by the namespace's clock.

use http::HeaderName;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_MISSING, USER_NOT_AUTHORIZED};
use crate::namespace::clock::Time;
use crate::namespace::ids::{ALPHANUMERIC, Ids};
use crate::provider::call::Request;
use crate::provider::error::ApiError;
use crate::store::column;

/// The headers that carry a token: the caller's own, and one that is checked or issued.
pub(crate) const X_AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
pub(crate) const X_SUBJECT_TOKEN: HeaderName = HeaderName::from_static("x-subject-token");

/// The table of tokens.
pub(crate) const SCHEMA: &str = include_str!("tokens.sql");
/// The part of the data that the table belongs to.
pub(crate) const PART: &str = "huawei-iam";
/// The lifetime of a token.
pub(crate) const LIFETIME_MILLIS: i64 = 24 * 60 * 60 * 1000;
/// How many tokens a namespace keeps; the oldest are dropped first.
pub(crate) const MOST: i64 = 10_000;

/// Real tokens start like this: it is how their DER encoding begins.
const HEAD: &str = "MII";
/// The number of random characters after the prefix.
const RANDOM: usize = 253;

/// An issued token.
#[derive(Debug)]
pub(crate) struct Token {
    /// The `token` object as IAM shows it.
    pub(crate) document: Box<RawValue>,
    /// The project that it is valid for; `None` for a domain token.
    pub(crate) project_id: Option<String>,
    pub(crate) expires_at: Time,
}

/// The text of a new token, different from all stored ones.
pub(crate) fn untaken_text(
    tx: &Connection,
    ids: &Ids,
    namespace: &str,
) -> rusqlite::Result<String> {
    let sql = "SELECT 1 FROM huawei_tokens WHERE digest = ?1";
    ids.unused(
        |ids| new_text(ids, namespace),
        |text| tx.prepare_cached(sql)?.exists([digest(text)]),
    )
}

/// A random text in the format of a token.
pub(crate) fn new_text(ids: &Ids, namespace: &str) -> String {
    format!("{HEAD}{}~{namespace}", ids.text(RANDOM, ALPHANUMERIC))
}

/// The namespace in a token's text; `None` if the text cannot be a token of ours.
pub(crate) fn namespace_in(text: &str) -> Option<&str> {
    let (random, namespace) = text.strip_prefix(HEAD)?.split_once('~')?;
    let ours = random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    ours.then_some(namespace)
}

/// The namespace of a request that carries a token: from the caller's own, or else from the one that it checks.
pub(crate) fn namespace_of(request: &Request) -> Option<&str> {
    [X_AUTH_TOKEN, X_SUBJECT_TOKEN]
        .into_iter()
        .find_map(|name| request.header(name).and_then(namespace_in))
}

/// Stores a token, and drops expired and excess ones.
pub(crate) fn keep(tx: &Connection, text: &str, token: &Token, now: Time) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM huawei_tokens WHERE expires_at <= ?1")?
        .execute([now.millis()])?;
    let sql = "INSERT INTO huawei_tokens (digest, document, project_id, expires_at) VALUES (?1, ?2, ?3, ?4)";
    tx.prepare_cached(sql)?.execute(params![
        digest(text),
        token.document.get(),
        token.project_id,
        token.expires_at.millis()
    ])?;
    tx.prepare_cached("DELETE FROM huawei_tokens WHERE seq <= ?1")?
        .execute([tx.last_insert_rowid() - MOST])?;
    Ok(())
}

/// The token with this text, expired or not.
pub(crate) fn find(tx: &Connection, text: &str) -> rusqlite::Result<Option<Token>> {
    let sql = "SELECT document, project_id, expires_at FROM huawei_tokens WHERE digest = ?1";
    tx.prepare_cached(sql)?
        .query_row([digest(text)], |row| {
            Ok(Token {
                document: column::json(row, 0)?,
                project_id: row.get(1)?,
                expires_at: Time::from_millis(row.get(2)?),
            })
        })
        .optional()
}

/// The gateway's check of `X-Auth-Token`: present, issued by us, not expired, and valid for the project in the path, if
/// there is one.
///
/// Inferred: a domain token is not valid for any of the domain's projects.
pub(crate) fn check(
    tx: &Connection,
    text: &str,
    project_id: Option<&str>,
    now: Time,
) -> Result<Token, ApiError> {
    if text.is_empty() {
        return Err(TOKEN_MISSING
            .raise()
            .because("the call has neither Authorization nor X-Auth-Token"));
    }
    let token = find(tx, text)?.ok_or_else(|| {
        TOKEN_INVALID
            .raise()
            .because("the token was not issued in this namespace, or is forgotten")
    })?;
    if token.expires_at <= now {
        return Err(TOKEN_EXPIRED.with(rfc3339_micros(token.expires_at)));
    }
    if let Some(project_id) = project_id
        && token.project_id.as_deref() != Some(project_id)
    {
        let of = token.project_id.as_deref().unwrap_or("no project");
        return Err(USER_NOT_AUTHORIZED.raise().because(format!(
            "the token is valid for {of}, the path names {project_id}"
        )));
    }
    Ok(token)
}

/// A time in IAM's format: with six decimals of a second, although the clock has three.
pub(crate) fn rfc3339_micros(time: Time) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.6fZ")
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::error::ErrorEntry;
    use crate::store::Store;

    const NOW: Time = Time::from_millis(1_716_193_800_000);

    fn token(project_id: Option<&str>) -> Token {
        Token {
            document: RawValue::from_string("{}".to_owned()).expect("JSON"),
            project_id: project_id.map(str::to_owned),
            expires_at: NOW.plus_millis(LIFETIME_MILLIS),
        }
    }

    fn store() -> Store {
        Store::in_memory(&[SCHEMA], 1).expect("a valid schema")
    }

    #[track_caller]
    fn refused(checked: Result<Token, ApiError>, expected: &ErrorEntry) -> String {
        match checked {
            Err(ApiError::Refused(refusal)) => {
                assert_eq!(refusal.entry, expected);
                refusal.message.into_owned()
            }
            other => panic!("expected {expected:?}, not {other:?}"),
        }
    }

    #[test]
    fn a_text_says_its_namespace() {
        let ids = Ids::seeded(7, "suite7");
        let text = new_text(&ids, "suite7");
        assert_eq!(text.len(), 256 + "~suite7".len());
        assert_eq!(namespace_in(&text), Some("suite7"));
        assert_ne!(new_text(&ids, "suite7"), text);
        for foreign in [
            "",
            "MII",
            "MII~suite7",
            "x~suite7",
            &text[1..],
            &text[..256],
            &text.replace('~', "."),
            &text.replacen('M', "N", 1),
        ] {
            assert_eq!(namespace_in(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_project_until_its_end() {
        let store = store();
        let text = new_text(&Ids::seeded(7, "default"), "default");
        let kept: rusqlite::Result<()> = store.write(|tx| keep(tx, &text, &token(Some("p")), NOW));
        kept.expect("there is room");
        let check =
            |text: &str, project: &str, now| store.read(|tx| check(tx, text, Some(project), now));
        let last = NOW.plus_millis(LIFETIME_MILLIS - 1);
        assert!(check(&text, "p", NOW).is_ok());
        assert!(check(&text, "p", last).is_ok());
        let message = refused(check(&text, "p", last.plus_millis(1)), &TOKEN_EXPIRED);
        assert!(
            message.ends_with("token expires, expires_at: 2024-05-21T08:30:00.000000Z"),
            "{message}"
        );
        refused(check("", "p", NOW), &TOKEN_MISSING);
        refused(check("MIIgarbled", "p", NOW), &TOKEN_INVALID);
        refused(check(&text, "q", NOW), &USER_NOT_AUTHORIZED);
        let anywhere = store.read(|tx| super::check(tx, &text, None, NOW));
        assert!(anywhere.is_ok(), "IAM's paths have no project");
    }

    #[test]
    fn a_token_of_a_domain_is_good_for_no_project() {
        let store = store();
        let text = new_text(&Ids::seeded(7, "default"), "default");
        let kept: rusqlite::Result<()> = store.write(|tx| keep(tx, &text, &token(None), NOW));
        kept.expect("there is room");
        refused(
            store.read(|tx| check(tx, &text, Some("p"), NOW)),
            &USER_NOT_AUTHORIZED,
        );
    }

    #[test]
    fn tokens_past_their_time_are_forgotten_and_the_others_are_capped() {
        let store = store();
        let count = |store: &Store| -> i64 {
            store
                .read(|tx| tx.query_row("SELECT count(*) FROM huawei_tokens", [], |row| row.get(0)))
                .expect("the table is there")
        };
        let filled: rusqlite::Result<()> = store.write(|tx| {
            (0..MOST + 5).try_for_each(|number| keep(tx, &number.to_string(), &token(None), NOW))
        });
        filled.expect("there is room");
        assert_eq!(count(&store), MOST);
        let later = NOW.plus_millis(LIFETIME_MILLIS);
        let kept: rusqlite::Result<()> =
            store.write(|tx| keep(tx, "one more", &token(None), later));
        kept.expect("there is room");
        assert_eq!(count(&store), 1);
    }
}
