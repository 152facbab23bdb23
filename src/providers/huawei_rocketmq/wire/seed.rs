//! The seed document: what the lists return, with the project and instance that they were requested for.

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::{is_instance_id, is_project_id};
use crate::namespace::ids::{ALPHANUMERIC, Ids};
use crate::provider::SeedContext;
use crate::provider::seed::{self, SeedError};
use crate::providers::huawei_rocketmq::model::{self, Change, Grant, Grants, Perm};

/// This provider's part of a seed document.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// What ListInstances returns, for each project.
    #[serde(default)]
    projects: Vec<Project>,
    /// What ListUser returns, for each instance.
    #[serde(default)]
    users: Vec<InstanceUsers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    project_id: String,
    instances: Vec<Box<RawValue>>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "instance_num", default)]
    _instance_num: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstanceUsers {
    project_id: String,
    instance_id: String,
    users: Vec<User>,
    /// Part of a pasted answer; the rows count.
    #[serde(rename = "total", default)]
    _total: Option<u64>,
}

/// An instance: the fields that every answer has, in its order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Instance {
    name: String,
    engine: String,
    status: String,
    engine_version: String,
    instance_id: String,
    enable_acl: bool,
    r#type: String,
    specification: String,
    /// Milliseconds since the epoch, as a string.
    created_at: String,
    charging_mode: i64,
    vpc_id: String,
    subnet_id: String,
    security_group_id: String,
    available_zones: Vec<String>,
    user_id: String,
    user_name: String,
    storage_space: i64,
    ssl_enable: bool,
    enable_publicip: bool,
    broker_num: i64,
    product_id: String,
    enterprise_project_id: String,
    tags: Vec<Tag>,
    maintain_begin: String,
    maintain_end: String,
    /// The `host:port` of each, joined by `;`. There are no brokers at these addresses.
    namesrv_address: String,
    broker_address: String,
    /// On engine 5.x only.
    #[serde(skip_serializing_if = "Option::is_none")]
    grpc_address: Option<String>,
    #[serde(rename = "$delete", skip_serializing)]
    delete: bool,
}

/// A tag of an instance.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

/// The optional members of a seed.
impl Default for Instance {
    fn default() -> Self {
        Self {
            name: "rocketmq".to_owned(),
            engine: model::ENGINE.to_owned(),
            status: "RUNNING".to_owned(),
            engine_version: "4.8.0".to_owned(),
            instance_id: String::new(),
            enable_acl: true,
            r#type: "cluster".to_owned(),
            specification: String::new(),
            created_at: String::new(),
            charging_mode: 0,
            vpc_id: String::new(),
            subnet_id: String::new(),
            security_group_id: String::new(),
            available_zones: Vec::new(),
            user_id: String::new(),
            user_name: String::new(),
            storage_space: 0,
            ssl_enable: false,
            enable_publicip: false,
            broker_num: 1,
            product_id: String::new(),
            enterprise_project_id: "0".to_owned(),
            tags: Vec::new(),
            maintain_begin: "02:00:00".to_owned(),
            maintain_end: "06:00:00".to_owned(),
            namesrv_address: String::new(),
            broker_address: String::new(),
            grpc_address: None,
            delete: false,
        }
    }
}

/// Further fields of real answers (huaweicloudsdkrocketmq 3.1.219, `InstanceDetail` and `ShowInstanceResponse`), stored
/// unchanged so that such an answer can be pasted in.
const FURTHER_FIELDS: &[&str] = &[
    "arch_type",
    "auto_volume_expand_enable",
    "available_zone_names",
    "ces_version",
    "config_ssl_need_restart_process",
    "consume_portion",
    "cross_vpc_info",
    "description",
    "disk_encrypted",
    "disk_encrypted_key",
    "dns_enable",
    "dr_enable",
    "enable_elastic_tps",
    "enable_log_collection",
    "extend_times",
    "grpc_domain_name",
    "ipv6_broker_address",
    "ipv6_enable",
    "ipv6_namesrv_address",
    "max_msg_process_tps",
    "namesrv_domain_name",
    "new_spec_billing_enable",
    "node_num",
    "produce_portion",
    "public_broker_address",
    "public_grpc_address",
    "public_grpc_domain_name",
    "public_namesrv_address",
    "public_namesrv_domain_name",
    "publicip_address",
    "publicip_id",
    "quota_address",
    "resource_spec_code",
    "security_group_name",
    "service_type",
    "storage_resource_id",
    "storage_spec_code",
    "storage_type",
    "subnet_cidr",
    "subnet_name",
    "support_features",
    "tls_mode",
    "total_storage_space",
    "used_storage_space",
    "vpc_name",
];

/// A user as ListUser returns it; absent members count as never sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    access_key: String,
    #[serde(default)]
    admin: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_group_perm: Option<Perm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_topic_perm: Option<Perm>,
    #[serde(default)]
    group_perms: Vec<Grant>,
    #[serde(default)]
    secret_key: String,
    #[serde(default)]
    topic_perms: Vec<Grant>,
    #[serde(default)]
    white_remote_address: String,
    #[serde(rename = "$delete", default, skip_serializing)]
    delete: bool,
}

/// Merges this provider's part of a seed document.
pub(crate) fn merge(
    tx: &Connection,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Document { projects, users } = seed::decode(document)?;
    let mut records = 0;
    for (index, project) in projects.into_iter().enumerate() {
        let place = format!("projects[{index}]");
        check_project_id(&project.project_id).map_err(|error| error.under(&place))?;
        for (index, instance) in project.instances.into_iter().enumerate() {
            merge_instance(tx, &project.project_id, &instance, context)
                .map_err(|error| error.under(&format!("{place}.instances[{index}]")))?;
            records += 1;
        }
    }
    for (index, group) in users.into_iter().enumerate() {
        let place = format!("users[{index}]");
        let instance = model::instance(tx, &group.project_id, &group.instance_id)?;
        let instance = instance.ok_or_else(|| {
            let rule = format!(
                "project \"{}\" has no instance \"{}\"; put it under projects first",
                group.project_id, group.instance_id
            );
            SeedError::new(format!("{place}.instance_id"), rule)
        })?;
        for (index, user) in group.users.into_iter().enumerate() {
            merge_user(tx, &instance, user)
                .map_err(|error| error.under(&format!("{place}.users[{index}]")))?;
            records += 1;
        }
    }
    Ok(records)
}

fn merge_instance(
    tx: &Connection,
    project_id: &str,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<(), SeedError> {
    let mut fields: Map<String, Value> = seed::decode(document)?;
    let further: Map<String, Value> = FURTHER_FIELDS
        .iter()
        .filter_map(|&name| Some((name.to_owned(), fields.shift_remove(name)?)))
        .collect();
    // In a pasted answer, the newer fields may be null; their defaults are shown then.
    fields.retain(|_, value| !value.is_null());
    let mut instance: Instance = seed::decode_value(&Value::Object(fields))?;
    instance.grpc_address = instance
        .engine_version
        .starts_with('5')
        .then(|| instance.grpc_address.unwrap_or_default());
    let rule_of = |field: &str, rule: String| Err(SeedError::new(field, rule));
    let id = instance.instance_id.clone();
    if !is_instance_id(&id) || id.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let rule = format!(
            "\"{id}\" is not an instance id; it is a lower-case UUID such as 68fdc9a8-805e-439d-8dd9-25adc1c58bf6"
        );
        return rule_of("instance_id", rule);
    }
    if instance.delete {
        model::delete_instance(tx, project_id, &id)?;
        return Ok(());
    }
    if let Some(other) = model::project_of(tx, &id)?
        && other != project_id
    {
        let rule = format!("\"{id}\" is an instance of project \"{other}\" already");
        return rule_of("instance_id", rule);
    }
    if instance.engine != model::ENGINE {
        let rule = format!(
            "\"{}\" is another engine; only the instances of \"{}\" have these users",
            instance.engine,
            model::ENGINE
        );
        return rule_of("engine", rule);
    }
    if !model::STATUSES.contains(&instance.status.as_str()) {
        let rule = format!(
            "\"{}\" is not a status; it can be {}",
            instance.status,
            model::STATUSES.join(", ")
        );
        return rule_of("status", rule);
    }
    if instance.engine_version.is_empty() {
        return rule_of(
            "engine_version",
            "\"\" is not a version; 4.8.0 and 5.x are".to_owned(),
        );
    }
    if instance.created_at.is_empty() {
        instance.created_at = context.now.millis().to_string();
    }
    if instance.created_at.parse::<i64>().is_err() {
        let rule = format!(
            "\"{}\" is not a time; it is in milliseconds since the epoch, as a string",
            instance.created_at
        );
        return rule_of("created_at", rule);
    }
    let mut document =
        serde_json::to_value(&instance).map_err(|cause| SeedError::new("", cause.to_string()))?;
    if let Value::Object(fields) = &mut document {
        fields.extend(further);
    }
    model::put_instance(tx, project_id, &id, &document.to_string())?;
    Ok(())
}

fn merge_user(tx: &Connection, instance: &model::Instance, user: User) -> Result<(), SeedError> {
    if user.delete {
        model::delete_user(tx, instance, &user.access_key)?;
        return Ok(());
    }
    model::access_key_rule(&user.access_key).map_err(|rule| SeedError::new("access_key", rule))?;
    model::secret_key_rule(&user.secret_key, &user.access_key)
        .map_err(|rule| SeedError::new("secret_key", rule))?;
    model::white_remote_address_rule(&user.white_remote_address)
        .map_err(|rule| SeedError::new("white_remote_address", rule))?;
    for (field, grants) in [
        ("topic_perms", &user.topic_perms),
        ("group_perms", &user.group_perms),
    ] {
        if model::MOST_GRANTS < grants.len() {
            let rule = format!(
                "there are {} entries; a user takes {}",
                grants.len(),
                model::MOST_GRANTS
            );
            return Err(SeedError::new(field, rule));
        }
        for (index, grant) in grants.iter().enumerate() {
            model::grant_name_rule(&grant.name)
                .map_err(|rule| SeedError::new(format!("{field}[{index}].name"), rule))?;
        }
    }
    let change = Change {
        secret_key: Some(user.secret_key),
        white_remote_address: Some(user.white_remote_address),
        admin: Some(user.admin),
        default_topic_perm: user.default_topic_perm,
        default_group_perm: user.default_group_perm,
        topic_perms: Some(Grants::new(user.topic_perms)),
        group_perms: Some(Grants::new(user.group_perms)),
    };
    let user = model::User::new(user.access_key).with(change).on(instance);
    if model::update_user(tx, instance, &user)? == 0 {
        model::insert_user(tx, instance, &user)?;
    }
    Ok(())
}

fn check_project_id(project_id: &str) -> Result<(), SeedError> {
    if is_project_id(project_id) {
        return Ok(());
    }
    let rule =
        format!("\"{project_id}\" is not a project id; it takes 1 to 64 letters, digits, _ and -");
    Err(SeedError::new("project_id", rule))
}

/// Writes each record as its own seed document.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    model::for_each_instance(tx, |project_id, document| {
        each(json!({ "projects": [{ "project_id": project_id, "instances": [document] }] }));
    })?;
    model::for_each_user(tx, |project_id, instance_id, user| {
        let users = [User {
            access_key: user.access_key,
            admin: user.admin,
            default_group_perm: user.default_group_perm,
            default_topic_perm: user.default_topic_perm,
            group_perms: user.group_perms.into(),
            secret_key: user.secret_key,
            topic_perms: user.topic_perms.into(),
            white_remote_address: user.white_remote_address,
            delete: false,
        }];
        each(
            json!({ "users": [{ "project_id": project_id, "instance_id": instance_id, "users": users }] }),
        );
    })
}

/// Generates the demo's instance with this many users.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespace::clock::Time;
    use crate::store::Store;

    fn store_with(documents: &[Value]) -> Store {
        let store = Store::in_memory(&[include_str!("../schema.sql")], 1).expect("a valid schema");
        let context = SeedContext {
            ids: &Ids::seeded(7, "default"),
            now: Time::from_millis(0),
        };
        let merged: Result<(), SeedError> = store.write(|tx| {
            documents
                .iter()
                .try_for_each(|document| merge(tx, &seed::part(document), &context).map(drop))
        });
        merged.expect("a good seed");
        store
    }

    fn exported(store: &Store) -> Vec<Value> {
        let mut documents = Vec::new();
        let read: rusqlite::Result<()> =
            store.read(|tx| export(tx, &mut |document| documents.push(document)));
        read.expect("the data can be read");
        documents
    }

    #[test]
    fn what_is_exported_gives_the_same_data_again() {
        let demo: Value =
            serde_json::from_str(include_str!("../../../../seed-data/huawei-rocketmq.json"))
                .expect("JSON");
        let never_sent = json!({
            "projects": [{ "project_id": "another", "instances": [{ "instance_id": "00000000-0000-4000-8000-000000000000", "tags": [] }] }],
            "users": [{ "project_id": "another", "instance_id": "00000000-0000-4000-8000-000000000000",
                "users": [{ "access_key": "z-first", "secret_key": "N3w-secret", "admin": true }, { "access_key": "a-second", "secret_key": "N3w-secret" }] }],
        });
        let first = exported(&store_with(&[demo["huawei-rocketmq"].clone(), never_sent]));
        assert_eq!(first.len(), 9 + 1 + 27 + 1 + 1 + 2);
        assert_eq!(exported(&store_with(&first)), first);
    }
}
