//! The members of a seed document: what answers have under `Data`, so that a real answer can be pasted in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// This provider's part of a seed document; parents are merged first, whatever their order in the file.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Seed {
    /// Names of clusters, which no action lists.
    #[serde(default)]
    pub(super) clusters: Vec<Cluster>,
    /// What ListUsers returns.
    #[serde(default)]
    pub(super) users: Vec<User>,
    /// What GetUserInitialPassword returns, with the user that it was requested for.
    #[serde(default)]
    pub(super) initial_passwords: Vec<InitialPassword>,
    /// What ListRoles returns.
    #[serde(default)]
    pub(super) roles: Vec<Role>,
    /// What ListGrantUsersForRole returns, with the role that it was requested for.
    #[serde(default)]
    pub(super) role_users: Vec<RoleUsers>,
    /// What ShowPrivilegesForUserByName and ShowPrivilegesForRole return, with the user or role.
    #[serde(default)]
    pub(super) privileges: Vec<Privileges>,
    /// Part of a pasted answer: the document's table of ListUsers shows it next to the users.
    #[serde(rename = "Message", default)]
    _message: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cluster {
    #[serde(rename = "ClusterID")]
    pub(super) cluster_id: i64,
    #[serde(rename = "ClusterName", default)]
    pub(super) cluster_name: String,
    #[serde(rename = "$delete", default, skip_serializing)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    #[serde(rename = "ID")]
    pub(super) id: Option<i64>,
    #[serde(rename = "UserID")]
    pub(super) user_id: Option<i64>,
    #[serde(rename = "AccountID")]
    pub(super) account_id: Option<i64>,
    #[serde(rename = "Username")]
    pub(super) username: String,
    /// Part of a pasted answer; the username counts.
    #[serde(rename = "Name", default)]
    _name: Option<String>,
    #[serde(rename = "CloudName")]
    pub(super) cloud_name: Option<String>,
    #[serde(rename = "UserType")]
    pub(super) user_type: Option<String>,
    #[serde(rename = "Status")]
    pub(super) status: Option<String>,
    #[serde(rename = "Emaill")]
    pub(super) emaill: Option<String>,
    #[serde(rename = "Email")]
    pub(super) email: Option<String>,
    #[serde(rename = "Description", default)]
    pub(super) description: String,
    #[serde(rename = "Readonly", default)]
    pub(super) readonly: bool,
    #[serde(rename = "IsSystemAdmin", default)]
    pub(super) is_system_admin: bool,
    #[serde(rename = "LastLoginAt", default)]
    pub(super) last_login_at: i64,
    #[serde(rename = "CreatedAt")]
    pub(super) created_at: Option<i64>,
    #[serde(rename = "UpdatedAt")]
    pub(super) updated_at: Option<i64>,
    #[serde(rename = "Immutable", default)]
    pub(super) immutable: bool,
    #[serde(rename = "Clusters", default)]
    pub(super) clusters: Vec<String>,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct InitialPassword {
    pub(super) username: String,
    #[serde(default)]
    pub(super) password: String,
    #[serde(default)]
    pub(super) password_is_default: bool,
    /// Part of a pasted answer; it follows from the rest.
    #[serde(rename = "Message", default)]
    _message: Option<String>,
    /// Part of a pasted answer; it is redundant.
    #[serde(rename = "User", default)]
    _user: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    #[serde(rename = "ID")]
    pub(super) id: Option<i64>,
    #[serde(rename = "Name", default)]
    pub(super) name: String,
    #[serde(rename = "Description", default)]
    pub(super) description: String,
    #[serde(rename = "IsDefault", default)]
    pub(super) is_default: bool,
    #[serde(rename = "ClusterID", default)]
    pub(super) cluster_id: i64,
    #[serde(rename = "AccountID")]
    pub(super) account_id: Option<i64>,
    #[serde(rename = "ClusterName", default)]
    pub(super) cluster_name: String,
    #[serde(rename = "GrantUsers", default)]
    pub(super) grant_users: Vec<String>,
    #[serde(rename = "CreatedAt")]
    pub(super) created_at: Option<i64>,
    #[serde(rename = "UpdatedAt")]
    pub(super) updated_at: Option<i64>,
    #[serde(rename = "CreatedBy", default)]
    pub(super) created_by: String,
    #[serde(rename = "UpdatedBy", default)]
    pub(super) updated_by: String,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleUsers {
    #[serde(rename = "RoleID")]
    pub(super) role_id: i64,
    #[serde(rename = "Grants")]
    pub(super) grants: Vec<RoleUser>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct RoleUser {
    pub(super) username: String,
    #[serde(default)]
    pub(super) admin_option: bool,
    pub(super) created_at: Option<i64>,
    #[serde(rename = "$delete", default, skip_serializing)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Privileges {
    #[serde(rename = "Username")]
    pub(super) username: Option<String>,
    #[serde(rename = "RoleID")]
    pub(super) role_id: Option<i64>,
    #[serde(rename = "Grants")]
    pub(super) grants: Vec<Grant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grant {
    #[serde(rename = "ClusterID", default)]
    pub(super) cluster_id: i64,
    #[serde(rename = "ClusterName", default)]
    pub(super) cluster_name: String,
    #[serde(rename = "DatabaseName", default)]
    pub(super) database_name: String,
    #[serde(rename = "TableName", default)]
    pub(super) table_name: String,
    #[serde(rename = "Privileges", default)]
    pub(super) privileges: Vec<Privilege>,
    /// Part of a pasted answer; it is always GRANT.
    #[serde(rename = "Action", default)]
    pub(super) action: Option<String>,
    #[serde(rename = "$delete", default)]
    pub(super) delete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Privilege {
    pub(super) name: String,
    #[serde(default)]
    pub(super) columns: Vec<String>,
}
