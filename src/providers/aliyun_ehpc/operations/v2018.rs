//! Version 2018-04-12.

use super::super::model::seen_lists::EarlierList;
use super::super::model::tasks::{PollError, Progress, Tasks};
use super::super::model::{self, Version};
use super::super::wire::v2018::AsyncStatus;
use super::super::wire::{self, CachedAnswer, IdStyle, Listed, v2018 as wire_2018};
use super::{
    add_all, all_users, change_users, cluster_record, delete_user, exists, running_cluster,
};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::page::Page;

const VERSION: Version = Version::V2018;

/// Lists the users of a cluster through a task: the first call starts one, a call with its AsyncId polls it.
///
/// The page records which list it shows, so that a task can start on it, or be compared with it, without reading the data.
pub(crate) fn list_users_async(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire_2018::ListQuery::decode(call)?;
    let page = query.page()?;
    let style = IdStyle::of(call);
    let row = |user| wire_2018::User::new(user, style);
    let rows = (wire::LISTED_ASYNC + style as u8, row);
    let listed = CachedAnswer::find(call, (query.cluster_id, page, style), |tx| {
        let cluster = running_cluster(tx, VERSION, query.cluster_id)?;
        let users = wire::listed_users(call, tx, &cluster, page.window(), rows)?;
        let list = wire_2018::ListUsersAsync::success(page, users);
        Ok((list, cluster))
    })?;
    let cluster = listed.note();
    let tasks = call.memory::<Tasks>();
    let without_users = |async_id: &str, status: AsyncStatus| {
        let list = wire_2018::ListUsersAsync::without_users(page, status);
        wire::answer(call, &list.of_call(call, async_id))
    };
    // How tasks end is a setting of the namespace, and so the same for all tasks at any time.
    let fails = call.quirk("async-end") == "failed";
    if let Some(async_id) = query.async_id {
        return match tasks.poll(cluster, async_id, call.now()) {
            Ok(Progress::Running) => without_users(async_id, AsyncStatus::Running),
            Ok(_) | Err(PollError::NotKept) if fails => {
                without_users(async_id, AsyncStatus::Failed)
            }
            Ok(Progress::Unchanged) => Ok(listed.reply(call, async_id)),
            Ok(Progress::Changed) => call.store().read(|tx| {
                let cluster = running_cluster(tx, VERSION, query.cluster_id)?;
                let users = match tasks.earlier(&cluster, async_id) {
                    Some(EarlierList::First(users)) => {
                        model::first_users(tx, &cluster, users, page.window())?
                    }
                    Some(EarlierList::Users(users, first)) => Page {
                        total: first as u64,
                        rows: page.window().of(&users[..first]).to_vec(),
                    },
                    None => return Err(no_task(async_id, query.cluster_id, PollError::NotKept)),
                };
                let users = users.map(|user| Listed::Made(row(user)));
                let list = wire_2018::ListUsersAsync::success(page, users);
                wire::answer(call, &list.of_call(call, async_id))
            }),
            Err(lost) => Err(no_task(async_id, query.cluster_id, lost)),
        };
    }
    let polls = call.settings.async_polls;
    let at_first = match polls {
        0 if fails => Some(AsyncStatus::Failed),
        0 => None,
        _ => Some(AsyncStatus::Running),
    };
    match (
        tasks.start(cluster, polls, call.ids(), call.now()),
        at_first,
    ) {
        (Some(async_id), Some(status)) => without_users(&async_id, status),
        (Some(async_id), None) => Ok(listed.reply(call, &async_id)),
        (None, _) => call.store().read(|tx| {
            let cluster = running_cluster(tx, VERSION, query.cluster_id)?;
            let list = || all_users(tx, &cluster);
            let async_id =
                tasks.start_beside_a_write(&cluster, polls, call.ids(), call.now(), list)?;
            if let Some(status) = at_first {
                return without_users(&async_id, status);
            }
            let users = wire::listed_users(call, tx, &cluster, page.window(), rows)?;
            let list = wire_2018::ListUsersAsync::success(page, users);
            wire::answer(call, &list.of_call(call, &async_id))
        }),
    }
}

/// Inferred: the answer to polling with a wrong AsyncId.
fn no_task(async_id: &str, cluster_id: &str, lost: PollError) -> ApiError {
    wire::invalid_params("AsyncId").because(match lost {
        PollError::Unknown => format!(
            "there is no task {async_id:?}, or it is gone: tasks are kept for an hour, the newest 16384 of them, until a reset or \
             a restart"
        ),
        PollError::OtherCluster => format!("the task {async_id} is of another cluster than {cluster_id}"),
        PollError::NotKept => format!(
            "the users of {cluster_id} have changed since the task {async_id} started, and were too many to keep as they \
             were, or came from a seed"
        ),
    })
}

/// Lists the users of a cluster, without their ids.
pub(crate) fn list_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire_2018::ListQuery::decode(call)?;
    let page = query.page()?;
    let listed = CachedAnswer::find(call, (query.cluster_id, page), |tx| {
        let cluster = running_cluster(tx, VERSION, query.cluster_id)?;
        let rows = (wire::LISTED_BRIEFLY, wire_2018::BriefUser::from);
        let users = wire::listed_users(call, tx, &cluster, page.window(), rows)?;
        Ok((wire_2018::ListUsers::new(page, users), ()))
    })?;
    Ok(listed.reply(call, ""))
}

/// Adds users, atomically.
pub(crate) fn add_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2018::UserCall::decode(call)?;
    let users = asked.new_users()?;
    let users = users.iter().map(|user| (user.name, user.group));
    add_all(call, VERSION, asked.cluster_id, users)?;
    wire::done(call)
}

/// Deletes users, atomically.
pub(crate) fn delete_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2018::UserCall::decode(call)?;
    let names = asked.names()?;
    change_users(call, VERSION, asked.cluster_id, |tx, cluster| {
        names
            .iter()
            .try_for_each(|name| delete_user(tx, cluster, name))
    })?;
    wire::done(call)
}

/// Moves users to other groups, atomically.
pub(crate) fn modify_user_groups(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2018::UserCall::decode(call)?;
    let groups = asked.groups()?;
    change_users(call, VERSION, asked.cluster_id, |tx, cluster| {
        groups.iter().try_for_each(|(name, group)| {
            exists(model::set_group(tx, cluster, name, *group)?, cluster, name)
        })
    })?;
    wire::done(call)
}

/// Changes passwords, which no answer shows: the only visible effect is the check that the users exist.
pub(crate) fn modify_user_passwords(call: &Call<'_>) -> Result<Reply, ApiError> {
    let asked = wire_2018::UserCall::decode(call)?;
    let names = asked.names_with_passwords()?;
    call.store().read(|tx| {
        let cluster = running_cluster(tx, VERSION, asked.cluster_id)?;
        names
            .iter()
            .try_for_each(|name| exists(model::user(tx, &cluster, name)?.is_some(), &cluster, name))
    })?;
    wire::done(call)
}

/// Synchronizes the users of a hybrid cluster, which has no visible effect here.
pub(crate) fn sync_users(call: &Call<'_>) -> Result<Reply, ApiError> {
    let cluster_id = wire_2018::sync_users_cluster(call)?;
    call.store()
        .read(|tx| running_cluster(tx, VERSION, cluster_id))?;
    wire::done(call)
}

/// Lists the clusters.
pub(crate) fn list_clusters(call: &Call<'_>) -> Result<Reply, ApiError> {
    let page = wire_2018::clusters_page(call)?;
    let region = call.region();
    let listed = CachedAnswer::find(call, (page, region), |tx| {
        let clusters = model::clusters(tx, VERSION, page.window())?;
        Ok((wire_2018::ListClusters::new(page, region, &clusters)?, ()))
    })?;
    Ok(listed.reply(call, ""))
}

/// Shows a cluster.
pub(crate) fn describe_cluster(call: &Call<'_>) -> Result<Reply, ApiError> {
    let cluster_id = wire::cluster_id(call)?;
    call.store().read(|tx| {
        let cluster = cluster_record(tx, VERSION, cluster_id)?;
        wire::answer(call, &wire_2018::DescribeCluster::new(call, &cluster)?)
    })
}
