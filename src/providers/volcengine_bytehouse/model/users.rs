//! The tenant and its users.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Null, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use crate::namespace::clock::Time;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, Window, select};
use crate::store::{Tx, column};

/// The account that owns the access keys, and its number of users.
pub(crate) struct Tenant {
    pub(crate) account_id: i64,
    pub(crate) user_count: u64,
}

/// The type of a user (values from the ByteHouse API reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserType {
    System,
    /// The account itself.
    Main,
    Normal,
    AssumedRole,
}

impl UserType {
    pub(crate) const ALL: [Self; 4] = [Self::System, Self::Main, Self::Normal, Self::AssumedRole];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "SYSTEM",
            Self::Main => "MAIN",
            Self::Normal => "NORMAL",
            Self::AssumedRole => "ASSUMED_ROLE",
        }
    }
}

impl ToSql for UserType {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for UserType {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or(FromSqlError::InvalidType)
    }
}

/// A user of the tenant. It has two numbers: its own `id`, which orders the list, and the cloud account's `user_id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) user_id: i64,
    pub(crate) username: String,
    pub(crate) cloud_name: String,
    pub(crate) user_type: UserType,
    pub(crate) status: String,
    pub(crate) email: String,
    pub(crate) description: String,
    pub(crate) readonly: bool,
    pub(crate) is_system_admin: bool,
    pub(crate) last_login_at: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) immutable: bool,
    /// A JSON array.
    pub(crate) clusters: String,
}

impl User {
    /// The columns, in the order of [`User::from_row`].
    const COLUMNS: &'static str = "id, user_id, username, cloud_name, user_type, status, email, description, readonly, \
         is_system_admin, last_login_at, created_at, updated_at, immutable, clusters";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            user_id: row.get(1)?,
            username: row.get(2)?,
            cloud_name: row.get(3)?,
            user_type: row.get(4)?,
            status: row.get(5)?,
            email: row.get(6)?,
            description: row.get(7)?,
            readonly: row.get(8)?,
            is_system_admin: row.get(9)?,
            last_login_at: row.get(10)?,
            created_at: row.get(11)?,
            updated_at: row.get(12)?,
            immutable: row.get(13)?,
            clusters: {
                let clusters: Box<RawValue> = column::json(row, 14)?;
                Box::<str>::from(clusters).into_string()
            },
        })
    }

    /// Why this user cannot be deleted, if it cannot. Inferred: the account itself, system users and immutable users
    /// cannot be deleted.
    pub(crate) fn undeletable(&self) -> Option<String> {
        match self.user_type {
            UserType::System | UserType::Main => Some(format!(
                "{} is of the type {}, which cannot be deleted",
                self.username,
                self.user_type.as_str()
            )),
            _ if self.immutable => Some(format!("{} is immutable", self.username)),
            _ => None,
        }
    }
}

pub(crate) fn tenant(tx: &Connection) -> rusqlite::Result<Tenant> {
    tx.prepare_cached("SELECT account_id, user_count FROM bytehouse_tenant")?
        .query_row([], |row| {
            Ok(Tenant {
                account_id: row.get(0)?,
                user_count: row.get(1)?,
            })
        })
}

pub(crate) fn set_account(tx: &Connection, account_id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE bytehouse_tenant SET account_id = ?1")?
        .execute([account_id])?;
    Ok(())
}

static USERS: List = List {
    table: "bytehouse_users",
    parent: None,
    sort_key: None,
    number: "id",
    texts: &[],
    filter_columns: &[],
};

/// Inferred: by ID ascending, regardless of status.
pub(crate) fn list_users(tx: &Tx<'_>, window: Window) -> rusqlite::Result<Page<User>> {
    let total = tenant(tx)?.user_count;
    let start = tx.start(&USERS, Null, total, Direction::Forward, window.offset)?;
    let sql = format!(
        "SELECT {} FROM bytehouse_users WHERE ?1 <= id ORDER BY id LIMIT ?2 OFFSET ?3",
        User::COLUMNS
    );
    Ok(Page {
        total,
        rows: select(
            tx,
            &sql,
            params![start.number(), window.sql_limit(), start.sql_offset()],
            User::from_row,
        )?,
    })
}

/// The users after an ID, to continue a list.
pub(crate) fn users_after(tx: &Connection, id: i64, most: u64) -> rusqlite::Result<Vec<User>> {
    let sql = format!(
        "SELECT {} FROM bytehouse_users WHERE ?1 < id ORDER BY id LIMIT ?2",
        User::COLUMNS
    );
    select(tx, &sql, params![id, most], User::from_row)
}

pub(crate) fn user(tx: &Connection, username: &str) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM bytehouse_users WHERE username = ?1",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([username], User::from_row)
        .optional()
}

/// The ID of the user with this name, which is all that a role needs: a call may name very many users.
pub(crate) fn member_id(tx: &Connection, username: &str) -> rusqlite::Result<Option<i64>> {
    tx.prepare_cached("SELECT id FROM bytehouse_users WHERE username = ?1")?
        .query_row([username], |row| row.get(0))
        .optional()
}

pub(crate) fn user_by_user_id(tx: &Connection, user_id: i64) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM bytehouse_users WHERE user_id = ?1",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([user_id], User::from_row)
        .optional()
}

/// Applies the changes of UpdateUser; returns whether the user exists.
pub(crate) fn touch_user(
    tx: &Connection,
    username: &str,
    email: &str,
    description: &str,
    readonly: bool,
    now: Time,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE bytehouse_users SET email = ?2, description = ?3, readonly = ?4, updated_at = ?5 WHERE username = ?1";
    let changed = tx.prepare_cached(sql)?.execute(params![
        username,
        email,
        description,
        readonly,
        now.millis()
    ])?;
    Ok(changed == 1)
}

/// Deletes a user with its roles and privileges; returns whether it existed.
pub(crate) fn delete_user(tx: &Connection, username: &str) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached("DELETE FROM bytehouse_users WHERE username = ?1")?
        .execute([username])?;
    Ok(changed == 1)
}

/// The initial password of a user (empty once changed), and whether it is still in use.
pub(crate) fn initial_password(
    tx: &Connection,
    username: &str,
) -> rusqlite::Result<Option<(String, bool)>> {
    let sql =
        "SELECT initial_password, password_is_default FROM bytehouse_users WHERE username = ?1";
    tx.prepare_cached(sql)?
        .query_row([username], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Returns whether the user exists.
pub(crate) fn set_initial_password(
    tx: &Connection,
    username: &str,
    password: &str,
    is_default: bool,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE bytehouse_users SET initial_password = ?2, password_is_default = ?3 WHERE username = ?1";
    let changed = tx
        .prepare_cached(sql)?
        .execute(params![username, password, is_default])?;
    Ok(changed == 1)
}

/// The ID of the next user.
pub(crate) fn next_id(tx: &Connection) -> rusqlite::Result<i64> {
    tx.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM bytehouse_users")?
        .query_row([], |row| row.get(0))
}

/// An unused UserID: the one after the highest.
pub(crate) fn next_user_id(tx: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce((SELECT max(user_id) FROM bytehouse_users), (SELECT account_id FROM bytehouse_tenant)) + 1";
    tx.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Adds a user; the caller maps conflicts to errors.
pub(crate) fn insert_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO bytehouse_users (id, user_id, username, cloud_name, user_type, status, email, description, readonly,
           is_system_admin, last_login_at, created_at, updated_at, immutable, clusters)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    write_user(tx, sql, user)
}

/// Updates the user with this name, including its numbers; the caller maps conflicts to errors.
pub(crate) fn update_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "UPDATE bytehouse_users SET id = ?1, user_id = ?2, cloud_name = ?4, user_type = ?5, status = ?6, email = ?7,
           description = ?8, readonly = ?9, is_system_admin = ?10, last_login_at = ?11, created_at = ?12, updated_at = ?13,
           immutable = ?14, clusters = ?15 WHERE username = ?3";
    write_user(tx, sql, user)
}

fn write_user(tx: &Connection, sql: &str, user: &User) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        user.id,
        user.user_id,
        user.username,
        user.cloud_name,
        user.user_type,
        user.status,
        user.email,
        user.description,
        user.readonly,
        user.is_system_admin,
        user.last_login_at,
        user.created_at,
        user.updated_at,
        user.immutable,
        user.clusters,
    ])
}

/// All users in list order, with the initial password and whether it is still in use.
pub(crate) fn for_each_user(
    tx: &Connection,
    mut each: impl FnMut(User, String, bool),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {}, initial_password, password_is_default FROM bytehouse_users ORDER BY id",
        User::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(User::from_row(row)?, row.get(15)?, row.get(16)?);
    }
    Ok(())
}
