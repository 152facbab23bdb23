//! Authentication by signature or token, shared by all Huawei services. It comes after the path and method and before
//! all checks of the service. A signature takes precedence; a token sent with it is ignored.

use std::time::Duration;

use http::header::AUTHORIZATION;

use super::{
    ACCESS_KEY_NOT_EXIST, ACCESS_KEY_UNKNOWN, AUTHORIZATION_MALFORMED, SIGNATURE_EXPIRED,
    SIGNATURE_MISMATCH, TOKEN_EXPIRED, TOKEN_INVALID, TOKEN_MISSING, UNKNOWN_KEY,
    is_made_up_project_id, token,
};
use crate::namespace::clock::Time;
use crate::namespace::settings::Auth;
use crate::provider::call::{Call, Request};
use crate::provider::error::ApiError;
use crate::provider::redact;
use crate::providers::keys::{CheckFirst, KeyFlaw, require_key};
use crate::providers::signatures::{Sent, check_skew, require_match};
use crate::signing::Scheme;
use crate::signing::huawei::{self, Authorization, Defect};
use crate::store::pages::{CachedBody, PageKey};

/// The maximum clock skew of a caller, in either direction.
const SKEW: Duration = Duration::from_secs(15 * 60);

/// The identity with which a call was admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Not checked, or only for the presence of credentials.
    Anyone,
    /// The holder of a token that is valid for the project.
    Token,
    /// The owner of an access key.
    Key {
        /// Whether the key is read-only.
        read_only: bool,
    },
}

impl Caller {
    /// Whether the call would write with a read-only key.
    pub(crate) fn violates_read_only(self, call: &Call<'_>) -> bool {
        let writes = call.operation().is_some_and(|operation| operation.writes);
        self == Self::Key { read_only: true } && writes
    }
}

/// Whether a request carries a signature, correct or not, so that a token sent with it does not count.
pub(crate) fn is_signed(request: &Request) -> bool {
    request
        .headers
        .get(AUTHORIZATION)
        .is_some_and(|value| !value.is_empty())
}

/// Authenticates a call, as strictly as the namespace is configured. `project_id` is the one in the path; IAM's paths
/// have none.
pub(crate) fn authenticate(call: &Call<'_>, project_id: Option<&str>) -> Result<Caller, ApiError> {
    let text = call.request.lossy_header(token::X_AUTH_TOKEN);
    authenticate_with(call, project_id, &text)
}

/// The same with a token that may have been sent elsewhere than in `X-Auth-Token`.
pub(crate) fn authenticate_with(
    call: &Call<'_>,
    project_id: Option<&str>,
    token: &str,
) -> Result<Caller, ApiError> {
    if call.auth() == Auth::Off {
        return Ok(Caller::Anyone);
    }
    let sent = Sent::of(call.request);
    match huawei::read(&sent.as_sent()) {
        Ok(signed) if call.auth() == Auth::Strict => verify(call, &sent, &signed),
        Ok(_) => Ok(Caller::Anyone),
        Err(Defect::NoAuthorization) if is_signed(call.request) => Err(AUTHORIZATION_MALFORMED
            .with("authorization format incorrect")
            .because("Authorization holds bytes that are not text")),
        Err(Defect::NoAuthorization) if call.auth() == Auth::Strict => {
            call.store_of(token::PART)
                .read(|tx| token::check(tx, token, project_id, call.now()))?;
            Ok(Caller::Token)
        }
        Err(Defect::NoAuthorization) if token.is_empty() => Err(TOKEN_MISSING
            .raise()
            .because("the call has neither Authorization nor X-Auth-Token")),
        Err(Defect::NoAuthorization) => Ok(Caller::Anyone),
        Err(defect) => {
            let refused = AUTHORIZATION_MALFORMED.with(defect);
            Err(match defect.explanation() {
                Some(explanation) => refused.because(explanation),
                None => refused,
            })
        }
    }
}

/// Inferred: the order. The recorded messages mention the key before the time (`ak … not exist`), and both before the
/// signature is compared (`calc aksk signature fail`, `verify aksk signature fail`).
fn verify(
    call: &Call<'_>,
    sent: &Sent<'_>,
    signed: &Authorization<'_>,
) -> Result<Caller, ApiError> {
    let access_key = signed.access_key_id;
    let token = signed.security_token;
    // Inferred: a disabled key is treated as unknown, an expired temporary key like an expired token, one without its
    // token like a call without a token, and one with a different token like a call with a malformed token.
    let key = require_key(call, access_key, token, CheckFirst::Expiry, |flaw| {
        let refused = match flaw {
            KeyFlaw::Unknown(_) | KeyFlaw::Disabled => match call.quirk(UNKNOWN_KEY.name) {
                "not-exist" => ACCESS_KEY_NOT_EXIST.with(access_key),
                _ => ACCESS_KEY_UNKNOWN.raise(),
            },
            KeyFlaw::Expired(end) => TOKEN_EXPIRED.with(token::rfc3339_micros(end)),
            KeyFlaw::TokenMissing => AUTHORIZATION_MALFORMED.with("x-security-token not found"),
            KeyFlaw::TokenWrong => TOKEN_INVALID.raise(),
        };
        refused.because(flaw.to_string())
    })?;
    let date = Time::from_seconds(signed.timestamp);
    check_skew(call, date, SKEW, |now| {
        SIGNATURE_EXPIRED.with_all(&[&signed.date, &now.compact()])
    })?;
    let verified = huawei::verify(
        &sent.as_sent(),
        sent.alternative_paths(),
        signed,
        &key.secret_key,
    );
    let signer = (access_key, &key);
    require_match(call, Scheme::Huawei, sent, signer, verified, |mismatch| {
        // The real message also repeats a signed X-Security-Token; rollcall never shows a token, not even to its sender.
        let canonical = redact::redact_quoted(&mismatch.canonical_request);
        SIGNATURE_MISMATCH.with(canonical.replace('\n', "|"))
    })?;
    Ok(Caller::Key {
        read_only: key.read_only,
    })
}

/// Whether a project belongs to the account: it is in the seed, or IAM made it up for a name. If no project is
/// configured, all do. Needed for every call, so it is looked up again only when IAM's data was written to.
pub(crate) fn owns_project(call: &Call<'_>, project_id: &str) -> Result<bool, ApiError> {
    if is_made_up_project_id(project_id) {
        return Ok(true);
    }
    let key = PageKey::of(("whose project", project_id));
    let account = call.store_of(token::PART);
    let page = account.encoded(key, call.now().millis(), |tx| {
        let mut projects = tx.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM iam_projects WHERE id = ?1)
                 OR NOT EXISTS (SELECT 1 FROM iam_projects)",
        )?;
        let owns: bool = projects.query_row([project_id], |row| row.get(0))?;
        Ok::<_, ApiError>(CachedBody::always("").with_metadata(owns))
    })?;
    Ok(*page.note)
}
