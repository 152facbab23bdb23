//! The checks between a request and the service, in the gateway's order: path and method, then authentication.
//!
//! Accepted: `SDK-HMAC-SHA256` with an `X-Sdk-Date` at most 15 minutes off, or an `X-Auth-Token`
//! (`providers/huawei/token.rs`).

use super::{errors, model, wire};
use crate::namespace::settings::Auth;
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::providers::huawei;
use crate::providers::huawei::authentication::{Caller, authenticate, owns_project};
use crate::store::pages::CachedBody;

/// The gateway's checks, and the service's own check of methods.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if !call.named.wrong_method {
        let has_engine = ["", "rocketmq", "reliability"].contains(&call.path_param("engine"));
        if call.operation().is_none() || !has_engine {
            return Err(huawei::API_NOT_FOUND.raise());
        }
    } else if !is_put_on_the_collection(call) {
        return Err(huawei::METHOD_NOT_REGISTERED.raise());
    }
    let project_id = call.path_param("project_id");
    let caller = authenticate(call, Some(project_id))?;
    // A malformed id is refused by the operation.
    let is_strict = call.auth() == Auth::Strict && caller != Caller::Token;
    if is_strict && wire::is_project_id(project_id) {
        require_own_project(call, project_id)?;
    }
    if caller.violates_read_only(call) {
        return Err(errors::READ_ONLY.raise().because("the key is read-only"));
    }
    if call.named.wrong_method {
        return Err(errors::METHOD_NOT_ALLOWED.raise());
    }
    Ok(())
}

/// The service's check of the project in the path; a token has been checked against it by the gateway.
///
/// Inferred: the caller's projects are those that the seed assigns to the account, and those that contain instances.
fn require_own_project(call: &Call<'_>, project_id: &str) -> Result<(), ApiError> {
    if owns_project(call, project_id)? {
        return Ok(());
    }
    let key = call.key(("whose project", project_id));
    call.encoded(key, |tx| {
        if model::has_project(tx, project_id)? {
            return Ok(CachedBody::always(""));
        }
        Err(errors::PROJECT_NOT_OF_TOKEN.raise().because(format!(
            "project {project_id} is not configured: no seed names it among huawei-iam's projects or has an instance in it"
        )))
    })?;
    Ok(())
}

/// Kafka registers PUT on the list of users with the same gateway, so the method reaches the service.
fn is_put_on_the_collection(call: &Call<'_>) -> bool {
    let segments: Vec<&str> = call.request.path().split('/').collect();
    call.request.method == "PUT" && matches!(segments[..], ["", "v2", _, "instances", _, "users"])
}
