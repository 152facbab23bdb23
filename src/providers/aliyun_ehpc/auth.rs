//! What the gateway asks before the service is reached, in its own order: format, path, method, version, action, then the
//! signature.

use super::wire::{Format, Parameters};
use super::{OPERATIONS, errors};
use crate::call::{Call, Request};
use crate::catalogue::ApiError;

/// How a request says who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// ACS3-HMAC-SHA256 and its relatives: in headers.
    Acs3,
    /// RPC V1: in parameters.
    RpcV1,
    /// Not at all, which only passes with authentication off.
    Unsigned,
}

/// The scheme of a request, told by what it carries and not by whether that is right.
pub(crate) fn scheme(request: &Request) -> Scheme {
    const V1: [&str; 5] = [
        "AccessKeyId",
        "Signature",
        "SignatureMethod",
        "SignatureNonce",
        "SignatureVersion",
    ];
    let authorization = request.header("authorization").unwrap_or_default();
    if authorization.starts_with("ACS3-") || request.headers.contains_key("x-acs-signature-nonce") {
        return Scheme::Acs3;
    }
    let parameters = Parameters::of(request);
    if V1.iter().any(|name| parameters.contains(name)) {
        Scheme::RpcV1
    } else {
        Scheme::Unsigned
    }
}

/// The access key that a request names, in any scheme.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let credential = request.header("authorization").and_then(|text| {
        let (_, fields) = text.split_once(' ')?;
        fields
            .split(',')
            .find_map(|field| field.trim().strip_prefix("Credential="))
    });
    credential
        .or_else(|| Parameters::of(request).get("AccessKeyId"))
        .or_else(|| request.header("x-acs-accesskey-id"))
        .map(str::to_owned)
}

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    let request = call.request;
    Format::of(request).map_err(|format| {
        errors::FORMAT_INVALID
            .raise()
            .because(format!("Format is \"{format}\"; it takes JSON and XML"))
    })?;
    if call.operation().is_none() {
        return Err(no_operation(request));
    }
    // Authentication goes here. It comes after the action is known, and before any business parameter is looked at.
    Ok(())
}

/// Why a request is for no operation.
fn no_operation(request: &Request) -> ApiError {
    if request.path() != "/" {
        return errors::PATH_NOT_FOUND
            .raise()
            .because("this API has one path, /; the operation is named by Action");
    }
    if !["GET", "POST"].contains(&request.method.as_str()) {
        return errors::METHOD_UNSUPPORTED.raise();
    }
    let parameters = Parameters::of(request);
    let (action, version) = (parameters.action(), parameters.version());
    if !OPERATIONS
        .iter()
        .any(|operation| Some(operation.version) == version)
    {
        return errors::VERSION_INVALID.raise().because(format!(
            "Version is {}; this API has 2018-04-12 and 2024-07-30",
            version.map_or("absent".to_owned(), |version| format!("\"{version}\""))
        ));
    }
    let Some(action) = action else {
        return errors::ACTION_MISSING.raise();
    };
    let elsewhere = OPERATIONS
        .iter()
        .find(|operation| operation.name == action)
        .map(|operation| format!("; Version {} has it", operation.version));
    errors::ACTION_NOT_FOUND.raise().because(format!(
        "Version {} has no operation \"{action}\"{}",
        version.unwrap_or_default(),
        elsewhere.unwrap_or_default()
    ))
}
