//! The tenant, its users, roles and privileges: rules and database rows.

mod privileges;
mod roles;
mod users;

use rusqlite::Connection;

use crate::provider::error::Missing;

pub(crate) use privileges::{
    Grant, Grantee, Privilege, Target, for_each_grant, grant, grants_of, replace_grant, revoke,
};
pub(crate) use roles::{
    Assignment, LONGEST_CLUSTER_NAME, Member, Role, RoleFilter, all_clusters, assign,
    can_name_cluster, delete_cluster, delete_role, find_cluster, for_each_role, has_role,
    insert_role, list_roles, members, name_cluster, put_cluster, reassign, role, role_count,
    role_id_by_name, roles_of_user, unassign, update_role,
};
pub(crate) use users::{
    User, UserType, delete_user, for_each_user, initial_password, insert_user, list_users,
    member_id, next_id, next_user_id, set_account, set_initial_password, tenant, touch_user,
    update_user, user, user_by_user_id, users_after,
};

/// Contradictions to the counts and ids that triggers maintain: each query returns a row if there is one.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 WHERE (SELECT count(*) FROM bytehouse_users) IS NOT (SELECT user_count FROM bytehouse_tenant)",
    "SELECT 1 WHERE (SELECT count(*) FROM bytehouse_roles) IS NOT (SELECT role_count FROM bytehouse_tenant)",
];

/// The number of records of each kind.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    Ok(vec![
        ("users", tenant(tx)?.user_count),
        ("roles", role_count(tx)?),
    ])
}

/// Whether the record that an operation did not find exists here.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    let number = |text: &str| text.parse().unwrap_or_default();
    match (missing.kind, missing.key.as_slice()) {
        ("user", [username]) => Ok(user(tx, username)?.is_some()),
        ("user id", [user_id]) => Ok(user_by_user_id(tx, number(user_id))?.is_some()),
        ("role", [role_id]) => has_role(tx, number(role_id)),
        _ => Ok(false),
    }
}
