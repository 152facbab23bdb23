//! Projects, users and groups: rules, rows in and rows out.

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

/// What contradicts the counts and ids that triggers keep: each query gives a row then.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM workspace_projects AS p WHERE user_count <> (SELECT count(*) FROM workspace_users WHERE project_id = p.project_id)",
    "SELECT 1 FROM workspace_projects AS p WHERE group_count <> (SELECT count(*) FROM workspace_groups WHERE project_id = p.project_id)",
    "SELECT 1 FROM workspace_groups AS g WHERE user_quantity <> (SELECT count(*) FROM workspace_members WHERE group_seq = g.seq)",
];

/// Inferred: the domain of a user or group that is given no other; the documents' group list shows it.
pub(crate) const DEFAULT_DOMAIN: &str = "local.com";

/// Whose directory a group or a user is in.
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

/// How filters that ignore case see a text. Letter by letter, so that a part of a text folds like the whole: a sigma at
/// the end of a word has a lower case of its own, which would hide it from a filter.
pub(crate) fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

/// A column with a word of one of the enumerations above; only their `as_str` writes them.
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

/// How many records of each kind there are.
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

/// Whether there is a thing that an operation missed.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("user", [project_id, id]) => Ok(user_seq(tx, project_id, id)?.is_some()),
        ("group", [project_id, id]) => Ok(group(tx, project_id, id)?.is_some()),
        ("project", [project_id]) => Ok(project(tx, project_id)?.is_some()),
        _ => Ok(false),
    }
}
