//! The seed document, in both directions: what ListUsers and ListUserGroups return, with the project that they were
//! requested for.

use std::mem::take;

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::groups::ListedGroup;
use super::users::{DEFAULT_ENTERPRISE_PROJECT, ListedUser};
use crate::namespace::clock::Time;
use crate::namespace::ids::{Ids, LOWER_ALPHANUMERIC};
use crate::provider::SeedContext;
use crate::provider::seed::{self, SeedError};
use crate::provider::text::excerpt;
use crate::providers::huawei_workspace::model::{
    self, ActiveType, DEFAULT_DOMAIN, Group, NameRule, NewGroup, NewUser, PlatformType, Service,
    User,
};

/// This provider's part of a seed document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    /// Projects that exist although they have no users, or in which the service is not available.
    #[serde(default)]
    projects: Vec<SeedProject>,
    #[serde(default)]
    groups: Vec<SeedGroups>,
    #[serde(default)]
    users: Vec<SeedUsers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedProject {
    project_id: String,
    service: Option<String>,
    #[serde(rename = "$delete", default)]
    delete: bool,
}

/// What ListUserGroups returns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedGroups {
    project_id: String,
    user_groups: Vec<SeedGroup>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "total_count", default)]
    _total_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedGroup {
    name: String,
    id: Option<String>,
    create_time: Option<String>,
    #[serde(default)]
    description: String,
    platform_type: Option<String>,
    realm_id: Option<String>,
    group_dn: Option<String>,
    domain: Option<String>,
    #[serde(default)]
    total_desktops: u32,
    parent: Option<serde_json::Map<String, Value>>,
    /// Part of a pasted answer; the members count.
    #[serde(rename = "user_quantity", default)]
    _user_quantity: Option<u64>,
    /// Part of a pasted answer; it is the id.
    #[serde(rename = "sid", default)]
    _sid: Option<String>,
    #[serde(rename = "$delete", default)]
    delete: bool,
}

/// What ListUsers returns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUsers {
    project_id: String,
    users: Vec<SeedUser>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "total_count", default)]
    _total_count: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    id: Option<String>,
    user_name: String,
    #[serde(default)]
    user_email: String,
    #[serde(default)]
    total_desktops: u32,
    #[serde(default)]
    user_phone: String,
    active_type: Option<String>,
    #[serde(default)]
    is_pre_user: bool,
    account_expires: Option<Expiry>,
    #[serde(default)]
    password_never_expired: bool,
    #[serde(default = "yes")]
    enable_change_password: bool,
    #[serde(default = "yes")]
    next_login_change_password: bool,
    #[serde(default)]
    description: String,
    #[serde(default)]
    locked: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    share_space_subscription: bool,
    #[serde(default)]
    share_space_desktops: u32,
    /// Names of groups in the same project, which must exist already.
    #[serde(default)]
    group_names: Vec<String>,
    enterprise_project_id: Option<String>,
    #[serde(default)]
    user_info_map: String,
    domain: Option<String>,
    /// From the answer of ListUserDetail: when the user was created.
    when_created: Option<String>,
    /// Part of a pasted answer; it is the id.
    #[serde(rename = "sid", default)]
    _sid: Option<String>,
    /// Part of a pasted answer; it follows from `account_expires` and the clock.
    #[serde(rename = "account_expired", default)]
    _account_expired: Option<bool>,
    /// Part of a pasted answer; no user here has a certificate.
    #[serde(rename = "certificate_status", default)]
    _certificate_status: Option<bool>,
    #[serde(rename = "$delete", default)]
    delete: bool,
}

const fn yes() -> bool {
    true
}

/// Milliseconds since the epoch: a string in lists, a number for a single user.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a number or a string")]
enum Expiry {
    Number(i64),
    Text(String),
}

/// Merges this provider's part of a seed document: projects, then groups, then users, whatever their order in the file.
pub(crate) fn seed(
    tx: &Connection,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Seed {
        projects,
        groups,
        users,
    } = seed::decode(document)?;
    let mut records = 0;
    for (index, project) in projects.into_iter().enumerate() {
        records += 1;
        seed_project(tx, &project).map_err(|error| error.under(&format!("projects[{index}]")))?;
    }
    for (outer, of_project) in groups.into_iter().enumerate() {
        check_project_id(&of_project.project_id)
            .map_err(|error| error.under(&format!("groups[{outer}]")))?;
        keep_project(tx, &of_project.project_id)?;
        for (index, group) in of_project.user_groups.into_iter().enumerate() {
            records += 1;
            seed_group(tx, &of_project.project_id, group, context)
                .map_err(|error| error.under(&format!("groups[{outer}].user_groups[{index}]")))?;
        }
    }
    for (outer, of_project) in users.into_iter().enumerate() {
        check_project_id(&of_project.project_id)
            .map_err(|error| error.under(&format!("users[{outer}]")))?;
        keep_project(tx, &of_project.project_id)?;
        for (index, user) in of_project.users.into_iter().enumerate() {
            records += 1;
            seed_user(tx, &of_project.project_id, user, context)
                .map_err(|error| error.under(&format!("users[{outer}].users[{index}]")))?;
        }
    }
    Ok(records)
}

fn seed_project(tx: &Connection, project: &SeedProject) -> Result<(), SeedError> {
    check_project_id(&project.project_id)?;
    if project.delete {
        model::delete_project(tx, &project.project_id)?;
        return Ok(());
    }
    let word = project.service.as_deref().unwrap_or("opened");
    let service = Service::parse(word).ok_or_else(|| {
        let words = Service::ALL.map(Service::as_str).join(", ");
        SeedError::new("service", format!("\"{word}\" is none of {words}"))
    })?;
    model::put_project(tx, &project.project_id, service)?;
    Ok(())
}

/// A project to which a seed adds a user or group counts as configured.
fn keep_project(tx: &Connection, project_id: &str) -> Result<(), SeedError> {
    if model::project(tx, project_id)?.is_none() {
        model::put_project(tx, project_id, Service::Opened)?;
    }
    Ok(())
}

fn seed_group(
    tx: &Connection,
    project_id: &str,
    group: SeedGroup,
    context: &SeedContext<'_>,
) -> Result<(), SeedError> {
    if group.delete {
        if let Some(kept) = model::group_named(tx, project_id, &group.name)? {
            model::delete_group(tx, project_id, &kept.id)?;
        }
        return Ok(());
    }
    check_length("name", &group.name, 1, 64)?;
    check_length("description", &group.description, 0, 255)?;
    check_id(group.id.as_deref())?;
    let platform_type = group.platform_type.as_deref().unwrap_or("LOCAL");
    let platform_type = PlatformType::parse(platform_type).ok_or_else(|| {
        SeedError::new(
            "platform_type",
            format!("\"{platform_type}\" is none of AD, LOCAL, UOS"),
        )
    })?;
    let create_time = moment("create_time", group.create_time.as_deref())?;

    let by_name = model::group_named(tx, project_id, &group.name)?;
    let kept = match &group.id {
        Some(id) => model::group(tx, project_id, id)?,
        None => by_name.clone(),
    };
    let id = match group
        .id
        .or_else(|| kept.as_ref().map(|kept| kept.id.clone()))
    {
        Some(id) => id,
        None => model::unused_group_id(tx, project_id, context.ids)?,
    };
    if let Some(other) = by_name.filter(|other| other.id != id) {
        return Err(SeedError::new(
            "name",
            format!(
                "\"{}\" is the name of group {} already; a project has a name once",
                group.name, other.id
            ),
        ));
    }
    let base = NewGroup {
        name: group.name,
        platform_type,
        description: group.description,
    }
    .into_group(
        id,
        create_time
            .or_else(|| kept.as_ref().map(|kept| kept.create_time))
            .unwrap_or(context.now),
    );
    let group = Group {
        realm_id: group.realm_id.unwrap_or(base.realm_id),
        group_dn: group.group_dn.unwrap_or(base.group_dn),
        domain: given(group.domain, DEFAULT_DOMAIN),
        total_desktops: group.total_desktops,
        parent: group
            .parent
            .map(|parent| Value::Object(parent).to_string())
            .unwrap_or_default(),
        ..base
    };
    match kept {
        Some(_) => model::put_group(tx, project_id, &group)?,
        None => model::insert_group(tx, project_id, &group)?,
    };
    Ok(())
}

fn seed_user(
    tx: &Connection,
    project_id: &str,
    user: SeedUser,
    context: &SeedContext<'_>,
) -> Result<(), SeedError> {
    let by_name = || model::user_named(tx, project_id, &user.user_name);
    if user.delete {
        if let Some(kept) = by_name()? {
            model::delete_user(tx, project_id, &kept.id)?;
        }
        return Ok(());
    }
    let groups = user.check(tx, project_id)?;
    let active_type = user.active_type()?;
    let account_expires = user.account_expires()?;
    let when_created = moment("when_created", user.when_created.as_deref())?;

    // A user with an id is most likely new, so others are looked up only if it is not.
    let id = match &user.id {
        Some(id) => id.clone(),
        None => match by_name()? {
            Some(kept) => kept.id,
            None => model::unused_user_id(tx, project_id, context.ids)?,
        },
    };
    let base = NewUser {
        user_name: user.user_name,
        user_email: user.user_email,
        user_phone: user.user_phone,
        active_type,
        account_expires,
        enable_change_password: user.enable_change_password,
        next_login_change_password: user.next_login_change_password,
        group_ids: Vec::new(),
        description: user.description,
        enterprise_project_id: given(user.enterprise_project_id, DEFAULT_ENTERPRISE_PROJECT),
        user_info_map: user.user_info_map,
        domain: given(user.domain, DEFAULT_DOMAIN),
    }
    .into_user(id, when_created.unwrap_or(context.now));
    let mut user = User {
        is_pre_user: user.is_pre_user,
        password_never_expired: user.password_never_expired,
        locked: user.locked,
        disabled: user.disabled,
        total_desktops: user.total_desktops,
        share_space_subscription: user.share_space_subscription,
        share_space_desktops: user.share_space_desktops,
        ..base
    };
    if let Some(seq) = model::insert_user_if_new(tx, project_id, &user)? {
        // A new user is not in a group yet.
        if !groups.is_empty() {
            model::set_groups(tx, seq, &groups)?;
        }
        return Ok(());
    }
    if let Some(other) = model::user_named(tx, project_id, &user.user_name)?
        && other.id != user.id
    {
        return Err(SeedError::new(
            "user_name",
            format!(
                "\"{}\" is the name of user {} already; a project has a name once, whatever its case",
                user.user_name, other.id
            ),
        ));
    }
    if let Some(kept) = model::user(tx, project_id, &user.id)? {
        user.when_created = when_created.unwrap_or(kept.when_created);
    }
    model::put_user(tx, project_id, &user)?;
    if let Some(seq) = model::user_seq(tx, project_id, &user.id)? {
        model::set_groups(tx, seq, &groups)?;
    }
    Ok(())
}

impl SeedUser {
    /// The rules for single fields; returns the rows of the user's groups.
    fn check(&self, tx: &Connection, project_id: &str) -> Result<Vec<i64>, SeedError> {
        check_id(self.id.as_deref())?;
        // Inferred: a seed may use names by either rule, because quirks can be switched later.
        let is_name = [NameRule::Seed, NameRule::Relaxed]
            .into_iter()
            .any(|rule| model::is_user_name(&self.user_name, rule));
        if !is_name {
            return Err(SeedError::new(
                "user_name",
                format!(
                    "\"{}\" is not a user name: 1 to 32 letters, digits, . _ and -, beginning with a letter or digit",
                    self.user_name
                ),
            ));
        }
        check_length("user_email", &self.user_email, 0, 64)?;
        if !self.user_email.is_empty() && !model::is_email(&self.user_email) {
            return Err(SeedError::new(
                "user_email",
                format!("\"{}\" is not an e-mail address", self.user_email),
            ));
        }
        check_length("user_phone", &self.user_phone, 0, 20)?;
        check_length("description", &self.description, 0, 255)?;
        let enterprise_project = self.enterprise_project_id.as_deref().unwrap_or_default();
        check_length("enterprise_project_id", enterprise_project, 0, 255)?;
        check_length("domain", self.domain.as_deref().unwrap_or_default(), 0, 255)?;
        let mut groups = Vec::with_capacity(self.group_names.len());
        for (index, name) in self.group_names.iter().enumerate() {
            let group = model::group_named(tx, project_id, name)?.ok_or_else(|| {
                SeedError::new(
                    format!("group_names[{index}]"),
                    format!("project {project_id} has no group \"{name}\"; put it under groups"),
                )
            })?;
            groups.push(group.seq);
        }
        Ok(groups)
    }

    fn active_type(&self) -> Result<ActiveType, SeedError> {
        let word = self.active_type.as_deref().unwrap_or("USER_ACTIVATE");
        ActiveType::parse(word).ok_or_else(|| {
            let words = ActiveType::ALL.map(ActiveType::as_str).join(", ");
            SeedError::new("active_type", format!("\"{word}\" is none of {words}"))
        })
    }

    fn account_expires(&self) -> Result<i64, SeedError> {
        match &self.account_expires {
            None => Ok(0),
            Some(Expiry::Number(millis)) => Ok(*millis),
            Some(Expiry::Text(text)) => text.parse().map_err(|_| {
                SeedError::new(
                    "account_expires",
                    format!(
                        "\"{text}\" is not a number of milliseconds since the epoch (\"0\" is never)"
                    ),
                )
            }),
        }
    }
}

/// A string that counts as absent if empty, as it does when a user is created.
fn given(text: Option<String>, default: &str) -> String {
    text.filter(|text| !text.is_empty())
        .unwrap_or_else(|| default.to_owned())
}

fn check_project_id(project_id: &str) -> Result<(), SeedError> {
    check_length("project_id", project_id, 1, 255)
}

fn check_length(field: &str, text: &str, min: usize, max: usize) -> Result<(), SeedError> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    Err(SeedError::new(
        field,
        format!(
            "\"{}\" has {length} characters; it takes {min} to {max}",
            excerpt(text)
        ),
    ))
}

fn check_id(id: Option<&str>) -> Result<(), SeedError> {
    let Some(id) = id else { return Ok(()) };
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if id.len() == 32 && id.bytes().all(is_hex) {
        return Ok(());
    }
    Err(SeedError::new(
        "id",
        format!("\"{id}\" is not an id: 32 lower-case hexadecimal digits"),
    ))
}

fn moment(field: &str, text: Option<&str>) -> Result<Option<Time>, SeedError> {
    let Some(text) = text else { return Ok(None) };
    Time::parse_rfc3339(text).map(Some).ok_or_else(|| {
        SeedError::new(
            field,
            format!("\"{text}\" is not a time such as 2021-06-03T19:43:31.000Z"),
        )
    })
}

/// Writes each record as its own seed document: each project, then its groups, then its users.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    let mut projects = Vec::new();
    model::for_each_project(tx, |project| projects.push(project))?;
    for project in &projects {
        let project_id = &project.project_id;
        let service = project.service.as_str();
        each(json!({ "projects": [{ "project_id": project_id, "service": service }] }));
    }
    for project in &projects {
        model::for_each_group(tx, project, |group| {
            let groups = [ListedGroup::from(group)];
            each(
                json!({ "groups": [{ "project_id": project.project_id, "user_groups": groups }] }),
            );
        })?;
        model::for_each_user(tx, project, |mut user| {
            // What lists omit.
            let user_info_map = take(&mut user.user_info_map);
            let domain = take(&mut user.domain);
            let when_created = user.when_created.rfc3339_millis();
            // What depends on the clock is not data; at the beginning of time, nothing has expired.
            let mut user = json!(ListedUser::new(user, Time::from_millis(i64::MIN)));
            if !user_info_map.is_empty() {
                user["user_info_map"] = json!(user_info_map);
            }
            if domain != DEFAULT_DOMAIN {
                user["domain"] = json!(domain);
            }
            user["when_created"] = json!(when_created);
            each(json!({ "users": [{ "project_id": project.project_id, "users": [user] }] }));
        })?;
    }
    Ok(())
}

/// Generates this many users of the demo's project.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
    const FIRST: Time = Time::from_millis(1_622_749_411_000);
    const DEPARTMENTS: [&str; 4] = ["研发部", "Design", "客服中心", "Field Support"];
    for number in 0..count {
        let seconds = i64::try_from(number).unwrap_or(i64::MAX);
        let department = DEPARTMENTS[usize::try_from(ids.below(4)).unwrap_or_default()];
        let user = json!({
            "id": format!("8a2c3f9579d2408201{number:014x}"),
            "user_name": format!("user{number:07}"),
            "user_email": format!("user{number:07}@example.com"),
            "description": format!("{department} {}", ids.text(3, LOWER_ALPHANUMERIC)),
            "total_desktops": ids.below(3),
            "locked": ids.below(50) == 0,
            "when_created": FIRST.plus_millis(seconds.saturating_mul(1000)).rfc3339_millis(),
        });
        each(json!({ "users": [{ "project_id": PROJECT, "users": [user] }] }));
    }
}
