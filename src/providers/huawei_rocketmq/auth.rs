//! What the gateway asks before the service is reached, in its own order: path and method, then authentication.

use super::errors;
use crate::call::Call;
use crate::catalogue::ApiError;
use crate::providers::huawei;

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if call.operation().is_some() {
        return Ok(());
    }
    // Kafka registers PUT on the collection with the same gateway, so it reaches the service.
    if call.named.wrong_method
        && call.request.method == "PUT"
        && call.request.path().ends_with("/users")
    {
        return Err(errors::METHOD_NOT_ALLOWED.raise());
    }
    Err(if call.named.wrong_method {
        huawei::METHOD_NOT_REGISTERED.raise()
    } else {
        huawei::API_NOT_FOUND.raise()
    })
}
