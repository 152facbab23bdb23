//! One function per API action, in table order; each checks its parameters, then the cluster, the user, the user's role.

use rusqlite::Connection;

use super::model::{self, Cluster, Job, Keys, User};
use super::{errors, wire};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::OnConflict;
use crate::store::pages::CachedBody;
use crate::store::rows::RowEncoder;

/// Lists users, of one cluster or of all.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let wire::ListUsers {
        filter,
        order,
        window,
    } = wire::ListUsers::decode(call)?;
    let list_key = call.quirk("list-key");
    let body = call.encoded(call.key((&filter, order, window, list_key)), |tx| {
        // Inferred: 2100 rather than an empty list.
        let cluster = match &filter.cluster_id {
            Some(cluster_id) => Some(find_cluster(tx, cluster_id)?),
            None => None,
        };
        let encoder = RowEncoder::new(0, call.now().millis(), &wire::listed_user);
        let page = model::list_users(tx, filter, cluster.as_ref(), order, window, &encoder)?;
        Ok(CachedBody::always(wire::user_list(&page, list_key)?))
    })?;
    Ok(wire::list(body))
}

/// Adds an ordinary user to a cluster.
pub(crate) fn add_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted = wire::AddUser::decode(call)?;
    let now = call.now().rfc3339_seconds();
    call.store().add(|tx| {
        let cluster = find_cluster(tx, &wanted.cluster_id)?;
        let keys = Keys::new(tx, call.ids(), &cluster.cluster_id)?;
        let user = User {
            r#mod: wanted.r#mod,
            ..User::with(
                keys,
                &cluster.cluster_id,
                &cluster.nas_mount_point,
                &wanted.username,
                now.clone(),
            )
        };
        model::insert_user(tx, &user).on_conflict("qingcloud_users.username", || {
            errors::RESOURCE_ALREADY_EXISTED.with(&user.username)
        })?;
        let job = log(tx, call, &cluster, USER_ADDED, &now)?;
        wire::done("HpcUserAddUserResponse", Some(&job))
    })
}

/// Deletes an ordinary user.
pub(crate) fn delete_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = wire::UserAddress::decode(&wire::Parameters::decode(call)?)?;
    let now = call.now().rfc3339_seconds();
    call.store().write(|tx| {
        let cluster = find_cluster(tx, &address.cluster_id)?;
        let user = find_user(tx, &address)?;
        if !user.can_be_deleted() {
            return Err(errors::PERMISSION_DENIED
                .with(wire::echo(&user.username))
                .because(format!(
                    "the role of {} is {}; only members can be deleted",
                    user.username, user.role
                )));
        }
        model::delete_user(tx, &address.cluster_id, &address.username)?;
        let job = log(tx, call, &cluster, USER_DELETED, &now)?;
        wire::done("HpcUserDeleteUserResponse", Some(&job))
    })
}

/// Sets the password of a user of any role.
pub(crate) fn modify_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = wire::decode_modify_user(call)?;
    let now = call.now().rfc3339_seconds();
    call.store().write(|tx| {
        find_cluster(tx, &address.cluster_id)?;
        // Inferred: only the time of the change is visible.
        if !model::touch_user(tx, &address.cluster_id, &address.username, &now)? {
            return Err(no_user(&address));
        }
        wire::done("HpcUserModifyUserResponse", None)
    })
}

/// Lists the job log.
pub(crate) fn list_operation(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire::ListOperation::decode(call)?;
    let body = call.encoded(call.key(&query), |tx| {
        let page = model::list_jobs(tx, query.filter, query.order, query.window)?;
        Ok(CachedBody::always(wire::job_list(page)?))
    })?;
    Ok(wire::list(body))
}

/// Lists clusters. Inferred: an unknown `cluster_id` gives an empty list here.
pub(crate) fn list_cluster(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire::ListCluster::decode(call)?;
    let body = call.encoded(call.key(&query), |tx| {
        let page = model::list_clusters(tx, query.filter, query.order, query.window)?;
        Ok(CachedBody::always(wire::cluster_list(page)?))
    })?;
    Ok(wire::list(body))
}

fn find_cluster(tx: &Connection, cluster_id: &str) -> Result<Cluster, ApiError> {
    model::cluster(tx, cluster_id)?.ok_or_else(|| {
        errors::RESOURCE_NOT_FOUND
            .with(wire::echo(cluster_id))
            .because(format!("there is no cluster {}", wire::echo(cluster_id)))
            .missing("cluster", &[wire::echo(cluster_id)])
    })
}

fn find_user(tx: &Connection, address: &wire::UserAddress) -> Result<User, ApiError> {
    model::user(tx, &address.cluster_id, &address.username)?.ok_or_else(|| no_user(address))
}

fn no_user(address: &wire::UserAddress) -> ApiError {
    let username = wire::echo(&address.username);
    errors::RESOURCE_NOT_FOUND
        .with(username)
        .because(format!(
            "cluster {} has no user {username}",
            address.cluster_id
        ))
        .missing("user", &[&address.cluster_id, username])
}

/// Inferred: the job log's description of an added and a deleted user, based on the headings of the manual. The
/// sample's description is a short Chinese text too.
const USER_ADDED: &str = "新增用户";
const USER_DELETED: &str = "删除用户";

/// Adds a delayed call to the job log.
fn log(
    tx: &Connection,
    call: &Call<'_>,
    cluster: &Cluster,
    action_describe: &str,
    now: &str,
) -> Result<Job, ApiError> {
    let action = (call.operation_name(), action_describe);
    let job = Job::done(tx, call.ids(), cluster, action, now)?;
    model::put_job(tx, &job)?;
    Ok(job)
}
