//! Instances and users: rules, rows in and rows out.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::provider::error::Missing;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, Window, count, select};
use crate::store::{Tx, column};

/// What contradicts the counts and ids that triggers keep: each query gives a row then.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM rocketmq_instances AS i WHERE user_count <> (SELECT count(*) FROM rocketmq_users WHERE instance = i.seq)",
];

/// How many users an instance takes.
pub(crate) const QUOTA: u64 = 1000;

/// How many entries topic_perms or group_perms take, how long the name in one is, and how many addresses a white list takes.
///
/// Inferred: no source bounds them; without, a page of fifty users could be larger than the memory.
pub(crate) const MOST_GRANTS: usize = 1000;
const LONGEST_GRANT_NAME: usize = 128;
const MOST_ADDRESSES: usize = 1000;

/// The engine whose instances have these users; others share the paths and would be told apart by this column.
pub(crate) const ENGINE: &str = "reliability";

/// The statuses that an instance can have.
pub(crate) const STATUSES: &[&str] = &[
    "CREATING",
    "RUNNING",
    "ERROR",
    "RESTARTING",
    "EXTENDING",
    "EXTENDEDFAILED",
    "DELETING",
];

/// What the rules for users need to know of their instance.
#[derive(Debug)]
pub(crate) struct Instance {
    seq: i64,
    pub(crate) status: String,
    pub(crate) engine_version: String,
    pub(crate) enable_acl: bool,
    pub(crate) user_count: u64,
}

impl Instance {
    /// On engine 5.x (basic edition) every user is an administrator.
    pub(crate) fn forces_administrators(&self) -> bool {
        self.engine_version.starts_with('5')
    }

    /// Why its users cannot be changed, if so.
    ///
    /// Inferred: without ACL it answers like an instance that is not running; the code is a guess.
    pub(crate) fn refuses_writes(&self) -> Option<String> {
        if self.status != "RUNNING" {
            return Some(format!(
                "the instance is {}; its users can be changed while it is RUNNING",
                self.status
            ));
        }
        (!self.enable_acl).then(|| "the instance has enable_acl false, and so no users".to_owned())
    }
}

/// Which kind of thing a permission is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Topic,
    Group,
}

/// What may be done with a topic or a group.
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

/// A permission on one topic or group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    pub(crate) name: String,
    pub(crate) perm: Perm,
}

/// Permissions on single topics or groups, no name twice; the column holds them as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// Inferred: of a repeated name the last permission counts, in the place of the first.
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

/// A user of an instance; it has no id but its access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) access_key: String,
    pub(crate) secret_key: String,
    pub(crate) white_remote_address: String,
    pub(crate) admin: bool,
    /// None where nobody ever sent one.
    pub(crate) default_topic_perm: Option<Perm>,
    /// None where nobody ever sent one.
    pub(crate) default_group_perm: Option<Perm>,
    pub(crate) topic_perms: Grants,
    pub(crate) group_perms: Grants,
}

/// What a request sets; the rest stays as it is.
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

    /// A user who may do nothing yet.
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

    /// The user with what a request sets.
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

    /// The user as that instance has it: on engine 5.x whatever was asked for is an administrator.
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

    /// The permission on what no entry names: as it was sent, else all of it for administrators and none for others.
    ///
    /// Inferred: none for others; what an administrator shows was seen live.
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

    /// What the user may do with the topic or group of that name. Nothing restrains an administrator.
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

    /// All that can be done: nobody publishes to a group.
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

/// What is wrong with a user's secret key, if anything. Says nothing of the secret itself.
///
/// Inferred: a character of none of the four kinds (a space, a letter beyond ASCII) is refused.
pub(crate) fn secret_key_rule(secret_key: &str, access_key: &str) -> Result<(), &'static str> {
    let kinds: [fn(&u8) -> bool; 4] = [
        u8::is_ascii_uppercase,
        u8::is_ascii_lowercase,
        u8::is_ascii_digit,
        // All of them are allowed: `~!@#$%^&*()-_=+\|[{}];:'",<.>/?
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
        "\"{name}\" is no name of a topic or group; it takes 1 to {LONGEST_GRANT_NAME} characters"
    ))
}

/// What is wrong with a list of addresses, if anything.
///
/// Inferred: a lone `*` and `a.b.c.d/len` are fine too.
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

/// Which instances to list; an absent filter lets all through.
#[derive(Debug, Default, Hash)]
pub(crate) struct InstanceFilter {
    pub(crate) engine: Option<String>,
    /// Part of the name.
    pub(crate) name: Option<String>,
    /// The whole name.
    pub(crate) exact_name: Option<String>,
    pub(crate) instance_id: Option<String>,
    pub(crate) status: Option<String>,
}

/// The instance of that id in that project.
pub(crate) fn instance(
    tx: &Connection,
    project_id: &str,
    instance_id: &str,
) -> rusqlite::Result<Option<Instance>> {
    let sql = "SELECT seq, status, engine_version, enable_acl, user_count FROM rocketmq_instances
         WHERE instance_id = ?1 AND project_id = ?2 AND engine = ?3";
    tx.prepare_cached(sql)?
        .query_row([instance_id, project_id, ENGINE], |row| {
            Ok(Instance {
                seq: row.get(0)?,
                status: row.get(1)?,
                engine_version: row.get(2)?,
                enable_acl: row.get(3)?,
                user_count: row.get(4)?,
            })
        })
        .optional()
}

/// Whether a project has instances.
pub(crate) fn has_project(tx: &Connection, project_id: &str) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM rocketmq_instances WHERE project_id = ?1")?
        .exists([project_id])
}

/// The project of an instance, whichever it is.
pub(crate) fn project_of(tx: &Connection, instance_id: &str) -> rusqlite::Result<Option<String>> {
    tx.prepare_cached("SELECT project_id FROM rocketmq_instances WHERE instance_id = ?1")?
        .query_row([instance_id], |row| row.get(0))
        .optional()
}

/// The instance as it is shown.
pub(crate) fn instance_document(
    tx: &Connection,
    instance: &Instance,
) -> rusqlite::Result<Box<RawValue>> {
    tx.prepare_cached("SELECT document FROM rocketmq_instances WHERE seq = ?1")?
        .query_row([instance.seq], document)
}

/// The instances of a project as they are shown, oldest first.
pub(crate) fn list_instances(
    tx: &Connection,
    project_id: &str,
    filter: &InstanceFilter,
    window: Window,
) -> rusqlite::Result<Page<Box<RawValue>>> {
    const MATCHES: &str = "project_id = ?1 AND (?2 IS NULL OR engine = ?2) AND (?3 IS NULL OR instr(name, ?3))
         AND (?4 IS NULL OR name = ?4) AND (?5 IS NULL OR instance_id = ?5) AND (?6 IS NULL OR status = ?6)";
    let InstanceFilter {
        engine,
        name,
        exact_name,
        instance_id,
        status,
    } = filter;
    let total = count(
        tx,
        &format!("SELECT count(*) FROM rocketmq_instances WHERE {MATCHES}"),
        params![project_id, engine, name, exact_name, instance_id, status],
    )?;
    let rows = select(
        tx,
        &format!(
            "SELECT document FROM rocketmq_instances WHERE {MATCHES} ORDER BY seq LIMIT ?7 OFFSET ?8"
        ),
        params![
            project_id,
            engine,
            name,
            exact_name,
            instance_id,
            status,
            window.sql_limit(),
            window.sql_offset()
        ],
        document,
    )?;
    Ok(Page { total, rows })
}

fn document(row: &Row<'_>) -> rusqlite::Result<Box<RawValue>> {
    column::json(row, 0)
}

/// Adds an instance, or brings the one of the same id up to date; its users stay.
pub(crate) fn put_instance(
    tx: &Connection,
    project_id: &str,
    instance_id: &str,
    document: &str,
) -> rusqlite::Result<usize> {
    let sql =
        "INSERT INTO rocketmq_instances (project_id, instance_id, document) VALUES (?1, ?2, ?3)
         ON CONFLICT (instance_id) DO UPDATE SET document = excluded.document";
    tx.prepare_cached(sql)?
        .execute([project_id, instance_id, document])
}

/// Deletes an instance and its users.
pub(crate) fn delete_instance(
    tx: &Connection,
    project_id: &str,
    instance_id: &str,
) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM rocketmq_instances WHERE project_id = ?1 AND instance_id = ?2")?
        .execute([project_id, instance_id])
}

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
/// Inferred: the order of creation; the document names none.
pub(crate) fn list_users(
    tx: &Tx<'_>,
    instance: &Instance,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let start = tx.start(
        &USERS,
        instance.seq,
        instance.user_count,
        Direction::Forward,
        window.offset,
    )?;
    let sql = format!(
        "SELECT {} FROM rocketmq_users WHERE instance = ?1 AND ?2 <= seq ORDER BY seq LIMIT ?3 OFFSET ?4",
        User::COLUMNS
    );
    let rows = select(
        tx,
        &sql,
        params![
            instance.seq,
            start.number(),
            window.sql_limit(),
            start.sql_offset()
        ],
        |row| Ok(User::from_row(row)?.on(instance)),
    )?;
    Ok(Page {
        total: instance.user_count,
        rows,
    })
}

/// The user of that name; names are case-sensitive.
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

/// Adds a user; the caller gives the conflict its name.
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

/// Brings a user up to date; says how many there were, 0 or 1.
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

/// Deletes a user; says how many there were, 0 or 1.
pub(crate) fn delete_user(
    tx: &Connection,
    instance: &Instance,
    access_key: &str,
) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM rocketmq_users WHERE instance = ?1 AND access_key = ?2")?
        .execute(params![instance.seq, access_key])
}

/// Every instance with its project: projects by id, each one's instances in the order of their list.
pub(crate) fn for_each_instance(
    tx: &Connection,
    mut each: impl FnMut(String, Box<RawValue>),
) -> rusqlite::Result<()> {
    let sql = "SELECT document, project_id FROM rocketmq_instances ORDER BY project_id, seq";
    let mut statement = tx.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(1)?, document(row)?);
    }
    Ok(())
}

/// Every user with its project and instance id, in the order of their lists: that order is data too.
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

/// How many records of each kind there are.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let users = "SELECT coalesce(sum(user_count), 0) FROM rocketmq_instances";
    Ok(vec![
        (
            "instances",
            count(tx, "SELECT count(*) FROM rocketmq_instances", [])?,
        ),
        ("users", count(tx, users, [])?),
    ])
}

/// Whether there is a thing that an operation missed.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("instance", [project_id, instance_id]) => {
            Ok(instance(tx, project_id, instance_id)?.is_some())
        }
        ("user", [project_id, instance_id, access_key]) => {
            match instance(tx, project_id, instance_id)? {
                Some(instance) => Ok(user(tx, &instance, access_key)?.is_some()),
                None => Ok(false),
            }
        }
        _ => Ok(false),
    }
}
