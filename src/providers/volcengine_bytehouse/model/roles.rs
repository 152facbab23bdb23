//! Clusters, as far as their names are concerned, roles, and their members.

use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::User;
use super::privileges::adopt_grants;
use crate::store::page::{count, select};

/// A role of a cluster.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) is_default: bool,
    pub(crate) cluster_id: i64,
    /// Read only: it belongs to the cluster.
    pub(crate) cluster_name: String,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) created_by: String,
    pub(crate) updated_by: String,
}

impl Role {
    /// The columns, in the order of [`Role::from_row`].
    const COLUMNS: &'static str = "r.id, r.name, r.description, r.is_default, r.cluster_id, c.cluster_name, \
         r.created_at, r.updated_at, r.created_by, r.updated_by";
    const TABLES: &'static str = "bytehouse_roles r JOIN bytehouse_clusters c USING (cluster_id)";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            description: row.get(2)?,
            is_default: row.get(3)?,
            cluster_id: row.get(4)?,
            cluster_name: row.get(5)?,
            created_at: row.get(6)?,
            updated_at: row.get(7)?,
            created_by: row.get(8)?,
            updated_by: row.get(9)?,
        })
    }
}

/// Which roles to list; an absent filter matches all.
#[derive(Debug, Default)]
pub(crate) struct RoleFilter<'a> {
    pub(crate) cluster_id: Option<i64>,
    pub(crate) name: Option<&'a str>,
}

/// A user of a role.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) username: String,
    pub(crate) admin_option: bool,
    pub(crate) created_at: i64,
}

/// A role of a user.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) role_id: i64,
    pub(crate) role_name: String,
    pub(crate) role_is_default: bool,
    pub(crate) cluster_id: i64,
    pub(crate) cluster_name: String,
    pub(crate) admin_option: bool,
}

/// The maximum length of a cluster's name, in characters. Inferred: no limit is documented; this one keeps a name,
/// which is shown with every grant on the cluster and every role of it, from making an answer disproportionately long.
pub(crate) const LONGEST_CLUSTER_NAME: usize = 256;

/// Whether a cluster may have this name.
pub(crate) fn can_name_cluster(name: &str) -> bool {
    name.chars().count() <= LONGEST_CLUSTER_NAME
}

fn has_name(tx: &Connection, cluster_id: i64) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM bytehouse_clusters WHERE cluster_id = ?1")?
        .exists([cluster_id])
}

/// Sets the name of a cluster. Grants on a cluster with this name that had no number become grants on this one.
pub(crate) fn put_cluster(
    tx: &Connection,
    cluster_id: i64,
    cluster_name: &str,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO bytehouse_clusters VALUES (?1, ?2)
               ON CONFLICT (cluster_id) DO UPDATE SET cluster_name = excluded.cluster_name";
    tx.prepare_cached(sql)?
        .execute(params![cluster_id, cluster_name])?;
    adopt_grants(tx, cluster_id, cluster_name)
}

/// Sets the name of a cluster that has none yet. Inferred: clusters cannot be listed, so every number is a cluster; one
/// without a name is called `cluster<number>`.
pub(crate) fn name_cluster(
    tx: &Connection,
    cluster_id: i64,
    on_cluster: &str,
) -> rusqlite::Result<()> {
    if has_name(tx, cluster_id)? {
        return Ok(());
    }
    if on_cluster.is_empty() {
        return put_cluster(tx, cluster_id, &format!("cluster{cluster_id}"));
    }
    put_cluster(tx, cluster_id, on_cluster)
}

/// Deletes a cluster, its roles, and the privileges on it.
pub(crate) fn delete_cluster(tx: &Connection, cluster_id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM bytehouse_clusters WHERE cluster_id = ?1")?
        .execute([cluster_id])?;
    Ok(())
}

/// The number and the name under which grants on a cluster are stored; the name of a cluster with a number is stored
/// elsewhere. Inferred: if the name belongs to another cluster, the number counts, and an unknown name alone has the
/// number 0. So has an unknown name with an unknown number: it would be that number's name if it had been set.
pub(crate) fn find_cluster(
    tx: &Connection,
    cluster_id: Option<i64>,
    on_cluster: &str,
) -> rusqlite::Result<(i64, String)> {
    let cluster_id = match cluster_id {
        Some(cluster_id) if on_cluster.is_empty() || has_name(tx, cluster_id)? => cluster_id,
        Some(_) => 0,
        None => {
            let sql = "SELECT coalesce(min(cluster_id), 0) FROM bytehouse_clusters WHERE cluster_name = ?1";
            tx.prepare_cached(sql)?
                .query_row([on_cluster], |row| row.get(0))?
        }
    };
    let own_name = if cluster_id == 0 { on_cluster } else { "" };
    Ok((cluster_id, own_name.to_owned()))
}

/// All clusters with a name, by number.
pub(crate) fn all_clusters(tx: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    let sql = "SELECT cluster_id, cluster_name FROM bytehouse_clusters ORDER BY cluster_id";
    select(tx, sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(crate) fn role(tx: &Connection, role_id: i64) -> rusqlite::Result<Option<Role>> {
    let sql = format!(
        "SELECT {} FROM {} WHERE r.id = ?1",
        Role::COLUMNS,
        Role::TABLES
    );
    tx.prepare_cached(&sql)?
        .query_row([role_id], Role::from_row)
        .optional()
}

/// Whether a role with this ID exists, without reading it: a call may name very many.
pub(crate) fn has_role(tx: &Connection, role_id: i64) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM bytehouse_roles WHERE id = ?1")?
        .exists([role_id])
}

/// The ID of the role with this name, the oldest if several clusters have one.
pub(crate) fn role_id_by_name(
    tx: &Connection,
    name: &str,
    cluster_id: Option<i64>,
) -> rusqlite::Result<Option<i64>> {
    let Some(cluster_id) = cluster_id else {
        return tx
            .prepare_cached("SELECT min(id) FROM bytehouse_roles WHERE name = ?1")?
            .query_row([name], |row| row.get(0));
    };
    tx.prepare_cached("SELECT id FROM bytehouse_roles WHERE cluster_id = ?1 AND name = ?2")?
        .query_row(params![cluster_id, name], |row| row.get(0))
        .optional()
}

/// The roles, each with the names of its users in order of assignment as a JSON array. Inferred: by ID ascending, and
/// the name matches exactly.
pub(crate) fn list_roles(
    tx: &Connection,
    filter: &RoleFilter<'_>,
) -> rusqlite::Result<Vec<(Role, String)>> {
    let listed = |which: &str, filters: &[&dyn ToSql]| {
        let sql = format!(
            "SELECT {},
               (SELECT json_group_array(u.username ORDER BY m.seq) FROM bytehouse_role_members m
                  JOIN bytehouse_users u ON u.id = m.member WHERE m.role_id = r.id)
             FROM {} {which} ORDER BY r.id",
            Role::COLUMNS,
            Role::TABLES
        );
        select(tx, &sql, filters, |row| {
            Ok((Role::from_row(row)?, row.get(10)?))
        })
    };
    match (filter.cluster_id, filter.name) {
        (None, None) => listed("", &[]),
        (Some(cluster_id), None) => listed("WHERE r.cluster_id = ?1", &[&cluster_id]),
        (None, Some(name)) => listed("WHERE r.name = ?1", &[&name]),
        (Some(cluster_id), Some(name)) => listed(
            "WHERE r.cluster_id = ?1 AND r.name = ?2",
            &[&cluster_id, &name],
        ),
    }
}

/// Adds a role unchanged and returns its ID, which is the next one if it is 0; the caller maps a conflict to an error.
pub(crate) fn insert_role(tx: &Connection, role: &Role) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO bytehouse_roles (id, cluster_id, name, description, is_default, created_at, updated_at, created_by, updated_by)
               VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write_role(tx, sql, role)?;
    Ok(tx.last_insert_rowid())
}

/// Updates the role with this ID; the caller maps a conflict to an error.
pub(crate) fn update_role(tx: &Connection, role: &Role) -> rusqlite::Result<usize> {
    let sql = "UPDATE bytehouse_roles SET cluster_id = ?2, name = ?3, description = ?4, is_default = ?5, created_at = ?6,
               updated_at = ?7, created_by = ?8, updated_by = ?9 WHERE id = ?1";
    write_role(tx, sql, role)
}

fn write_role(tx: &Connection, sql: &str, role: &Role) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        role.id,
        role.cluster_id,
        role.name,
        role.description,
        role.is_default,
        role.created_at,
        role.updated_at,
        role.created_by,
        role.updated_by,
    ])
}

/// Deletes a role, its assignments and its privileges; returns whether it existed.
pub(crate) fn delete_role(tx: &Connection, role_id: i64) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached("DELETE FROM bytehouse_roles WHERE id = ?1")?
        .execute([role_id])?;
    Ok(changed == 1)
}

/// Assigns a role to a user, by the ID from `member_id`. Inferred: assigning again overwrites AdminOption and keeps the
/// position.
pub(crate) fn assign(
    tx: &Connection,
    role_id: i64,
    member: i64,
    admin_option: bool,
    created_at: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO bytehouse_role_members (role_id, member, admin_option, created_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (role_id, member) DO UPDATE SET admin_option = excluded.admin_option";
    tx.prepare_cached(sql)?
        .execute(params![role_id, member, admin_option, created_at])?;
    Ok(())
}

/// Assigns a role to a user without AdminOption; an existing assignment is unchanged.
pub(crate) fn reassign(
    tx: &Connection,
    role_id: i64,
    member: i64,
    created_at: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO bytehouse_role_members (role_id, member, admin_option, created_at) VALUES (?1, ?2, 0, ?3)
               ON CONFLICT (role_id, member) DO NOTHING";
    tx.prepare_cached(sql)?
        .execute([role_id, member, created_at])?;
    Ok(())
}

/// Unassigns a role from a user. Inferred: unassigning a role that the user does not have is no error.
pub(crate) fn unassign(tx: &Connection, role_id: i64, member: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM bytehouse_role_members WHERE role_id = ?1 AND member = ?2")?
        .execute([role_id, member])?;
    Ok(())
}

/// The users of a role, in order of assignment.
pub(crate) fn members(tx: &Connection, role_id: i64) -> rusqlite::Result<Vec<Member>> {
    let sql = "SELECT u.username, m.admin_option, m.created_at FROM bytehouse_role_members m
               JOIN bytehouse_users u ON u.id = m.member WHERE m.role_id = ?1 ORDER BY m.seq";
    select(tx, sql, [role_id], |row| {
        Ok(Member {
            username: row.get(0)?,
            admin_option: row.get(1)?,
            created_at: row.get(2)?,
        })
    })
}

/// The roles of a user. Inferred: by RoleID ascending.
pub(crate) fn roles_of_user(tx: &Connection, user: &User) -> rusqlite::Result<Vec<Assignment>> {
    let sql = "SELECT r.id, r.name, r.is_default, r.cluster_id, c.cluster_name, m.admin_option FROM bytehouse_role_members m
               JOIN bytehouse_roles r ON r.id = m.role_id JOIN bytehouse_clusters c USING (cluster_id)
               WHERE m.member = ?1 ORDER BY m.role_id";
    select(tx, sql, [user.id], |row| {
        Ok(Assignment {
            role_id: row.get(0)?,
            role_name: row.get(1)?,
            role_is_default: row.get(2)?,
            cluster_id: row.get(3)?,
            cluster_name: row.get(4)?,
            admin_option: row.get(5)?,
        })
    })
}

pub(crate) fn role_count(tx: &Connection) -> rusqlite::Result<u64> {
    count(tx, "SELECT role_count FROM bytehouse_tenant", [])
}

/// All roles, by ID.
pub(crate) fn for_each_role(tx: &Connection, mut each: impl FnMut(Role)) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM {} ORDER BY r.id",
        Role::COLUMNS,
        Role::TABLES
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(Role::from_row(row)?);
    }
    Ok(())
}
