//! The gateway's checks of IAM's paths. Requesting a token or the version needs no authentication; every other call is
//! signed or carries a token.

use super::{operations, wire};
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::providers::huawei;
use crate::providers::huawei::authentication::{authenticate, authenticate_with, is_signed};
use crate::providers::huawei::token::X_AUTH_TOKEN;

/// The gateway's checks: path and method, then authentication.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if call.named.wrong_method {
        return Err(huawei::METHOD_NOT_REGISTERED.raise());
    }
    let Some(operation) = call.operation() else {
        return Err(huawei::API_NOT_FOUND.raise());
    };
    let caller = match operation.name {
        operations::LIST_VERSIONS
        | operations::SHOW_VERSION
        | operations::CREATE_TOKEN
        | operations::CREATE_TOKEN_BY_ID_TOKEN
        | operations::CREATE_UNSCOPED_TOKEN => return Ok(()),
        // Python sends its token only in the body, Node in the header.
        operations::CREATE_TEMPORARY_KEY if !is_signed(call.request) => {
            let mut token = call.request.lossy_header(X_AUTH_TOKEN);
            if token.is_empty() {
                token = wire::token_in_body(call).unwrap_or_default().into();
            }
            authenticate_with(call, None, &token)?
        }
        _ => authenticate(call, None)?,
    };
    // Inferred: a read-only key cannot create other keys.
    if caller.violates_read_only(call) {
        return Err(huawei::USER_NOT_AUTHORIZED
            .raise()
            .because("the key is read-only"));
    }
    Ok(())
}
