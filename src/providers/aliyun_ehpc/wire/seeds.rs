//! This provider's part of a seed document: for each Version, what ListClusters returns, and what the user lists
//! return, each list with the cluster that it was requested for.

use rusqlite::Connection;
use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{v2018, v2024};
use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::seed::{self, SeedError};
use crate::providers::aliyun_ehpc::model::{self, Cluster, ClusterRecord, Group, User, Version};
use crate::store::page::{RowLimit, Window};
use crate::store::{OnConflict, column};

/// The possible values of `Status` in 2018-04-12.
const STATUSES_2018: &[&str] = &[
    "uninit",
    "creating",
    "init",
    "running",
    "exception",
    "releasing",
];
/// The possible values of `ClusterStatus` in 2024-07-30.
const STATUSES_2024: &[&str] = &[
    "uninit",
    "creating",
    "initing",
    "running",
    "exception",
    "releasing",
    "stopping",
    "stopped",
    "pending",
];
/// The highest id of a user or a group on Linux.
const HIGHEST_ID: i64 = 4_294_967_294;
/// Longer than any name in a domain.
const LONGEST_NAME: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    #[serde(rename = "2018-04-12", default)]
    v2018: Part2018,
    #[serde(rename = "2024-07-30", default)]
    v2024: Part2024,
}

/// What ListClusters 2018-04-12 returns, and lists of users. In a pasted answer only the rows count, here and below.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Part2018 {
    clusters: ClusterList,
    users: Vec<UserList<User2018>>,
    #[serde(rename = "PageSize")]
    _page_size: IgnoredAny,
    #[serde(rename = "RequestId")]
    _request_id: IgnoredAny,
    #[serde(rename = "PageNumber")]
    _page_number: IgnoredAny,
    #[serde(rename = "TotalCount")]
    _total_count: IgnoredAny,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct ClusterList {
    cluster_info_simple: Vec<v2018::Cluster>,
}

/// What ListClusters 2024-07-30 returns, and lists of users.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
struct Part2024 {
    clusters: Vec<v2024::Cluster>,
    users: Vec<UserList<User2024>>,
    #[serde(rename = "PageSize")]
    _page_size: IgnoredAny,
    #[serde(rename = "RequestId")]
    _request_id: IgnoredAny,
    #[serde(rename = "PageNumber")]
    _page_number: IgnoredAny,
    #[serde(rename = "TotalCount")]
    _total_count: IgnoredAny,
    #[serde(rename = "EhpcVersionStatistics")]
    _statistics: IgnoredAny,
}

/// What ListUsersAsync or ListUsers returns, with the cluster that it was requested for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UserList<T> {
    cluster_id: String,
    users: UserInfo<T>,
    #[serde(rename = "PageSize", default)]
    _page_size: IgnoredAny,
    #[serde(rename = "RequestId", default)]
    _request_id: IgnoredAny,
    #[serde(rename = "PageNumber", default)]
    _page_number: IgnoredAny,
    #[serde(rename = "TotalCount", default)]
    _total_count: IgnoredAny,
    #[serde(rename = "AsyncId", default)]
    _async_id: IgnoredAny,
    #[serde(rename = "AsyncStatus", default)]
    _async_status: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct UserInfo<T> {
    user_info: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct User2018 {
    name: String,
    add_time: Option<String>,
    group: Option<String>,
    user_id: Option<SeedId>,
    group_id: Option<SeedId>,
    #[serde(rename = "$delete", default)]
    delete: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct User2024 {
    user_name: String,
    add_time: Option<String>,
    group: Option<String>,
    user_id: Option<SeedId>,
    group_id: Option<SeedId>,
    #[serde(rename = "$delete", default)]
    delete: bool,
}

impl From<User2024> for User2018 {
    fn from(user: User2024) -> Self {
        Self {
            name: user.user_name,
            add_time: user.add_time,
            group: user.group,
            user_id: user.user_id,
            group_id: user.group_id,
            delete: user.delete,
        }
    }
}

/// An id as a string or a number: the documents show both.
#[derive(Clone, Copy)]
struct SeedId(i64);

impl<'de> Deserialize<'de> for SeedId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            _ => None,
        };
        id.filter(|id| (0..=HIGHEST_ID).contains(id))
            .map(Self)
            .ok_or_else(|| {
                D::Error::custom(format!("an id is a whole number from 0 to {HIGHEST_ID}"))
            })
    }
}

/// Merges this provider's part of a seed document.
pub(crate) fn seed(tx: &Connection, document: &RawValue, now: Time) -> Result<u64, SeedError> {
    let Seed { v2018, v2024 } = seed::decode(document)?;
    let mut records = 0;
    for (index, cluster) in v2018.clusters.cluster_info_simple.into_iter().enumerate() {
        let path = format!("2018-04-12.Clusters.ClusterInfoSimple[{index}]");
        put_2018(tx, cluster).map_err(|error| error.under(&path))?;
        records += 1;
    }
    for (index, cluster) in v2024.clusters.into_iter().enumerate() {
        let path = format!("2024-07-30.Clusters[{index}]");
        put_2024(tx, cluster).map_err(|error| error.under(&path))?;
        records += 1;
    }
    for (index, list) in v2018.users.into_iter().enumerate() {
        let path = format!("2018-04-12.Users[{index}]");
        records += put_users(tx, Version::V2018, list, now).map_err(|error| error.under(&path))?;
    }
    for (index, list) in v2024.users.into_iter().enumerate() {
        let path = format!("2024-07-30.Users[{index}]");
        records += put_users(tx, Version::V2024, list, now).map_err(|error| error.under(&path))?;
    }
    Ok(records)
}

fn put_2018(tx: &Connection, mut cluster: v2018::Cluster) -> Result<(), SeedError> {
    if !is_cluster_id_2018(&cluster.id) {
        return Err(SeedError::new(
            "Id",
            format!(
                "\"{}\" is not a cluster id of this Version; it has the form of ehpc-hz-vu7c2WkVGx",
                cluster.id
            ),
        ));
    }
    if cluster.delete {
        return delete(tx, Version::V2018, &cluster.id);
    }
    one_of("Status", &cluster.status, STATUSES_2018)?;
    one_of("AccountType", &cluster.account_type, &["nis", "ldap"])?;
    one_of(
        "SchedulerType",
        &cluster.scheduler_type,
        &["pbs", "slurm", "opengridscheduler", "deadline"],
    )?;
    is_time("CreateTime", &cluster.create_time)?;
    if cluster.name.is_empty() {
        cluster.id.clone_into(&mut cluster.name);
    }
    let record = ClusterRecord {
        cluster_id: cluster.id.clone(),
        name: cluster.name.clone(),
        status: cluster.status.clone(),
        detail: json_text(&cluster),
        user_count: 0,
        wheel_count: 0,
    };
    put_cluster(tx, Version::V2018, "Id", &record, cluster.next_user_id)
}

fn put_2024(tx: &Connection, mut cluster: v2024::Cluster) -> Result<(), SeedError> {
    if !is_cluster_id_2024(&cluster.cluster_id) {
        return Err(SeedError::new(
            "ClusterId",
            format!(
                "\"{}\" is not a cluster id; it has the form of ehpc-hz-vu7c2WkVGx or ehpc-cn-wulanchabu-vu7c2WkVGx",
                cluster.cluster_id
            ),
        ));
    }
    if cluster.delete {
        return delete(tx, Version::V2024, &cluster.cluster_id);
    }
    one_of("ClusterStatus", &cluster.cluster_status, STATUSES_2024)?;
    one_of(
        "ClusterCategory",
        &cluster.cluster_category,
        &["Standard", "Serverless"],
    )?;
    one_of(
        "ClusterMode",
        &cluster.cluster_mode,
        &["Integrated", "Hybrid", "Custom"],
    )?;
    is_time("ClusterCreateTime", &cluster.cluster_create_time)?;
    is_time("ClusterModifyTime", &cluster.cluster_modify_time)?;
    if cluster.cluster_name.is_empty() {
        cluster.cluster_id.clone_into(&mut cluster.cluster_name);
    }
    let record = ClusterRecord {
        cluster_id: cluster.cluster_id.clone(),
        name: cluster.cluster_name.clone(),
        status: cluster.cluster_status.clone(),
        detail: json_text(&cluster),
        user_count: 0,
        wheel_count: 0,
    };
    put_cluster(
        tx,
        Version::V2024,
        "ClusterId",
        &record,
        cluster.next_user_id,
    )
}

fn put_cluster(
    tx: &Connection,
    version: Version,
    id_name: &str,
    record: &ClusterRecord,
    next_user_id: Option<u32>,
) -> Result<(), SeedError> {
    if let Some(other) =
        model::version_of(tx, &record.cluster_id)?.filter(|other| *other != version)
    {
        return Err(SeedError::new(
            id_name,
            format!(
                "\"{}\" is a cluster of {} already; a cluster belongs to one Version",
                record.cluster_id,
                other.text()
            ),
        ));
    }
    model::put_cluster(tx, version, record)?;
    if let Some(next) = next_user_id {
        model::raise_next_user_id(tx, &record.cluster_id, i64::from(next))?;
    }
    Ok(())
}

fn delete(tx: &Connection, version: Version, cluster_id: &str) -> Result<(), SeedError> {
    if model::cluster(tx, version, cluster_id)?.is_some() {
        model::delete_cluster(tx, cluster_id)?;
    }
    Ok(())
}

fn put_users<T: Into<User2018>>(
    tx: &Connection,
    version: Version,
    list: UserList<T>,
    now: Time,
) -> Result<u64, SeedError> {
    let cluster = model::cluster(tx, version, &list.cluster_id)?.ok_or_else(|| {
        let rule = format!(
            "{} has no cluster \"{}\"; put it under Clusters first",
            version.text(),
            list.cluster_id
        );
        SeedError::new("ClusterId", rule)
    })?;
    let mut records = 0;
    for (index, user) in list.users.user_info.into_iter().enumerate() {
        put_user(tx, &cluster, &user.into(), now)
            .map_err(|error| error.under(&format!("Users.UserInfo[{index}]")))?;
        records += 1;
    }
    Ok(records)
}

/// Inferred: a seed may contain names that AddUsers refuses, because a cluster's domain may hold users that were not
/// created through the API.
fn put_user(
    tx: &Connection,
    cluster: &Cluster,
    user: &User2018,
    now: Time,
) -> Result<(), SeedError> {
    let name = &user.name;
    let length = name.chars().count();
    if !(1..=LONGEST_NAME).contains(&length)
        || name
            .chars()
            .any(|character| character.is_control() || character.is_whitespace())
    {
        return Err(SeedError::new(
            "Name",
            format!(
                "{name:?} is not a user name; it has 1 to {LONGEST_NAME} characters, none of them a blank"
            ),
        ));
    }
    if user.delete {
        model::delete_user(tx, cluster, name)?;
        return Ok(());
    }
    let group = match &user.group {
        None => None,
        Some(text) => Some(Group::parse(text).ok_or_else(|| {
            SeedError::new(
                "Group",
                format!("\"{text}\" is not a group; it can be users or wheel"),
            )
        })?),
    };
    let add_time = match &user.add_time {
        None => None,
        Some(text) => Some(is_time("AddTime", text)?),
    };
    let known = if group.is_some() && add_time.is_some() && user.user_id.is_some() {
        None
    } else {
        model::user(tx, cluster, name)?
    };
    let group = group
        .or(known.as_ref().map(|known| known.group))
        .unwrap_or(Group::Users);
    let add_time = add_time
        .or(known.as_ref().map(|known| known.add_time))
        .unwrap_or(Time::from_millis(now.seconds().saturating_mul(1000)));
    let user_id = user
        .user_id
        .map(|id| id.0)
        .or(known.map(|known| known.user_id));
    let Some(user_id) = user_id else {
        model::add_user(tx, cluster, name, group, add_time)?;
        return Ok(());
    };
    let user = User {
        user_id,
        name: name.clone(),
        group,
        group_id: user.group_id.map_or(group.id(), |id| id.0),
        add_time,
    };
    model::put_user(tx, cluster, &user).on_conflict("aliyun_users.user_id", || {
        SeedError::new(
            "UserId",
            format!(
                "{user_id} is another user's in cluster {}; ids are unique in a cluster",
                cluster.cluster_id
            ),
        )
    })?;
    Ok(())
}

/// `ehpc-hz-vu7c2WkVGx`: two letters of the region, 8 to 12 letters and digits.
fn is_cluster_id_2018(id: &str) -> bool {
    let mut parts = id.split('-');
    let (ehpc, region, rest) = (parts.next(), parts.next(), parts.next());
    ehpc == Some("ehpc")
        && region.is_some_and(|region| {
            region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_lowercase())
        })
        && rest.is_some_and(is_random_part)
        && parts.next().is_none()
}

/// The same, or with the full region in the middle: `ehpc-cn-wulanchabu-vu7c2WkVGx`.
fn is_cluster_id_2024(id: &str) -> bool {
    let middle = id
        .strip_prefix("ehpc-")
        .and_then(|rest| rest.rsplit_once('-'));
    middle.is_some_and(|(region, rest)| {
        is_random_part(rest)
            && region.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            })
    })
}

fn is_random_part(text: &str) -> bool {
    (8..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn one_of(name: &str, value: &str, allowed: &[&str]) -> Result<(), SeedError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let rule = format!("\"{value}\" is not one of {}", allowed.join(", "));
    Err(SeedError::new(name, rule))
}

/// A time in either of the documented formats; one without a zone is in UTC.
fn is_time(name: &str, text: &str) -> Result<Time, SeedError> {
    Time::parse_rfc3339(text)
        .or_else(|| Time::parse_rfc3339(&format!("{text}Z")))
        .ok_or_else(|| {
            let rule = format!(
                "\"{text}\" is not a time; write it as 2022-09-28T09:05:26.000Z or 2018-07-18T17:46:47"
            );
            SeedError::new(name, rule)
        })
}

fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers become JSON")
}

/// Writes each record as its own seed document: clusters in list order, then users in list order.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    let everything = Window {
        offset: 0,
        limit: RowLimit::All,
    };
    for version in Version::ALL {
        for record in model::clusters(tx, version, everything)?.rows {
            // Decoded only to check that it can be shown: a file from elsewhere may hold something that cannot.
            match version {
                Version::V2018 => drop(column::from_text::<v2018::Cluster>(&record.detail, 0)?),
                Version::V2024 => drop(column::from_text::<v2024::Cluster>(&record.detail, 0)?),
            }
            let mut cluster: Value = column::from_text(&record.detail, 0)?;
            if let Some(next) = model::unimplied_next_user_id(tx, &record.cluster_id)? {
                cluster["$nextUserId"] = json!(next);
            }
            each(match version {
                Version::V2018 => {
                    json!({ version.text(): { "Clusters": { "ClusterInfoSimple": [cluster] } } })
                }
                Version::V2024 => json!({ version.text(): { "Clusters": [cluster] } }),
            });
        }
    }
    for version in Version::ALL {
        let name = match version {
            Version::V2018 => "Name",
            Version::V2024 => "UserName",
        };
        for record in model::clusters(tx, version, everything)?.rows {
            let Some(cluster) = model::cluster(tx, version, &record.cluster_id)? else {
                continue;
            };
            model::for_each_user(tx, &cluster, |user| {
                let user = json!({
                    name: user.name,
                    "AddTime": user.add_time.rfc3339_millis(),
                    "Group": user.group.text(),
                    "UserId": user.user_id.to_string(),
                    "GroupId": user.group_id.to_string(),
                });
                let list =
                    json!({ "ClusterId": record.cluster_id, "Users": { "UserInfo": [user] } });
                each(json!({ version.text(): { "Users": [list] } }));
            })?;
        }
    }
    Ok(())
}

/// Generates the demo's cluster with this many users.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const CLUSTER: &str = "ehpc-hz-vu7c2WkVGx";
    const FIRST: Time = Time::from_millis(1_664_355_926_000);
    let of_version = |records: Value| json!({ "2018-04-12": records });
    each(of_version(
        json!({ "Clusters": { "ClusterInfoSimple": [{ "Id": CLUSTER, "Status": "running" }] } }),
    ));
    for number in 0..count {
        let (group, group_id) = if ids.below(10) == 0 {
            ("wheel", "10")
        } else {
            ("users", "100")
        };
        let minutes = i64::try_from(number).unwrap_or(i64::MAX);
        let user = json!({
            "Name": format!("user.{number:08}"),
            "AddTime": FIRST.plus_millis(minutes.saturating_mul(60_000)).rfc3339_millis(),
            "Group": group,
            "UserId": (1000 + number).to_string(),
            "GroupId": group_id,
        });
        each(of_version(
            json!({ "Users": [{ "ClusterId": CLUSTER, "Users": { "UserInfo": [user] } }] }),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespace::ids::Ids;
    use crate::provider::SeedContext;
    use crate::providers::aliyun_ehpc::PROVIDER;
    use crate::store::Store;

    const NOW: Time = Time::from_millis(1_716_193_800_000);

    fn empty_store() -> rusqlite::Result<Store> {
        Store::in_memory(PROVIDER.schema, 1)
    }

    fn merge(store: &Store, part: &Value) -> u64 {
        store
            .write(|tx| seed(tx, &crate::provider::seed::part(part), NOW))
            .expect("a good document")
    }

    fn records(store: &Store) -> Vec<String> {
        let mut records = Vec::new();
        let exported: rusqlite::Result<()> =
            store.read(|tx| export(tx, &mut |record| records.push(record.to_string())));
        exported.expect("the tables are there");
        records
    }

    #[test]
    fn what_is_exported_gives_the_same_records_again() {
        let demo: Value = serde_json::from_str(PROVIDER.demo).expect("JSON");
        let store = empty_store().expect("a valid schema");
        let many = merge(&store, &demo["aliyun-ehpc"]);
        // The highest id of a cluster has been used and must not be reused.
        let gone = json!({"2018-04-12": {"Users": [{"ClusterId": "ehpc-sh-Shanghai01", "Users": {"UserInfo": [
            {"Name": "render.02", "$delete": true}
        ]}}]}});
        assert_eq!(merge(&store, &gone), 1);
        let exported = records(&store);
        assert_eq!(exported.len() as u64, many - 1);
        assert!(
            exported
                .iter()
                .any(|record| record.contains("\"$nextUserId\":1002"))
        );

        let copy = empty_store().expect("a valid schema");
        for record in &exported {
            merge(&copy, &serde_json::from_str(record).expect("JSON"));
        }
        assert_eq!(records(&copy), exported);
        let counts = |store: &Store| {
            store
                .read(|tx| (PROVIDER.data.counts)(tx))
                .expect("the tables are there")
        };
        assert_eq!(counts(&copy), counts(&store));
    }

    #[test]
    fn what_was_missed_is_found_where_it_is() {
        let demo: Value = serde_json::from_str(PROVIDER.demo).expect("JSON");
        let store = empty_store().expect("a valid schema");
        let ids = Ids::seeded(7, "default");
        let context = SeedContext {
            ids: &ids,
            now: NOW,
        };
        store
            .write(|tx| {
                let part = crate::provider::seed::part(&demo["aliyun-ehpc"]);
                (PROVIDER.data.seed)(tx, &part, &context)
            })
            .expect("the demo");
        let has = |kind: &'static str, key: &[&str]| {
            let missing = crate::provider::error::Missing {
                kind,
                key: key.iter().map(|&part| part.to_owned()).collect(),
            };
            store
                .read(|tx| (PROVIDER.data.contains)(tx, &missing))
                .expect("the tables are there")
        };
        assert!(has("cluster", &["ehpc-hz-vu7c2WkVGx"]) && has("cluster", &["ehpc-hz-Next240730"]));
        assert!(has("user", &["ehpc-hz-vu7c2WkVGx", "alice.wang"]));
        assert!(!has("user", &["ehpc-hz-vu7c2WkVGx", "nobody"]));
        assert!(!has("cluster", &["x"]) && !has("user", &["x", "y"]) && !has("instance", &["x"]));
    }
}
