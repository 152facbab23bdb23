//! What the gateway asks of IAM's paths. Asking for a token takes none; everything else is signed or carries one.

use crate::call::Call;
use crate::catalogue::ApiError;
use crate::providers::huawei;

/// The gateway's checks: path and method, then authentication.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if call.named.wrong_method {
        return Err(huawei::METHOD_NOT_REGISTERED.raise());
    }
    if call.operation().is_none() {
        return Err(huawei::API_NOT_FOUND.raise());
    }
    // Lenient and strict authentication go here, for all but the two calls that ask for a token.
    Ok(())
}
