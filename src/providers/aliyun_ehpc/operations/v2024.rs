//! Version 2024-07-30.

use super::super::model::{self, Version};
use super::super::wire::{self, CachedAnswer, IdStyle, v2024 as wire_2024};
use super::{
    add_all, any_cluster, change_users, cluster_record, delete_user, exists, running_cluster,
};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::page::{Page, RowLimit, Window};

const VERSION: Version = Version::V2024;

/// Lists the users of a cluster.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire_2024::ListQuery::decode(call)?;
    let page = query.page()?;
    let style = IdStyle::of(call);
    let listed = CachedAnswer::find(call, (query.cluster_id, page, style), |tx| {
        let cluster = running_cluster(tx, VERSION, query.cluster_id)?;
        let row = |user| wire_2024::User::new(user, style);
        let rows = (wire::LISTED_2024 + style as u8, row);
        let users = wire::listed_users(call, tx, &cluster, page.window(), rows)?;
        Ok((wire_2024::ListUsers::new(page, users), ()))
    })?;
    Ok(listed.reply(call, ""))
}

/// Shows a user. Inferred from the errors that its documentation lists: the cluster may be in any status, and a user
/// that does not exist is an invalid parameter, where the other operations answer 406.
pub(crate) fn get_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2024::UserAddress::decode(call)?;
    let style = IdStyle::of(call);
    let shown = CachedAnswer::find(call, (asked.cluster_id, asked.user_name, style), |tx| {
        let cluster = any_cluster(tx, VERSION, asked.cluster_id)?;
        let user = model::user(tx, &cluster, asked.user_name)?.ok_or_else(|| {
            wire::invalid_params("UserName")
                .because(format!(
                    "cluster {} has no user {:?}",
                    asked.cluster_id, asked.user_name
                ))
                .missing("user", &[asked.cluster_id, asked.user_name])
        })?;
        Ok((wire_2024::GetUser::new(user, style), ()))
    })?;
    Ok(shown.reply(call, ""))
}

/// Creates users, atomically.
pub(crate) fn create_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2024::UserCall::decode(call)?;
    let users = asked.new_users()?;
    let users = users.iter().map(|user| (user.name, user.group));
    add_all(call, VERSION, asked.cluster_id, users)?;
    wire::done(call)
}

/// Moves a user to another group, or changes its password, which no answer shows.
pub(crate) fn update_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2024::UserUpdate::decode(call)?;
    let group = asked.group()?;
    let name = asked.user_name;
    match group {
        Some(group) => change_users(call, VERSION, asked.cluster_id, |tx, cluster| {
            exists(model::set_group(tx, cluster, name, group)?, cluster, name)
        })?,
        None => call.store().read(|tx| {
            let cluster = running_cluster(tx, VERSION, asked.cluster_id)?;
            exists(model::user(tx, &cluster, name)?.is_some(), &cluster, name)
        })?,
    }
    wire::answer(call, &wire_2024::Updated::new(call))
}

/// Deletes users, atomically.
pub(crate) fn delete_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2024::UserCall::decode(call)?;
    let names = asked.names()?;
    change_users(call, VERSION, asked.cluster_id, |tx, cluster| {
        names
            .iter()
            .try_for_each(|name| delete_user(tx, cluster, name))
    })?;
    wire::done(call)
}

/// Lists the clusters, optionally filtered by ids or names.
pub(crate) fn list_clusters(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire_2024::ListClustersQuery::decode(call)?;
    let page = query.page()?;
    let listed = CachedAnswer::find(call, (&query, page), |tx| {
        let clusters = if query.filters() {
            let everything = Window {
                offset: 0,
                limit: RowLimit::All,
            };
            let mut rows = model::clusters(tx, VERSION, everything)?.rows;
            rows.retain(|cluster| query.lets_through(cluster));
            Page {
                total: rows.len() as u64,
                rows: page.window().of(&rows).to_vec(),
            }
        } else {
            model::clusters(tx, VERSION, page.window())?
        };
        let statistics = wire_2024::VersionStatistics {
            v1_count: model::cluster_count(tx, Version::V2018)?,
            v2_count: model::cluster_count(tx, Version::V2024)?,
        };
        Ok((
            wire_2024::ListClusters::new(page, &clusters, statistics)?,
            (),
        ))
    })?;
    Ok(listed.reply(call, ""))
}

/// Shows a cluster.
pub(crate) fn get_cluster(call: &Call<'_>) -> Result<Reply, ApiError> {
    let cluster_id = wire::cluster_id(call)?;
    call.store().read(|tx| {
        let cluster = cluster_record(tx, VERSION, cluster_id)?;
        wire::answer(call, &wire_2024::GetCluster::new(call, &cluster)?)
    })
}
