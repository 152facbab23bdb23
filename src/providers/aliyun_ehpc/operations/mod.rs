//! One function per API action, in table order; this file has what both Versions share.
//!
//! The order of checks is inferred: the gateway checks presence and type (the decoding in `wire`), then the service
//! checks bounds, the cluster, its status, and finally the subject of the operation.

pub(crate) mod v2018;
pub(crate) mod v2024;

use rusqlite::Connection;

use super::errors;
use super::model::seen_lists::Change;
use super::model::tasks::Tasks;
use super::model::{self, Cluster, ClusterRecord, Group, Version};
use crate::namespace::clock::Time;
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::store::OnConflict;

/// The cluster of an operation on users, which must be running.
fn running_cluster(
    tx: &Connection,
    version: Version,
    cluster_id: &str,
) -> Result<Cluster, ApiError> {
    let cluster = any_cluster(tx, version, cluster_id)?;
    if cluster.is_running() {
        return Ok(cluster);
    }
    Err(errors::INVALID_CLUSTER_STATUS.raise().because(format!(
        "cluster {cluster_id} is {}; its users can be listed and changed while it is running",
        cluster.status
    )))
}

/// A cluster in any status.
fn any_cluster(tx: &Connection, version: Version, cluster_id: &str) -> Result<Cluster, ApiError> {
    match model::cluster(tx, version, cluster_id)? {
        Some(cluster) => Ok(cluster),
        None => Err(no_cluster(tx, version, cluster_id)?),
    }
}

/// The cluster to show, in any status.
fn cluster_record(
    tx: &Connection,
    version: Version,
    cluster_id: &str,
) -> Result<ClusterRecord, ApiError> {
    match model::cluster_record(tx, version, cluster_id)? {
        Some(cluster) => Ok(cluster),
        None => Err(no_cluster(tx, version, cluster_id)?),
    }
}

fn no_cluster(tx: &Connection, version: Version, cluster_id: &str) -> Result<ApiError, ApiError> {
    let version = version.text();
    let explanation = match model::version_of(tx, cluster_id)? {
        Some(other) => format!(
            "{cluster_id} is a cluster of Version {}; Version {version} does not see it",
            other.text()
        ),
        None => format!("there is no cluster \"{cluster_id}\"; ListClusters lists those there are"),
    };
    Ok(errors::CLUSTER_NOT_FOUND
        .raise()
        .because(explanation)
        .missing("cluster", &[cluster_id]))
}

/// Lets `change` change the users of a running cluster, atomically. Tasks that saw the list continue to see it as it was.
fn change_users(
    call: &Call<'_>,
    version: Version,
    cluster_id: &str,
    change: impl FnOnce(&Connection, &Cluster) -> Result<(), ApiError>,
) -> Result<(), ApiError> {
    call.store().write(|tx| {
        let cluster = running_cluster(tx, version, cluster_id)?;
        call.memory::<Tasks>().changing(
            &cluster,
            call.now(),
            Change::Other,
            || Ok(all_users(tx, &cluster)?),
            || change(tx, &cluster),
        )
    })
}

/// Adds users to a running cluster, after the existing ones, atomically.
fn add_all<'a>(
    call: &Call<'_>,
    version: Version,
    cluster_id: &str,
    users: impl ExactSizeIterator<Item = (&'a str, Group)>,
) -> Result<(), ApiError> {
    call.store().add(|tx| {
        let cluster = running_cluster(tx, version, cluster_id)?;
        call.memory::<Tasks>().changing(
            &cluster,
            call.now(),
            Change::Adds(users.len()),
            || Ok(all_users(tx, &cluster)?),
            || {
                let mut users = users;
                users.try_for_each(|(name, group)| add_user(call, tx, &cluster, name, group))
            },
        )
    })
}

fn all_users(tx: &Connection, cluster: &Cluster) -> rusqlite::Result<Vec<model::User>> {
    let mut users = Vec::new();
    model::for_each_user(tx, cluster, |user| users.push(user))?;
    Ok(users)
}

fn add_user(
    call: &Call<'_>,
    tx: &Connection,
    cluster: &Cluster,
    name: &str,
    group: Group,
) -> Result<(), ApiError> {
    // The service stores whole seconds.
    let now = Time::from_millis(call.now().seconds().saturating_mul(1000));
    model::add_user(tx, cluster, name, group, now).on_conflict("aliyun_users.name", || {
        errors::USER_ALREADY_EXIST.with(name).because(format!(
            "cluster {} has a user {name} already, or the call names it twice; no user was added",
            cluster.cluster_id
        ))
    })?;
    Ok(())
}

/// Inferred: deleting a user that does not exist is an error, not a no-op.
fn delete_user(tx: &Connection, cluster: &Cluster, name: &str) -> Result<(), ApiError> {
    exists(model::delete_user(tx, cluster, name)?, cluster, name)
}

fn exists(found: bool, cluster: &Cluster, name: &str) -> Result<(), ApiError> {
    if found {
        return Ok(());
    }
    let cluster_id = cluster.cluster_id.as_str();
    Err(errors::USER_NOT_EXIST
        .with(name)
        .because(format!(
            "cluster {cluster_id} has no user \"{name}\", or no longer; nothing was changed"
        ))
        .missing("user", &[cluster_id, name]))
}
