//! The gateway's checks before an operation runs, in the gateway's order: path, method, body syntax, `timestamp`,
//! `zone`, then authentication, whether the zone is one of the account's, and whether the key may write. All but
//! authentication and the last apply in every mode of authentication.
//!
//! Accepted: both of QingCloud's dialects (`signing/qingcloud.rs`), at most 60 s off.

use std::time::Duration;

use super::{errors, model, wire};
use crate::namespace::settings::{Auth, Credential};
use crate::provider::call::{Call, Request};
use crate::provider::error::ApiError;
use crate::provider::redact;
use crate::providers::keys::{CheckFirst, require_key};
use crate::providers::signatures::{Sent, check_skew, require_match};
use crate::signing::Scheme;
use crate::signing::qingcloud::{self, Defect};
use crate::store::pages::CachedBody;

/// The maximum clock skew of a caller, in either direction.
const SKEW: Duration = Duration::from_secs(60);

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    let Some(operation) = call.operation() else {
        return Err(unknown_action(call));
    };
    let parameters = wire::Parameters::decode(call)?;
    let time = parameters.timestamp()?;
    let zone = parameters.zone()?;
    let key = authenticate(call, &time)?;
    require_zone(call, zone)?;
    if operation.writes && key.is_some_and(|key| key.read_only) {
        return Err(errors::READ_ONLY_KEY
            .raise()
            .because("the key is read-only"));
    }
    Ok(())
}

/// If a seed names the account's zones, a call has to be for one of these.
fn require_zone(call: &Call<'_>, zone: &str) -> Result<(), ApiError> {
    // Needed for every call, but determined again only after a write.
    call.encoded(call.key(("zone", zone)), |tx| {
        if model::may_use_zone(tx, zone)? {
            return Ok(CachedBody::always(""));
        }
        let zones = model::zones(tx)?.join(", ");
        let (zone, zones) = (wire::echo(zone), wire::echo(&zones));
        Err(errors::ZONE_ACCESS_DENIED.with(zone).because(format!(
            "a seed's zones say that the account may use {zones}"
        )))
    })?;
    Ok(())
}

/// The lenient and strict checks; returns the key if the caller is known to hold it.
fn authenticate(
    call: &Call<'_>,
    time: &wire::Timestamp<'_>,
) -> Result<Option<Credential>, ApiError> {
    if call.auth() == Auth::Off {
        return Ok(None);
    }
    let sent = Sent::of(call.request);
    let signed = qingcloud::read(&sent.as_sent()).map_err(defective)?;
    if call.auth() == Auth::Lenient {
        return Ok(None);
    }
    // Inferred: a time ahead of the server's is refused like one behind it.
    check_skew(call, time.moment, SKEW, |_| {
        errors::REQUEST_HAS_EXPIRED.with(wire::echo(time.text))
    })?;
    let access_key = &signed.access_key_id;
    let (query, form) = (call.query(), call.request.form());
    let token = query.last("token").or_else(|| form.last("token"));
    // Inferred: a disabled or expired key is treated as unknown, and so is a temporary one without its `token`, which
    // the documents of this service do not mention.
    let key = require_key(call, access_key, token, CheckFirst::Expiry, |flaw| {
        let refused = errors::ILLEGAL_ACCESS_KEY.with(wire::echo(access_key));
        refused.because(flaw.to_string())
    })?;
    let request = sent.as_sent();
    let verified = qingcloud::verify(&request, sent.alternative_paths(), &signed, &key.secret_key);
    let signer = (access_key.as_str(), &key);
    require_match(call, Scheme::QingCloud, &sent, signer, verified, |_| {
        errors::SIGNATURE_NOT_MATCHED.raise()
    })?;
    Ok(Some(key))
}

fn unknown_action(call: &Call<'_>) -> ApiError {
    let path = call.request.path();
    let unknown = errors::UNKNOWN_ACTION.with(wire::echo(&redact::target(path)));
    if path.contains('&') && call.request.raw_query().is_empty() {
        unknown.because("the query starts with ?; the documents print & in its place")
    } else {
        unknown
    }
}

fn defective(defect: Defect) -> ApiError {
    match defect {
        Defect::Missing(name) => errors::MISSING_PARAMETER.with(name),
        Defect::Illegal(name) => errors::ILLEGAL_PARAMETER.with(name).because(match name {
            "signature_method" => "signature_method takes HmacSHA256 or HmacSHA1",
            "signature_version" => {
                "signature_version takes 1; the 2 of the SDK's temporary credentials is not emulated"
            }
            _ => "version takes 1",
        }),
    }
}

/// The access key as sent: in the query, or in the form of the IaaS SDK.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let key = wire::given(request.query(), "access_key_id")
        .or_else(|| wire::given(request.form(), "access_key_id"));
    key.map(str::to_owned)
}
