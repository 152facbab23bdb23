//! `rollcall seed from-answer`: converts answers of the real API into a seed.
//!
//! An answer holds the users, but not the cluster, instance or project that they belong to. Flags name it, and the seed
//! defines it with the required fields only.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::{bad_flags, fail, fail_at, say};
use crate::namespace::clock::Clock;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::provider::json::{self, Place};
use crate::providers::{provider, unknown_provider};
use crate::seed::{self, Document, DocumentError, files, template};

/// The answers to convert.
#[derive(Debug, Args)]
pub(super) struct FromAnswer {
    /// The provider that answered
    #[arg(long)]
    provider: String,

    /// The project that the users belong to (Huawei)
    #[arg(long)]
    project_id: Option<String>,

    /// The instance that the users belong to (Huawei RocketMQ)
    #[arg(long)]
    instance_id: Option<String>,

    /// The cluster that the users belong to (Alibaba E-HPC)
    #[arg(long)]
    cluster_id: Option<String>,

    /// Files with one user list answer each; several pages become one seed
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Why there is no seed.
enum Failure {
    /// A flag is missing or invalid.
    Flags(String),
    /// The answers do not make a valid seed.
    Answer(String),
    /// A file holds no user list; the sentence begins with its name.
    File(String),
}

/// Prints the seed.
pub(super) fn from_answer(args: &FromAnswer) -> ExitCode {
    match seed_of(args) {
        Ok(seed) => say(&format!("{seed:#}\n")),
        Err(Failure::Flags(cause)) => bad_flags(&cause),
        Err(Failure::Answer(cause)) => fail(&cause),
        Err(Failure::File(cause)) => fail_at(&cause),
    }
}

fn seed_of(args: &FromAnswer) -> Result<Value, Failure> {
    let Some(provider) = provider(&args.provider) else {
        return Err(Failure::Flags(unknown_provider(&args.provider)));
    };
    // Where the provider's answers have their users.
    let place = match provider.id {
        "huawei-rocketmq" | "huawei-workspace" => "/users",
        "aliyun-ehpc" => "/Users/UserInfo",
        "volcengine-bytehouse" => "/Result/Data/Users",
        "qingcloud-ehpc" => "/users_set",
        id => {
            return Err(Failure::Flags(format!(
                "{id} has no user list to convert; write its seed by hand"
            )));
        }
    };
    let mut users = Vec::new();
    for file in &args.files {
        users.extend(users_in(file, place, provider.id)?);
    }
    let seed = match provider.id {
        "huawei-rocketmq" => rocketmq(args, &users)?,
        "huawei-workspace" => workspace(args, &users)?,
        "aliyun-ehpc" => aliyun(args, &users)?,
        "qingcloud-ehpc" => qingcloud(&users),
        _ => json!({ "Users": users }),
    };
    let seed = json!({ provider.id: seed });
    check(&seed)?;
    Ok(seed)
}

/// The users of one answer.
fn users_in(file: &Path, place: &str, id: &str) -> Result<Vec<Value>, Failure> {
    let failed = |cause: String| Failure::File(format!("{}: {cause}", file.display()));
    let bytes = files::read(file).map_err(|cause| failed(cause.to_string()))?;
    json::check(&bytes).map_err(|cause| {
        let (place, rule) = (Place::of_error(&bytes, &cause), cause.without_position());
        Failure::File(format!("{}{place}: {rule}", file.display()))
    })?;
    let text = json::without_mark(&bytes);
    let answer: Value = serde_json::from_slice(text).map_err(|cause| failed(cause.to_string()))?;
    match answer.pointer(place) {
        Some(Value::Array(users)) => Ok(users.clone()),
        _ => Err(failed(format!(
            "not a user list of {id}: expected an array at {place}"
        ))),
    }
}

/// A parent id, which answers do not contain.
fn named<'a>(flag: &str, value: Option<&'a str>) -> Result<&'a str, Failure> {
    value.ok_or_else(|| {
        Failure::Flags(format!(
            "the answer does not say what its users belong to; pass --{flag} as in the original request"
        ))
    })
}

fn rocketmq(args: &FromAnswer, users: &[Value]) -> Result<Value, Failure> {
    let project = named("project-id", args.project_id.as_deref())?;
    let instance = named("instance-id", args.instance_id.as_deref())?;
    Ok(json!({
        "projects": [{ "project_id": project, "instances": [
            { "instance_id": instance, "name": "from-answer", "engine_version": "4.8.0", "enable_acl": true },
        ] }],
        "users": [{ "project_id": project, "instance_id": instance, "users": users }],
    }))
}

/// The groups that users name come before them.
fn workspace(args: &FromAnswer, users: &[Value]) -> Result<Value, Failure> {
    let project = named("project-id", args.project_id.as_deref())?;
    let mut names: Vec<&str> = users
        .iter()
        .filter_map(|user| user["group_names"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    let groups: Vec<Value> = names
        .iter()
        .map(|name| json!({ "name": name, "platform_type": "LOCAL" }))
        .collect();
    Ok(json!({
        "groups": [{ "project_id": project, "user_groups": groups }],
        "users": [{ "project_id": project, "users": users }],
    }))
}

/// The newer Version says `UserName`, the older `Name`.
fn aliyun(args: &FromAnswer, users: &[Value]) -> Result<Value, Failure> {
    let id = named("cluster-id", args.cluster_id.as_deref())?;
    let users_of = json!([{ "ClusterId": id, "Users": { "UserInfo": users } }]);
    let is_newer = users
        .first()
        .is_some_and(|user| user["UserName"].is_string());
    Ok(if is_newer {
        let cluster = json!({ "ClusterId": id, "ClusterName": id, "ClusterStatus": "running" });
        json!({ "2024-07-30": { "Clusters": [cluster], "Users": users_of } })
    } else {
        let cluster = json!({ "Id": id, "Name": id, "Status": "running" });
        json!({ "2018-04-12": { "Clusters": { "ClusterInfoSimple": [cluster] }, "Users": users_of } })
    })
}

/// Each user names its cluster.
fn qingcloud(users: &[Value]) -> Value {
    let mut ids: Vec<&str> = users
        .iter()
        .filter_map(|user| user["cluster_id"].as_str())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let clusters: Vec<Value> = ids.iter().map(|id| json!({ "cluster_id": id })).collect();
    json!({ "cluster_set": clusters, "users_set": users })
}

/// Checks that the seed can be loaded.
fn check(seed: &Value) -> Result<(), Failure> {
    let broken = |cause: rusqlite::Error| Failure::Answer(cause.to_string());
    let store = template::empty_store().map_err(broken)?;
    let (ids, now) = (Ids::unseeded(), Clock::default().now());
    let context = SeedContext { ids: &ids, now };
    let merged = store.write(|tx| {
        let document = Document::parse(seed.to_string().as_bytes());
        let merge = |document| seed::merge(tx, &document, &context).map_err(DocumentError::Seed);
        Ok::<_, rusqlite::Error>(document.and_then(merge))
    });
    match merged.map_err(broken)? {
        Ok(_) => Ok(()),
        Err(cause) => Err(Failure::Answer(format!(
            "the answers do not make a valid seed: {cause}"
        ))),
    }
}
