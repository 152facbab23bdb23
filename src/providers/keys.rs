//! The key that signs a call, and why it may be unusable. Each provider maps the reason to its own error.

use std::fmt;

use crate::namespace::clock::Time;
use crate::namespace::settings::Credential;
use crate::provider::call::Call;
use crate::provider::error::ApiError;
use crate::provider::text::excerpt;
use crate::signing::same;

/// Why a key cannot be used; `Display` is the sentence for the journal.
#[derive(Debug, Clone, Copy)]
pub(crate) enum KeyFlaw<'a> {
    /// No key has that id.
    Unknown(&'a str),
    /// It is disabled.
    Disabled,
    /// It is temporary and expired at this time.
    Expired(Time),
    /// It is temporary and the call lacks its token.
    TokenMissing,
    /// It is temporary and the call has a different token.
    TokenWrong,
}

impl fmt::Display for KeyFlaw<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(id) => write!(
                f,
                "there is no key \"{}\": none is configured (--credential), seeded or issued",
                excerpt(id)
            ),
            Self::Disabled => f.write_str("the key is disabled"),
            Self::Expired(end) => write!(
                f,
                "the temporary key has expired: it was valid until {}",
                end.rfc3339_seconds()
            ),
            Self::TokenMissing => {
                f.write_str("the key is temporary and comes with a token, and the call has none")
            }
            Self::TokenWrong => {
                f.write_str("the key is temporary, and what the call has is not its token")
            }
        }
    }
}

/// Which check of a temporary key comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckFirst {
    Expiry,
    Token,
}

/// The key that signs a call, if it may be used. A token sent with a key that has none is ignored.
pub(crate) fn require_key(
    call: &Call<'_>,
    access_key: &str,
    token: Option<&str>,
    first: CheckFirst,
    refuse: impl Fn(KeyFlaw<'_>) -> ApiError,
) -> Result<Credential, ApiError> {
    let Some(key) = call.credential(access_key)? else {
        return Err(refuse(KeyFlaw::Unknown(access_key)));
    };
    if key.disabled {
        return Err(refuse(KeyFlaw::Disabled));
    }
    let now = call.now();
    let ended = key.expires.filter(|end| *end <= now);
    let ended = ended.map(KeyFlaw::Expired);
    let of_token = match (key.token.as_deref(), token) {
        (None | Some(""), _) => None,
        (Some(_), None | Some("")) => Some(KeyFlaw::TokenMissing),
        (Some(own), Some(sent)) => (!same(own, sent)).then_some(KeyFlaw::TokenWrong),
    };
    let flaw = match first {
        CheckFirst::Expiry => ended.or(of_token),
        CheckFirst::Token => of_token.or(ended),
    };
    match flaw {
        Some(flaw) => Err(refuse(flaw)),
        None => Ok(key),
    }
}
