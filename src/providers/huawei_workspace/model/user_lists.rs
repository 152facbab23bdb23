//! Lists of desktop users, of a project or a group, filtered.

use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, params_from_iter};

use super::users::{ActiveType, User};
use super::{Group, PlatformType, Project, fold, group_named};
use crate::store::Tx;
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::order::{Direction, Found, Query};
use crate::store::page::{Page, RowLimit, Window};
use crate::store::rows::{CachedReader, Columns, EncodedRow, PlainReader, RowEncoder, RowReader};
use crate::store::seek::Start;

/// Which users to list: a user must match all filters, and an absent filter matches all users.
#[derive(Debug, Default, Hash)]
pub(crate) struct UserFilter {
    /// A part of the name, case-folded.
    pub(crate) user_name: Option<String>,
    /// Case-sensitive.
    pub(crate) user_email: Option<String>,
    /// The name is exactly one of these.
    pub(crate) user_names: Option<Vec<String>>,
    /// A part of the description, case-folded.
    pub(crate) description: Option<String>,
    pub(crate) active_type: Option<ActiveType>,
    /// The name of a group that contains the user.
    pub(crate) group_name: Option<String>,
    pub(crate) share_space_subscription: Option<bool>,
    /// Whether the user has any shared desktops.
    pub(crate) share_space_desktops: Option<bool>,
    pub(crate) enterprise_project_id: Option<String>,
    pub(crate) disabled: Option<bool>,
    pub(crate) domain: Option<String>,
    pub(crate) platform_type: Option<PlatformType>,
}

/// The rows; the number of a member is that of its user.
const USER: Columns = Columns::of("workspace_users", "seq", User::COLUMNS);

static USERS: List = List {
    table: "workspace_users",
    parent: Some("project_id"),
    sort_key: None,
    number: "seq",
    texts: &["user_name_lower", "description_lower"],
    filter_columns: &[
        "active_type",
        "share_space_subscription",
        "0 < share_space_desktops",
        "enterprise_project_id",
        "disabled",
        "domain",
    ],
};

static MEMBERS: List = List {
    table: "workspace_members",
    parent: Some("group_seq"),
    sort_key: None,
    number: "user_seq",
    texts: &[],
    filter_columns: &[],
};

impl UserFilter {
    /// The filter of a list of users without the group, which is a list of its own.
    fn passing(&self, list: &'static List) -> Filter {
        let mut all = Filter::of(list);
        if let Some(names) = &self.user_names {
            // The index is searched by the folded names, the exact ones decide.
            all.any_of("user_name_lower", names.iter().map(|name| fold(name)));
            all.any_of("user_name", names.iter().cloned());
        }
        let words = |word: &'static str| word.to_owned();
        all.equals("user_email", self.user_email.clone());
        all.contains("user_name_lower", self.user_name.clone());
        all.contains("description_lower", self.description.clone());
        all.equals(
            "active_type",
            self.active_type.map(ActiveType::as_str).map(words),
        );
        all.equals("share_space_subscription", self.share_space_subscription);
        all.equals("0 < share_space_desktops", self.share_space_desktops);
        all.equals("enterprise_project_id", self.enterprise_project_id.clone());
        all.equals("disabled", self.disabled);
        all.equals("domain", self.domain.clone());
        // Inferred: all users here are in Workspace's own directory, whatever their groups are in.
        all.when(
            "? = 'LOCAL'",
            self.platform_type.map(PlatformType::as_str).map(words),
        );
        all
    }
}

/// A window on the matching users, oldest first, encoded.
pub(crate) fn list_users(
    tx: &Tx<'_>,
    project: &Project,
    filter: &UserFilter,
    window: Window,
    encoder: &RowEncoder<'_, User>,
) -> rusqlite::Result<Page<EncodedRow>> {
    let Some(scope) = Scope::of(tx, project, filter)? else {
        return Ok(Page {
            total: 0,
            rows: Vec::new(),
        });
    };
    let passing = filter.passing(scope.list);
    let reader = CachedReader {
        columns: USER,
        read: &User::from_row,
        encoder,
    };
    if let Some(query) = passing.query()
        && let Some(found) = scope.search(tx, query, window)?
    {
        return Ok(Page {
            total: found.total,
            rows: reader.pick(tx, &found.numbers)?,
        });
    }
    list(tx, &scope, &passing, window, &reader)
}

/// The matching users after a row, oldest first, encoded, to continue a list.
pub(crate) fn users_after(
    tx: &Connection,
    project: &Project,
    filter: &UserFilter,
    (seq, max): (i64, u64),
    encoder: &RowEncoder<'_, User>,
) -> rusqlite::Result<Vec<EncodedRow>> {
    let Some(scope) = Scope::of(tx, project, filter)? else {
        return Ok(Vec::new());
    };
    let passing = filter.passing(scope.list);
    let (source, number) = (scope.source, scope.list.number);
    let from = format!(
        "FROM {source}{} AND ? < {number} ORDER BY {number} LIMIT ?",
        passing.sql()
    );
    let values = std::iter::once(&scope.parent)
        .chain(passing.values())
        .map(|value| value as &dyn ToSql)
        .chain([&seq as &dyn ToSql, &max]);
    let reader = CachedReader {
        columns: USER,
        read: &User::from_row,
        encoder,
    };
    reader.read_all(tx, &from, params_from_iter(values))
}

/// A window on the members of a group that match, oldest user first.
pub(crate) fn list_members(
    tx: &Tx<'_>,
    group: &Group,
    filter: &UserFilter,
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let scope = Scope::members(group);
    let reader = PlainReader {
        columns: USER,
        read: User::from_row,
    };
    list(tx, &scope, &filter.passing(scope.list), window, &reader)
}

/// The users that a filter is applied to, and their number.
struct Scope {
    list: &'static List,
    source: &'static str,
    parent: Value,
    total: u64,
}

impl Scope {
    /// The users of a project, or of the group in the project that the filter names; `None` if there is no such group.
    /// In a group's own list, the rows after a given row are found by an index, rather than by testing each user's
    /// membership.
    fn of(
        tx: &Connection,
        project: &Project,
        filter: &UserFilter,
    ) -> rusqlite::Result<Option<Self>> {
        let Some(name) = &filter.group_name else {
            return Ok(Some(Self {
                list: &USERS,
                source: "workspace_users WHERE project_id = ?",
                parent: project.project_id.clone().into(),
                total: project.user_count,
            }));
        };
        let group = group_named(tx, &project.project_id, name)?;
        Ok(group.as_ref().map(Self::members))
    }

    fn members(group: &Group) -> Self {
        Self {
            list: &MEMBERS,
            source: "workspace_members JOIN workspace_users ON seq = user_seq WHERE group_seq = ?",
            parent: group.seq.into(),
            total: group.user_quantity,
        }
    }

    fn search(
        &self,
        tx: &Tx<'_>,
        query: &Query,
        window: Window,
    ) -> rusqlite::Result<Option<Found>> {
        let (parent, forward) = (self.parent.clone(), Direction::Forward);
        tx.search(self.list, parent, self.total, forward, query, window)
    }

    fn start(&self, tx: &Tx<'_>, offset: u64) -> rusqlite::Result<Start> {
        let (parent, forward) = (self.parent.clone(), Direction::Forward);
        tx.start(self.list, parent, self.total, forward, offset)
    }
}

fn list<R: RowReader>(
    tx: &Tx<'_>,
    scope: &Scope,
    passing: &Filter,
    window: Window,
    reader: &R,
) -> rusqlite::Result<Page<R::Row>> {
    let source = format!("FROM {}{}", scope.source, passing.sql());
    let values = || {
        let values = std::iter::once(&scope.parent).chain(passing.values());
        values.map(|value| value as &dyn ToSql)
    };

    let number = scope.list.number;
    let start = if passing.is_empty() {
        scope.start(tx, window.offset)?
    } else {
        Start::first(window.offset)
    };
    let (first, limit, offset) = (start.number(), window.sql_limit(), start.sql_offset());
    let from = format!("{source} AND ? <= {number} ORDER BY {number} LIMIT ? OFFSET ?");
    let params = params_from_iter(values().chain([&first as &dyn ToSql, &limit, &offset]));
    let rows = reader.select(tx, &from, params, window.limit)?;

    let total = if passing.is_empty() {
        scope.total
    } else if window.offset == 0 && window.limit == RowLimit::All {
        rows.len() as u64
    } else {
        tx.prepare_cached(&format!("SELECT count(*) {source}"))?
            .query_row(params_from_iter(values()), |row| row.get(0))?
    };
    Ok(Page { total, rows })
}
