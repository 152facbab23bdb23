//! Clusters, users and jobs: rules, rows in and rows out.

use rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use serde::{Deserialize, Serialize};

use crate::namespace::ids::{ALPHANUMERIC, Ids, LOWER_ALPHANUMERIC};
use crate::provider::error::Missing;
use crate::store::Tx;
use crate::store::lists::{List, Start};
use crate::store::order::{Direction, Query};
use crate::store::page::{Limit, Page, Window, count, pick, select};

/// What contradicts the counts and ids that triggers keep: each query gives a row then.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM qingcloud_clusters AS c WHERE user_count <> (SELECT count(*) FROM qingcloud_users WHERE cluster_id = c.cluster_id)",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_clusters) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'clusters')",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_users) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'users')",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_jobs) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'jobs')",
];

/// Inferred: the `uid_number` of the first user of a cluster, which in the samples is its admin's.
const FIRST_UID: i64 = 41500;
/// The highest number that a user of a system can have, and the highest that a seed can name.
const HIGHEST_UID: i64 = u32::MAX as i64;
/// The name of the admin of a cluster.
pub(crate) const ADMIN: &str = "admin";
/// Where every job runs, as in the samples.
pub(crate) const SUBMITTER: &str = "nscca-hpc1";

/// A cluster, the parent of users.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cluster {
    pub(crate) cluster_id: String,
    pub(crate) cluster_name: String,
    pub(crate) cluster_status: String,
    pub(crate) cluster_type: String,
    pub(crate) create_time: String,
    pub(crate) description: String,
    pub(crate) nas_mount_point: String,
    pub(crate) paid_type: String,
    pub(crate) total_node_count: i64,
    /// Whose it is; asked for in a filter and shown in no answer.
    pub(crate) owner: String,
    pub(crate) user_count: u64,
    /// This one and the three of the storage follow from the id and the mount point where no seed says.
    pub(crate) app_cluster_id: Option<String>,
    pub(crate) nas_id: Option<String>,
    pub(crate) nas_path: Option<String>,
    pub(crate) nas_shared_path: Option<String>,
    pub(crate) cluster_sw: Vec<Software>,
    pub(crate) cpu_hours: f64,
    pub(crate) mem_hours: f64,
    pub(crate) job_counts: JobCounts,
    pub(crate) project_role: String,
    pub(crate) shared_status: String,
    pub(crate) scheduler_type: String,
}

/// Software of a cluster, as the API names its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Software {
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default)]
    pub(crate) hpcsw_id: String,
    #[serde(default)]
    pub(crate) sw_name: String,
    #[serde(default)]
    pub(crate) sw_ver: String,
}

/// How many jobs of a cluster are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct JobCounts {
    pub(crate) deleted: i64,
    pub(crate) finished: i64,
    pub(crate) pending: i64,
    pub(crate) running: i64,
    pub(crate) stopped: i64,
}

impl Cluster {
    /// The columns, in the order of [`Cluster::from_row`].
    const COLUMNS: &'static str = "cluster_id, cluster_name, cluster_status, cluster_type, create_time, description, nas_mount_point, \
         paid_type, total_node_count, owner, user_count, app_cluster_id, nas_id, nas_path, nas_shared_path, cluster_sw, cpu_hours, \
         mem_hours, deleted_job_count, finished_job_count, pending_job_count, running_job_count, stopped_job_count, project_role, \
         shared_status, scheduler_type";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            cluster_id: row.get(0)?,
            cluster_name: row.get(1)?,
            cluster_status: row.get(2)?,
            cluster_type: row.get(3)?,
            create_time: row.get(4)?,
            description: row.get(5)?,
            nas_mount_point: row.get(6)?,
            paid_type: row.get(7)?,
            total_node_count: row.get(8)?,
            owner: row.get(9)?,
            user_count: row.get(10)?,
            app_cluster_id: row.get(11)?,
            nas_id: row.get(12)?,
            nas_path: row.get(13)?,
            nas_shared_path: row.get(14)?,
            cluster_sw: serde_json::from_str(row.get_ref(15)?.as_str()?).map_err(|cause| {
                rusqlite::Error::FromSqlConversionFailure(15, Type::Text, cause.into())
            })?,
            cpu_hours: row.get(16)?,
            mem_hours: row.get(17)?,
            job_counts: JobCounts {
                deleted: row.get(18)?,
                finished: row.get(19)?,
                pending: row.get(20)?,
                running: row.get(21)?,
                stopped: row.get(22)?,
            },
            project_role: row.get(23)?,
            shared_status: row.get(24)?,
            scheduler_type: row.get(25)?,
        })
    }
}

/// A user of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) cluster_id: String,
    pub(crate) create_time: String,
    pub(crate) gid_number: i64,
    pub(crate) hpcuser_id: String,
    /// The mode of the home directory, three octal digits.
    pub(crate) r#mod: Option<String>,
    pub(crate) nas_mount_point: String,
    pub(crate) role: String,
    pub(crate) uid_number: i64,
    pub(crate) update_time: String,
    pub(crate) user_id: String,
    pub(crate) username: String,
}

impl User {
    /// The columns, in the order of [`User::from_row`].
    const COLUMNS: &'static str = "cluster_id, create_time, gid_number, hpcuser_id, mod, nas_mount_point, role, uid_number, update_time, user_id, \
         username";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            cluster_id: row.get(0)?,
            create_time: row.get(1)?,
            gid_number: row.get(2)?,
            hpcuser_id: row.get(3)?,
            r#mod: row.get(4)?,
            nas_mount_point: row.get(5)?,
            role: row.get(6)?,
            uid_number: row.get(7)?,
            update_time: row.get(8)?,
            user_id: row.get(9)?,
            username: row.get(10)?,
        })
    }

    /// A user that somebody adds now: an ordinary one, in the cluster's own folder.
    pub(crate) fn with(
        keys: Keys,
        cluster_id: &str,
        mount_point: &str,
        username: &str,
        now: String,
    ) -> Self {
        Self {
            cluster_id: cluster_id.to_owned(),
            create_time: now.clone(),
            gid_number: keys.uid_number,
            hpcuser_id: keys.hpcuser_id,
            r#mod: None,
            nas_mount_point: mount_point.to_owned(),
            role: "member".to_owned(),
            uid_number: keys.uid_number,
            update_time: now,
            user_id: keys.user_id,
            username: username.to_owned(),
        }
    }

    /// Admins and bosses stay.
    pub(crate) fn can_be_deleted(&self) -> bool {
        self.role == "member"
    }
}

/// What no two users of a cluster share, and their account.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) hpcuser_id: String,
    pub(crate) uid_number: i64,
    pub(crate) user_id: String,
}

impl Keys {
    /// Those that nobody has.
    pub(crate) fn new(tx: &Connection, ids: &Ids, cluster_id: &str) -> rusqlite::Result<Self> {
        Ok(Self {
            uid_number: next_uid(tx, cluster_id)?,
            hpcuser_id: fresh_hpcuser_id(tx, ids)?,
            user_id: new_user_id(ids),
        })
    }
}

/// An entry of the job log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) action_describe: String,
    pub(crate) create_time: String,
    pub(crate) error_codes: String,
    pub(crate) job_action: String,
    pub(crate) job_id: String,
    pub(crate) owner: String,
    /// Ids with single spaces between them.
    pub(crate) resource_ids: String,
    pub(crate) status: String,
    pub(crate) status_time: String,
    pub(crate) submitter: String,
    pub(crate) task_count: Option<i64>,
}

impl Job {
    /// The columns, in the order of [`Job::from_row`].
    const COLUMNS: &'static str = "action_describe, create_time, error_codes, job_action, job_id, owner, resource_ids, status, status_time, \
         submitter, task_count";

    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            action_describe: row.get(0)?,
            create_time: row.get(1)?,
            error_codes: row.get(2)?,
            job_action: row.get(3)?,
            job_id: row.get(4)?,
            owner: row.get(5)?,
            resource_ids: row.get(6)?,
            status: row.get(7)?,
            status_time: row.get(8)?,
            submitter: row.get(9)?,
            task_count: row.get(10)?,
        })
    }

    /// Inferred: the change that a job stands for has happened by the time that its id is answered.
    pub(crate) fn done(
        tx: &Connection,
        ids: &Ids,
        cluster: &Cluster,
        (job_action, action_describe): (&str, &str),
        now: &str,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            action_describe: action_describe.to_owned(),
            create_time: now.to_owned(),
            error_codes: String::new(),
            job_action: job_action.to_owned(),
            job_id: fresh_job_id(tx, ids)?,
            owner: cluster.owner.clone(),
            resource_ids: cluster.cluster_id.clone(),
            status: "successful".to_owned(),
            status_time: now.to_owned(),
            submitter: SUBMITTER.to_owned(),
            task_count: None,
        })
    }
}

/// Which way a list runs along its keys, the last of which is the order in which its rows came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

impl Order {
    fn sql(self, keys: &[&str]) -> String {
        let direction = match self {
            Self::Ascending => "",
            Self::Descending => " DESC",
        };
        let keys: Vec<String> = keys.iter().map(|key| format!("{key}{direction}")).collect();
        format!("ORDER BY {}", keys.join(", "))
    }

    /// Which rows come with or after one, by its key and seq.
    fn from(self, key: &str) -> String {
        let relation = match self {
            Self::Ascending => ">=",
            Self::Descending => "<=",
        };
        format!("({key}, seq) {relation} (?, ?)")
    }

    const fn direction(self) -> Direction {
        match self {
            Self::Ascending => Direction::Forward,
            Self::Descending => Direction::Backward,
        }
    }
}

/// What users are sorted by; the order in which they came decides between equal ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum UserKey {
    #[default]
    CreateTime,
    Username,
}

/// What clusters are sorted by; the creation time and then the order in which they came decide between equal ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum ClusterKey {
    #[default]
    CreateTime,
    ClusterId,
    ClusterName,
    ClusterStatus,
    ClusterType,
}

impl ClusterKey {
    /// The column that is looked at before the list's own key.
    const fn column(self) -> Option<&'static str> {
        match self {
            Self::CreateTime => None,
            Self::ClusterId => Some("cluster_id"),
            Self::ClusterName => Some("cluster_name"),
            Self::ClusterStatus => Some("cluster_status"),
            Self::ClusterType => Some("cluster_type"),
        }
    }
}

static CLUSTERS: List = List {
    table: "qingcloud_clusters",
    parent: None,
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &["owner", "cluster_type", "cluster_status"],
};

/// The users of all clusters.
static USERS: List = List {
    table: "qingcloud_users",
    parent: None,
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_OF_CLUSTER: List = List {
    table: "qingcloud_users",
    parent: Some("cluster_id"),
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_BY_NAME: List = List {
    table: "qingcloud_users",
    parent: None,
    sort_key: Some("username"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static USERS_OF_CLUSTER_BY_NAME: List = List {
    table: "qingcloud_users",
    parent: Some("cluster_id"),
    sort_key: Some("username"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &[],
};

static JOBS: List = List {
    table: "qingcloud_jobs",
    parent: None,
    sort_key: Some("create_time"),
    number: "seq",
    texts: &["folded_name"],
    filter_columns: &["status", "job_action", "owner"],
};

/// Which users to list; an absent filter lets all through.
#[derive(Debug, Default, Hash)]
pub(crate) struct UserFilter {
    pub(crate) cluster_id: Option<String>,
    pub(crate) user_id: Option<String>,
    /// Part of the username, in any case.
    pub(crate) search_word: Option<String>,
}

/// Which clusters to list.
#[derive(Debug, Default, Hash)]
pub(crate) struct ClusterFilter {
    pub(crate) owner: Option<String>,
    pub(crate) cluster_id: Option<String>,
    pub(crate) cluster_type: Option<String>,
    pub(crate) status: Option<String>,
    /// What the project's sharing is.
    pub(crate) shared_status: Option<String>,
    /// Part of the name, in any case.
    pub(crate) search_word: Option<String>,
}

/// Which jobs to list. A list of ids that is empty lets all through.
#[derive(Debug, Default, Hash)]
pub(crate) struct JobFilter {
    pub(crate) job_ids: Vec<String>,
    pub(crate) jobs: Vec<String>,
    pub(crate) status: Option<String>,
    pub(crate) job_action: Option<String>,
    pub(crate) action_describe: Option<String>,
    /// At least one of these is among the job's.
    pub(crate) resource_ids: Vec<String>,
    pub(crate) owner: Option<String>,
    /// Part of the action's name or description, in any case.
    pub(crate) search_word: Option<String>,
    /// Created at or after.
    pub(crate) start_time: Option<String>,
    /// Created after: where the start is within a second, the jobs of that second were earlier.
    pub(crate) after: Option<String>,
    /// Created at or before.
    pub(crate) end_time: Option<String>,
}

/// A list, whose it is, and how many rows it has.
struct Scope {
    list: &'static List,
    /// The column to sort by before the list's own key, if another was asked for.
    first: Option<&'static str>,
    parent: Value,
    total: u64,
}

impl Scope {
    /// The columns to sort by, the most telling first.
    fn keys(&self) -> Vec<&'static str> {
        let keys = self.first.into_iter().chain(self.list.sort_key);
        keys.chain([self.list.number]).collect()
    }
}

/// The conditions of a query, all of which have to hold. A statement's text depends only on which filters there are, so
/// that it stays prepared.
#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
    /// Those that the store can search a long list for by itself.
    query: Query,
    /// Whether there are others.
    has_others: bool,
}

impl Conditions {
    /// Adds a condition on a value that is there; its `?` is the value.
    fn when(&mut self, condition: &str, value: Option<String>) {
        if let Some(value) = value {
            self.push(condition, [Value::Text(value)]);
            self.has_others = true;
        }
    }

    /// Adds the condition that the filter_column of that place is a value, if that is there.
    fn when_facet(&mut self, list: &List, place: usize, value: Option<String>) {
        if let Some(value) = value {
            let condition = format!("{} = ?", list.filter_columns[place]);
            self.push(&condition, [Value::Text(value.clone())]);
            self.query.filter_columns.push((place, value));
        }
    }

    /// Adds the condition that a list's one text contains a word, in the case that texts are kept in, if there is one.
    fn when_contains(&mut self, word: Option<String>) {
        if let Some(word) = word {
            self.push("instr(folded_name, ?)", [Value::Text(word.clone())]);
            self.query.texts.push((0, word));
        }
    }

    fn push<const N: usize>(&mut self, condition: &str, values: [Value; N]) {
        self.sql.push_str(if self.sql.is_empty() {
            "WHERE "
        } else {
            " AND "
        });
        self.sql.push_str(condition);
        self.values.extend(values);
    }

    /// A window on the rows of a list that match.
    fn page<T>(
        mut self,
        tx: &Tx<'_>,
        scope: &Scope,
        columns: &str,
        (order, window): (Order, Window),
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Page<T>> {
        let &Scope {
            list,
            first,
            ref parent,
            total,
        } = scope;
        let (table, direction) = (list.table, order.direction());
        // Only the list's own order is kept ready.
        if !self.has_others
            && first.is_none()
            && !self.query.is_empty()
            && let Some(found) =
                tx.search(list, parent.clone(), total, direction, &self.query, window)?
        {
            let sql = format!("SELECT {columns} FROM {table} WHERE seq = ?1");
            return Ok(Page {
                total: found.total,
                rows: pick(tx, &sql, &found.numbers, read)?,
            });
        }
        let has_filters = !self.sql.is_empty();
        if let Some(column) = list.parent {
            self.push(&format!("{column} = ?"), [parent.clone()]);
        }
        let (total, start) = if has_filters {
            let sql = format!("SELECT count(*) FROM {table} {}", self.sql);
            let total = count(tx, &sql, params_from_iter(&self.values))?;
            (total, Start::first(window.offset))
        } else if first.is_some() {
            (total, Start::first(window.offset))
        } else {
            let start = tx.start(list, parent.clone(), total, direction, window.offset)?;
            (total, start)
        };
        let offset = start.sql_offset();
        if let Some(key) = start.key {
            self.push(
                &order.from(list.sort_key.unwrap_or("create_time")),
                [Value::Text(key.sort_key), Value::Integer(key.number)],
            );
        }
        if window.limit == Limit::RowSource(0) {
            return Ok(Page {
                total,
                rows: Vec::new(),
            });
        }
        self.values
            .extend([window.sql_limit(), offset].map(Value::Integer));
        let sql = format!(
            "SELECT {columns} FROM {table} {} {} LIMIT ? OFFSET ?",
            self.sql,
            order.sql(&scope.keys())
        );
        let rows = select(tx, &sql, params_from_iter(&self.values), read)?;
        Ok(Page { total, rows })
    }
}

/// What search_word and names are compared as.
fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// What a search_word of jobs, and each of the two texts that it is looked for in, are compared as. A line feed stands
/// between the two, so that no word can run from one into the other; one within a text is kept as Unicode's own separator.
fn folded_line(text: &str) -> String {
    folded(text).replace('\n', "\u{2028}")
}

fn json_array(ids: &[String]) -> Option<String> {
    (!ids.is_empty()).then(|| serde_json::to_string(ids).expect("texts become JSON"))
}

fn total(tx: &Connection, kind: &str) -> rusqlite::Result<u64> {
    count(
        tx,
        "SELECT total FROM qingcloud_counts WHERE kind = ?1",
        [kind],
    )
}

/// How many records of each kind there are.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    ["clusters", "users", "jobs"]
        .into_iter()
        .map(|kind| Ok((kind, total(tx, kind)?)))
        .collect()
}

pub(crate) fn cluster(tx: &Connection, cluster_id: &str) -> rusqlite::Result<Option<Cluster>> {
    let sql = format!(
        "SELECT {} FROM qingcloud_clusters WHERE cluster_id = ?1",
        Cluster::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([cluster_id], Cluster::from_row)
        .optional()
}

/// Where the home directories of a cluster are, if there is one: an import asks for each user.
pub(crate) fn mount_point(tx: &Connection, cluster_id: &str) -> rusqlite::Result<Option<String>> {
    tx.prepare_cached("SELECT nas_mount_point FROM qingcloud_clusters WHERE cluster_id = ?1")?
        .query_row([cluster_id], |row| row.get(0))
        .optional()
}

pub(crate) fn list_clusters(
    tx: &Tx<'_>,
    filter: ClusterFilter,
    (key, order): (ClusterKey, Order),
    window: Window,
) -> rusqlite::Result<Page<Cluster>> {
    let mut conditions = Conditions::default();
    conditions.when("cluster_id = ?", filter.cluster_id);
    conditions.when_facet(&CLUSTERS, 0, filter.owner);
    conditions.when_facet(&CLUSTERS, 1, filter.cluster_type);
    conditions.when_facet(&CLUSTERS, 2, filter.status);
    conditions.when("shared_status = ?", filter.shared_status);
    conditions.when_contains(filter.search_word.as_deref().map(folded));
    let scope = Scope {
        list: &CLUSTERS,
        first: key.column(),
        parent: Value::Null,
        total: total(tx, "clusters")?,
    };
    conditions.page(
        tx,
        &scope,
        Cluster::COLUMNS,
        (order, window),
        Cluster::from_row,
    )
}

/// Adds a cluster, or brings the one of the same id up to date; its users stay.
pub(crate) fn put_cluster(tx: &Connection, cluster: &Cluster) -> rusqlite::Result<()> {
    let sql = "INSERT INTO qingcloud_clusters (cluster_id, cluster_name, folded_name, cluster_status, cluster_type, create_time,
           description, nas_mount_point, paid_type, total_node_count, owner, app_cluster_id, nas_id, nas_path, nas_shared_path,
           cluster_sw, cpu_hours, mem_hours, deleted_job_count, finished_job_count, pending_job_count, running_job_count,
           stopped_job_count, project_role, shared_status, scheduler_type)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)
         ON CONFLICT (cluster_id) DO UPDATE SET cluster_name = excluded.cluster_name, folded_name = excluded.folded_name,
           cluster_status = excluded.cluster_status, cluster_type = excluded.cluster_type, create_time = excluded.create_time,
           description = excluded.description, nas_mount_point = excluded.nas_mount_point, paid_type = excluded.paid_type,
           total_node_count = excluded.total_node_count, owner = excluded.owner, app_cluster_id = excluded.app_cluster_id,
           nas_id = excluded.nas_id, nas_path = excluded.nas_path, nas_shared_path = excluded.nas_shared_path,
           cluster_sw = excluded.cluster_sw, cpu_hours = excluded.cpu_hours, mem_hours = excluded.mem_hours,
           deleted_job_count = excluded.deleted_job_count, finished_job_count = excluded.finished_job_count,
           pending_job_count = excluded.pending_job_count, running_job_count = excluded.running_job_count,
           stopped_job_count = excluded.stopped_job_count, project_role = excluded.project_role,
           shared_status = excluded.shared_status, scheduler_type = excluded.scheduler_type";
    let software = serde_json::to_string(&cluster.cluster_sw).expect("texts become JSON");
    let jobs = cluster.job_counts;
    tx.prepare_cached(sql)?.execute(params![
        cluster.cluster_id,
        cluster.cluster_name,
        folded(&cluster.cluster_name),
        cluster.cluster_status,
        cluster.cluster_type,
        cluster.create_time,
        cluster.description,
        cluster.nas_mount_point,
        cluster.paid_type,
        cluster.total_node_count,
        cluster.owner,
        cluster.app_cluster_id,
        cluster.nas_id,
        cluster.nas_path,
        cluster.nas_shared_path,
        software,
        cluster.cpu_hours,
        cluster.mem_hours,
        jobs.deleted,
        jobs.finished,
        jobs.pending,
        jobs.running,
        jobs.stopped,
        cluster.project_role,
        cluster.shared_status,
        cluster.scheduler_type,
    ])?;
    Ok(())
}

/// Whether the account may use a zone: any, where no seed names some.
pub(crate) fn may_use_zone(tx: &Connection, zone: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM qingcloud_zones WHERE zone = ?1) OR NOT EXISTS (SELECT 1 FROM qingcloud_zones)";
    tx.prepare_cached(sql)?.query_row([zone], |row| row.get(0))
}

/// The zones that the account may use; none means any.
pub(crate) fn zones(tx: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT zone FROM qingcloud_zones ORDER BY zone";
    select(tx, sql, [], |row| row.get(0))
}

/// Puts other zones in the place of those that there are.
pub(crate) fn replace_zones<'a>(
    tx: &Connection,
    zones: impl IntoIterator<Item = &'a str>,
) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_zones")?
        .execute([])?;
    let mut statement = tx.prepare_cached("INSERT OR IGNORE INTO qingcloud_zones VALUES (?1)")?;
    for zone in zones {
        statement.execute([zone])?;
    }
    Ok(())
}

/// Deletes a cluster and its users.
pub(crate) fn delete_cluster(tx: &Connection, cluster_id: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_clusters WHERE cluster_id = ?1")?
        .execute([cluster_id])?;
    Ok(())
}

pub(crate) fn user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "SELECT {} FROM qingcloud_users WHERE cluster_id = ?1 AND username = ?2",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row([cluster_id, username], User::from_row)
        .optional()
}

/// Users in that order; `cluster` is the one that the filter names.
pub(crate) fn list_users(
    tx: &Tx<'_>,
    filter: UserFilter,
    cluster: Option<&Cluster>,
    (key, order): (UserKey, Order),
    window: Window,
) -> rusqlite::Result<Page<User>> {
    let mut conditions = Conditions::default();
    conditions.when("user_id = ?", filter.user_id);
    conditions.when_contains(filter.search_word.as_deref().map(folded));
    let by_name = key == UserKey::Username;
    let scope = match cluster {
        Some(cluster) => Scope {
            list: if by_name {
                &USERS_OF_CLUSTER_BY_NAME
            } else {
                &USERS_OF_CLUSTER
            },
            first: None,
            parent: cluster.cluster_id.clone().into(),
            total: cluster.user_count,
        },
        None => Scope {
            list: if by_name { &USERS_BY_NAME } else { &USERS },
            first: None,
            parent: Value::Null,
            total: total(tx, "users")?,
        },
    };
    conditions.page(tx, &scope, User::COLUMNS, (order, window), User::from_row)
}

/// Adds a user; the caller gives a conflict its name.
pub(crate) fn insert_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "INSERT INTO qingcloud_users (cluster_id, create_time, gid_number, hpcuser_id, mod, nas_mount_point, role, uid_number,
           update_time, user_id, username, folded_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    tx.prepare_cached(sql)?.execute(params![
        user.cluster_id,
        user.create_time,
        user.gid_number,
        user.hpcuser_id,
        user.r#mod,
        user.nas_mount_point,
        user.role,
        user.uid_number,
        user.update_time,
        user.user_id,
        user.username,
        folded(&user.username),
    ])
}

/// Adds a user unless it shares a key with another; says whether it did.
pub(crate) fn insert_user_if_new(tx: &Connection, user: &User) -> rusqlite::Result<bool> {
    match insert_user(tx, user) {
        Ok(_) => Ok(true),
        Err(rusqlite::Error::SqliteFailure(cause, _))
            if cause.extended_code == SQLITE_CONSTRAINT_UNIQUE =>
        {
            Ok(false)
        }
        Err(cause) => Err(cause),
    }
}

/// Brings a user up to date, by cluster and name; the caller gives a conflict its name.
pub(crate) fn update_user(tx: &Connection, user: &User) -> rusqlite::Result<usize> {
    let sql = "UPDATE qingcloud_users SET create_time = ?2, gid_number = ?3, hpcuser_id = ?4, mod = ?5, nas_mount_point = ?6,
           role = ?7, uid_number = ?8, update_time = ?9, user_id = ?10 WHERE cluster_id = ?1 AND username = ?11";
    tx.prepare_cached(sql)?.execute(params![
        user.cluster_id,
        user.create_time,
        user.gid_number,
        user.hpcuser_id,
        user.r#mod,
        user.nas_mount_point,
        user.role,
        user.uid_number,
        user.update_time,
        user.user_id,
        user.username,
    ])
}

/// Notes that a user was changed; says whether there was one.
pub(crate) fn touch_user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
    now: &str,
) -> rusqlite::Result<bool> {
    let sql = "UPDATE qingcloud_users SET update_time = ?3 WHERE cluster_id = ?1 AND username = ?2";
    Ok(tx
        .prepare_cached(sql)?
        .execute([cluster_id, username, now])?
        == 1)
}

pub(crate) fn delete_user(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_users WHERE cluster_id = ?1 AND username = ?2")?
        .execute([cluster_id, username])?;
    Ok(())
}

/// Gives a cluster that has no admin one. Every cluster of the service has exactly one.
pub(crate) fn ensure_admin(tx: &Connection, ids: &Ids, cluster: &Cluster) -> rusqlite::Result<()> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM qingcloud_users WHERE cluster_id = ?1 AND role = 'admin')";
    if tx
        .prepare_cached(sql)?
        .query_row([&cluster.cluster_id], |row| row.get(0))?
    {
        return Ok(());
    }
    let keys = Keys::new(tx, ids, &cluster.cluster_id)?;
    let mut admin = User::with(
        keys,
        &cluster.cluster_id,
        &cluster.nas_mount_point,
        ADMIN,
        cluster.create_time.clone(),
    );
    ADMIN.clone_into(&mut admin.role);
    insert_user(tx, &admin)?;
    tx.prepare_cached("UPDATE qingcloud_users SET implied = 1 WHERE hpcuser_id = ?1")?
        .execute([&admin.hpcuser_id])?;
    Ok(())
}

/// Takes an admin that no seed named out of the way of a user that one names, and says who it was.
pub(crate) fn make_way(
    tx: &Connection,
    cluster_id: &str,
    username: &str,
    uid_number: Option<i64>,
    is_admin: bool,
) -> rusqlite::Result<Option<User>> {
    let sql = format!(
        "DELETE FROM qingcloud_users WHERE cluster_id = ?1 AND role = 'admin' AND implied
           AND (?2 OR username = ?3 OR uid_number = ?4) RETURNING {}",
        User::COLUMNS
    );
    tx.prepare_cached(&sql)?
        .query_row(
            params![cluster_id, is_admin, username, uid_number],
            User::from_row,
        )
        .optional()
}

/// One more than the highest of the cluster; behind the highest that there is, the lowest that nobody has.
pub(crate) fn next_uid(tx: &Connection, cluster_id: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT max(uid_number) FROM qingcloud_users WHERE cluster_id = ?1";
    let highest: Option<i64> = tx
        .prepare_cached(sql)?
        .query_row([cluster_id], |row| row.get(0))?;
    match highest {
        None => Ok(FIRST_UID),
        Some(highest) if highest < HIGHEST_UID => Ok(highest + 1),
        Some(_) => lowest_free_uid(tx, cluster_id),
    }
}

fn lowest_free_uid(tx: &Connection, cluster_id: &str) -> rusqlite::Result<i64> {
    let sql = "SELECT uid_number FROM qingcloud_users WHERE cluster_id = ?1 AND ?2 <= uid_number ORDER BY uid_number";
    let mut statement = tx.prepare_cached(sql)?;
    let mut taken = statement.query(params![cluster_id, FIRST_UID])?;
    let mut free = FIRST_UID;
    while let Some(row) = taken.next()?
        && row.get::<_, i64>(0)? == free
    {
        free += 1;
    }
    Ok(free)
}

/// An id of a user that no other has: after a restart a seeded stream begins anew, beside the ids that it gave before.
pub(crate) fn fresh_hpcuser_id(tx: &Connection, ids: &Ids) -> rusqlite::Result<String> {
    let mut statement =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM qingcloud_users WHERE hpcuser_id = ?1)")?;
    loop {
        let id = format!("hpcuser-{}", ids.text(8, LOWER_ALPHANUMERIC));
        if !statement.query_row([&id], |row| row.get::<_, bool>(0))? {
            return Ok(id);
        }
    }
}

/// An id of a job that no other has.
pub(crate) fn fresh_job_id(tx: &Connection, ids: &Ids) -> rusqlite::Result<String> {
    let mut statement =
        tx.prepare_cached("SELECT EXISTS (SELECT 1 FROM qingcloud_jobs WHERE job_id = ?1)")?;
    loop {
        let id = format!("j-{}", ids.text(11, LOWER_ALPHANUMERIC));
        if !statement.query_row([&id], |row| row.get::<_, bool>(0))? {
            return Ok(id);
        }
    }
}

/// Inferred: an added user gets an account of its own on the platform.
pub(crate) fn new_user_id(ids: &Ids) -> String {
    format!("usr-{}", ids.text(8, ALPHANUMERIC))
}

pub(crate) fn list_jobs(
    tx: &Tx<'_>,
    filter: JobFilter,
    order: Order,
    window: Window,
) -> rusqlite::Result<Page<Job>> {
    const AMONG: &str = "job_id IN (SELECT value FROM json_each(?))";
    let mut conditions = Conditions::default();
    conditions.when(AMONG, json_array(&filter.job_ids));
    conditions.when(AMONG, json_array(&filter.jobs));
    conditions.when_facet(&JOBS, 0, filter.status);
    conditions.when_facet(&JOBS, 1, filter.job_action);
    conditions.when("action_describe = ?", filter.action_describe);
    conditions.when(
        "EXISTS (SELECT 1 FROM json_each(?) WHERE instr(' ' || resource_ids || ' ', ' ' || value || ' '))",
        json_array(&filter.resource_ids),
    );
    conditions.when_facet(&JOBS, 2, filter.owner);
    conditions.when_contains(filter.search_word.as_deref().map(folded_line));
    conditions.when("create_time >= ?", filter.start_time);
    conditions.when("create_time > ?", filter.after);
    conditions.when("create_time <= ?", filter.end_time);
    let scope = Scope {
        list: &JOBS,
        first: None,
        parent: Value::Null,
        total: total(tx, "jobs")?,
    };
    conditions.page(tx, &scope, Job::COLUMNS, (order, window), Job::from_row)
}

/// Adds a job, or brings the one of the same id up to date.
pub(crate) fn put_job(tx: &Connection, job: &Job) -> rusqlite::Result<()> {
    let sql = "INSERT INTO qingcloud_jobs (action_describe, create_time, error_codes, job_action, job_id, owner, resource_ids, status,
           status_time, submitter, task_count, folded_name)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (job_id) DO UPDATE SET action_describe = excluded.action_describe, create_time = excluded.create_time,
           error_codes = excluded.error_codes, job_action = excluded.job_action, owner = excluded.owner,
           resource_ids = excluded.resource_ids, status = excluded.status, status_time = excluded.status_time,
           submitter = excluded.submitter, task_count = excluded.task_count, folded_name = excluded.folded_name";
    tx.prepare_cached(sql)?.execute(params![
        job.action_describe,
        job.create_time,
        job.error_codes,
        job.job_action,
        job.job_id,
        job.owner,
        job.resource_ids,
        job.status,
        job.status_time,
        job.submitter,
        job.task_count,
        [&job.job_action, &job.action_describe]
            .map(|text| folded_line(text))
            .join("\n"),
    ])?;
    Ok(())
}

pub(crate) fn delete_job(tx: &Connection, job_id: &str) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM qingcloud_jobs WHERE job_id = ?1")?
        .execute([job_id])?;
    Ok(())
}

/// Every cluster, in the order of its list.
pub(crate) fn for_each_cluster(tx: &Connection, each: impl FnMut(Cluster)) -> rusqlite::Result<()> {
    for_each(
        tx,
        "qingcloud_clusters",
        Cluster::COLUMNS,
        Cluster::from_row,
        each,
    )
}

/// Every user of every cluster, in the order of the list without filters: that order is data too.
pub(crate) fn for_each_user(tx: &Connection, each: impl FnMut(User)) -> rusqlite::Result<()> {
    for_each(tx, "qingcloud_users", User::COLUMNS, User::from_row, each)
}

/// Every job, in the order of its list.
pub(crate) fn for_each_job(tx: &Connection, each: impl FnMut(Job)) -> rusqlite::Result<()> {
    for_each(tx, "qingcloud_jobs", Job::COLUMNS, Job::from_row, each)
}

fn for_each<T>(
    tx: &Connection,
    table: &str,
    columns: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    mut each: impl FnMut(T),
) -> rusqlite::Result<()> {
    let order = Order::Ascending.sql(&["create_time", "seq"]);
    let sql = format!("SELECT {columns} FROM {table} {order}");
    let mut statement = tx.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(read(row)?);
    }
    Ok(())
}

/// Whether there is a thing that an operation missed.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("cluster", [cluster_id]) => Ok(cluster(tx, cluster_id)?.is_some()),
        ("user", [cluster_id, username]) => Ok(user(tx, cluster_id, username)?.is_some()),
        _ => Ok(false),
    }
}
