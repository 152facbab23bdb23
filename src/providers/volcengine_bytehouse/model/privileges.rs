//! The privileges of users and roles, and their targets.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use crate::store::column;
use crate::store::page::select;

/// A privilege, by name, on columns; no column means all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Privilege(pub(crate) String, pub(crate) Vec<String>);

/// The target of privileges: a table in a database of a cluster; empty names mean all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    /// 0 for a cluster that is known only by its name.
    pub(crate) cluster_id: i64,
    /// When grants are read, the cluster's name; when they are written, only a name of its own, as returned by
    /// `find_cluster`.
    pub(crate) cluster_name: String,
    pub(crate) database: String,
    pub(crate) table: String,
}

/// Privileges on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) target: Target,
    pub(crate) privileges: Vec<Privilege>,
}

/// The holder of privileges, by its ID.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Grantee {
    User(i64),
    Role(i64),
}

impl Grantee {
    /// The column of a grant that names this grantee.
    const fn column(self) -> &'static str {
        match self {
            Self::User(_) => "to_user",
            Self::Role(_) => "to_role",
        }
    }

    const fn id(self) -> i64 {
        match self {
            Self::User(id) | Self::Role(id) => id,
        }
    }
}

/// Adds privileges. Inferred: each target is one grant, however often it is granted; columns are merged, and a
/// privilege on all columns includes those on some.
pub(crate) fn grant(tx: &Connection, grantee: Grantee, grants: Vec<Grant>) -> rusqlite::Result<()> {
    for Grant { target, privileges } in by_target(grants) {
        let mut held = privileges_on(tx, grantee, &target)?.unwrap_or_default();
        add(&mut held, privileges);
        store(tx, grantee, &target, &held)?;
    }
    Ok(())
}

/// Revokes privileges. Inferred: revoking one that is not held is no error; columns are subtracted from columns, and
/// revoking all of them revokes the privilege; a privilege on all columns is kept if some are revoked, which no grant
/// could express; a target without privileges is removed.
pub(crate) fn revoke(
    tx: &Connection,
    grantee: Grantee,
    grants: Vec<Grant>,
) -> rusqlite::Result<()> {
    for Grant { target, privileges } in by_target(grants) {
        if let Some(mut held) = privileges_on(tx, grantee, &target)? {
            remove(&mut held, &privileges);
            store(tx, grantee, &target, &held)?;
        }
    }
    Ok(())
}

/// Moves what was granted on a cluster by name only to the number that has the name now; if both have grants on the
/// same target, they are merged.
pub(super) fn adopt_grants(
    tx: &Connection,
    cluster_id: i64,
    cluster_name: &str,
) -> rusqlite::Result<()> {
    let sql = "UPDATE OR IGNORE bytehouse_grants SET cluster_id = ?1, cluster_name = ''
               WHERE cluster_id = 0 AND cluster_name = ?2";
    tx.prepare_cached(sql)?
        .execute(params![cluster_id, cluster_name])?;
    let sql = "DELETE FROM bytehouse_grants WHERE cluster_id = 0 AND cluster_name = ?1
               RETURNING to_user, to_role, database_name, table_name, privileges";
    let beside_others = select(tx, sql, [cluster_name], |row| {
        let grantee = match row.get(0)? {
            Some(user) => Grantee::User(user),
            None => Grantee::Role(row.get(1)?),
        };
        let target = Target {
            cluster_id,
            cluster_name: String::new(),
            database: row.get(2)?,
            table: row.get(3)?,
        };
        let privileges = column::json(row, 4)?;
        Ok((grantee, Grant { target, privileges }))
    })?;
    for (grantee, one) in beside_others {
        grant(tx, grantee, vec![one])?;
    }
    Ok(())
}

/// Replaces a grant.
pub(crate) fn replace_grant(
    tx: &Connection,
    grantee: Grantee,
    grant: Grant,
) -> rusqlite::Result<()> {
    let mut held = Vec::new();
    add(&mut held, grant.privileges);
    store(tx, grantee, &grant.target, &held)
}

/// The columns, in the order of [`from_row`], then the grantee.
const SELECT: &str = "SELECT g.cluster_id, coalesce(c.cluster_name, g.cluster_name), g.database_name, g.table_name, g.privileges,
       u.username, g.to_role
     FROM bytehouse_grants g LEFT JOIN bytehouse_clusters c USING (cluster_id) LEFT JOIN bytehouse_users u ON u.id = g.to_user";

/// The grants of a user or role, oldest first.
pub(crate) fn grants_of(tx: &Connection, grantee: Grantee) -> rusqlite::Result<Vec<Grant>> {
    let sql = format!("{SELECT} WHERE g.{} = ?1 ORDER BY g.seq", grantee.column());
    select(tx, &sql, [grantee.id()], from_row)
}

/// All grants, oldest first, with the name of the user or the ID of the role.
pub(crate) fn for_each_grant(
    tx: &Connection,
    mut each: impl FnMut(Option<String>, Option<i64>, Grant),
) -> rusqlite::Result<()> {
    let mut statement = tx.prepare_cached(&format!("{SELECT} ORDER BY g.seq"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(5)?, row.get(6)?, from_row(row)?);
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Grant> {
    Ok(Grant {
        target: Target {
            cluster_id: row.get(0)?,
            cluster_name: row.get(1)?,
            database: row.get(2)?,
            table: row.get(3)?,
        },
        privileges: column::json(row, 4)?,
    })
}

fn privileges_on(
    tx: &Connection,
    grantee: Grantee,
    target: &Target,
) -> rusqlite::Result<Option<Vec<Privilege>>> {
    let sql = format!(
        "SELECT privileges FROM bytehouse_grants
         WHERE {} = ?1 AND cluster_id = ?2 AND cluster_name = ?3 AND database_name = ?4 AND table_name = ?5",
        grantee.column()
    );
    tx.prepare_cached(&sql)?
        .query_row(
            params![
                grantee.id(),
                target.cluster_id,
                target.cluster_name,
                target.database,
                target.table
            ],
            |row| column::json(row, 0),
        )
        .optional()
}

fn store(
    tx: &Connection,
    grantee: Grantee,
    target: &Target,
    privileges: &[Privilege],
) -> rusqlite::Result<()> {
    let column = grantee.column();
    let on_target = params![
        grantee.id(),
        target.cluster_id,
        target.cluster_name,
        target.database,
        target.table
    ];
    if privileges.is_empty() {
        let sql = format!(
            "DELETE FROM bytehouse_grants
             WHERE {column} = ?1 AND cluster_id = ?2 AND cluster_name = ?3 AND database_name = ?4 AND table_name = ?5"
        );
        tx.prepare_cached(&sql)?.execute(on_target)?;
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO bytehouse_grants ({column}, cluster_id, cluster_name, database_name, table_name, privileges)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT ({column}, cluster_id, cluster_name, database_name, table_name) WHERE {column} IS NOT NULL
         DO UPDATE SET privileges = excluded.privileges"
    );
    let privileges = serde_json::to_string(privileges).expect("texts become JSON");
    let with_privileges = [on_target, params![privileges]].concat();
    tx.prepare_cached(&sql)?
        .execute(with_privileges.as_slice())?;
    Ok(())
}

/// The same grants with unique targets, in order of first mention, so that a call reads and writes each target once.
fn by_target(grants: Vec<Grant>) -> Vec<Grant> {
    let mut merged: Vec<Grant> = Vec::new();
    let mut places: HashMap<Target, usize> = HashMap::new();
    for grant in grants {
        if let Some(&place) = places.get(&grant.target) {
            merged[place].privileges.extend(grant.privileges);
        } else {
            places.insert(grant.target.clone(), merged.len());
            merged.push(grant);
        }
    }
    merged
}

fn add(held: &mut Vec<Privilege>, more: Vec<Privilege>) {
    let mut places: HashMap<String, usize> = held
        .iter()
        .enumerate()
        .map(|(place, privilege)| (privilege.0.clone(), place))
        .collect();
    let mut gathered: HashMap<usize, HashSet<String>> = HashMap::new();
    for Privilege(name, columns) in more {
        let place = if let Some(&place) = places.get(&name) {
            if held[place].1.is_empty() {
                continue;
            }
            place
        } else {
            places.insert(name.clone(), held.len());
            held.push(Privilege(name, Vec::new()));
            // A privilege on some columns starts with an empty list, which here does not mean all of them.
            gathered.insert(held.len() - 1, HashSet::new());
            held.len() - 1
        };
        if columns.is_empty() {
            held[place].1.clear();
            gathered.remove(&place);
            continue;
        }
        let known = gathered
            .entry(place)
            .or_insert_with(|| held[place].1.iter().cloned().collect());
        for column in columns {
            if known.insert(column.clone()) {
                held[place].1.push(column);
            }
        }
    }
}

fn remove(held: &mut Vec<Privilege>, less: &[Privilege]) {
    let mut taken: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut taken_whole: HashSet<&str> = HashSet::new();
    for Privilege(name, columns) in less {
        if columns.is_empty() {
            taken_whole.insert(name);
        }
        taken
            .entry(name)
            .or_default()
            .extend(columns.iter().map(String::as_str));
    }
    held.retain_mut(|Privilege(name, columns)| {
        if taken_whole.contains(name.as_str()) {
            return false;
        }
        let Some(taken) = taken.get(name.as_str()) else {
            return true;
        };
        if columns.is_empty() {
            return true;
        }
        columns.retain(|column| !taken.contains(column.as_str()));
        !columns.is_empty()
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privileges(written: &[(&str, &[&str])]) -> Vec<Privilege> {
        written
            .iter()
            .map(|(name, columns)| {
                let columns = columns.iter().map(|&column| column.to_owned()).collect();
                Privilege((*name).to_owned(), columns)
            })
            .collect()
    }

    #[test]
    fn columns_add_up_and_all_of_them_swallow_some() {
        let mut held = Vec::new();
        add(
            &mut held,
            privileges(&[("SELECT", &["a"]), ("SELECT", &["b", "a"]), ("INSERT", &[])]),
        );
        assert_eq!(
            held,
            privileges(&[("SELECT", &["a", "b"]), ("INSERT", &[])])
        );
        add(
            &mut held,
            privileges(&[("INSERT", &["a"]), ("SELECT", &["c"])]),
        );
        assert_eq!(
            held,
            privileges(&[("SELECT", &["a", "b", "c"]), ("INSERT", &[])])
        );
        add(
            &mut held,
            privileges(&[("SELECT", &[]), ("SELECT", &["d"])]),
        );
        assert_eq!(held, privileges(&[("SELECT", &[]), ("INSERT", &[])]));
    }

    #[test]
    fn columns_are_taken_from_columns_and_all_of_them_take_the_privilege() {
        let mut held = privileges(&[("SELECT", &["a", "b"]), ("INSERT", &[]), ("ALTER", &["a"])]);
        remove(
            &mut held,
            &privileges(&[("SELECT", &["b"]), ("INSERT", &["a"]), ("DROP", &[])]),
        );
        assert_eq!(
            held,
            privileges(&[("SELECT", &["a"]), ("INSERT", &[]), ("ALTER", &["a"])])
        );
        remove(
            &mut held,
            &privileges(&[("SELECT", &["a"]), ("INSERT", &[]), ("ALTER", &["b"])]),
        );
        assert_eq!(held, privileges(&[("ALTER", &["a"])]));
    }
}
