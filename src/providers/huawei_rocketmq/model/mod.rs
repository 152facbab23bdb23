//! Instances and users: rules and database rows.

mod instances;
mod users;

use rusqlite::Connection;

use crate::provider::error::Missing;
use crate::store::page::count;

pub(crate) use instances::{
    ENGINE, Instance, InstanceFilter, STATUSES, delete_instance, for_each_instance, has_project,
    instance, instance_document, list_instances, project_of, put_instance,
};
pub(crate) use users::{
    Change, Grant, Grants, MOST_GRANTS, Perm, QUOTA, Resource, User, access_key_rule, delete_user,
    for_each_user, grant_name_rule, insert_user, list_encoded_users, list_users, secret_key_rule,
    update_user, user, white_remote_address_rule,
};

/// Contradictions to the counts and ids that triggers maintain: each query returns a row if there is one.
pub(crate) const CONTRADICTIONS: &[&str] = &[
    "SELECT 1 FROM rocketmq_instances AS i WHERE user_count <> (SELECT count(*) FROM rocketmq_users WHERE instance = i.seq)",
];

/// The number of records of each kind.
pub(crate) fn counts(tx: &Connection) -> rusqlite::Result<Vec<(&'static str, u64)>> {
    let users = "SELECT coalesce(sum(user_count), 0) FROM rocketmq_instances";
    Ok(vec![
        (
            "instances",
            count(tx, "SELECT count(*) FROM rocketmq_instances", [])?,
        ),
        ("users", count(tx, users, [])?),
    ])
}

/// Whether the record that an operation did not find exists here.
pub(crate) fn contains(tx: &Connection, missing: &Missing) -> rusqlite::Result<bool> {
    match (missing.kind, missing.key.as_slice()) {
        ("instance", [project_id, instance_id]) => {
            Ok(instance(tx, project_id, instance_id)?.is_some())
        }
        ("user", [project_id, instance_id, access_key]) => {
            match instance(tx, project_id, instance_id)? {
                Some(instance) => Ok(user(tx, &instance, access_key)?.is_some()),
                None => Ok(false),
            }
        }
        _ => Ok(false),
    }
}
