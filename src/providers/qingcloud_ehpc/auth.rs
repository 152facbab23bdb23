//! What the gateway asks before an operation runs, in its own order: path, method, body syntax, `timestamp`, `zone`, then
//! authentication. The first three, the time and the zone hold whatever the mode of authentication.

use super::{errors, wire};
use crate::call::{Call, Request};
use crate::catalogue::ApiError;

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    if call.operation().is_none() {
        return Err(unknown_action(call));
    }
    let parameters = wire::Parameters::decode(call)?;
    parameters.timestamp()?;
    parameters.zone()
    // Lenient and strict go on here: access_key_id, signature, signature_method, signature_version and version present
    // and legal; strict alone: the time within the skew, the key known, the signature right.
}

fn unknown_action(call: &Call<'_>) -> ApiError {
    let path = call.request.path();
    let unknown = errors::UNKNOWN_ACTION.with(wire::echo(path));
    if path.contains('&') && call.request.raw_query().is_empty() {
        unknown.because("the query starts with ?; the documents print & in its place")
    } else {
        unknown
    }
}

/// The access key as sent: in the query, or in the form of the IaaS SDK.
pub(crate) fn access_key(request: &Request) -> Option<String> {
    let key = request
        .query()
        .last("access_key_id")
        .or_else(|| request.form().last("access_key_id"));
    key.map(str::to_owned)
}
