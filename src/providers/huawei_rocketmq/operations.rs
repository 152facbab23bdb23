//! One function per API action, in table order; each checks in the contract's order (section 5).

use rusqlite::Connection;

use super::model::{self, Instance};
use super::{errors, wire};
use crate::call::{Call, Reply};
use crate::catalogue::ApiError;
use crate::providers::huawei::JSON;
use crate::store::encoded::Encoded;

/// Lists the users of an instance, oldest first.
pub(crate) fn list_user(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = wire::InstanceAddress::decode(call)?;
    let window = wire::window(call.query());
    let variant = format!("{} {} {window:?}", address.project_id, address.instance_id);
    let body = call.encoded(variant, |tx| {
        let instance = find(tx, &address)?;
        let page = model::list_users(tx, &instance, window?)?;
        Ok(Encoded::always(serde_json::to_vec(&wire::UserList::from(
            page,
        ))?))
    })?;
    Ok(Reply::new(200, JSON, body))
}

/// Lists the instances of a project.
pub(crate) fn list_instances(call: &Call<'_>) -> Result<Reply, ApiError> {
    let project_id = wire::project_id(call)?;
    let window = wire::window(call.query())?;
    let filter = wire::instance_filter(call.query());
    call.store().read(|tx| {
        let page = model::list_instances(tx, project_id, &filter, window)?;
        Reply::json(JSON, &wire::InstanceList::from(page))
    })
}

/// Shows an instance.
pub(crate) fn show_instance(call: &Call<'_>) -> Result<Reply, ApiError> {
    let address = wire::InstanceAddress::decode(call)?;
    call.store()
        .read(|tx| Reply::json(JSON, &wire::Instance::from(find(tx, &address)?)))
}

/// The instance at an address. Other engines share these paths and would be told apart here, by the instance's engine.
fn find(tx: &Connection, address: &wire::InstanceAddress<'_>) -> Result<Instance, ApiError> {
    model::instance(tx, address.project_id, address.instance_id)?.ok_or_else(|| {
        errors::INSTANCE_NOT_FOUND
            .raise()
            .because(format!(
                "project {} has no instance {}",
                address.project_id, address.instance_id
            ))
            .missing("instance", &[address.project_id, address.instance_id])
    })
}
