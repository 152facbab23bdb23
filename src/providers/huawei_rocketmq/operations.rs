//! One function per API action, in table order; each checks in the contract's order (section 5).
//!
//! A body is decoded before the store is locked, because it may be long, but its errors are reported in their turn.

use rusqlite::Connection;

use super::errors;
use super::model::{self, Instance, Resource, User};
use super::wire::{self, InstanceAddress};
use crate::provider::call::{Call, Reply};
use crate::provider::error::ApiError;
use crate::providers::huawei::JSON;
use crate::store::OnConflict;
use crate::store::pages::CachedBody;
use crate::store::rows::RowEncoder;

/// Lists the users of an instance, oldest first.
pub(crate) fn list_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    let window = wire::window(call.query());
    let key = call.key((&address, window.as_ref().ok()));
    let body = call.encoded(key, |tx| {
        let instance = find(tx, &address)?;
        let encoder = RowEncoder::new(0, call.now().millis(), &wire::listed_user);
        let page = model::list_encoded_users(tx, &instance, window?, &encoder)?;
        let list = wire::UserList::from(page);
        Ok(CachedBody::always(serde_json::to_vec(&list)?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Creates a user.
pub(crate) fn create_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    let body = wire::UserBody::decode(call);
    call.store().add(|tx| {
        let instance = find(tx, &address)?;
        let body = body?;
        require_writable(&instance)?;
        let user = body.into_user(&instance)?.on(&instance);
        model::insert_user(tx, &instance, &user).on_conflict(
            "rocketmq_users.access_key",
            || {
                errors::USER_DUPLICATE
                    .raise()
                    .because(format!("the instance has a user \"{}\"", user.access_key))
            },
        )?;
        if model::QUOTA <= instance.user_count {
            return Err(errors::QUOTA_REACHED.raise().because(format!(
                "the instance has {} users; it takes {}",
                instance.user_count,
                model::QUOTA
            )));
        }
        Reply::json(JSON, &wire::User::from(user))
    })
}

/// Shows a user, in the format of the list.
pub(crate) fn show_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    let key = call.key((&address, call.path_param("user_name")));
    let body = call.encoded(key, |tx| {
        let instance = find(tx, &address)?;
        let user = find_user(tx, call, &address, &instance)?;
        let user = serde_json::to_vec(&wire::User::from(user))?;
        Ok(CachedBody::always(user))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Changes only those members of a user that the body contains.
pub(crate) fn update_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    let body = wire::UserBody::decode(call);
    call.store().write(|tx| {
        let instance = find(tx, &address)?;
        let user = find_user(tx, call, &address, &instance)?;
        let body = body?;
        require_writable(&instance)?;
        let change = body.into_update(call, &user, &instance)?;
        let user = user.with(change);
        model::update_user(tx, &instance, &user)?;
        Reply::json(JSON, &wire::User::from(user))
    })
}

/// Deletes a user.
pub(crate) fn delete_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    call.store().write(|tx| {
        let instance = find(tx, &address)?;
        let user = find_user(tx, call, &address, &instance)?;
        require_writable(&instance)?;
        model::delete_user(tx, &instance, &user.access_key)?;
        Reply::json(JSON, &wire::Deleted::USER)
    })
}

/// Lists the permissions of the users on a topic.
pub(crate) fn list_topic_access_policy(call: &Call<'_>) -> Result<Reply, ApiError> {
    list_access_policy(call, Resource::Topic, call.path_param("topic"))
}

/// Lists the permissions of the users on a consumer group; two paths lead here.
pub(crate) fn list_consume_group_access_policy(call: &Call<'_>) -> Result<Reply, ApiError> {
    list_access_policy(call, Resource::Group, call.path_param("group"))
}

/// Users without permissions of their own are listed with their default (terraform-provider-huaweicloud, acceptance
/// tests of the topic and consumer group access users, pull request 5902). Inferred: also those whose default is DENY,
/// and any name.
fn list_access_policy(call: &Call<'_>, resource: Resource, name: &str) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    let window = wire::window(call.query());
    let key = call.key((&address, name, window.as_ref().ok()));
    let body = call.encoded(key, |tx| {
        let instance = find(tx, &address)?;
        let page = model::list_users(tx, &instance, window?)?;
        let list = wire::PolicyList::new(page, resource, name);
        Ok(CachedBody::always(serde_json::to_vec(&list)?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Lists the instances of a project.
pub(crate) fn list_instances(call: &Call<'_>) -> Result<Reply, ApiError> {
    let project_id = wire::project_id(call)?;
    let window = wire::window(call.query())?;
    let filter = wire::instance_filter(call.query());
    let key = call.key((project_id, &filter, window));
    let body = call.encoded(key, |tx| {
        let page = model::list_instances(tx, project_id, &filter, window)?;
        // Unlike the list of users, this one refuses an offset beyond its end (observed by Terraform's authors).
        if 0 < window.offset && page.total <= window.offset {
            return Err(errors::OFFSET_INVALID.raise().because(format!(
                "offset is {}, and {} instances match",
                window.offset, page.total
            )));
        }
        let list = wire::InstanceList::from(page);
        Ok(CachedBody::always(serde_json::to_vec(&list)?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Shows an instance.
pub(crate) fn show_instance(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = InstanceAddress::decode(call)?;
    call.store().read(|tx| {
        let instance = find(tx, &address)?;
        Reply::json(JSON, &model::instance_document(tx, &instance)?)
    })
}

/// The instance in the path. Other engines share these paths and would be distinguished here, by the instance's engine.
fn find(tx: &Connection, address: &InstanceAddress<'_>) -> Result<Instance, ApiError> {
    let InstanceAddress {
        project_id,
        instance_id,
    } = address;
    model::instance(tx, project_id, instance_id)?.ok_or_else(|| {
        errors::INSTANCE_NOT_FOUND
            .raise()
            .because(format!(
                "project {project_id} has no instance {instance_id}"
            ))
            .missing("instance", &[project_id, instance_id])
    })
}

/// The user in the path: 400, not 404, if there is none.
fn find_user(
    tx: &Connection,
    call: &Call<'_>,
    address: &InstanceAddress<'_>,
    instance: &Instance,
) -> Result<User, ApiError> {
    let user_name = call.path_param("user_name");
    model::user(tx, instance, user_name)?.ok_or_else(|| {
        let key = [address.project_id, address.instance_id, user_name];
        errors::USER_NOT_FOUND
            .raise()
            .because(format!(
                "instance {} has no user \"{user_name}\"",
                address.instance_id
            ))
            .missing("user", &key)
    })
}

fn require_writable(instance: &Instance) -> Result<(), ApiError> {
    match instance.refuses_writes() {
        Some(reason) => Err(errors::INSTANCE_STATUS.raise().because(reason)),
        None => Ok(()),
    }
}
