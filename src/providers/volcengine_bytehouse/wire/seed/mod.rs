//! Seeds: documents ([`document`]), the rules for their content, and the export.

mod document;

use rusqlite::Connection;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::provider::seed::{self, SeedError};
use crate::providers::volcengine_bytehouse::model::{self, Grantee, UserType};
use crate::store::OnConflict as _;
use document::{
    Cluster, Grant, InitialPassword, Privilege, Privileges, Role, RoleUser, RoleUsers, Seed, User,
};

/// The statuses of a user (ByteHouse API reference).
const STATUSES: [&str; 4] = ["ACTIVE", "INACTIVE", "ACTIVE_REMOVED", "INACTIVE_REMOVED"];
/// The SDKs for Go hold these numbers in 32 bits.
const LARGEST_ID: i64 = i32::MAX as i64;
/// Roles created later get higher numbers.
const LARGEST_ROLE_ID: i64 = 2_000_000_000;
/// 2^53 - 1: the highest number that all clients can read.
const LARGEST_TIME: i64 = 9_007_199_254_740_991;
/// Inferred: the syntax of a username is not documented.
const LONGEST_USERNAME: usize = 64;

/// Merges this provider's part of a seed document.
pub(crate) fn seed(
    tx: &Connection,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Seed {
        clusters,
        users,
        initial_passwords,
        roles,
        role_users,
        privileges,
        ..
    } = seed::decode(document)?;
    let mut records = 0;
    each("Clusters", clusters, &mut records, |cluster| {
        put_cluster(tx, &cluster)
    })?;
    each("Users", users, &mut records, |user| {
        put_user(tx, user, context)
    })?;
    each("InitialPasswords", initial_passwords, &mut records, |row| {
        put_password(tx, &row)
    })?;
    each("Roles", roles, &mut records, |role| {
        put_role(tx, role, context)
    })?;
    for (index, RoleUsers { role_id, grants }) in role_users.into_iter().enumerate() {
        let under = format!("RoleUsers[{index}]");
        role_exists(tx, role_id).map_err(|error| error.under(&under))?;
        each("Grants", grants, &mut records, |row| {
            put_role_user(tx, role_id, &row, context)
        })
        .map_err(|error| error.under(&under))?;
    }
    for (index, one) in privileges.into_iter().enumerate() {
        put_privileges(tx, one, &mut records)
            .map_err(|error| error.under(&format!("Privileges[{index}]")))?;
    }
    Ok(records)
}

/// Handles the rows of a list one by one, and names the row in an error.
fn each<T>(
    list: &str,
    rows: Vec<T>,
    records: &mut u64,
    mut put: impl FnMut(T) -> Result<(), SeedError>,
) -> Result<(), SeedError> {
    for (index, row) in rows.into_iter().enumerate() {
        *records += 1;
        put(row).map_err(|error| error.under(&format!("{list}[{index}]")))?;
    }
    Ok(())
}

fn put_cluster(tx: &Connection, cluster: &Cluster) -> Result<(), SeedError> {
    within("ClusterID", cluster.cluster_id, 1, LARGEST_ID)?;
    if cluster.delete {
        return Ok(model::delete_cluster(tx, cluster.cluster_id)?);
    }
    not_empty("ClusterName", &cluster.cluster_name)?;
    not_long(&cluster.cluster_name)?;
    Ok(model::put_cluster(
        tx,
        cluster.cluster_id,
        &cluster.cluster_name,
    )?)
}

/// The username is the natural key. An absent ID, UserID or time keeps its value, or for a new user becomes the next one.
fn put_user(tx: &Connection, user: User, context: &SeedContext<'_>) -> Result<(), SeedError> {
    if user.delete {
        model::delete_user(tx, &user.username)?;
        return Ok(());
    }
    let length = user.username.chars().count();
    if !(1..=LONGEST_USERNAME).contains(&length) || user.username.chars().any(char::is_control) {
        return Err(SeedError::new(
            "Username",
            format!("\"{}\" is not 1 to 64 printable characters", user.username),
        ));
    }
    own_account(tx, user.account_id)?;
    let before = model::user(tx, &user.username)?;
    let user_type = match user.user_type.as_deref() {
        None => UserType::Normal,
        Some(word) => UserType::ALL
            .into_iter()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| none_of("UserType", word, &UserType::ALL.map(UserType::as_str)))?,
    };
    let status = user.status.as_deref().unwrap_or(STATUSES[0]);
    if !STATUSES.contains(&status) {
        return Err(none_of("Status", status, &STATUSES));
    }
    let email = match (user.emaill, user.email) {
        (Some(emaill), Some(email)) if emaill != email => {
            return Err(SeedError::new(
                "Email",
                format!("\"{email}\" is not the same as Emaill, \"{emaill}\""),
            ));
        }
        (emaill, email) => emaill.or(email).unwrap_or_default(),
    };
    for (index, cluster) in user.clusters.iter().enumerate() {
        if !(5..=9).contains(&cluster.len())
            || !cluster.bytes().all(|byte| byte.is_ascii_alphanumeric())
        {
            return Err(SeedError::new(
                format!("Clusters[{index}]"),
                format!("\"{cluster}\" is not 5 to 9 letters and digits, such as 98Al3s"),
            ));
        }
    }
    let id = match (user.id, &before) {
        (Some(id), _) => id,
        (None, Some(before)) => before.id,
        (None, None) => model::next_id(tx)?,
    };
    let user_id = match (user.user_id, &before) {
        (Some(user_id), _) => user_id,
        (None, Some(before)) => before.user_id,
        // The account itself has its own number.
        (None, None) if user_type == UserType::Main => model::tenant(tx)?.account_id,
        (None, None) => model::next_user_id(tx)?,
    };
    within("ID", id, 1, LARGEST_ID)?;
    within("UserID", user_id, 1, LARGEST_ID)?;
    let now = context.now.millis();
    let created_at = user
        .created_at
        .unwrap_or_else(|| before.as_ref().map_or(now, |before| before.created_at));
    let updated_at = user.updated_at.unwrap_or_else(|| {
        before
            .as_ref()
            .map_or(created_at, |before| before.updated_at)
    });
    within("LastLoginAt", user.last_login_at, 0, LARGEST_TIME)?;
    within("CreatedAt", created_at, 0, LARGEST_TIME)?;
    within("UpdatedAt", updated_at, 0, LARGEST_TIME)?;
    let row = model::User {
        id,
        user_id,
        cloud_name: user.cloud_name.unwrap_or_else(|| user.username.clone()),
        username: user.username,
        user_type,
        status: status.to_owned(),
        email,
        description: user.description,
        readonly: user.readonly,
        is_system_admin: user.is_system_admin,
        last_login_at: user.last_login_at,
        created_at,
        updated_at,
        immutable: user.immutable,
        clusters: serde_json::to_string(&user.clusters).expect("texts become JSON"),
    };
    let written = if before.is_some() {
        model::update_user(tx, &row)
    } else {
        model::insert_user(tx, &row)
    };
    written.map_err(|cause| taken(tx, &row, cause))?;
    Ok(())
}

/// The conflicting number of a user that could not be written.
fn taken(tx: &Connection, row: &model::User, cause: rusqlite::Error) -> SeedError {
    match model::user_by_user_id(tx, row.user_id) {
        Ok(Some(owner)) if owner.username != row.username => SeedError::new(
            "UserID",
            format!("{} is the UserID of {}", row.user_id, owner.username),
        ),
        _ => Err::<(), _>(cause)
            .on_conflict("bytehouse_users.id", || {
                SeedError::new("ID", format!("{} is the ID of another user", row.id))
            })
            .err()
            .unwrap_or_else(|| SeedError::new("", "the data does not fit")),
    }
}

/// All users and roles of a namespace belong to one account: that of the first one.
fn own_account(tx: &Connection, account_id: Option<i64>) -> Result<(), SeedError> {
    let Some(account_id) = account_id else {
        return Ok(());
    };
    within("AccountID", account_id, 1, LARGEST_ID)?;
    let tenant = model::tenant(tx)?;
    if tenant.account_id == account_id {
        Ok(())
    } else if tenant.user_count == 0 && model::role_count(tx)? == 0 {
        Ok(model::set_account(tx, account_id)?)
    } else {
        let rule = format!(
            "{account_id} is another account than {}, whose users are here; a namespace holds one",
            tenant.account_id
        );
        Err(SeedError::new("AccountID", rule))
    }
}

fn put_password(tx: &Connection, row: &InitialPassword) -> Result<(), SeedError> {
    if model::set_initial_password(tx, &row.username, &row.password, row.password_is_default)? {
        Ok(())
    } else {
        Err(no_user("Username", &row.username))
    }
}

/// The ID is the natural key, or else the name on its cluster. Absent times keep their values, or for a new role become
/// now.
fn put_role(tx: &Connection, role: Role, context: &SeedContext<'_>) -> Result<(), SeedError> {
    if let Some(id) = role.id {
        within("ID", id, 1, LARGEST_ROLE_ID)?;
    }
    let id = match role.id {
        Some(id) => Some(id),
        None => model::role_id_by_name(tx, &role.name, Some(role.cluster_id))?,
    };
    let before = id.map(|id| model::role(tx, id)).transpose()?.flatten();
    if role.delete {
        if let Some(before) = before {
            model::delete_role(tx, before.id)?;
        }
        return Ok(());
    }
    not_empty("Name", &role.name)?;
    within("ClusterID", role.cluster_id, 1, LARGEST_ID)?;
    not_long(&role.cluster_name)?;
    own_account(tx, role.account_id)?;
    if !role.cluster_name.is_empty() {
        model::put_cluster(tx, role.cluster_id, &role.cluster_name)?;
    }
    let cluster_id = role.cluster_id;
    model::name_cluster(tx, cluster_id, "")?;
    let now = context.now.millis();
    let created_at = role
        .created_at
        .unwrap_or_else(|| before.as_ref().map_or(now, |before| before.created_at));
    let updated_at = role.updated_at.unwrap_or_else(|| {
        before
            .as_ref()
            .map_or(created_at, |before| before.updated_at)
    });
    within("CreatedAt", created_at, 0, LARGEST_TIME)?;
    within("UpdatedAt", updated_at, 0, LARGEST_TIME)?;
    let taken = || {
        SeedError::new(
            "Name",
            format!(
                "\"{}\" is the name of another role of cluster {cluster_id}",
                role.name
            ),
        )
    };
    let mut row = model::Role {
        id: role.id.unwrap_or_default(),
        name: role.name.clone(),
        description: role.description,
        is_default: role.is_default,
        cluster_id,
        cluster_name: String::new(),
        created_at,
        updated_at,
        created_by: role.created_by,
        updated_by: role.updated_by,
    };
    if let Some(before) = before {
        row.id = before.id;
        model::update_role(tx, &row).on_conflict("bytehouse_roles.name", taken)?;
    } else {
        row.id = model::insert_role(tx, &row).on_conflict("bytehouse_roles.name", taken)?;
    }
    for (index, username) in role.grant_users.iter().enumerate() {
        let member = model::member_id(tx, username)?
            .ok_or_else(|| no_user(&format!("GrantUsers[{index}]"), username))?;
        // This list does not have AdminOption, so existing assignments are unchanged.
        model::reassign(tx, row.id, member, now)?;
    }
    Ok(())
}

fn put_role_user(
    tx: &Connection,
    role_id: i64,
    row: &RoleUser,
    context: &SeedContext<'_>,
) -> Result<(), SeedError> {
    let member =
        model::member_id(tx, &row.username)?.ok_or_else(|| no_user("Username", &row.username))?;
    if row.delete {
        return Ok(model::unassign(tx, role_id, member)?);
    }
    let created_at = row.created_at.unwrap_or_else(|| context.now.millis());
    within("CreatedAt", created_at, 0, LARGEST_TIME)?;
    Ok(model::assign(
        tx,
        role_id,
        member,
        row.admin_option,
        created_at,
    )?)
}

fn put_privileges(
    tx: &Connection,
    privileges: Privileges,
    records: &mut u64,
) -> Result<(), SeedError> {
    let grantee = match (&privileges.username, privileges.role_id) {
        (Some(username), None) => {
            let member = model::member_id(tx, username)?;
            Grantee::User(member.ok_or_else(|| no_user("Username", username))?)
        }
        (None, Some(role_id)) => {
            role_exists(tx, role_id)?;
            Grantee::Role(role_id)
        }
        _ => {
            let rule = "privileges are of a user or of a role; give Username or RoleID";
            return Err(SeedError::new("", rule));
        }
    };
    each("Grants", privileges.grants, records, |grant| {
        put_grant(tx, grantee, grant)
    })
}

/// The target is the natural key.
fn put_grant(tx: &Connection, grantee: Grantee, grant: Grant) -> Result<(), SeedError> {
    within("ClusterID", grant.cluster_id, 0, LARGEST_ID)?;
    not_long(&grant.cluster_name)?;
    if let Some(action) = grant.action.as_deref().filter(|action| *action != "GRANT") {
        return Err(none_of("Action", action, &["GRANT"]));
    }
    if !grant.delete && grant.privileges.is_empty() {
        let rule = "a grant names at least one privilege, such as {\"Name\": \"SELECT\"}";
        return Err(SeedError::new("Privileges", rule));
    }
    let cluster_id = Some(grant.cluster_id).filter(|&cluster_id| 0 < cluster_id);
    if let Some(cluster_id) = cluster_id.filter(|_| !grant.delete) {
        model::name_cluster(tx, cluster_id, &grant.cluster_name)?;
    }
    let (cluster_id, cluster_name) = model::find_cluster(tx, cluster_id, &grant.cluster_name)?;
    let mut privileges = Vec::new();
    if !grant.delete {
        for (index, Privilege { name, columns }) in grant.privileges.into_iter().enumerate() {
            not_empty(&format!("Privileges[{index}].Name"), &name)?;
            privileges.push(model::Privilege(name, columns));
        }
    }
    let grant = model::Grant {
        target: model::Target {
            cluster_id,
            cluster_name,
            database: grant.database_name,
            table: grant.table_name,
        },
        privileges,
    };
    Ok(model::replace_grant(tx, grantee, grant)?)
}

fn role_exists(tx: &Connection, role_id: i64) -> Result<(), SeedError> {
    if model::has_role(tx, role_id)? {
        return Ok(());
    }
    let rule = format!("there is no role {role_id}; put it under Roles");
    Err(SeedError::new("RoleID", rule))
}

fn no_user(path: &str, username: &str) -> SeedError {
    SeedError::new(
        path,
        format!("there is no user \"{username}\"; put it under Users"),
    )
}

fn none_of(path: &str, word: &str, words: &[&str]) -> SeedError {
    SeedError::new(path, format!("\"{word}\" is none of {}", words.join(", ")))
}

fn not_empty(path: &str, text: &str) -> Result<(), SeedError> {
    if text.is_empty() {
        return Err(SeedError::new(path, "it must not be empty"));
    }
    Ok(())
}

fn not_long(cluster_name: &str) -> Result<(), SeedError> {
    if model::can_name_cluster(cluster_name) {
        return Ok(());
    }
    let max = model::LONGEST_CLUSTER_NAME;
    let rule = format!("it has more than {max} characters");
    Err(SeedError::new("ClusterName", rule))
}

fn within(path: &str, number: i64, min: i64, max: i64) -> Result<(), SeedError> {
    if (min..=max).contains(&number) {
        return Ok(());
    }
    Err(SeedError::new(
        path,
        format!("{number} is not {min} to {max}"),
    ))
}

/// Writes each record as its own seed document.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    let account_id = model::tenant(tx)?.account_id;
    for (cluster_id, cluster_name) in model::all_clusters(tx)? {
        let cluster = Cluster {
            cluster_id,
            cluster_name,
            delete: false,
        };
        each(json!({ "Clusters": [cluster] }));
    }
    model::for_each_user(tx, |user, password, password_is_default| {
        let username = user.username.clone();
        each(json!({ "Users": [answer::User::documented(user, account_id)] }));
        if !password.is_empty() || password_is_default {
            each(
                json!({ "InitialPasswords": [{ "Username": username, "Password": password, "PasswordIsDefault": password_is_default }] }),
            );
        }
    })?;
    let mut role_ids = Vec::new();
    model::for_each_role(tx, |role| {
        role_ids.push(role.id);
        // The members of the role follow, with more than their names.
        let role = answer::Role::new(role, "[]".to_owned(), account_id);
        each(json!({ "Roles": [role] }));
    })?;
    for role_id in role_ids {
        for member in model::members(tx, role_id)? {
            let row = RoleUser {
                username: member.username,
                admin_option: member.admin_option,
                created_at: Some(member.created_at),
                delete: false,
            };
            each(json!({ "RoleUsers": [{ "RoleID": role_id, "Grants": [row] }] }));
        }
    }
    model::for_each_grant(tx, |username, role_id, grant| {
        let grants = [answer::Grant::from(grant)];
        each(match (username, role_id) {
            (Some(username), _) => {
                json!({ "Privileges": [{ "Username": username, "Grants": grants }] })
            }
            (None, role_id) => json!({ "Privileges": [{ "RoleID": role_id, "Grants": grants }] }),
        });
    })
}

/// Generates this many users of the tenant, the first of them its main user.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const ACCOUNT: u64 = 12_345_678;
    const FIRST: u64 = 1_716_264_720_906;
    const NAMES: [&str; 4] = ["王芳", "Grace Hopper", "李伟", "data-platform"];
    for number in 0..count {
        let is_main = number == 0;
        let created = FIRST + number * 1000;
        let user = json!({
            "ID": 123 + number,
            "UserID": ACCOUNT + number,
            "AccountID": ACCOUNT,
            "Username": format!("user{}", number + 1),
            "CloudName": NAMES[usize::try_from(ids.below(4)).unwrap_or_default()],
            "UserType": if is_main { "MAIN" } else { "NORMAL" },
            "Status": if ids.below(20) == 0 { "INACTIVE" } else { "ACTIVE" },
            "Emaill": format!("user{}@acme.example", number + 1),
            "Description": "",
            "Readonly": ids.below(4) == 0,
            "IsSystemAdmin": is_main,
            "LastLoginAt": 0,
            "CreatedAt": created,
            "UpdatedAt": created,
            "Immutable": is_main,
            "Clusters": ["98Al3s"],
        });
        each(json!({ "Users": [user] }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespace::clock::Time;
    use crate::store::Store;

    fn store() -> Store {
        Store::in_memory(&[include_str!("../../schema.sql")], 1).expect("a valid schema")
    }

    fn put(store: &Store, documents: &[Value], now: i64) -> u64 {
        let ids = Ids::seeded(7, "default");
        let context = SeedContext {
            ids: &ids,
            now: Time::from_millis(now),
        };
        let records = |tx: &Connection| {
            documents.iter().try_fold(0, |records, document| {
                Ok::<_, SeedError>(records + seed(tx, &seed::part(document), &context)?)
            })
        };
        store.write(records).expect("good documents")
    }

    fn exported(store: &Store) -> Vec<Value> {
        let mut documents = Vec::new();
        store
            .read(|tx| export(tx, &mut |document| documents.push(document)))
            .expect("readable data");
        documents
    }

    #[test]
    fn what_is_exported_makes_the_same_data_again() {
        let demo: Value = serde_json::from_str(include_str!(
            "../../../../../seed-data/volcengine-bytehouse.json"
        ))
        .expect("the demo is JSON");
        let original = store();
        put(&original, &[demo["volcengine-bytehouse"].clone()], 1);
        let documents = exported(&original);
        let copy = store();
        assert_eq!(put(&copy, &documents, 2), documents.len() as u64);
        assert_eq!(exported(&copy), documents);
        // Merged again over the same data: nothing is duplicated or moved.
        put(&copy, &documents, 3);
        assert_eq!(exported(&copy), documents);
    }
}
