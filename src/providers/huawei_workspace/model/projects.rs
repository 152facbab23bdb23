//! Projects: tenants of the service, and the parents of users and groups.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::parse_column;
use crate::store::page::select;

/// A tenant of the service.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) project_id: String,
    pub(crate) service: Service,
    pub(crate) user_count: u64,
    pub(crate) group_count: u64,
}

/// The availability of Workspace in a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Opened,
    Disabled,
    NeverOpened,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Opened, Self::Disabled, Self::NeverOpened];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Disabled => "disabled",
            Self::NeverOpened => "never-opened",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|service| service.as_str() == text)
    }
}

impl Project {
    const COLUMNS: &'static str = "project_id, service, user_count, group_count";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            project_id: row.get(0)?,
            service: parse_column(row, 1, Service::parse)?,
            user_count: row.get(2)?,
            group_count: row.get(3)?,
        })
    }

    /// A project without a row: open and empty.
    pub(crate) fn untouched(project_id: &str) -> Self {
        Self {
            project_id: project_id.to_owned(),
            service: Service::Opened,
            user_count: 0,
            group_count: 0,
        }
    }
}

/// The project, if it is in a seed or something was created in it.
pub(crate) fn project(tx: &Connection, project_id: &str) -> rusqlite::Result<Option<Project>> {
    let sql = format!(
        "SELECT {} FROM workspace_projects WHERE project_id = ?1",
        Project::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([project_id], Project::from_row)
        .optional()
}

/// Adds a project, or updates it; its users and groups are kept.
pub(crate) fn put_project(
    tx: &Connection,
    project_id: &str,
    service: Service,
) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO workspace_projects (project_id, service) VALUES (?1, ?2)
         ON CONFLICT (project_id) DO UPDATE SET service = excluded.service";
    tx.prepare_cached(sql)?
        .execute(params![project_id, service.as_str()])
}

/// Ensures that the project of a new user or group has a row.
pub(super) fn touch(tx: &Connection, project_id: &str) -> rusqlite::Result<usize> {
    tx.prepare_cached("INSERT OR IGNORE INTO workspace_projects (project_id) VALUES (?1)")?
        .execute([project_id])
}

/// Deletes a project and everything in it.
pub(crate) fn delete_project(tx: &Connection, project_id: &str) -> rusqlite::Result<usize> {
    tx.prepare_cached("DELETE FROM workspace_projects WHERE project_id = ?1")?
        .execute([project_id])
}

/// All projects, by id.
pub(crate) fn for_each_project(tx: &Connection, each: impl FnMut(Project)) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM workspace_projects ORDER BY project_id",
        Project::COLUMNS
    );
    select(tx, &sql, [], Project::from_row)?
        .into_iter()
        .for_each(each);
    Ok(())
}
