//! Clusters, their software and the zones of the account.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::query::{Order, Scope, folded, for_each, page, total};
use crate::store::filter::Filter;
use crate::store::lists::List;
use crate::store::page::{Page, Window, select};
use crate::store::rows::{Columns, PlainReader};
use crate::store::{Tx, column};

/// A cluster, which users belong to.
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
    /// The owner: a filter that no answer shows.
    pub(crate) owner: String,
    pub(crate) user_count: u64,
    /// This member and the three of the storage are derived from the id and the mount point unless a seed sets them.
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

/// Software on a cluster, with the names of its parts in the API.
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

/// The number of a cluster's jobs in each state.
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
            cluster_sw: column::json(row, 15)?,
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

/// The sort key of clusters; ties are broken by creation time, then by insertion order.
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
    /// The column that is compared before the list's own key.
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

/// Which clusters to list.
#[derive(Debug, Default, Hash)]
pub(crate) struct ClusterFilter {
    pub(crate) owner: Option<String>,
    pub(crate) cluster_id: Option<String>,
    pub(crate) cluster_type: Option<String>,
    pub(crate) status: Option<String>,
    /// The sharing status of the project.
    pub(crate) shared_status: Option<String>,
    /// Part of the name, ignoring case.
    pub(crate) search_word: Option<String>,
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

/// The location of a cluster's home directories, if the cluster exists; an import looks it up for every user.
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
    let mut passing = Filter::of(&CLUSTERS);
    passing.equals("cluster_id", filter.cluster_id);
    passing.equals("owner", filter.owner);
    passing.equals("cluster_type", filter.cluster_type);
    passing.equals("cluster_status", filter.status);
    passing.equals("shared_status", filter.shared_status);
    passing.contains("folded_name", filter.search_word.as_deref().map(folded));
    let scope = Scope {
        list: &CLUSTERS,
        first: key.column(),
        parent: Value::Null,
        total: total(tx, "clusters")?,
    };
    page(
        tx,
        &scope,
        &passing,
        (order, window),
        &PlainReader {
            columns: Columns::of("qingcloud_clusters", "seq", Cluster::COLUMNS),
            read: Cluster::from_row,
        },
    )
}

/// Adds a cluster, or updates the one with the same id; its users are kept.
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

/// Whether the account may use a zone: any, if no seed names some.
pub(crate) fn may_use_zone(tx: &Connection, zone: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM qingcloud_zones WHERE zone = ?1) OR NOT EXISTS (SELECT 1 FROM qingcloud_zones)";
    tx.prepare_cached(sql)?.query_row([zone], |row| row.get(0))
}

/// The zones that the account may use; an empty list means any.
pub(crate) fn zones(tx: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT zone FROM qingcloud_zones ORDER BY zone";
    select(tx, sql, [], |row| row.get(0))
}

/// Replaces the account's zones.
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

/// All clusters, in list order.
pub(crate) fn for_each_cluster(tx: &Connection, each: impl FnMut(Cluster)) -> rusqlite::Result<()> {
    for_each(
        tx,
        "qingcloud_clusters",
        Cluster::COLUMNS,
        Cluster::from_row,
        each,
    )
}
