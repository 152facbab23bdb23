//! Seeds: pasted answers of the three lists ([`document`]), merged into the data, and exported.
//!
//! An existing cluster or user, by its natural key, keeps what the document omits; a job is replaced.

mod document;

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::answer::{Cluster, Job, User};
use crate::namespace::clock::Time;
use crate::namespace::ids::Ids;
use crate::provider::SeedContext;
use crate::provider::seed::{self, SeedError};
use crate::providers::qingcloud_ehpc::model;
use document::{Number, Seed, SeedCluster, SeedJob, SeedUser};

pub(crate) use document::{CLUSTER_STATUSES, CLUSTER_TYPES, JOB_STATUSES, is_mode};

/// The default owner: the account in the document's sample.
const OWNER: &str = "usr-vceaHsJu";
/// The default location of a cluster's home directories.
const MOUNT_POINT: &str = "/public/shanhe/s0723";

/// Merges this provider's part of a seed document.
pub(crate) fn merge(
    tx: &Connection,
    document: &RawValue,
    context: &SeedContext<'_>,
) -> Result<u64, SeedError> {
    let Seed {
        cluster_set,
        users_set,
        user_set,
        job_set,
        zones,
        ..
    } = seed::decode(document)?;
    let (list, users) = if users_set.is_empty() {
        ("user_set", user_set)
    } else {
        ("users_set", users_set)
    };
    let records = cluster_set.len() + users.len() + job_set.len();
    if let Some(zones) = &zones {
        model::replace_zones(tx, zones.iter().map(AsRef::as_ref))?;
    }
    let mut touched = BTreeSet::new();
    for (index, cluster) in cluster_set.into_iter().enumerate() {
        touched.insert(cluster.cluster_id.0.clone());
        merge_cluster(tx, cluster, context)
            .map_err(|error| error.under(&format!("cluster_set[{index}]")))?;
    }
    for (index, user) in users.into_iter().enumerate() {
        let may_lack_admin = merge_user(tx, &user, context)
            .map_err(|error| error.under(&format!("{list}[{index}]")))?;
        if may_lack_admin {
            touched.insert(user.cluster_id.0);
        }
    }
    for job in job_set {
        merge_job(tx, job, context)?;
    }
    for cluster_id in touched {
        if let Some(cluster) = model::cluster(tx, &cluster_id)? {
            model::ensure_admin(tx, context.ids, &cluster).map_err(|_| {
                let rule = format!(
                    "cluster {cluster_id} has a user \"{}\" whose role is not admin, and no other admin; every cluster has one",
                    model::ADMIN
                );
                SeedError::new(list, rule)
            })?;
        }
    }
    Ok(records as u64)
}

fn merge_cluster(
    tx: &Connection,
    seed: SeedCluster,
    context: &SeedContext<'_>,
) -> Result<(), SeedError> {
    let cluster_id = seed.cluster_id.0;
    if seed.delete {
        return Ok(model::delete_cluster(tx, &cluster_id)?);
    }
    let is_ehpc = cluster_id.starts_with('e');
    let cluster = model::cluster(tx, &cluster_id)?.unwrap_or_else(|| model::Cluster {
        cluster_name: cluster_id.clone(),
        cluster_status: "active".to_owned(),
        cluster_type: CLUSTER_TYPES[usize::from(is_ehpc)].to_owned(),
        create_time: context.now.rfc3339_seconds(),
        description: " ".to_owned(),
        nas_mount_point: MOUNT_POINT.to_owned(),
        paid_type: "PayForUsed".to_owned(),
        total_node_count: 1,
        owner: OWNER.to_owned(),
        user_count: 0,
        app_cluster_id: None,
        nas_id: None,
        nas_path: None,
        nas_shared_path: None,
        cluster_sw: Vec::new(),
        cpu_hours: 0.0,
        mem_hours: 0.0,
        job_counts: model::JobCounts::default(),
        project_role: "none".to_owned(),
        shared_status: "not_shared".to_owned(),
        scheduler_type: "slurm".to_owned(),
        cluster_id,
    });
    let project = seed.project_info.unwrap_or_default();
    let jobs = cluster.job_counts;
    model::put_cluster(
        tx,
        &model::Cluster {
            cluster_name: seed.cluster_name.map_or(cluster.cluster_name, |it| it.0),
            cluster_status: seed
                .cluster_status
                .map_or(cluster.cluster_status, |it| it.0),
            cluster_type: seed.cluster_type.map_or(cluster.cluster_type, |it| it.0),
            create_time: seed.create_time.map_or(cluster.create_time, |it| it.0),
            description: seed.description.unwrap_or(cluster.description),
            nas_mount_point: seed
                .nas_mount_point
                .map_or(cluster.nas_mount_point, |it| it.0),
            paid_type: seed.paid_type.map_or(cluster.paid_type, |it| it.0),
            total_node_count: seed
                .total_node_count
                .map_or(cluster.total_node_count, i64::from),
            owner: seed.owner.map_or(cluster.owner, |it| it.0),
            app_cluster_id: seed.app_cluster_id.or(cluster.app_cluster_id),
            nas_id: seed.nas_id.or(cluster.nas_id),
            nas_path: seed.nas_path.or(cluster.nas_path),
            nas_shared_path: seed.nas_shared_path.or(cluster.nas_shared_path),
            cluster_sw: seed.cluster_sw.unwrap_or(cluster.cluster_sw),
            cpu_hours: seed.cpu_hours.map_or(cluster.cpu_hours, |it| it.0),
            mem_hours: seed.mem_hours.map_or(cluster.mem_hours, |it| it.0),
            job_counts: model::JobCounts {
                deleted: seed.deleted_job_count.map_or(jobs.deleted, i64::from),
                finished: seed.finished_job_count.map_or(jobs.finished, i64::from),
                pending: seed.pending_job_count.map_or(jobs.pending, i64::from),
                running: seed.running_job_count.map_or(jobs.running, i64::from),
                stopped: seed.stopped_job_count.map_or(jobs.stopped, i64::from),
            },
            project_role: project.project_role.unwrap_or(cluster.project_role),
            shared_status: project.shared_status.unwrap_or(cluster.shared_status),
            scheduler_type: seed.scheduler_type.unwrap_or(cluster.scheduler_type),
            ..cluster
        },
    )?;
    Ok(())
}

/// Merges a user; returns whether its cluster may be without an admin now.
fn merge_user(
    tx: &Connection,
    seed: &SeedUser,
    context: &SeedContext<'_>,
) -> Result<bool, SeedError> {
    let (cluster_id, username) = (&seed.cluster_id.0, &seed.username.0);
    let mount_point = model::mount_point(tx, cluster_id)?.ok_or_else(|| {
        let rule = format!("there is no cluster \"{cluster_id}\"; put it under cluster_set first");
        SeedError::new("cluster_id", rule)
    })?;
    if seed.delete {
        model::delete_user(tx, cluster_id, username)?;
        return Ok(true);
    }
    let now = || match &seed.create_time {
        Some(time) => time.0.clone(),
        None => context.now.rfc3339_seconds(),
    };
    let added = |keys| model::User::with(keys, cluster_id, &mount_point, username, now());
    // A user with both of its keys is most likely new, so others are looked up only if it is not.
    if let (Some(uid_number), Some(hpcuser_id)) = (&seed.uid_number, &seed.hpcuser_id) {
        let keys = model::Keys {
            hpcuser_id: hpcuser_id.0.clone(),
            uid_number: uid_number.value(),
            user_id: match &seed.user_id {
                Some(id) => id.0.clone(),
                None => model::new_user_id(context.ids),
            },
        };
        let user = seed.over_new(added(keys));
        if model::insert_user_if_new(tx, &user)? {
            return Ok(false);
        }
    }
    let uid_number = seed.uid_number.as_ref().map(Number::value);
    let implied = model::make_way(tx, cluster_id, username, uid_number, seed.is_admin())?;
    let known = model::user(tx, cluster_id, username)?;
    let is_known = known.is_some();
    let user = match (known, implied) {
        (Some(user), _) => seed.over(user),
        (None, Some(admin)) if admin.username == *username => seed.over_implied(admin),
        (None, _) => {
            let keys = model::Keys::new(tx, context.ids, cluster_id)?;
            seed.over_new(added(keys))
        }
    };
    let put = if is_known {
        model::update_user
    } else {
        model::insert_user
    };
    put(tx, &user).map_err(|cause| conflict(cause, &user))?;
    Ok(true)
}

impl SeedUser {
    fn is_admin(&self) -> bool {
        let role = self.role.as_ref().map(|role| role.0.as_str());
        role.map_or(self.username.0 == model::ADMIN, |role| role == model::ADMIN)
    }

    /// A user, updated with the members in the document.
    fn over(&self, user: model::User) -> model::User {
        model::User {
            create_time: given(&self.create_time, user.create_time),
            gid_number: given_number(&self.gid_number, user.gid_number),
            hpcuser_id: given(&self.hpcuser_id, user.hpcuser_id),
            r#mod: match &self.r#mod {
                Some(mode) => mode.as_ref().map(|mode| mode.0.clone()),
                None => user.r#mod,
            },
            nas_mount_point: given(&self.nas_mount_point, user.nas_mount_point),
            role: given(&self.role, user.role),
            uid_number: given_number(&self.uid_number, user.uid_number),
            update_time: given(&self.update_time, user.update_time),
            user_id: given(&self.user_id, user.user_id),
            ..user
        }
    }

    /// The same for a new user: the members that the document omits are derived from the others.
    fn over_new(&self, mut user: model::User) -> model::User {
        if self.is_admin() {
            model::ADMIN.clone_into(&mut user.role);
        }
        user.gid_number = given_number(&self.uid_number, user.gid_number);
        self.over(user)
    }

    /// The same for the admin that was implied before. Its identity is kept, and members derived from one another stay
    /// consistent.
    fn over_implied(&self, mut admin: model::User) -> model::User {
        admin.update_time = given(&self.create_time, admin.update_time);
        self.over_new(admin)
    }
}

fn given<T: AsRef<str>>(value: &Option<T>, otherwise: String) -> String {
    value
        .as_ref()
        .map_or(otherwise, |value| value.as_ref().to_owned())
}

fn given_number(value: &Option<Number>, otherwise: i64) -> i64 {
    value.as_ref().map_or(otherwise, Number::value)
}

/// Names the member that conflicts with another user's.
fn conflict(cause: rusqlite::Error, user: &model::User) -> SeedError {
    let message = match &cause {
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.as_str(),
        _ => "",
    };
    if message.ends_with(".hpcuser_id") {
        let rule = format!(
            "\"{}\" is another user's; it is unique over all clusters",
            user.hpcuser_id
        );
        SeedError::new("hpcuser_id", rule)
    } else if message.ends_with(".uid_number") {
        let rule = format!(
            "\"{}\" is another user's of {}",
            user.uid_number, user.cluster_id
        );
        SeedError::new("uid_number", rule)
    } else if message.ends_with(".cluster_id") {
        let rule = format!(
            "cluster {} has an admin already; it takes exactly one",
            user.cluster_id
        );
        SeedError::new("role", rule)
    } else {
        SeedError::from(cause)
    }
}

fn merge_job(tx: &Connection, seed: SeedJob, context: &SeedContext<'_>) -> rusqlite::Result<()> {
    if seed.delete {
        return model::delete_job(tx, &seed.job_id.0);
    }
    let create_time = seed
        .create_time
        .map_or_else(|| context.now.rfc3339_seconds(), |time| time.0);
    model::put_job(
        tx,
        &model::Job {
            action_describe: seed.action_describe,
            error_codes: seed.error_codes,
            job_action: seed.job_action,
            job_id: seed.job_id.0,
            owner: seed.owner.map_or_else(|| OWNER.to_owned(), |owner| owner.0),
            resource_ids: seed.resource_ids.map_or_else(String::new, |ids| ids.0),
            status: seed
                .status
                .map_or_else(|| "successful".to_owned(), |status| status.0),
            status_time: seed
                .status_time
                .map_or_else(|| create_time.clone(), |time| time.0),
            submitter: seed
                .submitter
                .unwrap_or_else(|| model::SUBMITTER.to_owned()),
            task_count: seed.task_count.map(i64::from),
            create_time,
        },
    )
}

/// Writes each record as its own seed document.
pub(crate) fn export(tx: &Connection, each: &mut dyn FnMut(Value)) -> rusqlite::Result<()> {
    let zones = model::zones(tx)?;
    if !zones.is_empty() {
        each(json!({ "zones": zones }));
    }
    model::for_each_cluster(tx, |cluster| {
        let owner = cluster.owner.clone();
        // Members that no seed sets continue to be derived from the id and the mount point.
        let unsaid = [
            ("app_cluster_id", cluster.app_cluster_id.is_none()),
            ("nas_id", cluster.nas_id.is_none()),
            ("nas_path", cluster.nas_path.is_none()),
            ("nas_shared_path", cluster.nas_shared_path.is_none()),
        ];
        let mut shown = json!(Cluster::from(cluster));
        if let Some(row) = shown.as_object_mut() {
            row.retain(|name, _| !unsaid.contains(&(name.as_str(), true)));
        }
        shown["owner"] = json!(owner);
        each(json!({ "cluster_set": [shown] }));
    })?;
    model::for_each_user(tx, |user| each(json!({ "users_set": [User::from(user)] })))?;
    model::for_each_job(tx, |job| each(json!({ "job_set": [Job::from(job)] })))
}

/// Generates the demo's cluster with this many users.
pub(crate) fn generate(count: u64, ids: &Ids, each: &mut dyn FnMut(Value)) {
    const CLUSTER: &str = "hpc-qig9xu97";
    const FIRST: Time = Time::from_millis(1_629_191_560_000);
    each(json!({ "cluster_set": [{ "cluster_id": CLUSTER }] }));
    for number in 0..count {
        let time = FIRST.plus_millis(
            i64::try_from(number)
                .unwrap_or(i64::MAX)
                .saturating_mul(1000),
        );
        let id = (50_000 + number).to_string();
        let user = json!({
            "cluster_id": CLUSTER,
            "create_time": time.rfc3339_seconds(),
            "gid_number": id,
            "hpcuser_id": format!("hpcuser-{number:08}"),
            "mod": if ids.below(2) == 0 { Value::Null } else { json!("700") },
            "role": "member",
            "uid_number": id,
            "update_time": time.rfc3339_seconds(),
            "username": format!("u{number:07}"),
        });
        each(json!({ "users_set": [user] }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::namespace::ids::Ids;
    use crate::providers::qingcloud_ehpc::PROVIDER;
    use crate::store::Store;

    fn store() -> Store {
        Store::in_memory(PROVIDER.schema, 1).expect("a valid schema")
    }

    fn put(store: &Store, document: &Value) -> Result<u64, SeedError> {
        let ids = Ids::seeded(7, "test");
        let context = SeedContext {
            ids: &ids,
            now: Time::parse_rfc3339("2024-05-20T08:30:00Z").expect("a valid time"),
        };
        store.write(|tx| merge(tx, &seed::part(document), &context))
    }

    fn take(store: &Store) -> Vec<Value> {
        let mut records = Vec::new();
        store
            .read(|tx| export(tx, &mut |record| records.push(record)))
            .expect("the tables are there");
        records
    }

    #[test]
    fn what_is_exported_seeds_the_same_again() {
        let first = store();
        let mut demo: Value = serde_json::from_str(PROVIDER.demo).expect("valid JSON");
        put(&first, &demo["qingcloud-ehpc"].take()).expect("a valid seed");
        put(
            &first,
            &json!({"cluster_set": [{"cluster_id": "hpc-implied0"}]}),
        )
        .expect("a valid seed");
        let records = take(&first);
        let second = store();
        for record in &records {
            put(&second, record).expect("a valid record");
            put(&second, record).expect("twice is as good as once");
        }
        assert_eq!(take(&second), records);
    }

    #[test]
    fn a_cluster_without_an_admin_gets_one_that_gives_way() {
        let store = store();
        put(
            &store,
            &json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}]}),
        )
        .expect("a valid seed");
        let users = |store: &Store| -> Vec<Value> {
            let rows = take(store).into_iter();
            rows.filter_map(|mut row| row.get_mut("users_set").map(|set| set[0].take()))
                .collect()
        };
        let implied = users(&store);
        assert_eq!(implied.len(), 1);
        assert_eq!(
            (&implied[0]["username"], &implied[0]["role"]),
            (&json!("admin"), &json!("admin"))
        );
        // Another admin, and a member with the implied admin's number.
        let row = |name: &str, role: &str, uid: &str| json!({"cluster_id": "hpc-aaaaaaaa", "username": name, "role": role, "uid_number": uid});
        put(
            &store,
            &json!({"users_set": [row("li", "member", "41500")]}),
        )
        .expect("the implied admin gives way");
        put(&store, &json!({"users_set": [row("root", "admin", "500")]}))
            .expect("the implied admin gives way");
        let names: Vec<_> = users(&store)
            .iter()
            .map(|user| user["username"].clone())
            .collect();
        assert_eq!(names, ["li", "root"]);
        let second = put(
            &store,
            &json!({"users_set": [row("again", "admin", "501")]}),
        )
        .expect_err("one admin is enough");
        assert_eq!(second.path, "users_set[0].role");
    }

    #[test]
    fn an_implied_admin_that_a_document_names_keeps_what_it_leaves_out() {
        let admin = |document: &Value| {
            let store = store();
            let cluster =
                json!({"cluster_id": "hpc-aaaaaaaa", "create_time": "2021-08-17T09:11:16Z"});
            put(&store, &json!({"cluster_set": [cluster]})).expect("a valid seed");
            let mut expected = take(&store)[1]["users_set"][0].take();
            assert_eq!(expected["username"], "admin");
            let mut named = json!({"cluster_id": "hpc-aaaaaaaa", "username": "admin"});
            for (name, value) in document.as_object().expect("an object") {
                named[name] = value.clone();
                expected[name] = value.clone();
            }
            put(&store, &json!({"users_set": [named]})).expect("a valid seed");
            let root = json!({"cluster_id": "hpc-aaaaaaaa", "username": "root", "role": "admin"});
            put(&store, &json!({"users_set": [root]}))
                .expect_err("a named admin does not give way");
            (take(&store)[1]["users_set"][0].take(), expected)
        };
        for document in [
            json!({}),
            json!({"mod": "700"}),
            json!({"user_id": "usr-11111111"}),
        ] {
            let (found, expected) = admin(&document);
            assert_eq!(found, expected);
        }
        // What is one with a value of the document by default stays so.
        let (found, mut expected) =
            admin(&json!({"uid_number": "500", "create_time": "2022-01-01T00:00:00Z"}));
        expected["gid_number"] = json!("500");
        expected["update_time"] = json!("2022-01-01T00:00:00Z");
        assert_eq!(found, expected);
    }

    #[test]
    fn a_row_keeps_what_a_later_document_leaves_out() {
        let store = store();
        put(&store, &json!({"cluster_set": [{"cluster_id": "hpc-aaaaaaaa"}], "users_set": [{"cluster_id": "hpc-aaaaaaaa", "username": "li", "mod": "700"}]}))
            .expect("a valid seed");
        let before = take(&store);
        put(
            &store,
            &json!({"users_set": [{"cluster_id": "hpc-aaaaaaaa", "username": "li"}]}),
        )
        .expect("a valid seed");
        assert_eq!(take(&store), before);
        put(
            &store,
            &json!({"users_set": [{"cluster_id": "hpc-aaaaaaaa", "username": "li", "mod": null}]}),
        )
        .expect("a valid seed");
        assert_ne!(take(&store), before);
    }
}
