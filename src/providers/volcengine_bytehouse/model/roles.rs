//! Clusters as far as their names go, roles, and who has them.

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
    /// Read only: it is the cluster's.
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

/// Which roles to list; an absent filter lets all through.
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

/// How many characters the name of a cluster may have. Inferred: no bound is documented; this one keeps a name, which every
/// grant on its cluster and every role of it shows, from making an answer out of all proportion to the calls that led to it.
pub(crate) const LONGEST_CLUSTER_NAME: usize = 256;

/// Whether a cluster may have that name.
pub(crate) fn can_name_cluster(name: &str) -> bool {
    name.chars().count() <= LONGEST_CLUSTER_NAME
}

fn has_name(tx: &Connection, cluster_id: i64) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM bytehouse_clusters WHERE cluster_id = ?1")?
        .exists([cluster_id])
}

/// Tells the name of a cluster, whatever it was before. What was granted on a cluster of that name, when no number had it,
/// was granted on this one.
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

/// Tells the name of a cluster that has none yet. Inferred: clusters cannot be listed, so every number is one; what nobody
/// named is called `cluster<number>`.
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

/// Forgets a cluster, its roles, and the privileges on it.
pub(crate) fn delete_cluster(tx: &Connection, cluster_id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM bytehouse_clusters WHERE cluster_id = ?1")?
        .execute([cluster_id])?;
    Ok(())
}

/// The number and the name by which the grants on a cluster are kept; the name of one with a number is elsewhere.
/// Inferred: the number counts when the name is another's, and a name alone that nobody has heard of has the number 0. So
/// has one beside a number that nobody has heard of: it would be that number's, had it been told.
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

/// Every cluster that has a name, by number.
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

/// Whether there is a role of that ID, without reading it: a call may ask for very many.
pub(crate) fn has_role(tx: &Connection, role_id: i64) -> rusqlite::Result<bool> {
    tx.prepare_cached("SELECT 1 FROM bytehouse_roles WHERE id = ?1")?
        .exists([role_id])
}

/// The ID of the role of that name, the oldest where several clusters have one.
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

/// The roles, each with the names of its users in the order of assignment as a JSON array. Inferred: by ID ascending, the
/// name exact.
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

/// Adds a role as it is and gives its ID, which is the next one where it is 0; the caller gives the conflict its name.
pub(crate) fn insert_role(tx: &Connection, role: &Role) -> rusqlite::Result<i64> {
    let sql = "INSERT INTO bytehouse_roles (id, cluster_id, name, description, is_default, created_at, updated_at, created_by, updated_by)
               VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    write_role(tx, sql, role)?;
    Ok(tx.last_insert_rowid())
}

/// Brings the role of that ID up to date; the caller gives the conflict its name.
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

/// Deletes a role, its assignments and its privileges; says whether there was such a role.
pub(crate) fn delete_role(tx: &Connection, role_id: i64) -> rusqlite::Result<bool> {
    let changed = tx
        .prepare_cached("DELETE FROM bytehouse_roles WHERE id = ?1")?
        .execute([role_id])?;
    Ok(changed == 1)
}

/// Gives a role to a user, by the ID that `member_id` gives. Inferred: assigning again overwrites AdminOption and moves nothing else.
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

/// Gives a role to a user without AdminOption; changes nothing for one who has it.
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

/// Takes a role from a user. Inferred: taking what the user has not is no error.
pub(crate) fn unassign(tx: &Connection, role_id: i64, member: i64) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM bytehouse_role_members WHERE role_id = ?1 AND member = ?2")?
        .execute([role_id, member])?;
    Ok(())
}

/// The users of a role, in the order of assignment.
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

/// Every role, by ID.
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
