//! What stands between a request and the service, in the gateway's order: path and method, then authentication.
//!
//! Accepted: `SDK-HMAC-SHA256` over `X-Sdk-Date`, 15 minutes off at most, or an `X-Auth-Token` (`providers/huawei/token.rs`).

use super::errors;
use crate::call::Call;
use crate::catalogue::ApiError;
use crate::providers::huawei;

/// The gateway's checks, and the service's one about methods.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if !call.named.wrong_method {
        let has_engine = ["", "rocketmq", "reliability"].contains(&call.path_param("engine"));
        if call.operation().is_none() || !has_engine {
            return Err(huawei::API_NOT_FOUND.raise());
        }
    } else if !is_put_on_the_collection(call) {
        return Err(huawei::METHOD_NOT_REGISTERED.raise());
    }
    // Lenient and strict authentication go here: 401 comes after 404 and before everything of the service.
    if call.named.wrong_method {
        return Err(errors::METHOD_NOT_ALLOWED.raise());
    }
    Ok(())
}

/// Kafka registers PUT on the list of users with the same gateway, so it reaches the service.
fn is_put_on_the_collection(call: &Call<'_>) -> bool {
    let segments: Vec<&str> = call.request.path().split('/').collect();
    call.request.method == "PUT" && matches!(segments[..], ["", "v2", _, "instances", _, "users"])
}
