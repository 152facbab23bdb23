//! What the gateway asks before the service is reached, in its own order, and whose key a request says it is signed with.

use super::errors;
use crate::call::{Call, Request};
use crate::catalogue::ApiError;

/// The methods that every action takes. Inferred: the documents show GET for reads, the typed SDKs send POST always.
pub(crate) const METHODS: &[&str] = &["GET", "POST"];

/// The gateway's checks. Inferred: their order, but for authentication going before the look-up of the action, which
/// public probes of the live host show.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    let request = call.request;
    if request.path() == "/" {
        present(request, "Action")?;
        present(request, "Version")?;
    }

    // The lenient and strict checks belong here: Authorization present (MissingAuthenticationToken), its scheme
    // (InvalidAuthorization), Credential (InvalidCredential), Signature present (MissingSignature), X-Date present
    // (MissingRequestInfo), well formed and in time (InvalidTimestamp), then the key (InvalidAccessKey), the service of
    // the scope (ServiceNotFound), the token (InvalidSecretToken) and the signature (quirk signature-error).

    if !METHODS.contains(&request.method.as_str()) {
        return Err(errors::METHOD_NOT_ALLOWED.raise().because(format!(
            "the method is {}; every action takes GET and POST",
            request.method
        )));
    }
    if call.operation().is_some() {
        return Ok(());
    }
    let value = |name| request.query().first(name).unwrap_or_default();
    Err(errors::INVALID_ACTION_OR_VERSION.with_all(&[&value("Action"), &value("Version")]))
}

/// Action and Version count in the query only: the documents put them there, and no SDK sends them anywhere else.
/// Inferred: an empty one is a missing one.
fn present(request: &Request, name: &str) -> Result<(), ApiError> {
    if request
        .query()
        .first(name)
        .is_some_and(|value| !value.is_empty())
    {
        return Ok(());
    }
    let elsewhere = if request.form().contains(name) {
        format!("{name} is in the form, but the gateway reads it from the query only")
    } else {
        format!("the query has no {name}; every call needs ?Action=…&Version=2024-08-31")
    };
    Err(errors::MISSING_PARAMETER.with(name).because(elsewhere))
}

/// The access key of a request, exactly as sent: from the header, or from a presigned query.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let key = credential(request)?.split('/').next()?;
    (!key.is_empty()).then(|| key.to_owned())
}

/// The region of a well-formed credential scope.
pub(crate) fn scope_region(request: &Request) -> Option<&str> {
    let parts: Vec<&str> = credential(request)?.split('/').collect();
    match parts.as_slice() {
        [_, _, region, _, "request"] if !region.is_empty() => Some(region),
        _ => None,
    }
}

/// `<AK>/<date>/<region>/<service>/request`, from `Authorization: HMAC-SHA256 Credential=…, SignedHeaders=…,
/// Signature=…` or from `X-Credential`.
fn credential(request: &Request) -> Option<&str> {
    let in_header = request
        .header("authorization")
        .and_then(|header| header.strip_prefix("HMAC-SHA256 "))
        .and_then(|fields| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix("Credential="))
        });
    in_header
        .or_else(|| request.query().first("X-Credential"))
        .or_else(|| request.form().first("X-Credential"))
}
