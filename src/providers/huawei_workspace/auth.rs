//! The gateway's checks before the service is reached, in the gateway's order: path (404), method (405), then
//! authentication.
//!
//! The service's own checks of the path (is the project open, does the user exist) are in `operations`.

use super::errors;
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::providers::huawei;
use crate::providers::huawei::authentication::authenticate;

/// The gateway's checks, and the service's check whether the key may write.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    route(call)?;
    let caller = authenticate(call, Some(call.path_param("project_id")))?;
    if caller.violates_read_only(call) {
        return Err(errors::NO_PERMISSION
            .raise()
            .because("the key is read-only"));
    }
    Ok(())
}

/// A trailing slash makes a different path, and so does an id that the API uses as a word (`users/template`).
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
