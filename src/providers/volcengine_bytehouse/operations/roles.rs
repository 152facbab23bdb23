//! The role actions.

use rusqlite::Connection;

use super::super::{errors, model, wire};
use super::{find_member, find_role, find_user};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::OnConflict as _;
use crate::store::pages::CachedBody;

/// Creates a role on a cluster, and assigns it to users.
pub(crate) fn create_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let wanted = wire::CreateRole::decode(&input)?;
    call.store().write(|tx| {
        let cluster_id = wanted.cluster_id;
        model::name_cluster(tx, cluster_id, "")?;
        let (now, created_by) = (call.now().millis(), created_by(tx)?);
        let role_id = model::insert_role(
            tx,
            &model::Role {
                id: 0,
                name: wanted.name.to_owned(),
                description: wanted.description.to_owned(),
                is_default: false,
                cluster_id,
                cluster_name: String::new(),
                created_at: now,
                updated_at: now,
                created_by: created_by.clone(),
                updated_by: created_by,
            },
        )
        .on_conflict("bytehouse_roles.name", || {
            errors::BAD_REQUEST.raise().because(format!(
                "cluster {cluster_id} has a role named \"{}\"; names are unique per cluster",
                wanted.name
            ))
        })?;
        give(call, tx, role_id, &wanted.users)?;
        let role = find_role(tx, role_id)?;
        wire::success(
            call,
            &wire::NewRole::new(role, model::tenant(tx)?.account_id),
        )
    })
}

/// The creator of a new role. Inferred: the access key is the account's, so this is its main user.
fn created_by(tx: &Connection) -> rusqlite::Result<String> {
    let account_id = model::tenant(tx)?.account_id;
    let main = model::user_by_user_id(tx, account_id)?;
    Ok(main.map_or_else(|| account_id.to_string(), |user| user.username))
}

/// Lists roles, by ID.
pub(crate) fn list_roles(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let wire::ListRoles { cluster_id, name } = wire::ListRoles::decode(&input)?;
    let result = call.encoded(call.key((cluster_id, name)), |tx| {
        let roles = model::list_roles(tx, &model::RoleFilter { cluster_id, name })?;
        let roles = wire::Roles::new(roles, model::tenant(tx)?.account_id);
        Ok(CachedBody::always(wire::result(&roles)?))
    })?;
    wire::answer(call, &result)
}

/// Deletes a role, its assignments and its privileges.
pub(crate) fn delete_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let role_id = wire::role_id(&wire::Input::decode(call)?)?;
    call.store().write(|tx| {
        find_role(tx, role_id)?;
        model::delete_role(tx, role_id)?;
        // Inferred: the text, modelled on those of the other actions.
        wire::success(
            call,
            &wire::Acknowledgement::new("delete role successfully"),
        )
    })
}

/// Assigns a role to users, atomically.
pub(crate) fn assign_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted = wire::AssignRole::decode(&wire::Input::decode(call)?)?;
    call.store().write(|tx| {
        let role = find_role(tx, wanted.role_id)?;
        give(call, tx, role.id, &wanted.users)?;
        wire::success(call, &users_updated(&role))
    })
}

/// Unassigns a role from users, atomically.
pub(crate) fn unassign_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted = wire::AssignRole::decode(&wire::Input::decode(call)?)?;
    call.store().write(|tx| {
        let role = find_role(tx, wanted.role_id)?;
        for assigned in &wanted.users {
            let member = find_member(tx, &assigned.username)?;
            model::unassign(tx, role.id, member)?;
        }
        wire::success(call, &users_updated(&role))
    })
}

/// Documented for AssignRole; inferred for UnassignRole.
fn users_updated(role: &model::Role) -> wire::Acknowledgement {
    wire::Acknowledgement::new(format!("successfully update users for role {}", role.name))
}

fn give(
    call: &Call<'_>,
    tx: &Connection,
    role_id: i64,
    users: &[wire::Assigned],
) -> Result<(), ApiError> {
    for assigned in users {
        let member = find_member(tx, &assigned.username)?;
        let now = call.now().millis();
        model::assign(tx, role_id, member, assigned.admin_option, now)?;
    }
    Ok(())
}

/// Lists the users of a role, in the order of assignment.
pub(crate) fn list_grant_users_for_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let role_id = wire::role_id(&wire::Input::decode(call)?)?;
    let result = call.encoded(call.key(role_id), |tx| {
        let role = find_role(tx, role_id)?;
        let users = wire::GrantUsers::from(model::members(tx, role.id)?);
        Ok(CachedBody::always(wire::result(&users)?))
    })?;
    wire::answer(call, &result)
}

/// Lists the roles of a user, by ID.
pub(crate) fn show_roles_for_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    let result = call.encoded(call.key(username), |tx| {
        let user = find_user(tx, wire::UserRef::Username(username))?;
        let roles = model::roles_of_user(tx, &user)?;
        let roles = wire::RolesOfUser::new(&user.username, roles);
        Ok(CachedBody::always(wire::result(&roles)?))
    })?;
    wire::answer(call, &result)
}
