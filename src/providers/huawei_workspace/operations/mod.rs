//! One function per API action, in table order; each checks in the contract's order (section 5): the project and id in
//! the path, the body's syntax, its members, then the members against the data. The checks and changes share one write
//! transaction.
//!
//! Inferred: a missing group, a taken name and a quota are checked after all of a user's members, not in the order of
//! their table: a service reads a whole request before it queries its data.

mod groups;
mod users;

use rusqlite::Connection;

pub(crate) use groups::{
    batch_delete_user_groups, create_user_group, delete_user_group, list_user_groups,
    list_users_of_group, run_actions_on_group, update_user_group,
};
pub(crate) use users::{
    batch_create_users, batch_delete_otp_devices, batch_delete_user, change_user_status,
    create_desktop_user, delete_user, list_otp_devices_by_user_id, list_user_detail, list_users,
    reset_random_password, send_email, update_user_info,
};

use super::model::{self, Group, Project, Service};
use super::{errors, wire};
use crate::provider::call::Call;
use crate::provider::error::{ApiError, ErrorEntry};

/// The project in the path, if Workspace is available there.
fn open_project(call: &Call<'_>, tx: &Connection) -> Result<Project, ApiError> {
    let project_id = wire::project_id(call)?;
    let project = match model::project(tx, project_id)? {
        Some(project) => project,
        None if call.quirk("projects") == "configured" => {
            return Err(not_configured(call)
                .raise()
                .because(format!(
                    "project {project_id} is not configured: no seed names it, and the quirk projects=configured is on"
                ))
                .missing("project", &[project_id]));
        }
        None => Project::untouched(project_id),
    };
    match project.service {
        Service::Opened => Ok(project),
        Service::Disabled => Err(errors::SERVICE_DISABLED.raise().because(format!(
            "the seed says that the service of project {project_id} is disabled"
        ))),
        Service::NeverOpened => Err(errors::TENANT_NOT_FOUND.raise().because(format!(
            "the seed says that project {project_id} never opened the service"
        ))),
    }
}

/// The answer of a project without the service: two operations have been observed to use their own wording.
///
/// Inferred: all others use that of the API of organisational units.
fn not_configured(call: &Call<'_>) -> &'static ErrorEntry {
    match call.operation_name() {
        "ListUserDetail" => &errors::USER_NOT_FOUND,
        "DeleteUserGroup" => &errors::TENANT_NOT_FOUND,
        _ => &errors::SERVICE_DISABLED,
    }
}

/// What [`open_project`] depends on besides the data: cached pages of a project are keyed by it.
///
/// A list's query is decoded before its page is looked up, but its errors are reported after the project was checked.
fn scope<'a>(call: &'a Call<'_>) -> (&'a str, &'static str) {
    (call.path_param("project_id"), call.quirk("projects"))
}

/// An id, cut for the journal so that one body cannot evict all other calls from it: a body may contain an id of millions
/// of letters, and no real id is longer than this.
fn id_excerpt(id: &str) -> &str {
    &id[..id.floor_char_boundary(255)]
}

/// No user has this id; the real service does not check the format of ids.
fn no_user(project: &Project, id: &str) -> ApiError {
    let id = id_excerpt(id);
    errors::USER_NOT_FOUND
        .raise()
        .because(format!("project {} has no user {id}", project.project_id))
        .missing("user", &[&project.project_id, id])
}

fn no_group(project: &Project, id: &str) -> ApiError {
    let id = id_excerpt(id);
    errors::GROUP_NOT_FOUND
        .raise()
        .because(format!("project {} has no group {id}", project.project_id))
        .missing("group", &[&project.project_id, id])
}

/// The row of a user.
fn find_user(tx: &Connection, project: &Project, id: &str) -> Result<i64, ApiError> {
    model::user_seq(tx, &project.project_id, id)?.ok_or_else(|| no_user(project, id))
}

fn find_group(tx: &Connection, project: &Project, id: &str) -> Result<Group, ApiError> {
    model::group(tx, &project.project_id, id)?.ok_or_else(|| no_group(project, id))
}
