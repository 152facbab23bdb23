//! Clusters, users and jobs: rules and database rows.

mod clusters;
mod jobs;
mod query;
mod users;

use rusqlite::Connection;

use query::total;

use crate::provider::error::Missing;

pub(crate) use clusters::{
    Cluster, ClusterFilter, ClusterKey, JobCounts, Software, cluster, delete_cluster,
    for_each_cluster, list_clusters, may_use_zone, mount_point, put_cluster, replace_zones, zones,
};
pub(crate) use jobs::{Job, JobFilter, SUBMITTER, delete_job, for_each_job, list_jobs, put_job};
pub(crate) use query::Order;
pub(crate) use users::{
    ADMIN, Keys, User, UserFilter, UserKey, delete_user, ensure_admin, for_each_user, insert_user,
    insert_user_if_new, list_users, make_way, new_user_id, touch_user, update_user, user,
};

/// Contradictions to the counts and ids that triggers maintain: each query returns a row if there is one.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM qingcloud_clusters AS c WHERE user_count <> (SELECT count(*) FROM qingcloud_users WHERE cluster_id = c.cluster_id)",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_clusters) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'clusters')",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_users) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'users')",
    "SELECT 1 WHERE (SELECT count(*) FROM qingcloud_jobs) IS NOT (SELECT total FROM qingcloud_counts WHERE kind = 'jobs')",
];

/// The number of records of each kind.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    ["clusters", "users", "jobs"]
        .into_iter()
        .map(|kind| Ok((kind, total(tx, kind)?)))
        .collect()
}

/// Whether the record that an operation did not find exists here.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("cluster", [cluster_id]) => Ok(cluster(tx, cluster_id)?.is_some()),
        ("user", [cluster_id, username]) => Ok(user(tx, cluster_id, username)?.is_some()),
        _ => Ok(false),
    }
}
