//! Projects, users and groups: rules and database rows.

mod groups;
mod projects;
mod user_lists;
mod users;

use rusqlite::Connection;

use crate::provider::error::Missing;
use crate::store::page::count;

pub(crate) use groups::{
    Group, GroupChange, GroupFilter, Membership, NewGroup, change_members, delete_group,
    for_each_group, group, group_named, insert_group, list_groups, put_group, unused_group_id,
    update_group,
};
pub(crate) use projects::{
    Project, Service, delete_project, for_each_project, project, put_project,
};
pub(crate) use user_lists::{UserFilter, list_members, list_users, users_after};
pub(crate) use users::{
    ActiveType, NameRule, NewUser, User, UserChange, delete_user, for_each_user, insert_user,
    insert_user_if_new, is_email, is_user_name, put_user, set_groups, set_locked, unused_user_id,
    update_user, user, user_named, user_seq,
};

/// Contradictions to the counts and ids that triggers maintain: each query returns a row if there is one.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM workspace_projects AS p WHERE user_count <> (SELECT count(*) FROM workspace_users WHERE project_id = p.project_id)",
    "SELECT 1 FROM workspace_projects AS p WHERE group_count <> (SELECT count(*) FROM workspace_groups WHERE project_id = p.project_id)",
    "SELECT 1 FROM workspace_groups AS g WHERE user_quantity <> (SELECT count(*) FROM workspace_members WHERE group_seq = g.seq)",
];

/// Inferred: the default domain of a user or group; the documented list of groups shows it.
pub(crate) const DEFAULT_DOMAIN: &str = "local.com";

/// The kind of directory that a group or a user is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PlatformType {
    /// An Active Directory domain.
    Ad,
    /// Workspace's own directory.
    Local,
    /// A UOS domain.
    Uos,
}

impl PlatformType {
    pub(crate) const ALL: [Self; 3] = [Self::Ad, Self::Local, Self::Uos];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ad => "AD",
            Self::Local => "LOCAL",
            Self::Uos => "UOS",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The form of a text that case-insensitive filters compare. Folded letter by letter, so that a part of a text folds
/// like the whole: a sigma at the end of a word has a different lower case, which would hide it from a filter.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A column for one of the enumerations above; its values are written only by `as_str`.
fn parse_column<T>(
    row: &rusqlite::Row<'_>,
    column: usize,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            format!("\"{text}\" is none of the words of this column").into(),
        )
    })
}

/// The number of records of each kind.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let sum = |column: &str| {
        let sql = format!("SELECT coalesce(sum({column}), 0) FROM workspace_projects");
        count(tx, &sql, [])
    };
    Ok(vec![
        ("users", sum("user_count")?),
        ("groups", sum("group_count")?),
    ])
}

/// Whether the record that an operation did not find exists here.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("user", [project_id, id]) => Ok(user_seq(tx, project_id, id)?.is_some()),
        ("group", [project_id, id]) => Ok(group(tx, project_id, id)?.is_some()),
        ("project", [project_id]) => Ok(project(tx, project_id)?.is_some()),
        _ => Ok(false),
    }
}
