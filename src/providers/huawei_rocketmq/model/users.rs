//! Users and their permissions: rules and database rows.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::Instance;
use crate::store::Tx;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, Window};
use crate::store::rows::{CachedReader, Columns, EncodedRow, PlainReader, RowEncoder, RowReader};

/// The maximum number of users of an instance.
pub(crate) const QUOTA: u64 = 1000;

/// The maximum number of entries in topic_perms or group_perms, length of the name in an entry, and number of addresses
/// in a white list.
///
/// Inferred: no source gives a limit; without one, a page of fifty users could exceed the memory.
pub(crate) const MOST_GRANTS: usize = 1000;
const LONGEST_GRANT_NAME: usize = 128;
const MOST_ADDRESSES: usize = 1000;

/// The kind of resource that a permission is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Topic,
    Group,
}

/// The operations allowed on a topic or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Perm {
    #[serde(rename = "PUB")]
    Publish,
    #[serde(rename = "SUB")]
    Subscribe,
    #[serde(rename = "PUB|SUB")]
    Both,
    #[serde(rename = "DENY")]
    Deny,
}

impl Perm {
    const ALL: [Self; 4] = [Self::Publish, Self::Subscribe, Self::Both, Self::Deny];

    /// Upper case only.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|perm| perm.as_str() == text)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "PUB",
            Self::Subscribe => "SUB",
            Self::Both => "PUB|SUB",
            Self::Deny => "DENY",
        }
    }
}

impl ToSql for Perm {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Perm {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::parse(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

/// A permission on a single topic or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub(crate) name: String,
    pub(crate) perm: Perm,
}

/// Permissions on single topics or groups, with unique names; stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// Inferred: the last permission for a repeated name counts, at the position of the first.
    pub(crate) fn new(sent: impl IntoIterator<Item = Grant>) -> Self {
        let mut places = std::collections::HashMap::new();
        let mut grants: Vec<Grant> = Vec::new();
        for grant in sent {
            match places.get(&grant.name) {
                Some(&place) => grants[place] = grant,
                None => {
                    places.insert(grant.name.clone(), grants.len());
                    grants.push(grant);
                }
            }
        }
        Self(grants)
    }

    fn on(&self, name: &str) -> Option<Perm> {
        self.0
            .iter()
            .find(|grant| grant.name == name)
            .map(|grant| grant.perm)
    }
}

impl From<Grants> for Vec<Grant> {
    fn from(grants: Grants) -> Self {
        grants.0
    }
}

impl ToSql for Grants {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let json = serde_json::to_string(self)
            .map_err(|cause| rusqlite::Error::ToSqlConversionFailure(Box::new(cause)))?;
        Ok(json.into())
    }
}

impl FromSql for Grants {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_slice(value.as_bytes()?)
            .map(Self)
            .map_err(FromSqlError::other)
    }
}

/// A user of an instance; its access key is its only id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) white_remote_address: String,
    pub(crate) admin: bool,
    /// `None` if it was never sent.
    pub(crate) default_topic_perm: Option<Perm>,
    /// `None` if it was never sent.
    pub(crate) default_group_perm: Option<Perm>,
    pub(crate) topic_perms: Grants,
    pub(crate) group_perms: Grants,
}

/// The members that a request sets; the others are unchanged.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) secret_key: Option<String>,
    pub(crate) white_remote_address: Option<String>,
    pub(crate) admin: Option<bool>,
    pub(crate) default_topic_perm: Option<Perm>,
    pub(crate) default_group_perm: Option<Perm>,
    pub(crate) topic_perms: Option<Grants>,
    pub(crate) group_perms: Option<Grants>,
}

impl User {
    const COLUMNS: &'static str = "access_key, secret_key, white_remote_address, admin, default_topic_perm, default_group_perm, topic_perms, group_perms";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            access_key: row.get(0)?,
            secret_key: row.get(1)?,
            white_remote_address: row.get(2)?,
            admin: row.get(3)?,
            default_topic_perm: row.get(4)?,
            default_group_perm: row.get(5)?,
            topic_perms: row.get(6)?,
            group_perms: row.get(7)?,
        })
    }

    /// A user without any permissions.
    pub(crate) fn new(access_key: String) -> Self {
        Self {
            access_key,
            secret_key: String::new(),
            white_remote_address: String::new(),
            admin: false,
            default_topic_perm: None,
            default_group_perm: None,
            topic_perms: Grants::default(),
            group_perms: Grants::default(),
        }
    }

    /// The user with the members that a request sets.
    #[must_use]
    pub(crate) fn with(self, change: Change) -> Self {
        Self {
            access_key: self.access_key,
            secret_key: change.secret_key.unwrap_or(self.secret_key),
            white_remote_address: change
                .white_remote_address
                .unwrap_or(self.white_remote_address),
            admin: change.admin.unwrap_or(self.admin),
            default_topic_perm: change.default_topic_perm.or(self.default_topic_perm),
            default_group_perm: change.default_group_perm.or(self.default_group_perm),
            topic_perms: change.topic_perms.unwrap_or(self.topic_perms),
            group_perms: change.group_perms.unwrap_or(self.group_perms),
        }
    }

    /// The user on this instance: on engine 5.x always an administrator.
    #[must_use]
    pub(crate) fn on(self, instance: &Instance) -> Self {
        if !instance.forces_administrators() {
            return self;
        }
        Self {
            secret_key: self.secret_key,
            white_remote_address: self.white_remote_address,
            admin: true,
            ..Self::new(self.access_key)
        }
    }

    /// The permission on everything without an entry: as sent, or else full for administrators and none for others.
    ///
    /// Inferred: none for others; an administrator's was observed.
    pub(crate) fn default_perm(&self, resource: Resource) -> Perm {
        let sent = match resource {
            Resource::Topic => self.default_topic_perm,
            Resource::Group => self.default_group_perm,
        };
        sent.unwrap_or(if self.admin {
            Self::everything(resource)
        } else {
            Perm::Deny
        })
    }

    /// The user's permission on the topic or group with this name. An administrator is not restricted.
    pub(crate) fn perm_on(&self, resource: Resource, name: &str) -> Perm {
        if self.admin {
            return Self::everything(resource);
        }
        let grants = match resource {
            Resource::Topic => &self.topic_perms,
            Resource::Group => &self.group_perms,
        };
        grants
            .on(name)
            .unwrap_or_else(|| self.default_perm(resource))
    }

    /// The full permission; a group cannot be published to.
    const fn everything(resource: Resource) -> Perm {
        match resource {
            Resource::Topic => Perm::Both,
            Resource::Group => Perm::Subscribe,
        }
    }
}

/// What is wrong with an access key, if anything.
pub(crate) fn access_key_rule(access_key: &str) -> Result<(), String> {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (7..=64).contains(&access_key.len())
        && access_key.starts_with(|first: char| first.is_ascii_alphabetic())
        && access_key.bytes().all(valid)
    {
        return Ok(());
    }
    Err(format!(
        "access_key is \"{access_key}\"; it takes 7 to 64 letters, digits, - and _, a letter first"
    ))
}

/// What is wrong with a user's secret key, if anything. The text does not contain the secret.
///
/// Inferred: a character outside the four classes (a space, a non-ASCII letter) is refused.
pub(crate) fn secret_key_rule(secret_key: &str, access_key: &str) -> Result<(), &'static str> {
    let kinds: [fn(&u8) -> bool; 4] = [
        u8::is_ascii_uppercase,
        u8::is_ascii_lowercase,
        u8::is_ascii_digit,
        // All of these are allowed: `~!@#$%^&*()-_=+\|[{}];:'",<.>/?
        u8::is_ascii_punctuation,
    ];
    let used = kinds
        .iter()
        .filter(|kind| secret_key.bytes().any(|byte| kind(&byte)))
        .count();
    if !(8..=32).contains(&secret_key.len()) {
        return Err("secret_key takes 8 to 32 characters");
    }
    if !secret_key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("secret_key takes ASCII letters, digits and special characters");
    }
    if used < 3 {
        return Err(
            "secret_key takes three of: upper case, lower case, digits, special characters",
        );
    }
    if secret_key.starts_with('-') {
        return Err("secret_key must not start with -");
    }
    if secret_key == access_key || secret_key.bytes().rev().eq(access_key.bytes()) {
        return Err("secret_key must not be the access_key, nor that reversed");
    }
    Ok(())
}

/// What is wrong with the name of a topic or group, if anything.
pub(crate) fn grant_name_rule(name: &str) -> Result<(), String> {
    if (1..=LONGEST_GRANT_NAME).contains(&name.chars().count()) {
        return Ok(());
    }
    Err(format!(
        "\"{name}\" is not the name of a topic or group; it takes 1 to {LONGEST_GRANT_NAME} characters"
    ))
}

/// What is wrong with a list of addresses, if anything.
///
/// Inferred: a lone `*` and `a.b.c.d/len` are valid too.
pub(crate) fn white_remote_address_rule(addresses: &str) -> Result<(), String> {
    let octet = |text: &str| {
        (1..=3).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<u16>().is_ok_and(|octet| octet <= 255)
    };
    let prefix = |text: &str| {
        (1..=2).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<u8>().is_ok_and(|bits| bits <= 32)
    };
    let address = |text: &str| {
        let (host, bits) = text
            .split_once('/')
            .map_or((text, None), |(host, bits)| (host, Some(bits)));
        let star = |text: &str| bits.is_none() && text == "*";
        host.split('.').count() == 4
            && host.split('.').all(|text| octet(text) || star(text))
            && bits.is_none_or(prefix)
    };
    let many = addresses.split(',').count();
    if MOST_ADDRESSES < many {
        return Err(format!(
            "white_remote_address has {many} addresses; it takes {MOST_ADDRESSES}"
        ));
    }
    if addresses.is_empty()
        || addresses
            .split(',')
            .all(|text| text == "*" || address(text))
    {
        return Ok(());
    }
    Err(format!(
        "white_remote_address is \"{addresses}\"; it takes IPv4 addresses separated by commas, as 192.168.1.2,10.0.*.*"
    ))
}

const USER: Columns = Columns::of("rocketmq_users", "seq", User::COLUMNS);

static USERS: List = List {
    table: "rocketmq_users",
    parent: Some("instance"),
    sort_key: None,
    number: "seq",
    texts: &[],
    filter_columns: &[],
};

/// The users of an instance, oldest first.
///
/// Inferred: in the order of creation; the documents do not specify it.
pub(crate) fn list_users(
    tx: &Tx<'_>,
    instance: &Instance,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let reader = PlainReader {
        columns: USER,
        read: User::from_row,
    };
    let page = list(tx, instance, window, &reader)?;
    Ok(page.map(|user| user.on(instance)))
}

/// The same, encoded.
pub(crate) fn list_encoded_users(
    tx: &Tx<'_>,
    instance: &Instance,
    window: Window,
    encoder: &RowEncoder<'_, User>,
) -> rusqlite::Result<Page<EncodedRow>> {
    let reader = CachedReader {
        columns: USER,
        read: &|row| Ok(User::from_row(row)?.on(instance)),
        encoder,
    };
    list(tx, instance, window, &reader)
}

fn list<R: RowReader>(
    tx: &Tx<'_>,
    instance: &Instance,
    window: Window,
    reader: &R,
) -> rusqlite::Result<Page<R::Row>> {
    let start = tx.start(
        &USERS,
        instance.seq,
        instance.user_count,
        Direction::Forward,
        window.offset,
    )?;
    let from =
        "FROM rocketmq_users WHERE instance = ?1 AND ?2 <= seq ORDER BY seq LIMIT ?3 OFFSET ?4";
    let params = params![
        instance.seq,
        start.number(),
        window.sql_limit(),
        start.sql_offset()
    ];
    Ok(Page {
        total: instance.user_count,
        rows: reader.select(tx, from, params, window.limit)?,
    })
}

/// The user with this name; names are case-sensitive.
pub(crate) fn user(
    tx: &Connection,
    instance: &Instance,
    access_key: &str,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM rocketmq_users WHERE instance = ?1 AND access_key = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row(params![instance.seq, access_key], |row| {
            Ok(User::from_row(row)?.on(instance))
        })
        .optional()
}

/// Adds a user; the caller maps a conflict to an error.
pub(crate) fn insert_user(
    tx: &Connection,
    instance: &Instance,
    user: &User,
) -> rusqlite::Result<usize> {
    let sql =
        "INSERT INTO rocketmq_users (instance, access_key, secret_key, white_remote_address, admin, default_topic_perm,
           default_group_perm, topic_perms, group_perms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write_user(tx, sql, instance, user)
}

/// Updates a user; returns how many there were, 0 or 1.
pub(crate) fn update_user(
    tx: &Connection,
    instance: &Instance,
    user: &User,
) -> rusqlite::Result<usize> {
    let sql =
        "UPDATE rocketmq_users SET secret_key = ?3, white_remote_address = ?4, admin = ?5, default_topic_perm = ?6,
           default_group_perm = ?7, topic_perms = ?8, group_perms = ?9 WHERE instance = ?1 AND access_key = ?2";
    write_user(tx, sql, instance, user)
}

fn write_user(
    tx: &Connection,
    sql: &str,
    instance: &Instance,
    user: &User,
) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        instance.seq,
        user.access_key,
        user.secret_key,
        user.white_remote_address,
        user.admin,
        user.default_topic_perm,
        user.default_group_perm,
        user.topic_perms,
        user.group_perms,
    ])
}

/// Deletes a user; returns how many there were, 0 or 1.
pub(crate) fn delete_user(
    tx: &Connection,
    instance: &Instance,
    access_key: &str,
) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM rocketmq_users WHERE instance = ?1 AND access_key = ?2")?
        .execute(params![instance.seq, access_key])
}

/// All users with their project and instance ids, in list order, which is data too.
pub(crate) fn for_each_user(
    tx: &Connection,
    mut each: impl FnMut(String, String, User),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {}, project_id, instance_id FROM rocketmq_instances AS parent JOIN rocketmq_users ON instance = parent.seq
         ORDER BY project_id, parent.seq, rocketmq_users.seq",
        User::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(8)?, row.get(9)?, User::from_row(row)?);
    }
    Ok(())
}
