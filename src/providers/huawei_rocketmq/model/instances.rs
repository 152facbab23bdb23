//! Instances: their rows, and what the rules for users need to know about them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::value::RawValue;

use crate::store::column;
use crate::store::page::{Page, Window, count, select};

/// The engine whose instances have these users; others share the paths and would be distinguished by this column.
pub(crate) const ENGINE: &str = "reliability";

/// The possible statuses of an instance.
pub(crate) const STATUSES: &[&str] = &[
    "CREATING",
    "RUNNING",
    "ERROR",
    "RESTARTING",
    "EXTENDING",
    "EXTENDEDFAILED",
    "DELETING",
];

/// What the rules for users need to know about their instance.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(super) seq: i64,
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
    /// Inferred: an instance without ACL answers like one that is not running; the code is a guess.
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

/// Which instances to list; an absent filter matches all.
#[derive(Debug, Default, Hash)]
pub(crate) struct InstanceFilter {
    pub(crate) engine: Option<String>,
    /// Part of the name.
    pub(crate) name: Option<String>,
    /// The exact name.
    pub(crate) exact_name: Option<String>,
    pub(crate) instance_id: Option<String>,
    pub(crate) status: Option<String>,
}

/// The instance with this id in this project.
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

/// The project of an instance.
pub(crate) fn project_of(tx: &Connection, instance_id: &str) -> rusqlite::Result<Option<String>> {
    tx.prepare_cached("SELECT project_id FROM rocketmq_instances WHERE instance_id = ?1")?
        .query_row([instance_id], |row| row.get(0))
        .optional()
}

/// The instance, as shown to clients.
pub(crate) fn instance_document(
    tx: &Connection,
    instance: &Instance,
) -> rusqlite::Result<Box<RawValue>> {
    tx.prepare_cached("SELECT document FROM rocketmq_instances WHERE seq = ?1")?
        .query_row([instance.seq], document)
}

/// The instances of a project, as shown to clients, oldest first.
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

/// Adds an instance, or updates the one with the same id; its users are kept.
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

/// All instances with their projects: projects by id, the instances of each in list order.
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
