//! The user groups of a project.

use std::collections::HashSet;

use super::{find_group, find_user, no_group, open_project, scope};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::providers::huawei::JSON;
use crate::providers::huawei_workspace::model::Project;
use crate::providers::huawei_workspace::wire::{self, Body};
use crate::providers::huawei_workspace::{errors, model};
use crate::store::OnConflict;
use crate::store::pages::CachedBody;

/// Lists the groups of a project, oldest first.
pub(crate) fn list_user_groups(call: &Call<'_>) -> Result<Reply, ApiError> {
    let query = wire::GroupsQuery::decode(call.query());
    let key = call.key((scope(call), query.as_ref().ok()));
    let body = call.encoded(key, |tx| {
        let project = open_project(call, tx)?;
        let query = query?;
        let page = model::list_groups(tx, &project, &query.filter, query.window)?;
        let list = wire::GroupList::from(page);
        Ok(CachedBody::always(serde_json::to_vec(&list)?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Creates a group. The answer lacks its id: clients find it in the list.
pub(crate) fn create_user_group(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let wire::CreateUserGroup(group) = wire::CreateUserGroup::decode(&Body::required(call)?)?;
        let id = model::unused_group_id(tx, &project.project_id, call.ids())?;
        let group = group.into_group(id, call.now());
        model::insert_group(tx, &project.project_id, &group)
            .on_conflict("workspace_groups.name", || {
                name_taken(&project, &group.name)
            })?;
        Ok(Reply::json(JSON, &serde_json::json!({}))?.status(201))
    })
}

/// Changes a group's name or description.
pub(crate) fn update_user_group(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("group_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let group = find_group(tx, &project, id)?;
        let change = wire::group_change(&Body::required(call)?)?;
        let name = change.name.as_deref().unwrap_or(&group.name);
        model::update_group(tx, &group, &change)
            .on_conflict("workspace_groups.name", || name_taken(&project, name))?;
        Reply::json(JSON, &serde_json::json!({}))
    })
}

/// Deletes a group; its members are kept.
pub(crate) fn delete_user_group(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("group_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        if model::delete_group(tx, &project.project_id, id)? {
            Ok(Reply::empty(204))
        } else {
            Err(no_group(&project, id))
        }
    })
}

/// Deletes groups, atomically; repeated ids are deleted once, and the first invalid one determines the error.
pub(crate) fn batch_delete_user_groups(call: &Call<'_>) -> Result<Reply, ApiError> {
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let (body, mut gone) = (Body::required(call)?, HashSet::new());
        for id in wire::group_ids(&body)? {
            let id = id?;
            if gone.insert(id) && !model::delete_group(tx, &project.project_id, id)? {
                return Err(no_group(&project, id));
            }
        }
        Ok(Reply::empty(204))
    })
}

/// Lists the members of a group, oldest user first.
pub(crate) fn list_users_of_group(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("group_id");
    let query = wire::MembersQuery::decode(call.query());
    let key = call.key((scope(call), id, query.as_ref().ok()));
    let body = call.encoded(key, |tx| {
        let project = open_project(call, tx)?;
        let group = find_group(tx, &project, id)?;
        let query = query?;
        let page = model::list_members(tx, &group, &query.filter, query.window)?;
        let list = wire::MemberList::from(page);
        Ok(CachedBody::always(serde_json::to_vec(&list)?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Adds users to a group or removes them, atomically; those already in (or out) are unaffected.
pub(crate) fn run_actions_on_group(call: &Call<'_>) -> Result<Reply, ApiError> {
    let id = call.path_param("group_id");
    call.store().write(|tx| {
        let project = open_project(call, tx)?;
        let group = find_group(tx, &project, id)?;
        let wire::RunActionsOnGroup { op_type, user_ids } =
            wire::RunActionsOnGroup::decode(&Body::required(call)?)?;
        let users = user_ids
            .iter()
            .map(|user| find_user(tx, &project, user))
            .collect::<Result<Vec<_>, _>>()?;
        model::change_members(tx, &group, &users, op_type)?;
        Ok(Reply::empty(204))
    })
}

fn name_taken(project: &Project, name: &str) -> ApiError {
    errors::GROUP_EXISTS.raise().because(format!(
        "project {} has a group \"{name}\" already",
        project.project_id
    ))
}
