//! Answers: the envelope and all structures in it, in the field order of the documents.

use http::HeaderName;
use serde::Serialize;
use serde_json::value::RawValue;

use super::super::{auth, errors, model};
use crate::provider::call::{Call, Reply};
use crate::provider::error::{ApiError, ErrorEntry, Refusal};
use crate::store::page::Window;
use crate::store::stream::BodyTail;

/// The content type of all answers (inferred: no source shows one).
const JSON: &str = "application/json; charset=utf-8";

/// Complete except for the error in a success; in an error, it has what the gateway knew at that point.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    request_id: &'a str,
    /// As received, like the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Error<'a> {
    /// The gateway's errors have a number, the service's do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_n: Option<i64>,
    code: &'a str,
    message: &'a str,
}

/// The complete answer of an error: no `Result`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refused<'a> {
    response_metadata: Metadata<'a>,
}

/// `Result`, next to the metadata of a success.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Outcome<'a, T> {
    /// The gateway's message: always present, and empty.
    message: &'a str,
    data: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<Meta>,
}

/// The position of a page in its list.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    offset: u64,
    total: Total,
}

/// A number in the parameter table and in all SDKs, a string in the sample response (quirk `total`).
#[derive(Serialize)]
#[serde(untagged)]
enum Total {
    Number(u64),
    Text(String),
}

fn metadata<'a>(call: &'a Call<'_>, error: Option<(&ErrorEntry, Error<'a>)>) -> Metadata<'a> {
    let query = call.request.query();
    let given = |name| query.first(name).filter(|value| !value.is_empty());
    let action = given("Action");
    // Inferred: an error about the version repeats the action, as the ones before and after it suggest.
    let version = given("Version").filter(|_| action.is_some());
    let has_scope = version.is_some()
        && error
            .as_ref()
            .is_none_or(|(entry, _)| !errors::is_before_the_scope(entry));
    Metadata {
        request_id: &call.request_id,
        action,
        version,
        service: has_scope.then_some("bytehouse_ce"),
        // The region that the request was signed for. Inferred: for an unsigned call, it is the namespace's.
        region: has_scope
            .then(|| auth::scope_region(call.request).unwrap_or_else(|| call.region())),
        error: error.map(|(_, error)| error),
    }
}

/// A success that contains only data.
pub(crate) fn success(call: &Call<'_>, data: &impl Serialize) -> Result<Reply, ApiError> {
    answer(call, &result(data)?)
}

/// The `Result` of a success that contains only data, encoded.
pub(crate) fn result(data: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    Ok(serde_json::to_vec(&Outcome {
        message: "",
        data,
        meta: None,
    })?)
}

/// The `Result` of ListUsers without its users.
pub(crate) fn users_result(
    call: &Call<'_>,
    window: Window,
    total: u64,
) -> Result<String, ApiError> {
    let total = match call.quirk("total") {
        "string" => Total::Text(total.to_string()),
        _ => Total::Number(total),
    };
    Ok(serde_json::to_string(&Outcome {
        message: "",
        data: UserList { users: [] },
        meta: Some(Meta {
            offset: window.offset,
            total,
        }),
    })?)
}

/// A success with an already encoded `Result`: only the metadata belong to this call.
pub(crate) fn answer(call: &Call<'_>, result: &[u8]) -> Result<Reply, ApiError> {
    long_answer(call, result, None)
}

/// The same, where `result` is only the beginning if there is a remainder.
pub(crate) fn long_answer(
    call: &Call<'_>,
    result: &[u8],
    remains: Option<BodyTail>,
) -> Result<Reply, ApiError> {
    /// The approximate length of the metadata.
    const METADATA: usize = 256;
    let mut body = Vec::with_capacity(METADATA + result.len());
    body.extend_from_slice(br#"{"ResponseMetadata":"#);
    serde_json::to_writer(&mut body, &metadata(call, None))?;
    body.extend_from_slice(br#","Result":"#);
    body.extend_from_slice(result);
    let end = b"}";
    let remains = remains.map(|remains| remains.and(end));
    if remains.is_none() {
        body.extend_from_slice(end);
    }
    Ok(Reply::new(200, JSON, body).and(remains))
}

const X_TT_LOGID: HeaderName = HeaderName::from_static("x-tt-logid");

/// The final answer. Both Python SDKs read the request id from `X-Tt-Logid` for their logs.
pub(crate) fn envelope(call: &Call<'_>, verdict: Result<Reply, Refusal>) -> Reply {
    let reply = verdict.unwrap_or_else(|refusal| {
        let Refusal { entry, message, .. } = &refusal;
        let error = Error {
            code_n: entry.number,
            code: entry.code,
            message,
        };
        let body = serde_json::to_vec(&Refused {
            response_metadata: metadata(call, Some((entry, error))),
        });
        let reply = Reply::new(entry.status, JSON, body.expect("texts become JSON"));
        reply.headers_of(&refusal)
    });
    reply.header(X_TT_LOGID, &call.request_id)
}

/// The data of ListUsers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct UserList {
    /// Written one by one: the limit can be as high as the list is long.
    users: [User; 0],
}

/// The data of GetUserDetail.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OneUser {
    user: User,
}

impl OneUser {
    pub(crate) fn new(call: &Call<'_>, user: model::User, account_id: i64) -> Self {
        Self {
            user: User::new(call.quirk("email-key"), user, account_id),
        }
    }
}

/// A user: the sixteen fields of the document's example, in its order.
#[derive(Serialize)]
pub(crate) struct User {
    #[serde(rename = "ID")]
    id: i64,
    #[serde(rename = "UserID")]
    user_id: i64,
    #[serde(rename = "AccountID")]
    account_id: i64,
    #[serde(rename = "Username")]
    username: String,
    /// In the SDKs' models only (quirk `email-key`); equal to the username.
    #[serde(rename = "Name", skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "CloudName")]
    cloud_name: String,
    #[serde(rename = "UserType")]
    user_type: &'static str,
    #[serde(rename = "Status")]
    status: String,
    /// Spelled with a double l by the service (003_e9021faa912119e8.txt).
    #[serde(rename = "Emaill", skip_serializing_if = "Option::is_none")]
    emaill: Option<String>,
    /// The name in the SDKs' models (quirk `email-key`).
    #[serde(rename = "Email", skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(rename = "Description")]
    description: String,
    #[serde(rename = "Readonly")]
    readonly: bool,
    #[serde(rename = "IsSystemAdmin")]
    is_system_admin: bool,
    #[serde(rename = "LastLoginAt")]
    last_login_at: i64,
    #[serde(rename = "CreatedAt")]
    created_at: i64,
    #[serde(rename = "UpdatedAt")]
    updated_at: i64,
    #[serde(rename = "Immutable")]
    immutable: bool,
    #[serde(rename = "Clusters")]
    clusters: Box<RawValue>,
}

impl User {
    /// A user with the spelling of the quirk `email-key`.
    pub(crate) fn new(email_key: &str, user: model::User, account_id: i64) -> Self {
        match email_key {
            "both" => {
                let (name, email) = (user.username.clone(), user.email.clone());
                Self::spelled(user, account_id, Some(name), Some(email))
            }
            "email" => {
                let (name, email) = (user.username.clone(), user.email.clone());
                Self {
                    emaill: None,
                    ..Self::spelled(user, account_id, Some(name), Some(email))
                }
            }
            _ => Self::documented(user, account_id),
        }
    }

    /// A user with the seed document's own spelling.
    pub(super) fn documented(user: model::User, account_id: i64) -> Self {
        Self::spelled(user, account_id, None, None)
    }

    fn spelled(
        user: model::User,
        account_id: i64,
        name: Option<String>,
        email: Option<String>,
    ) -> Self {
        Self {
            id: user.id,
            user_id: user.user_id,
            account_id,
            username: user.username,
            name,
            cloud_name: user.cloud_name,
            user_type: user.user_type.as_str(),
            status: user.status,
            emaill: Some(user.email),
            email,
            description: user.description,
            readonly: user.readonly,
            is_system_admin: user.is_system_admin,
            last_login_at: user.last_login_at,
            created_at: user.created_at,
            updated_at: user.updated_at,
            immutable: user.immutable,
            clusters: raw(user.clusters),
        }
    }
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("SQLite wrote it, or it was checked when it was read")
}

/// The data of an action that only confirms its success.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Acknowledgement {
    pub(crate) message: String,
}

impl Acknowledgement {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

/// The text of GetUserInitialPassword once the password was changed.
const MODIFIED: &str = "Failed to get password, it has been modified";

/// The data of GetUserInitialPassword. The document's example is flat, while the SDKs' models expect `User`: the answer
/// contains both, which do not interfere.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct InitialPassword {
    /// Base64; inferred: empty once it has been changed.
    password: String,
    password_is_default: bool,
    message: &'static str,
    user: PasswordState,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PasswordState {
    message: &'static str,
    password_is_default: bool,
}

impl InitialPassword {
    pub(crate) fn new(password: String, password_is_default: bool) -> Self {
        let message = if password_is_default { "" } else { MODIFIED };
        Self {
            password,
            password_is_default,
            message,
            user: PasswordState {
                message,
                password_is_default,
            },
        }
    }
}

/// A role, as created and as listed.
#[derive(Serialize)]
pub(super) struct Role {
    #[serde(rename = "ID")]
    id: i64,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Description")]
    description: String,
    #[serde(rename = "IsDefault")]
    is_default: bool,
    #[serde(rename = "ClusterID")]
    cluster_id: i64,
    #[serde(rename = "AccountID")]
    account_id: i64,
    #[serde(rename = "ClusterName")]
    cluster_name: String,
    #[serde(rename = "GrantUsers")]
    grant_users: Box<RawValue>,
    #[serde(rename = "CreatedAt")]
    created_at: i64,
    #[serde(rename = "UpdatedAt")]
    updated_at: i64,
    #[serde(rename = "CreatedBy")]
    created_by: String,
    #[serde(rename = "UpdatedBy")]
    updated_by: String,
}

impl Role {
    /// A role with its users, as a JSON array.
    pub(super) fn new(role: model::Role, grant_users: String, account_id: i64) -> Self {
        Self {
            id: role.id,
            name: role.name,
            description: role.description,
            is_default: role.is_default,
            cluster_id: role.cluster_id,
            account_id,
            cluster_name: role.cluster_name,
            grant_users: raw(grant_users),
            created_at: role.created_at,
            updated_at: role.updated_at,
            created_by: role.created_by,
            updated_by: role.updated_by,
        }
    }
}

/// The data of CreateRole.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct NewRole {
    message: &'static str,
    role: Role,
}

impl NewRole {
    pub(crate) fn new(role: model::Role, account_id: i64) -> Self {
        Self {
            message: "create role successfully",
            // Documented: always empty here, even if users were assigned the role in the same call.
            role: Role::new(role, "[]".to_owned(), account_id),
        }
    }
}

/// The data of ListRoles.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Roles {
    roles: Vec<Role>,
}

impl Roles {
    pub(crate) fn new(roles: Vec<(model::Role, String)>, account_id: i64) -> Self {
        let roles = roles
            .into_iter()
            .map(|(role, grant_users)| Role::new(role, grant_users, account_id));
        Self {
            roles: roles.collect(),
        }
    }
}

/// The data of ListGrantUsersForRole.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct GrantUsers {
    grants: Vec<GrantUser>,
}

/// The SDKs' optional CreatedAt is omitted, as in the document's example.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GrantUser {
    username: String,
    admin_option: bool,
}

impl From<Vec<model::Member>> for GrantUsers {
    fn from(members: Vec<model::Member>) -> Self {
        let grants = members.into_iter().map(|member| GrantUser {
            username: member.username,
            admin_option: member.admin_option,
        });
        Self {
            grants: grants.collect(),
        }
    }
}

/// The data of ShowRolesForUser.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RolesOfUser {
    roles: Vec<RoleOfUser>,
}

#[derive(Serialize)]
struct RoleOfUser {
    #[serde(rename = "RoleID")]
    role_id: i64,
    #[serde(rename = "RoleName")]
    role_name: String,
    #[serde(rename = "RoleIsDefault")]
    role_is_default: bool,
    #[serde(rename = "OnCluster")]
    on_cluster: String,
    #[serde(rename = "ClusterID")]
    cluster_id: i64,
    #[serde(rename = "AdminOption")]
    admin_option: bool,
    #[serde(rename = "GrantTo")]
    grant_to: String,
    /// Inferred: empty, because no SQL was run.
    #[serde(rename = "RawSql")]
    raw_sql: &'static str,
    /// Inferred: an assignment can always be revoked.
    #[serde(rename = "Immutable")]
    immutable: bool,
    #[serde(rename = "ImmutableReason")]
    immutable_reason: &'static str,
}

impl RolesOfUser {
    pub(crate) fn new(username: &str, assignments: Vec<model::Assignment>) -> Self {
        let roles = assignments.into_iter().map(|assignment| RoleOfUser {
            role_id: assignment.role_id,
            role_name: assignment.role_name,
            role_is_default: assignment.role_is_default,
            on_cluster: assignment.cluster_name,
            cluster_id: assignment.cluster_id,
            admin_option: assignment.admin_option,
            grant_to: username.to_owned(),
            raw_sql: "",
            immutable: false,
            immutable_reason: "",
        });
        Self {
            roles: roles.collect(),
        }
    }
}

/// The data of the three ShowPrivileges actions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Grants {
    grants: Vec<Grant>,
}

#[derive(Serialize)]
pub(super) struct Grant {
    #[serde(rename = "ClusterID")]
    cluster_id: i64,
    #[serde(rename = "ClusterName")]
    cluster_name: String,
    #[serde(rename = "DatabaseName")]
    database_name: String,
    #[serde(rename = "TableName")]
    table_name: String,
    #[serde(rename = "Privileges")]
    privileges: Vec<Privilege>,
    #[serde(rename = "Action")]
    action: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Privilege {
    name: String,
    columns: Vec<String>,
}

impl From<model::Grant> for Grant {
    fn from(grant: model::Grant) -> Self {
        let model::Target {
            cluster_id,
            cluster_name,
            database,
            table,
        } = grant.target;
        let privileges = grant
            .privileges
            .into_iter()
            .map(|model::Privilege(name, columns)| Privilege { name, columns });
        Self {
            cluster_id,
            cluster_name,
            database_name: database,
            table_name: table,
            privileges: privileges.collect(),
            action: "GRANT",
        }
    }
}

impl From<Vec<model::Grant>> for Grants {
    fn from(grants: Vec<model::Grant>) -> Self {
        Self {
            grants: grants.into_iter().map(Grant::from).collect(),
        }
    }
}
