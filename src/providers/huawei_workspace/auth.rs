//! What the gateway asks before the service is reached, in its own order: path (404), method (405), then authentication.
//!
//! What the service itself asks of the path (is the project open, is there such a user) is in `operations`.

use super::errors;
use crate::call::Call;
use crate::catalogue::ApiError;
use crate::providers::huawei;

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    route(call)
    // Authentication (lenient, strict) comes here, then throttling: what they refuse has a path and a method.
}

/// A trailing slash makes another path; so does an id that the API uses as a word (`users/template`).
fn route(call: &Call<'_>) -> Result<(), ApiError> {
    if call.operation().is_some() {
        return Ok(());
    }
    if !call.named.wrong_method {
        return Err(huawei::API_NOT_FOUND.raise());
    }
    Err(match call.quirk("wrong-method") {
        "gateway" => huawei::METHOD_NOT_REGISTERED.raise(),
        _ => errors::METHOD_NOT_ALLOWED.raise(),
    })
}
