//! One function per API action, in table order: [`users`], [`roles`], [`privileges`]. Each decodes its parameters, then
//! does its work in one read or write transaction.

mod privileges;
mod roles;
mod users;

pub(crate) use privileges::{
    grant_privileges_to_user_by_id, grant_privileges_to_user_by_name,
    revoke_privileges_for_user_by_id, revoke_privileges_from_user_by_name,
    show_privileges_for_role, show_privileges_for_user_by_id, show_privileges_for_user_by_name,
    update_grants_for_role, update_grants_for_user,
};
pub(crate) use roles::{
    assign_role, create_role, delete_role, list_grant_users_for_role, list_roles,
    show_roles_for_user, unassign_role,
};
pub(crate) use users::{
    delete_user, get_user_detail, get_user_initial_password, list_users, update_user,
};

use rusqlite::Connection;

use super::model::{self, Role, User};
use super::{errors, wire};
use crate::provider::error::ApiError;

/// The user that a call names.
fn find_user(tx: &Connection, named: wire::UserRef<'_>) -> Result<User, ApiError> {
    match named {
        wire::UserRef::Username(username) => {
            model::user(tx, username)?.ok_or_else(|| no_user(username))
        }
        wire::UserRef::UserId(user_id) => model::user_by_user_id(tx, user_id)?.ok_or_else(|| {
            errors::BAD_REQUEST
                .raise()
                .because(format!(
                    "there is no user with the UserID {user_id}; a user's ID differs from its UserID"
                ))
                .missing("user id", &[&user_id.to_string()])
        }),
    }
}

/// The ID of one of many users.
fn find_member(tx: &Connection, username: &str) -> Result<i64, ApiError> {
    model::member_id(tx, username)?.ok_or_else(|| no_user(username))
}

/// Inferred: the user actions document no code for "not found", so it is `Bad Request`.
fn no_user(username: &str) -> ApiError {
    errors::BAD_REQUEST
        .raise()
        .because(format!("there is no user with the Username \"{username}\""))
        .missing("user", &[username])
}

/// The role with this ID.
fn find_role(tx: &Connection, role_id: i64) -> Result<Role, ApiError> {
    model::role(tx, role_id)?.ok_or_else(|| no_role(role_id))
}

fn no_role(role_id: i64) -> ApiError {
    errors::FAILED_TO_GET_ROLE
        .raise()
        .because(format!("there is no role with the RoleID {role_id}"))
        .missing("role", &[&role_id.to_string()])
}
