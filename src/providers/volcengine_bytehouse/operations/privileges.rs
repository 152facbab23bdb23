//! The privilege actions.

use rusqlite::Connection;

use super::super::model::{self, Grant, Grantee, Privilege, Target};
use super::super::{errors, wire};
use super::{find_role, find_user, no_role};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::store::pages::CachedBody;

/// Grants privileges to a user by UserID.
pub(crate) fn grant_privileges_to_user_by_id(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let user_id = wire::user_id(&input)?;
    let grants = wire::Requested::decode_some(&input)?;
    change(
        call,
        wire::UserRef::UserId(user_id),
        wire::Kind::Grant,
        grants,
    )
}

/// Grants privileges to a user by name.
pub(crate) fn grant_privileges_to_user_by_name(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    let grants = wire::Requested::decode_some(&input)?;
    change(
        call,
        wire::UserRef::Username(username),
        wire::Kind::Grant,
        grants,
    )
}

/// Revokes privileges from a user by UserID. Inferred: missing Grants are no error and revoke nothing.
pub(crate) fn revoke_privileges_for_user_by_id(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let user_id = wire::user_id(&input)?;
    let grants = wire::Requested::decode(&input)?;
    change(
        call,
        wire::UserRef::UserId(user_id),
        wire::Kind::Revoke,
        grants,
    )
}

/// Revokes privileges from a user by name. Inferred: missing Grants are no error and revoke nothing.
pub(crate) fn revoke_privileges_from_user_by_name(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let username = wire::username(&input)?;
    let grants = wire::Requested::decode(&input)?;
    change(
        call,
        wire::UserRef::Username(username),
        wire::Kind::Revoke,
        grants,
    )
}

/// Shows the privileges of a user by UserID, oldest grant first.
pub(crate) fn show_privileges_for_user_by_id(call: &Call<'_>) -> Result<Reply, ApiError> {
    let user_id = wire::user_id(&wire::Input::decode(call)?)?;
    show_for_user(call, wire::UserRef::UserId(user_id))
}

/// Shows the privileges of a user by name, oldest grant first.
pub(crate) fn show_privileges_for_user_by_name(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    show_for_user(call, wire::UserRef::Username(wire::username(&input)?))
}

/// Shows the privileges of a role, oldest grant first.
pub(crate) fn show_privileges_for_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let role_id = wire::role_id(&wire::Input::decode(call)?)?;
    let result = call.encoded(call.key(role_id), |tx| {
        let role = find_role(tx, role_id)?;
        let grants = wire::Grants::from(model::grants_of(tx, Grantee::Role(role.id))?);
        Ok(CachedBody::always(wire::result(&grants)?))
    })?;
    wire::answer(call, &result)
}

/// Grants privileges and roles to a user, or revokes them, atomically.
pub(crate) fn update_grants_for_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let input = wire::Input::decode(call)?;
    let wanted = wire::GrantsForUser::decode(&input)?;
    call.store().write(|tx| {
        let user = find_user(tx, wire::UserRef::Username(wanted.username))?;
        for assignment in &wanted.assignments {
            let role_id = find_assigned(tx, &assignment.role)?;
            match wanted.kind {
                wire::Kind::Grant => {
                    let now = call.now().millis();
                    model::assign(tx, role_id, user.id, assignment.admin_option, now)?;
                }
                wire::Kind::Revoke => model::unassign(tx, role_id, user.id)?,
            }
        }
        apply(tx, Grantee::User(user.id), wanted.kind, wanted.grants)?;
        wire::success(call, &changed(&user.username, wanted.kind))
    })
}

/// Grants privileges to a role, or revokes them.
pub(crate) fn update_grants_for_role(call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted = wire::GrantsForRole::decode(&wire::Input::decode(call)?)?;
    call.store().write(|tx| {
        let role = find_role(tx, wanted.role_id)?;
        apply(tx, Grantee::Role(role.id), wanted.kind, wanted.grants)?;
        wire::success(call, &changed(&role.name, wanted.kind))
    })
}

/// The ID of one of many roles.
fn find_assigned(tx: &Connection, role: &wire::AssignedRole) -> Result<i64, ApiError> {
    match role {
        wire::AssignedRole::Id(role_id) if model::has_role(tx, *role_id)? => Ok(*role_id),
        wire::AssignedRole::Id(role_id) => Err(no_role(*role_id)),
        wire::AssignedRole::Name(name, cluster_id) => {
            model::role_id_by_name(tx, name, *cluster_id)?.ok_or_else(|| {
                errors::FAILED_TO_GET_ROLE
                    .raise()
                    .because(format!("there is no role with the RoleName \"{name}\""))
            })
        }
    }
}

fn show_for_user(call: &Call<'_>, named: wire::UserRef<'_>) -> Result<Reply, ApiError> {
    let result = call.encoded(call.key(named), |tx| {
        let user = find_user(tx, named)?;
        let grants = wire::Grants::from(model::grants_of(tx, Grantee::User(user.id))?);
        Ok(CachedBody::always(wire::result(&grants)?))
    })?;
    wire::answer(call, &result)
}

fn change(
    call: &Call<'_>,
    named: wire::UserRef<'_>,
    kind: wire::Kind,
    grants: Vec<wire::Requested>,
) -> Result<Reply, ApiError> {
    call.store().write(|tx| {
        let user = find_user(tx, named)?;
        apply(tx, Grantee::User(user.id), kind, grants)?;
        wire::success(call, &changed(&user.username, kind))
    })
}

fn apply(
    tx: &Connection,
    grantee: Grantee,
    kind: wire::Kind,
    requested: Vec<wire::Requested>,
) -> rusqlite::Result<()> {
    if kind == wire::Kind::Grant {
        // All of them first: a name that belongs to a number means that number, whether the number is mentioned before
        // or after it.
        for one in &requested {
            if let Some(cluster_id) = one.cluster_id {
                model::name_cluster(tx, cluster_id, &one.on_cluster)?;
            }
        }
    }
    let mut grants = Vec::new();
    for one in requested {
        let (cluster_id, cluster_name) = model::find_cluster(tx, one.cluster_id, &one.on_cluster)?;
        let privileges: Vec<Privilege> = one
            .privileges
            .into_iter()
            .map(|(name, columns)| Privilege(name, columns))
            .collect();
        grants.extend(one.targets.into_iter().map(|(database, table)| Grant {
            target: Target {
                cluster_id,
                cluster_name: cluster_name.clone(),
                database,
                table,
            },
            privileges: privileges.clone(),
        }));
    }
    match kind {
        wire::Kind::Grant => model::grant(tx, grantee, grants),
        wire::Kind::Revoke => model::revoke(tx, grantee, grants),
    }
}

/// Documented for the four user actions; inferred for UpdateGrantsForUser and UpdateGrantsForRole.
fn changed(name: &str, kind: wire::Kind) -> wire::Acknowledgement {
    wire::Acknowledgement::new(match kind {
        wire::Kind::Grant => format!("successfully grant privileges to {name}"),
        wire::Kind::Revoke => format!("successfully revoke privileges from {name}"),
    })
}
