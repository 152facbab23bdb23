//! Users of clusters: their keys, their rows, and the admin of every cluster.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::clusters::Cluster;
use super::query::{Order, Scope, folded, for_each, page, total};
use crate::namespace::ids::{ALPHANUMERIC, Ids, LOWER_ALPHANUMERIC};
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::page::{Page, Window};
use crate::store::rows::{CachedReader, Columns, EncodedRow, RowEncoder};
use crate::store::{Tx, unless_taken};

/// Inferred: the `uid_number` of a cluster's first user, which in the samples is its admin's.
const FIRST_UID: i64 = 41500;

/// The highest number of a user on a system, and the highest in a seed.
const HIGHEST_UID: i64 = u32::MAX as i64;

/// The name of a cluster's admin.
pub(crate) const ADMIN: &str = "admin";

/// A user of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) cluster_id: String,
    pub(crate) create_time: String,
    pub(crate) gid_number: i64,
    pub(crate) hpcuser_id: String,
    /// The mode of the home directory: three octal digits.
    pub(crate) r#mod: Option<String>,
    pub(crate) nas_mount_point: String,
    pub(crate) role: String,
    pub(crate) uid_number: i64,
    pub(crate) update_time: String,
    pub(crate) user_id: String,
    pub(crate) username: String,
}

impl User {
    /// The columns, in the order of [`User::from_row`].
    const COLUMNS: &'static str = "cluster_id, create_time, gid_number, hpcuser_id, mod, nas_mount_point, role, uid_number, update_time, user_id, \
         username";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            cluster_id: row.get(0)?,
            create_time: row.get(1)?,
            gid_number: row.get(2)?,
            hpcuser_id: row.get(3)?,
            r#mod: row.get(4)?,
            nas_mount_point: row.get(5)?,
            role: row.get(6)?,
            uid_number: row.get(7)?,
            update_time: row.get(8)?,
            user_id: row.get(9)?,
            username: row.get(10)?,
        })
    }

    /// A newly added user: an ordinary one, in the cluster's own folder.
    pub(crate) fn with(
        keys: Keys,
        cluster_id: &str,
        mount_point: &str,
        username: &str,
        now: String,
    ) -> Self {
        Self {
            cluster_id: cluster_id.to_owned(),
            create_time: now.clone(),
            gid_number: keys.uid_number,
            hpcuser_id: keys.hpcuser_id,
            r#mod: None,
            nas_mount_point: mount_point.to_owned(),
            role: "member".to_owned(),
            uid_number: keys.uid_number,
            update_time: now,
            user_id: keys.user_id,
            username: username.to_owned(),
        }
    }

    /// Admins and bosses cannot be deleted.
    pub(crate) fn can_be_deleted(&self) -> bool {
        self.role == "member"
    }
}

/// The members that are unique within a cluster, and the account.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) hpcuser_id: String,
    pub(crate) uid_number: i64,
    pub(crate) user_id: String,
}

impl Keys {
    /// Unused keys.
    pub(crate) fn new(tx: &Connection, ids: &Ids, cluster_id: &str) -> rusqlite::Result<Self> {
        Ok(Self {
            uid_number: next_uid(tx, cluster_id)?,
            hpcuser_id: fresh_hpcuser_id(tx, ids)?,
            user_id: new_user_id(ids),
        })
    }
}

/// The sort key of users; ties are broken by insertion order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum UserKey {
    #[default]
    CreateTime,
    Username,
}

/// The users of all clusters.
static USERS: List = List {
    table: "qingcloud_users",
    parent: None,
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_OF_CLUSTER: List = List {
    table: "qingcloud_users",
    parent: Some("cluster_id"),
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_BY_NAME: List = List {
    table: "qingcloud_users",
    parent: None,
    sort_key: Some("username"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_OF_CLUSTER_BY_NAME: List = List {
    table: "qingcloud_users",
    parent: Some("cluster_id"),
    sort_key: Some("username"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

/// Which users to list; an absent filter matches all.
#[derive(Debug, Default, Hash)]
pub(crate) struct UserFilter {
    pub(crate) cluster_id: Option<String>,
    pub(crate) user_id: Option<String>,
    /// Part of the username, ignoring case.
    pub(crate) search_word: Option<String>,
}

pub(crate) fn user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM qingcloud_users WHERE cluster_id = ?1 AND username = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([cluster_id, username], User::from_row)
        .optional()
}

/// Users in this order, encoded; `cluster` is the one that the filter names.
pub(crate) fn list_users(
    tx: &Tx<'_>,
    filter: UserFilter,
    cluster: Option<&Cluster>,
    (key, order): (UserKey, Order),
    window: Window,
    encoder: &RowEncoder<'_, User>,
) -> rusqlite::Result<Page<EncodedRow>> {
    let by_name = key == UserKey::Username;
    let scope = match cluster {
        Some(cluster) => Scope {
            list: if by_name {
                &USERS_OF_CLUSTER_BY_NAME
            } else {
                &USERS_OF_CLUSTER
            },
            first: None,
            parent: cluster.cluster_id.clone().into(),
            total: cluster.user_count,
        },
        None => Scope {
            list: if by_name { &USERS_BY_NAME } else { &USERS },
            first: None,
            parent: Value::Null,
            total: total(tx, "users")?,
        },
    };
    let mut passing = Filter::of(scope.list);
    passing.equals("user_id", filter.user_id);
    passing.contains("folded_name", filter.search_word.as_deref().map(folded));
    page(
        tx,
        &scope,
        &passing,
        (order, window),
        &CachedReader {
            columns: Columns::of("qingcloud_users", "seq", User::COLUMNS),
            read: &User::from_row,
            encoder,
        },
    )
}

/// Adds a user; the caller maps a conflict to an error.
pub(crate) fn insert_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO qingcloud_users (cluster_id, create_time, gid_number, hpcuser_id, mod, nas_mount_point, role, uid_number,
           update_time, user_id, username, folded_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    write_user(tx, sql, user)
}

/// Adds a user unless it shares a key with another; returns whether it was added.
pub(crate) fn insert_user_if_new(tx: &Connection, user: &User) -> rusqlite::Result<bool> {
    unless_taken(insert_user(tx, user)).map(|inserted| inserted.is_some())
}

/// Updates a user, by cluster and name; the caller maps a conflict to an error.
pub(crate) fn update_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "UPDATE qingcloud_users SET create_time = ?2, gid_number = ?3, hpcuser_id = ?4, mod = ?5, nas_mount_point = ?6,
           role = ?7, uid_number = ?8, update_time = ?9, user_id = ?10, folded_name = ?12
         WHERE cluster_id = ?1 AND username = ?11";
    write_user(tx, sql, user)
}

/// Runs a statement with all columns of a user.
fn write_user(tx: &Connection, sql: &str, user: &User) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        user.cluster_id,
        user.create_time,
        user.gid_number,
        user.hpcuser_id,
        user.r#mod,
        user.nas_mount_point,
        user.role,
        user.uid_number,
        user.update_time,
        user.user_id,
        user.username,
        folded(&user.username),
    ])
}

/// Records a change of a user; returns whether the user exists.
pub(crate) fn touch_user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
    now: &str,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE qingcloud_users SET update_time = ?3 WHERE cluster_id = ?1 AND username = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute([cluster_id, username, now])?
        == 1)
}

pub(crate) fn delete_user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_users WHERE cluster_id = ?1 AND username = ?2")?
        .execute([cluster_id, username])?;
    Ok(())
}

/// Adds an admin to a cluster that has none. Every cluster of the service has exactly one.
pub(crate) fn ensure_admin(tx: &Connection, ids: &Ids, cluster: &Cluster) -> rusqlite::Result<()> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM qingcloud_users WHERE cluster_id = ?1 AND role = 'admin')";
    if tx
        .prepare_cached(sql)?
        .query_row([&cluster.cluster_id], |row| row.get(0))?
    {
        return Ok(());
    }
    let keys = Keys::new(tx, ids, &cluster.cluster_id)?;
    let mut admin = User::with(
        keys,
        &cluster.cluster_id,
        &cluster.nas_mount_point,
        ADMIN,
        cluster.create_time.clone(),
    );
    ADMIN.clone_into(&mut admin.role);
    insert_user(tx, &admin)?;
    tx.prepare_cached("UPDATE qingcloud_users SET implied = 1 WHERE hpcuser_id = ?1")?
        .execute([&admin.hpcuser_id])?;
    Ok(())
}

/// Removes an admin that no seed named to make room for a user that a seed names, and returns it.
pub(crate) fn make_way(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
    uid_number: Option<i64>,
    is_admin: bool,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "DELETE FROM qingcloud_users WHERE cluster_id = ?1 AND role = 'admin' AND implied
           AND (?2 OR username = ?3 OR uid_number = ?4) RETURNING {}",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row(
            params![cluster_id, is_admin, username, uid_number],
            User::from_row,
        )
        .optional()
}

/// One more than the highest in the cluster; beyond the maximum, the lowest unused number.
fn next_uid(tx: &Connection, cluster_id: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT max(uid_number) FROM qingcloud_users WHERE cluster_id = ?1";
    let highest: Option<i64> = tx
        .prepare_cached(sql)?
        .query_row([cluster_id], |row| row.get(0))?;
    match highest {
        None => Ok(FIRST_UID),
        Some(highest) if highest < HIGHEST_UID => Ok(highest + 1),
        Some(_) => lowest_free_uid(tx, cluster_id),
    }
}

fn lowest_free_uid(tx: &Connection, cluster_id: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT uid_number FROM qingcloud_users WHERE cluster_id = ?1 AND ?2 <= uid_number ORDER BY uid_number";
    let mut statement = tx.prepare_cached(sql)?;
    let mut taken = statement.query(params![cluster_id, FIRST_UID])?;
    let mut free = FIRST_UID;
    while let Some(row) = taken.next()?
        && row.get::<_, i64>(0)? == free
    {
        free += 1;
    }
    Ok(free)
}

/// An unused user id: after a restart, a seeded stream starts over and repeats its earlier ids.
fn fresh_hpcuser_id(tx: &Connection, ids: &Ids) -> rusqlite::Result<String> {
    let mut statement =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM qingcloud_users WHERE hpcuser_id = ?1)")?;
    loop {
        let id = format!("hpcuser-{}", ids.text(8, LOWER_ALPHANUMERIC));
        if !statement.query_row([&id], |row| row.get::<_, bool>(0))? {
            return Ok(id);
        }
    }
}

/// Inferred: an added user gets its own account on the platform.
pub(crate) fn new_user_id(ids: &Ids) -> String {
    format!("usr-{}", ids.text(8, ALPHANUMERIC))
}

/// All users of all clusters, in the order of the unfiltered list, which is data too.
pub(crate) fn for_each_user(tx: &Connection, each: impl FnMut(User)) -> rusqlite::Result<()> {
    for_each(tx, "qingcloud_users", User::COLUMNS, User::from_row, each)
}
