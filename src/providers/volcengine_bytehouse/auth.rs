//! The gateway's checks before the service is reached, in the gateway's order, and the key that a request names.

use std::time::Duration;

use http::header::AUTHORIZATION;

use super::errors;
use crate::namespace::clock::Time;
use crate::namespace::settings::{Auth, Credential};
use crate::provider::call::{Call, Request};
use crate::provider::error::ApiError;
use crate::providers::keys::{CheckFirst, KeyFlaw, require_key};
use crate::providers::signatures::{Sent, check_skew, require_match};
use crate::signing::Scheme;
use crate::signing::volcengine::{self, Defect};

/// The service that a signature's scope has to name: it is the only one here.
const SERVICE: &str = "bytehouse_ce";

/// The validity of a signature in seconds, unless `X-Expires` specifies it. Inferred: the same into the future.
const LIFETIME: u32 = 900;

/// Inferred: the text of InvalidSecretToken for a token that is not the key's.
const INVALID_TOKEN: &str = "the security token is invalid";

/// The methods that every action accepts. Inferred: the documents show GET for reads, but the typed SDKs always send POST.
pub(crate) const METHODS: &[&str] = &["GET", "POST"];

/// The gateway's checks. Their order is inferred, except that authentication precedes the look-up of the action (real
/// and made-up actions get the same answer, live at open.volcengineapi.com, 2026-09), and the token precedes an unknown
/// key (live at ark.ap-southeast-1.byteplusapi.com, 2026-09).
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    let request = call.request;
    if request.path() == "/" {
        require_in_query(request, "Action")?;
        require_in_query(request, "Version")?;
    }

    let key = authenticate(call)?;
    if !METHODS.contains(&request.method.as_str()) {
        return Err(errors::METHOD_NOT_ALLOWED.raise().because(format!(
            "the method is {}; every action takes GET and POST",
            request.method
        )));
    }
    if let Some(operation) = call.operation() {
        // Inferred: after the look-up of the action, whose name the message contains.
        if operation.writes && key.is_some_and(|key| key.read_only) {
            return Err(errors::ACCESS_DENIED.with(operation.name).because(format!(
                "the access key may only read, and {} changes something",
                operation.name
            )));
        }
        return Ok(());
    }
    let value = |name| request.query().first(name).unwrap_or_default();
    Err(errors::INVALID_ACTION_OR_VERSION.with_all(&[&value("Action"), &value("Version")]))
}

/// Action and Version count in the query only: if they are in the body, the gateway reports a missing Action (observed
/// live at visual.volcengineapi.com, 2026-03), and no SDK sends them there.
/// Inferred: an empty one counts as missing.
fn require_in_query(request: &Request, name: &str) -> Result<(), ApiError> {
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

/// The lenient and strict checks; returns the key if the caller is known to hold it.
fn authenticate(call: &Call<'_>) -> Result<Option<Credential>, ApiError> {
    let auth = call.auth();
    if auth == Auth::Off {
        return Ok(None);
    }
    let sent = Sent::of(call.request);
    let request = sent.as_sent();
    let signed = volcengine::read(&request).map_err(refusal)?;
    if auth == Auth::Lenient {
        return Ok(None);
    }
    let lifetime = Duration::from_secs(signed.expires.unwrap_or(LIFETIME).into());
    check_skew(call, Time::from_seconds(signed.timestamp), lifetime, |_| {
        errors::INVALID_TIMESTAMP.raise()
    })?;
    let access_key = signed.access_key_id.as_str();
    let service = &signed.scope.service;
    let for_another_service = || {
        errors::SERVICE_NOT_FOUND.with(service).because(format!(
            "the credential is for the service \"{service}\"; this is {SERVICE}"
        ))
    };
    let token = signed.security_token.as_deref();
    // Inferred: the text of messages about tokens after `msg:`, and that a temporary key requires its own, unexpired token.
    let key = require_key(call, access_key, token, CheckFirst::Token, |flaw| {
        let (row, about) = match flaw {
            // The gateway looks up a key with a token among the temporary ones, and finds no such token.
            KeyFlaw::Unknown(_) if token.is_some() => {
                (&errors::INVALID_SECRET_TOKEN, INVALID_TOKEN)
            }
            // Inferred: no document has a code for a disabled key.
            KeyFlaw::Unknown(_) | KeyFlaw::Disabled => (&errors::INVALID_ACCESS_KEY, access_key),
            _ if service != SERVICE => return for_another_service(),
            KeyFlaw::TokenMissing => (
                &errors::INVALID_SECRET_TOKEN,
                "the security token is missing",
            ),
            KeyFlaw::TokenWrong => (&errors::INVALID_SECRET_TOKEN, INVALID_TOKEN),
            KeyFlaw::Expired(_) => (
                &errors::INVALID_SECRET_TOKEN,
                "the security token is expired",
            ),
        };
        row.with(about).because(flaw.to_string())
    })?;
    if service != SERVICE {
        return Err(for_another_service());
    }
    let verified = volcengine::verify(&request, sent.alternative_paths(), &signed, &key.secret_key);
    let signer = (access_key, &key);
    require_match(call, Scheme::Volcengine, &sent, signer, verified, |_| {
        let row = match call.quirk("signature-error") {
            "gateway" => &errors::SIGNATURE_DOES_NOT_MATCH,
            _ => &errors::SIGNATURE_NOT_MATCH,
        };
        row.raise()
    })?;
    Ok(Some(key))
}

/// The error for a signature that cannot be read.
fn refusal(defect: Defect) -> ApiError {
    match defect {
        Defect::NoAuthorization => errors::INVALID_CREDENTIAL
            .raise()
            .because("there is neither an Authorization header nor an X-Signature in the query"),
        Defect::Malformed => errors::INVALID_AUTHORIZATION.raise().because(
            "Authorization is not HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…; or the presigned query lacks \
             X-Algorithm=HMAC-SHA256 or X-SignedQueries",
        ),
        Defect::MalformedCredential => errors::INVALID_CREDENTIAL
            .raise()
            .because("the credential is not AK/date/region/service/request"),
        Defect::NoSignature => errors::MISSING_SIGNATURE.raise(),
        Defect::NoDate => errors::MISSING_REQUEST_INFO
            .with("timestamp")
            .because("there is no X-Date"),
        Defect::MalformedDate => errors::INVALID_TIMESTAMP
            .raise()
            .because("X-Date is written as 20240520T083000Z, in UTC"),
    }
}

/// The access key of a request, exactly as sent: from the header, or from a presigned query.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let authorization = request.lossy_header(AUTHORIZATION);
    let credential = in_header(&authorization).or_else(|| in_parameters(request))?;
    let key = credential.split('/').next()?;
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

fn in_header(authorization: &str) -> Option<&str> {
    let fields = authorization.strip_prefix("HMAC-SHA256 ")?;
    fields
        .split(',')
        .find_map(|field| field.trim().strip_prefix("Credential="))
}

fn in_parameters(request: &Request) -> Option<&str> {
    let (query, form) = (request.query(), request.form());
    query
        .first("X-Credential")
        .or_else(|| form.first("X-Credential"))
}

/// `<AK>/<date>/<region>/<service>/request`, from `Authorization: HMAC-SHA256 Credential=…, SignedHeaders=…,
/// Signature=…` or from `X-Credential`.
fn credential(request: &Request) -> Option<&str> {
    let in_header = request.header(AUTHORIZATION).and_then(in_header);
    in_header.or_else(|| in_parameters(request))
}
