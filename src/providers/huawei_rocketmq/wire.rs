//! Parameters in, response structs out, and the seed document: everything that has a JSON name.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{errors, model};
use crate::call::{Call, Params};
use crate::catalogue::{ApiError, ErrorEntry};
use crate::ids::{ALPHANUMERIC, Ids};
use crate::seed::{self, SeedError};
use crate::store::page::{Page, Window};

/// The project and instance of a path, well formed.
pub(crate) struct InstanceAddress<'a> {
    pub(crate) project_id: &'a str,
    pub(crate) instance_id: &'a str,
}

impl<'a> InstanceAddress<'a> {
    pub(crate) fn decode(call: &'a Call<'_>) -> Result<Self, ApiError> {
        let project_id = project_id(call)?;
        let instance_id = call.path_param("instance_id");
        if uuid::Uuid::try_parse(instance_id).is_err() || instance_id.len() != 36 {
            return Err(errors::INSTANCE_ID_INVALID.raise());
        }
        Ok(Self {
            project_id,
            instance_id,
        })
    }
}

pub(crate) fn project_id<'a>(call: &'a Call<'_>) -> Result<&'a str, ApiError> {
    let project_id = call.path_param("project_id");
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&project_id.len()) && project_id.bytes().all(valid) {
        Ok(project_id)
    } else {
        Err(errors::PROJECT_ID_INVALID.raise())
    }
}

/// `offset`, then `limit`, of a list.
pub(crate) fn window(query: &Params) -> Result<Window, ApiError> {
    let offset = number(
        query,
        "offset",
        0,
        0,
        i32::MAX as u64,
        &errors::OFFSET_INVALID,
    )?;
    let limit = number(query, "limit", 10, 1, 50, &errors::LIMIT_INVALID)?;
    Ok(Window::rows(offset, limit))
}

/// Inferred: an empty parameter counts as absent, and of a repeated one the last counts.
fn number(
    query: &Params,
    name: &str,
    default: u64,
    least: u64,
    most: u64,
    refused: &'static ErrorEntry,
) -> Result<u64, ApiError> {
    let text = query.last(name).unwrap_or_default();
    if text.is_empty() {
        return Ok(default);
    }
    let value = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse::<u64>().ok())
        .flatten();
    value
        .filter(|value| (least..=most).contains(value))
        .ok_or_else(|| {
            refused.raise().because(format!(
                "{name} is \"{text}\"; it takes {least} to {most}, in digits"
            ))
        })
}

pub(crate) fn instance_filter(query: &Params) -> model::InstanceFilter {
    let value = |name| {
        query
            .last(name)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let engine = value("engine").map(|engine| {
        if engine == "rocketmq" {
            "reliability".to_owned()
        } else {
            engine
        }
    });
    model::InstanceFilter {
        engine,
        name: value("name"),
        instance_id: value("instance_id"),
        status: value("status"),
    }
}

/// The answer of ListUser.
#[derive(Serialize)]
pub(crate) struct UserList {
    users: Vec<User>,
    total: u64,
}

impl From<Page<model::User>> for UserList {
    fn from(page: Page<model::User>) -> Self {
        Self {
            users: page.rows.into_iter().map(User::from).collect(),
            total: page.total,
        }
    }
}

/// A user: exactly these eight fields, always all of them, in the alphabetical order of every documented example.
#[derive(Serialize)]
pub(crate) struct User {
    access_key: String,
    admin: bool,
    default_group_perm: String,
    default_topic_perm: String,
    group_perms: Box<RawValue>,
    /// In plain text: Terraform writes it back into its state.
    secret_key: String,
    topic_perms: Box<RawValue>,
    white_remote_address: String,
}

impl From<model::User> for User {
    fn from(user: model::User) -> Self {
        Self {
            access_key: user.access_key,
            admin: user.admin,
            default_group_perm: user.default_group_perm,
            default_topic_perm: user.default_topic_perm,
            group_perms: raw(user.group_perms),
            secret_key: user.secret_key,
            topic_perms: raw(user.topic_perms),
            white_remote_address: user.white_remote_address,
        }
    }
}

fn raw(json: String) -> Box<RawValue> {
    RawValue::from_string(json).expect("the column holds what serde_json wrote")
}

/// The answer of ListInstances.
#[derive(Serialize)]
pub(crate) struct InstanceList {
    instances: Vec<Instance>,
    instance_num: u64,
}

impl From<Page<model::Instance>> for InstanceList {
    fn from(page: Page<model::Instance>) -> Self {
        Self {
            instances: page.rows.into_iter().map(Instance::from).collect(),
            instance_num: page.total,
        }
    }
}

/// An instance, as shown and as listed; also what a seed holds, where all but the id may be left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instance {
    #[serde(default = "demo_name")]
    name: String,
    #[serde(default = "reliability")]
    engine: String,
    #[serde(default = "running")]
    status: String,
    #[serde(default = "version_4_8_0")]
    engine_version: String,
    instance_id: String,
    #[serde(default = "yes")]
    enable_acl: bool,
    #[serde(default = "cluster")]
    r#type: String,
    #[serde(default)]
    specification: String,
    /// Milliseconds since the epoch, as a string.
    #[serde(default = "zero")]
    created_at: String,
    #[serde(default)]
    charging_mode: i64,
    #[serde(default)]
    vpc_id: String,
    #[serde(default)]
    subnet_id: String,
    #[serde(default)]
    security_group_id: String,
    #[serde(default)]
    available_zones: Vec<String>,
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    user_name: String,
    #[serde(default)]
    storage_space: i64,
    #[serde(default)]
    ssl_enable: bool,
    #[serde(default)]
    enable_publicip: bool,
    #[serde(default)]
    broker_num: i64,
    #[serde(rename = "$delete", default, skip_serializing)]
    delete: bool,
}

fn demo_name() -> String {
    "rocketmq".to_owned()
}

fn reliability() -> String {
    "reliability".to_owned()
}

fn running() -> String {
    "RUNNING".to_owned()
}

fn version_4_8_0() -> String {
    "4.8.0".to_owned()
}

fn cluster() -> String {
    "cluster".to_owned()
}

fn zero() -> String {
    "0".to_owned()
}

const fn yes() -> bool {
    true
}

impl From<model::Instance> for Instance {
    fn from(instance: model::Instance) -> Self {
        Self {
            name: instance.name,
            engine: instance.engine,
            status: instance.status,
            engine_version: instance.engine_version,
            instance_id: instance.instance_id,
            enable_acl: instance.enable_acl,
            r#type: instance.r#type,
            specification: instance.specification,
            created_at: instance.created_at,
            charging_mode: instance.charging_mode,
            vpc_id: instance.vpc_id,
            subnet_id: instance.subnet_id,
            security_group_id: instance.security_group_id,
            available_zones: serde_json::from_str(&instance.available_zones)
                .expect("the column holds what serde_json wrote"),
            user_id: instance.user_id,
            user_name: instance.user_name,
            storage_space: instance.storage_space,
            ssl_enable: instance.ssl_enable,
            enable_publicip: instance.enable_publicip,
            broker_num: instance.broker_num,
            delete: false,
        }
    }
}

/// This provider's part of a seed document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    /// What ListInstances answers, with the project that it answers for.
    #[serde(default)]
    projects: Vec<SeedProject>,
    /// What ListUser answers, with the instance that it answers for.
    #[serde(default)]
    users: Vec<SeedUsers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedProject {
    project_id: String,
    instances: Vec<Instance>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "instance_num", default)]
    _instance_num: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUsers {
    project_id: String,
    instance_id: String,
    users: Vec<SeedUser>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "total", default)]
    _total: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedUser {
    access_key: String,
    #[serde(rename = "$delete", default)]
    delete: bool,
    #[serde(default)]
    secret_key: String,
    #[serde(default)]
    white_remote_address: String,
    #[serde(default)]
    admin: bool,
    #[serde(default = "deny")]
    default_topic_perm: String,
    #[serde(default = "deny")]
    default_group_perm: String,
    #[serde(default)]
    topic_perms: Vec<Perm>,
    #[serde(default)]
    group_perms: Vec<Perm>,
}

fn deny() -> String {
    "DENY".to_owned()
}

/// A permission on one topic or group.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Perm {
    pub(crate) name: String,
    pub(crate) perm: String,
}

/// Merges this provider's part of a seed document.
pub(crate) fn seed(tx: &Connection, document: &Value) -> Result<u64, SeedError> {
    let Seed { projects, users } = seed::decode(document)?;
    let mut records = 0;
    for SeedProject {
        project_id,
        instances,
        ..
    } in projects
    {
        for instance in instances {
            records += 1;
            if instance.delete {
                model::delete_instance(tx, &instance.instance_id)?;
            } else {
                model::put_instance(tx, &instance.into_model(&project_id))?;
            }
        }
    }
    for (index, group) in users.into_iter().enumerate() {
        let instance =
            model::instance(tx, &group.project_id, &group.instance_id)?.ok_or_else(|| {
                let rule = format!(
                    "project {} has no instance \"{}\"; put it under instances first",
                    group.project_id, group.instance_id
                );
                SeedError::new(format!("users[{index}].instance_id"), rule)
            })?;
        for user in group.users {
            records += 1;
            if user.delete {
                model::delete_user(tx, &instance, &user.access_key)?;
                continue;
            }
            let user = user.into_model().on(&instance);
            if !model::update_user(tx, &instance, &user)? {
                model::insert_user(tx, &instance, &user)?;
            }
        }
    }
    Ok(records)
}

impl Instance {
    fn into_model(self, project_id: &str) -> model::Instance {
        model::Instance {
            project_id: project_id.to_owned(),
            instance_id: self.instance_id,
            name: self.name,
            engine: self.engine,
            status: self.status,
            engine_version: self.engine_version,
            enable_acl: self.enable_acl,
            r#type: self.r#type,
            specification: self.specification,
            created_at: self.created_at,
            charging_mode: self.charging_mode,
            vpc_id: self.vpc_id,
            subnet_id: self.subnet_id,
            security_group_id: self.security_group_id,
            available_zones: json_array(&self.available_zones),
            user_id: self.user_id,
            user_name: self.user_name,
            storage_space: self.storage_space,
            ssl_enable: self.ssl_enable,
            enable_publicip: self.enable_publicip,
            broker_num: self.broker_num,
            user_count: 0,
        }
    }
}

impl SeedUser {
    fn into_model(self) -> model::User {
        model::User {
            access_key: self.access_key,
            secret_key: self.secret_key,
            white_remote_address: self.white_remote_address,
            admin: self.admin,
            default_topic_perm: self.default_topic_perm,
            default_group_perm: self.default_group_perm,
            topic_perms: json_array(&self.topic_perms),
            group_perms: json_array(&self.group_perms),
        }
    }
}

fn json_array<T: Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).expect("texts become JSON")
}

/// Gives every record as a seed document of its own.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    let instances = model::all_instances(tx)?;
    for instance in &instances {
        let shown = Instance::from(instance.clone());
        each(json!({ "projects": [{ "project_id": instance.project_id, "instances": [shown] }] }));
    }
    for instance in &instances {
        model::for_each_user(tx, instance, |user| {
            let users = [User::from(user)];
            each(
                json!({ "users": [{ "project_id": instance.project_id, "instance_id": instance.instance_id, "users": users }] }),
            );
        })?;
    }
    Ok(())
}

/// Makes up an instance, the demo's, and that many users of it.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
    const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
    const PERMS: [&str; 4] = ["PUB", "SUB", "PUB|SUB", "DENY"];
    each(
        json!({ "projects": [{ "project_id": PROJECT, "instances": [{ "instance_id": INSTANCE }] }] }),
    );
    for number in 0..count {
        let perm = |below: u64| PERMS[usize::try_from(ids.below(below)).unwrap_or_default()];
        let topics: Vec<Value> = (0..ids.below(3))
            .map(|topic| json!({ "name": format!("topic-{topic}"), "perm": perm(4) }))
            .collect();
        let user = json!({
            "access_key": format!("user_{number:07}"),
            "admin": ids.below(20) == 0,
            "default_group_perm": PERMS[1],
            "default_topic_perm": perm(4),
            "secret_key": format!("Aa1{}", ids.text(16, ALPHANUMERIC)),
            "topic_perms": topics,
            "white_remote_address": if ids.below(2) == 0 { "" } else { "192.168.*.*" },
        });
        each(
            json!({ "users": [{ "project_id": PROJECT, "instance_id": INSTANCE, "users": [user] }] }),
        );
    }
}
