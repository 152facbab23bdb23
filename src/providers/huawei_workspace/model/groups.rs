//! User groups and their members.

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::projects::touch;
use super::{DEFAULT_DOMAIN, PlatformType, Project, fold, parse_column};
use crate::namespace::clock::Time;
use crate::namespace::ids::{Ids, LOWER_HEX};
use crate::store::Tx;
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::order::Direction;
use crate::store::page::{Page, Window, pick};
use crate::store::seek::Start;

/// Inferred: the realm of groups that are created here; real ids share a long prefix per tenant.
const REALM_ID: &str = "8a2c3f9579d240820179d51e6ca00000";

/// A user group, as stored.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) seq: i64,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) create_time: Time,
    pub(crate) description: String,
    pub(crate) user_quantity: u64,
    pub(crate) realm_id: String,
    pub(crate) platform_type: PlatformType,
    /// The distinguished name in an Active Directory, or else empty.
    pub(crate) group_dn: String,
    pub(crate) domain: String,
    pub(crate) total_desktops: u32,
    /// The parent group as JSON, if a seed gave one.
    pub(crate) parent: String,
}

impl Group {
    const COLUMNS: &'static str = "seq, id, name, create_time, description, user_quantity, realm_id, platform_type, group_dn, domain,
         total_desktops, parent";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            create_time: Time::from_millis(row.get(3)?),
            description: row.get(4)?,
            user_quantity: row.get(5)?,
            realm_id: row.get(6)?,
            platform_type: parse_column(row, 7, PlatformType::parse)?,
            group_dn: row.get(8)?,
            domain: row.get(9)?,
            total_desktops: row.get(10)?,
            parent: row.get(11)?,
        })
    }
}

/// A group about to be created, with validated members.
#[derive(Debug)]
pub(crate) struct NewGroup {
    pub(crate) name: String,
    pub(crate) platform_type: PlatformType,
    pub(crate) description: String,
}

impl NewGroup {
    /// The group when newly created; it has no row yet.
    pub(crate) fn into_group(self, id: String, now: Time) -> Group {
        let group_dn = if self.platform_type == PlatformType::Ad {
            distinguished_name(&self.name)
        } else {
            String::new()
        };
        Group {
            seq: 0,
            id,
            name: self.name,
            create_time: now,
            description: self.description,
            user_quantity: 0,
            realm_id: REALM_ID.to_owned(),
            platform_type: self.platform_type,
            group_dn,
            domain: DEFAULT_DOMAIN.to_owned(),
            total_desktops: 0,
            parent: String::new(),
        }
    }
}

/// Inferred: the location of a group with this name in a directory.
fn distinguished_name(name: &str) -> String {
    format!("CN={name},CN=Users,DC=local,DC=com")
}

/// The changes of an update; absent members stay unchanged.
#[derive(Debug)]
pub(crate) struct GroupChange {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
}

/// Which groups to list; an absent filter matches all.
#[derive(Debug, Default, Hash)]
pub(crate) struct GroupFilter {
    /// A part of the name, case-folded.
    pub(crate) keyword: Option<String>,
    pub(crate) domain: Option<String>,
    /// Any of these; an empty list matches all.
    pub(crate) platform_types: Vec<PlatformType>,
}

/// The action on the users of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    Add,
    Delete,
}

static GROUPS: List = List {
    table: "workspace_groups",
    parent: Some("project_id"),
    sort_key: None,
    number: "seq",
    texts: &["name_lower"],
    filter_columns: &["domain", "platform_type"],
};

impl GroupFilter {
    fn passing(&self) -> Filter {
        let mut all = Filter::of(&GROUPS);
        all.contains("name_lower", self.keyword.clone());
        all.equals("domain", self.domain.clone());
        let wanted = |kind: &PlatformType| self.platform_types.contains(kind);
        let words = PlatformType::ALL.into_iter().filter(wanted);
        let words: Vec<String> = words.map(|kind| kind.as_str().to_owned()).collect();
        match &words[..] {
            [] => {}
            [word] => all.equals("platform_type", Some(word.clone())),
            _ => all.any_of("platform_type", words.into_iter()),
        }
        all
    }
}

/// A window on the matching groups, oldest first.
pub(crate) fn list_groups(
    tx: &Tx<'_>,
    project: &Project,
    filter: &GroupFilter,
    window: Window,
) -> rusqlite::Result<Page<Group>> {
    let (parent, total) = (project.project_id.as_str(), project.group_count);
    let passing = filter.passing();
    if let Some(query) = passing.query()
        && let Some(found) = tx.search(
            &GROUPS,
            parent.to_owned(),
            total,
            Direction::Forward,
            query,
            window,
        )?
    {
        let sql = format!(
            "SELECT {} FROM workspace_groups WHERE seq = ?1",
            Group::COLUMNS
        );
        return Ok(Page {
            total: found.total,
            rows: pick(tx, &sql, &found.numbers, Group::from_row)?,
        });
    }

    let source = format!(
        "FROM workspace_groups WHERE project_id = ?{}",
        passing.sql()
    );
    let values = || {
        let values = passing.values().iter().map(|value| value as &dyn ToSql);
        std::iter::once(&project.project_id as &dyn ToSql).chain(values)
    };
    let (total, start) = if passing.is_empty() {
        let forward = Direction::Forward;
        let start = tx.start(&GROUPS, parent.to_owned(), total, forward, window.offset)?;
        (total, start)
    } else {
        let total = tx
            .prepare_cached(&format!("SELECT count(*) {source}"))?
            .query_row(params_from_iter(values()), |row| row.get(0))?;
        (total, Start::first(window.offset))
    };
    let (first, limit, offset) = (start.number(), window.sql_limit(), start.sql_offset());
    let sql = format!(
        "SELECT {} {source} AND ? <= seq ORDER BY seq LIMIT ? OFFSET ?",
        Group::COLUMNS
    );
    let values = values().chain([&first as &dyn ToSql, &limit, &offset]);
    let rows = tx
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), Group::from_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Page { total, rows })
}

pub(crate) fn group(
    tx: &Connection,
    project_id: &str,
    id: &str,
) -> rusqlite::Result<Option<Group>> {
    let sql = format!(
        "SELECT {} FROM workspace_groups WHERE project_id = ?1 AND id = ?2",
        Group::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([project_id, id], Group::from_row)
        .optional()
}

/// An unused group id.
pub(crate) fn unused_group_id(
    tx: &Connection,
    project_id: &str,
    ids: &Ids,
) -> rusqlite::Result<String> {
    ids.unused(
        |ids| ids.text(32, LOWER_HEX),
        |id| group(tx, project_id, id).map(|known| known.is_some()),
    )
}

/// The group with this exact name.
pub(crate) fn group_named(
    tx: &Connection,
    project_id: &str,
    name: &str,
) -> rusqlite::Result<Option<Group>> {
    let sql = format!(
        "SELECT {} FROM workspace_groups WHERE project_id = ?1 AND name = ?2",
        Group::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([project_id, name], Group::from_row)
        .optional()
}

/// Adds a group; the caller maps a conflict (`workspace_groups.name`) to an error.
pub(crate) fn insert_group(
    tx: &Connection,
    project_id: &str,
    group: &Group,
) -> rusqlite::Result<usize> {
    touch(tx, project_id)?;
    let sql = "INSERT INTO workspace_groups (project_id, id, name, name_lower, create_time, description, realm_id, platform_type,
           group_dn, domain, total_desktops, parent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    write(tx, sql, project_id, group)
}

/// Replaces the group with this id; its members and its position in the list are kept.
pub(crate) fn put_group(
    tx: &Connection,
    project_id: &str,
    group: &Group,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE workspace_groups SET name = ?3, name_lower = ?4, create_time = ?5, description = ?6, realm_id = ?7,
           platform_type = ?8, group_dn = ?9, domain = ?10, total_desktops = ?11, parent = ?12
         WHERE project_id = ?1 AND id = ?2";
    write(tx, sql, project_id, group)
}

fn write(tx: &Connection, sql: &str, project_id: &str, group: &Group) -> rusqlite::Result<usize> {
    tx.prepare_cached(sql)?.execute(params![
        project_id,
        group.id,
        group.name,
        fold(&group.name),
        group.create_time.millis(),
        group.description,
        group.realm_id,
        group.platform_type.as_str(),
        group.group_dn,
        group.domain,
        group.total_desktops,
        group.parent,
    ])
}

/// Applies the changes; the caller maps a conflict (`workspace_groups.name`) to an error.
pub(crate) fn update_group(
    tx: &Connection,
    group: &Group,
    change: &GroupChange,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE workspace_groups SET name = coalesce(?2, name), name_lower = coalesce(?3, name_lower),
           group_dn = coalesce(?4, group_dn), description = coalesce(?5, description) WHERE seq = ?1";
    let renamed = change
        .name
        .as_deref()
        .filter(|_| group.platform_type == PlatformType::Ad);
    tx.prepare_cached(sql)?.execute(params![
        group.seq,
        change.name,
        change.name.as_deref().map(fold),
        renamed.map(distinguished_name),
        change.description,
    ])
}

/// Deletes a group with its memberships; returns whether it existed.
pub(crate) fn delete_group(tx: &Connection, project_id: &str, id: &str) -> rusqlite::Result<bool> {
    let sql = "DELETE FROM workspace_groups WHERE project_id = ?1 AND id = ?2";
    Ok(tx.prepare_cached(sql)?.execute([project_id, id])? == 1)
}

/// Adds users to a group or removes them; those already in (or out) are unaffected.
pub(crate) fn change_members(
    tx: &Connection,
    group: &Group,
    users: &[i64],
    what: Membership,
) -> rusqlite::Result<()> {
    let sql = match what {
        Membership::Add => {
            "INSERT OR IGNORE INTO workspace_members (group_seq, user_seq) VALUES (?1, ?2)"
        }
        Membership::Delete => {
            "DELETE FROM workspace_members WHERE group_seq = ?1 AND user_seq = ?2"
        }
    };
    let mut statement = tx.prepare_cached(sql)?;
    for user in users {
        statement.execute([group.seq, *user])?;
    }
    Ok(())
}

/// All groups of a project, oldest first.
pub(crate) fn for_each_group(
    tx: &Connection,
    project: &Project,
    mut each: impl FnMut(Group),
) -> rusqlite::Result<()> {
    let sql = format!(
        "SELECT {} FROM workspace_groups WHERE project_id = ?1 ORDER BY seq",
        Group::COLUMNS
    );
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([&project.project_id])?;
    while let Some(row) = rows.next()? {
        each(Group::from_row(row)?);
    }
    Ok(())
}
