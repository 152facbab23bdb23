//! The gateway's checks before the service is reached, in the gateway's order: format, path, method, version, action,
//! then the signature.

use std::time::Duration;

use super::wire::{Format, Parameters, SignedBy, scheme};
use super::{OPERATIONS, errors};
use crate::namespace::clock::Time;
use crate::namespace::settings::{Auth, Credential};
use crate::provider::call::{Call, Request};
use crate::provider::error::{ApiError, ErrorEntry};
use crate::providers::keys::{CheckFirst, KeyFlaw, require_key};
use crate::providers::signatures::{Nonces, Sent, check_skew, require_match};
use crate::signing::{self, Mismatch, RawRequest, alibaba_acs3, alibaba_v1};

/// The maximum clock skew of a caller, in either direction, and for how long a nonce must not be reused.
const SKEW: Duration = Duration::from_secs(15 * 60);

/// The gateway's checks.
pub(crate) fn admit(call: &Call<'_>) -> Result<(), ApiError> {
    let request = call.request;
    Format::of(request).map_err(|format| {
        errors::FORMAT_INVALID
            .raise()
            .because(format!("Format is \"{format}\"; it takes JSON and XML"))
    })?;
    let Some(operation) = call.operation() else {
        return Err(no_operation(request));
    };
    let key = authenticate(call)?;
    // Inferred: the permission is checked before any business parameter.
    if operation.writes && key.is_some_and(|key| key.read_only) {
        return Err(errors::FORBIDDEN_RAM.raise().because(format!(
            "the access key may only read, and {} changes something",
            operation.name
        )));
    }
    Ok(())
}

/// A signature as parsed by its scheme's reader.
enum Signed<'a> {
    Acs3(alibaba_acs3::Authorization<'a>),
    RpcV1(alibaba_v1::Parameters<'a>),
}

impl<'a> Signed<'a> {
    /// Parses the signature of the request, or returns what is missing or malformed.
    ///
    /// A request without marks of any scheme is treated as RPC V1 with everything missing.
    fn of(scheme: SignedBy, request: &RawRequest<'a>) -> Result<Self, ApiError> {
        match scheme {
            SignedBy::Acs3 => alibaba_acs3::read(request)
                .map(Self::Acs3)
                .map_err(|defect| defect_of_acs3(request, defect)),
            SignedBy::RpcV1 | SignedBy::Unsigned => alibaba_v1::read(request)
                .map(Self::RpcV1)
                .map_err(defect_of_v1),
        }
    }

    fn access_key(&self) -> &str {
        match self {
            Self::Acs3(read) => read.access_key_id,
            Self::RpcV1(read) => &read.access_key_id,
        }
    }

    fn timestamp(&self) -> i64 {
        match self {
            Self::Acs3(read) => read.timestamp,
            Self::RpcV1(read) => read.timestamp,
        }
    }

    fn nonce(&self) -> &str {
        match self {
            Self::Acs3(read) => read.nonce,
            Self::RpcV1(read) => &read.nonce,
        }
    }

    fn security_token(&self) -> Option<&str> {
        match self {
            Self::Acs3(read) => read.security_token,
            Self::RpcV1(read) => read.security_token.as_deref(),
        }
    }

    fn verify(&self, sent: &Sent<'_>, secret: &str) -> Result<(), Mismatch> {
        let request = sent.as_sent();
        match self {
            Self::Acs3(read) => {
                alibaba_acs3::verify(&request, sent.alternative_paths(), read, secret)
            }
            Self::RpcV1(read) => {
                alibaba_v1::verify(&request, sent.alternative_paths(), read, secret)
            }
        }
    }

    fn scheme(&self) -> signing::Scheme {
        match self {
            Self::Acs3(_) => signing::Scheme::AlibabaAcs3,
            Self::RpcV1(_) => signing::Scheme::AlibabaV1,
        }
    }

    /// The error for a signature other than ours. It contains our string to sign verbatim: the legacy Python SDK splits
    /// the message at its colon and compares the rest with its own, to tell whether the secret is wrong.
    fn mismatch(&self, call: &Call<'_>, mismatch: &Mismatch) -> ApiError {
        let Mismatch {
            canonical_request,
            string_to_sign,
            ..
        } = mismatch;
        match self {
            Self::Acs3(_) => {
                errors::SIGNATURE_MISMATCH_ACS3.with_all(&[string_to_sign, canonical_request])
            }
            Self::RpcV1(_) if call.quirk("bad-signature") == "incomplete" => {
                errors::SIGNATURE_INCOMPLETE.with(string_to_sign)
            }
            Self::RpcV1(_) => errors::SIGNATURE_MISMATCH.with(string_to_sign),
        }
    }
}

/// The lenient and strict checks; returns the key if the caller is known to hold it.
fn authenticate(call: &Call<'_>) -> Result<Option<Credential>, ApiError> {
    let auth = call.auth();
    if auth == Auth::Off {
        return Ok(None);
    }
    let sent = Sent::of(call.request);
    let signed = Signed::of(scheme(call.request), &sent.as_sent())?;
    if auth == Auth::Lenient {
        return Ok(None);
    }
    check_skew(call, Time::from_seconds(signed.timestamp()), SKEW, |_| {
        errors::TIMESTAMP_EXPIRED.raise()
    })?;
    let access_key = signed.access_key();
    let token = signed.security_token();
    // Inferred: a temporary key requires its own token, and a missing one is treated as a wrong one.
    let key = require_key(call, access_key, token, CheckFirst::Token, |flaw| {
        let row = match flaw {
            KeyFlaw::Unknown(_) => &errors::ACCESS_KEY_UNKNOWN,
            KeyFlaw::Disabled => &errors::ACCESS_KEY_INACTIVE,
            KeyFlaw::TokenMissing | KeyFlaw::TokenWrong => &errors::SECURITY_TOKEN_MALFORMED,
            KeyFlaw::Expired(_) => &errors::SECURITY_TOKEN_EXPIRED,
        };
        row.raise().because(flaw.to_string())
    })?;
    let verified = signed.verify(&sent, &key.secret_key);
    let signer = (access_key, &key);
    require_match(call, signed.scheme(), &sent, signer, verified, |mismatch| {
        signed.mismatch(call, mismatch)
    })?;
    // Only now, so that unauthenticated calls cannot use up nonces. Kept for as long as the operator lets a call be
    // late, or else it could be replayed; without such a limit, for the provider's own period.
    let window = call.skew(SKEW).map_or(SKEW, |skew| skew.max(SKEW));
    if !call.memory::<Nonces>().is_new(
        &key.access_key,
        signed.nonce(),
        call.now(),
        i64::try_from(window.as_millis()).unwrap_or(i64::MAX),
    ) {
        return Err(errors::SIGNATURE_NONCE_USED.raise().because(format!(
            "the nonce \"{}\" came with a verified call that is no older than {}",
            signed.nonce(),
            humantime::format_duration(window)
        )));
    }
    Ok(Some(key))
}

fn defect_of_acs3(request: &RawRequest<'_>, defect: alibaba_acs3::Defect) -> ApiError {
    use alibaba_acs3::Defect;
    match defect {
        Defect::Missing(name) => missing(name).raise().because(match name {
            "AccessKeyId" => "there is no Authorization header, and every call has to be signed",
            "Timestamp" => "there is no x-acs-date header",
            "SignatureNonce" => "there is no x-acs-signature-nonce header",
            _ => "Authorization has no Signature",
        }),
        Defect::Malformed => {
            // Inferred: without a list of signed headers, the string to sign is that of a request that signs none.
            let algorithm = alibaba_acs3::Algorithm::Sha256;
            let canonical = alibaba_acs3::canonical_request(request, request.path, algorithm, "");
            errors::SIGNATURE_INCOMPLETE
                .with(alibaba_acs3::string_to_sign(algorithm, &canonical.text()))
                .because("Authorization is not ACS3-HMAC-SHA256 (or -SM3) Credential=…,SignedHeaders=…,Signature=…")
        }
        Defect::UnknownAlgorithm => errors::SIGNATURE_METHOD_INVALID
            .raise()
            .because("of the ACS3 algorithms, ACS3-HMAC-SHA256 and ACS3-HMAC-SM3 are verified here; key pairs are not"),
        Defect::MalformedTimestamp => errors::TIMESTAMP_MALFORMED.raise().because(
            "x-acs-date is written as 2024-05-20T08:30:00Z or 2024-05-20T08:30:00.123Z, in UTC",
        ),
    }
}

fn defect_of_v1(defect: alibaba_v1::Defect) -> ApiError {
    use alibaba_v1::Defect;
    match defect {
        Defect::Missing(name) => missing(name).raise().because(format!(
            "there is no parameter {name}, and every call has to be signed"
        )),
        Defect::UnknownMethod => errors::SIGNATURE_METHOD_INVALID
            .raise()
            .because("SignatureMethod takes HMAC-SHA1 and HMAC-SHA256; key pairs and bearer tokens are not known here"),
        Defect::MalformedTimestamp => errors::TIMESTAMP_MALFORMED
            .raise()
            .because("Timestamp is written as 2024-05-20T08:30:00Z or 2024-05-20T08:30:00.123Z, in UTC"),
    }
}

/// The error for a missing part of a signature.
fn missing(name: &str) -> &'static ErrorEntry {
    match name {
        "Timestamp" => &errors::TIMESTAMP_MISSING,
        "SignatureNonce" => &errors::SIGNATURE_NONCE_MISSING,
        "Signature" => &errors::SIGNATURE_MISSING,
        "SignatureMethod" => &errors::SIGNATURE_METHOD_MISSING,
        "SignatureVersion" => &errors::SIGNATURE_VERSION_MISSING,
        _ => &errors::ACCESS_KEY_ID_MISSING,
    }
}

/// Why a request matches no operation. Checked before authentication: a made-up key gets the same error
/// (aliyun/aliyun-cli, openapi/commando_test.go).
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
